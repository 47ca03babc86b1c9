// The published schema is the one that the readers make, and it has the keys that they know.
// `npx vitest run workspace/schema.test.ts -u` writes it anew.
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { DOES } from '../analysis/knowledge/model.js';
import { readConfig } from './config.js';
import { configSchema } from './schema.js';

describe('docs/mux-lint.schema.json', () => {
  it('is up to date', async () => {
    const text = await format(JSON.stringify(configSchema()), { parser: 'json', printWidth: 120 });
    await expect(text).toMatchFileSnapshot('../docs/mux-lint.schema.json');
  });

  it('has a row for all that a call can do, and names the keys of the reader', () => {
    const schema: unknown = JSON.parse(JSON.stringify(configSchema()));
    expect(schema).toMatchObject({
      properties: {
        models: { additionalProperties: { oneOf: DOES.map((does) => ({ properties: { does: { const: does } } })) } },
      },
    });
    // The complaint about an unknown key lists the known ones.
    const complaint = readConfig('/x/mux-lint.json', '{ "xyzzy": 1 }', []).problems[0]?.message ?? '';
    for (const key of complaint.replace(/^.*known are /, '').split(', '))
      expect(schema).toHaveProperty(['properties', key]);
  });
});
