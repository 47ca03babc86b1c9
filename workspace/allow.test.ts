// Suppressions: where they reach, and what is said of those that give no reason or allow nothing.
import { describe, expect, it } from 'vitest';
import type { Finding, Gap } from '../analysis/finding.js';
import { applyAllows } from './allow.js';
import { linesOf } from './lines.js';

const ids = ['et-read-not-drained', 'partial-write-dropped', 'unused-allow', 'allow-without-reason'];

/** The text `READ(` or `WRITE(` stands where a finding is. */
function findingsOf(text: string): readonly Finding[] {
  const lines = linesOf(text);
  return [...text.matchAll(/\b(READ|WRITE)\([^;]*/g)].map((match) => ({
    rule: match[1] === 'READ' ? 'et-read-not-drained' : 'partial-write-dropped',
    severity: 'error',
    file: 'a.c',
    range: lines.range(match.index, match.index + match[0].length),
    function: 'f',
    message: 'found',
    hint: 'repair it',
    assumes: null,
    notes: [],
    specimen: { api: 'none', kind: 'unknown', nonblocking: null, mask: null, calls: [], assumed: [] },
    fix: null,
    statement: match[0],
  }));
}

/** What remains, as `LINE RULE`, and the messages of the complaints. */
function after(text: string, gaps: readonly Gap[] = []): readonly string[] {
  const { findings } = applyAllows({ path: 'a.c', text }, findingsOf(text), gaps, ids);
  return findings.map(({ rule, range, message }) =>
    message === 'found' ? `${range.start.line} ${rule}` : `${range.start.line} ${rule}: ${message}`,
  );
}

const allow = (rule: string): string => `/* mux-lint-allow ${rule}: the peer sends one byte */`;

describe('an allowed finding', () => {
  it.for([
    ['on its line', `void f(int a)\n{\n\tREAD(a); ${allow('et-read-not-drained')}\n}\n`],
    ['on its line, as a line comment', `void f(int a)\n{\n\tREAD(a); // mux-lint-allow et-read-not-drained: why\n}\n`],
    ['on the line above', `void f(int a)\n{\n\t${allow('et-read-not-drained')}\n\tREAD(a);\n}\n`],
    ['above further comments', `void f(int a)\n{\n\t${allow('et-read-not-drained')}\n\t/* x */\n\n\tREAD(a);\n}\n`],
    ['at the end of a long statement', `void f(int a)\n{\n\tREAD(a,\n\t\t1); ${allow('et-read-not-drained')}\n}\n`],
    ['before the code of its line', `void f(int a)\n{\n\t${allow('et-read-not-drained')} READ(a);\n}\n`],
    ['before its function', `${allow('et-read-not-drained')}\nvoid f(int a)\n{\n\tg();\n\n\tREAD(a);\n}\n`],
    ['before a function of an older style', `${allow('et-read-not-drained')}\nint\nf(a)\n\tint a;\n{\n\tREAD(a);\n}\n`],
    ['with Windows line ends', `void f(int a)\r\n{\r\n\t${allow('et-read-not-drained')}\r\n\tREAD(a);\r\n}\r\n`],
    [
      'beside another',
      `void f(int a)\n{\n\tREAD(a); WRITE(a); ${allow('et-read-not-drained, partial-write-dropped')}\n}\n`,
    ],
  ] as const)('%s', ([, text]) => {
    expect(after(text)).toEqual([]);
  });

  it('is kept with its reason', () => {
    const text = `void f(int a)\n{\n\tREAD(a); ${allow('et-read-not-drained')}\n}\n`;
    const { allowed } = applyAllows({ path: 'a.c', text }, findingsOf(text), [], ids);
    expect(allowed).toMatchObject([{ finding: { rule: 'et-read-not-drained' }, reason: 'the peer sends one byte' }]);
  });
});

describe('what is not allowed', () => {
  it.for([
    [
      'another rule',
      `void f(int a)\n{\n\tWRITE(a); ${allow('et-read-not-drained')}\n}\n`,
      ['3 partial-write-dropped', "3 unused-allow: nothing here breaks 'et-read-not-drained'"],
    ],
    [
      'the next line but one',
      `void f(int a)\n{\n\t${allow('et-read-not-drained')}\n\tg();\n\tREAD(a);\n}\n`,
      ['5 et-read-not-drained', "3 unused-allow: nothing here breaks 'et-read-not-drained'"],
    ],
    [
      'the next function',
      `${allow('et-read-not-drained')}\nvoid g(void)\n{\n}\n\nvoid f(int a)\n{\n\tREAD(a);\n}\n`,
      ['8 et-read-not-drained', "1 unused-allow: nothing here breaks 'et-read-not-drained'"],
    ],
    [
      'anything without a reason',
      `void f(int a)\n{\n\tREAD(a); /* mux-lint-allow et-read-not-drained */\n}\n`,
      [
        '3 et-read-not-drained',
        "3 allow-without-reason: 'et-read-not-drained' is allowed without a reason, so it is not allowed",
      ],
    ],
    [
      'anything with an empty reason',
      `void f(int a)\n{\n\tREAD(a); // mux-lint-allow et-read-not-drained:  \n}\n`,
      [
        '3 et-read-not-drained',
        "3 allow-without-reason: 'et-read-not-drained' is allowed without a reason, so it is not allowed",
      ],
    ],
    [
      'anything by a comment without a rule',
      `void f(int a)\n{\n\tREAD(a); // mux-lint-allow\n}\n`,
      ['3 et-read-not-drained', '3 allow-without-reason: the comment allows no rule'],
    ],
    [
      'a rule that does not exist',
      `void f(int a)\n{\n\tREAD(a); // mux-lint-allow et-read-not-drain: why\n}\n`,
      [
        '3 et-read-not-drained',
        "3 unused-allow: there is no rule 'et-read-not-drain'; did you mean 'et-read-not-drained'?",
      ],
    ],
    [
      'by a string',
      `void f(int a)\n{\n\tREAD(a); puts("// mux-lint-allow et-read-not-drained: why");\n}\n`,
      ['3 et-read-not-drained'],
    ],
  ] as const)('%s', ([, text, expected]) => {
    expect(after(text)).toEqual(expected);
  });
});

it('says nothing of a suppression where the engine could not look', () => {
  const text = `void f(int a)\n{\n\tg(); ${allow('et-read-not-drained')}\n}\n`;
  const range = { start: { line: 1, column: 1 }, end: { line: 4, column: 2 } };
  expect(after(text)).toHaveLength(1);
  expect(after(text, [{ file: 'a.c', range, function: 'f', reason: 'too many paths' }])).toEqual([]);
});

it('names the function in which the comment stands', () => {
  const text = `static int *on_data(int a)\n{\n\tg(); ${allow('et-read-not-drained')}\n}\n`;
  const { findings } = applyAllows({ path: 'a.c', text }, [], [], ids);
  expect(findings).toMatchObject([{ function: 'on_data', severity: 'warning' }]);
});
