// The schema of the configuration has the keys that its readers know; `npm run generate` writes it down.
import { describe, expect, it } from 'vitest';
import { DOES } from '../analysis/knowledge/model.js';
import { readConfig } from './config.js';
import { configSchema } from './schema.js';

describe('the schema', () => {
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
