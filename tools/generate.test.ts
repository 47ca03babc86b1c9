// Nothing is registered by hand: what is generated from rules, fixtures and scenarios is current, and nothing is left over.
import { expect, it } from 'vitest';
import { generated, orphans } from './generate.js';
import { readIfThere } from './repository.js';

const texts = await generated();

it.for([...texts])('%s is current', ([path, text]) => {
  expect(readIfThere(path), `run 'npm run generate'`).toBe(text);
});

it('no page is left of a rule that is gone', () => {
  expect(orphans(texts)).toEqual([]);
});
