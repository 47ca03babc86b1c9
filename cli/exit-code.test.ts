// The exit codes are a contract; the highest in the order 3, 2, 5, 4, 1, 0 wins.
import { describe, expect, it } from 'vitest';
import { exitCode, type Outcome } from './exit-code.js';

const clean: Outcome = {
  severities: [],
  failLevel: 'warning',
  problems: 0,
  failures: 0,
  incomplete: false,
  unverifiable: false,
};

const causes: readonly (readonly [code: number, cause: Partial<Outcome>])[] = [
  [3, { failures: 1 }],
  [2, { problems: 1 }],
  [5, { unverifiable: true }],
  [4, { incomplete: true }],
  [1, { severities: ['error'] }],
  [0, {}],
];

describe('the exit code', () => {
  it.for(causes.map((_, index) => index))('of everything from cause %i down is the first', (index) => {
    const outcome = causes.slice(index).reduce((all, [, cause]) => ({ ...all, ...cause }), clean);
    expect(exitCode(outcome)).toBe(causes[index]?.[0]);
  });

  it.for([
    ['hint', 'warning', 0],
    ['warning', 'warning', 1],
    ['warning', 'error', 0],
    ['hint', 'hint', 1],
  ] as const)('of a %s with the level %s is %i', ([severity, failLevel, code]) => {
    expect(exitCode({ ...clean, severities: [severity], failLevel })).toBe(code);
  });
});
