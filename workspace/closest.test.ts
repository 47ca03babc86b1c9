// What was meant: near words are offered, far ones are not.
import { describe, expect, it } from 'vitest';
import { closest, meant } from './closest.js';

const words = ['rules', 'models', 'programs', '$schema'];

describe('closest', () => {
  it.for([
    ['rule', 'rules'],
    ['ruels', 'rules'],
    ['Models', 'models'],
    ['program', 'programs'],
    ['prog', 'programs'],
    ['schema', '$schema'],
    ['xyzzy', null],
    ['', null],
  ] as const)('%s means %s', ([word, expected]) => {
    expect(closest(word, words)).toBe(expected);
  });

  it('lists what is known where nothing is near', () => {
    expect(meant('xyzzy', words)).toBe('; known are rules, models, programs, $schema');
    expect(meant('ruels', words)).toBe("; did you mean 'rules'?");
  });
});
