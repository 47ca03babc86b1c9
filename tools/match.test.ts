// The matcher itself: every verb fails in its way, with a line that tells the story.
import { describe, expect, it } from 'vitest';
import type { Finding, Gap } from '../analysis/finding.js';
import { compare } from './match.js';
import { readWants } from './want.js';

const RULES = new Set(['et-read-not-drained', 'sigpipe']);
const FILE = 'fixtures/et-read-not-drained.c';

describe('readWants', () => {
  it('reads every part of the grammar', () => {
    const text = 'read(fd); // want et-read-not-drained +2 at "say(\\"a\\")" "read once"\n\n';
    expect(readWants({ path: FILE, text }, RULES)).toMatchObject({
      expectations: [{ verb: 'want', line: 3, writtenOn: 1, at: 'say("a")', part: 'read once', reason: '' }],
      problems: [],
    });
  });

  it('lets a comment alone on its line speak of the next line of code', () => {
    const text = '\t// want sigpipe at "x"\n\t// a remark\n\n\tx;\n';
    expect(readWants({ path: FILE, text }, RULES).expectations).toMatchObject([{ line: 4, writtenOn: 1 }]);
  });

  it('reads several expectations on one line', () => {
    const text = 'x; // want sigpipe "a" // note et-read-not-drained "b"\n';
    const { expectations } = readWants({ path: FILE, text }, RULES);
    expect(expectations.map(({ verb, part }) => `${verb} ${part ?? ''}`)).toEqual(['want a', 'note b']);
  });

  it('leaves prose alone and refuses what only looks like an expectation', () => {
    const text = ['x; // note that it is edge-triggered', 'y; // want sigpipe', 'z; // want et-raed "x"', ''].join(
      '\n',
    );
    expect(readWants({ path: FILE, text }, RULES)).toEqual({
      expectations: [],
      gaps: [],
      problems: [
        { file: FILE, line: 2, message: `'want sigpipe' needs 'at "text"' or a part of the message` },
        { file: FILE, line: 3, message: `there is no rule 'et-raed'` },
      ],
    });
  });
});

describe('compare', () => {
  it.each([
    ['a want that is answered', 'read(a); // want et-read-not-drained at "read(a)" "once"', [at(1, 'read(a)')], []],
    [
      'a want with another text',
      'read(a); // want et-read-not-drained at "a"',
      [at(1, 'read(a)')],
      [
        `1: 'et-read-not-drained' is not found here at "a"; on this line is at "read(a)" "read once"`,
        `1: unexpected error et-read-not-drained in bad_x: at "read(a)" "read once"`,
      ],
    ],
    [
      'a want with no finding',
      'read(a); // want et-read-not-drained "once"',
      [],
      [`1: 'et-read-not-drained' is not found here "once"`],
    ],
    [
      'a finding that nobody wants',
      'read(a);',
      [at(1, 'read(a)')],
      [`1: unexpected error et-read-not-drained in bad_x: at "read(a)" "read once"`],
    ],
    [
      'a missing one that is found',
      'read(a); // missing et-read-not-drained elsewhere',
      [at(1, 'read(a)')],
      [`1: 'et-read-not-drained' is found now; turn 'missing' into 'want'`],
    ],
    ['a missing one that is missing', 'read(a); // missing et-read-not-drained elsewhere', [], []],
    ['a spurious one that is found', 'read(a); // spurious et-read-not-drained no idea', [at(1, 'read(a)')], []],
    [
      'a spurious one that fell silent',
      'read(a); // spurious et-read-not-drained no idea',
      [],
      [`1: 'et-read-not-drained' is no longer found; delete 'spurious'`],
    ],
    [
      'a note that is not there',
      'read(a); // note et-read-not-drained "here"',
      [],
      [`1: no note of 'et-read-not-drained' here "here"`],
    ],
    [
      'an error of another rule in a good function',
      'read(a);',
      [at(1, 'read(a)', 'sigpipe', 'good_x')],
      [`1: unexpected error sigpipe in good_x: at "read(a)" "read once"`],
    ],
    ['an error of another rule in a bad function', 'read(a);', [at(1, 'read(a)', 'sigpipe')], []],
  ])('judges %s', (_, text, findings, problems) => {
    expect(judge(text, findings)).toEqual(problems);
  });

  it('wants every step of the story, and each only once', () => {
    const [finding] = [at(2, 'read(a)')];
    const notes = [{ ...at(1, 'add(a)'), message: 'registered here' }];
    const told = 'add(a); // note et-read-not-drained "registered"\nread(a); // want et-read-not-drained "once"\n';
    expect(judge(told, [{ ...finding, notes }])).toEqual([]);
    const untold = 'add(a);\nread(a); // want et-read-not-drained "once"\n';
    expect(judge(untold, [{ ...finding, notes }])).toEqual([
      '1: unexpected note of et-read-not-drained: at "add(a)" "registered here"',
    ]);
  });

  it('compares only the first line of a range', () => {
    const finding = { ...at(1, 'read('), range: { start: { line: 1, column: 1 }, end: { line: 2, column: 3 } } };
    expect(judge('read( // want et-read-not-drained at "read( // want"\na);\n', [finding])).toHaveLength(2);
    expect(judge('// want et-read-not-drained at "read("\nread(\na);\n', [{ ...finding, ...lines(2, 3) }])).toEqual([]);
  });
});

describe('a gap', () => {
  const text =
    'int f(void) // gap "many \\"paths\\""\n{\n}\n// gap +1 "too"\nint\ng(void)\n{\n}\n// gap between here and there\n';

  function gap(line: number, reason: string): Gap {
    return { ...at(line, 'int'), function: 'f', reason };
  }

  function compared(source: string, gaps: readonly Gap[]): readonly string[] {
    const { expectations, gaps: expectedGaps, problems } = readWants({ path: FILE, text: source }, RULES);
    expect([...expectations, ...problems]).toEqual([]);
    const files = [{ path: FILE, text: source }];
    const silent = { findings: [], expectations, own: RULES, told: RULES, isGood: () => false };
    return compare({ ...silent, files, gaps, expectedGaps }).map(({ line, message }) => `${line}: ${message}`);
  }

  it.for([
    ['that is told', [gap(1, 'too many "paths"'), gap(6, 'too large')], []],
    ['that is not told', [gap(1, 'too many "paths"')], ['4: no gap here "too"']],
    [
      'with another reason',
      [gap(1, 'too large'), gap(6, 'too large')],
      ['1: no gap here "many "paths""; there is "too large"', '1: unexpected gap: "too large"'],
    ],
    ['too many', [gap(1, 'many "paths"'), gap(6, 'too'), gap(6, 'too')], ['6: unexpected gap: "too"']],
  ] as const)('%s', ([, gaps, problems]) => {
    expect(compared(text, gaps)).toEqual(problems);
  });

  it("is nobody's business in a text that asks for none", () => {
    expect(compared('int f(void)\n{\n}\n', [gap(1, 'too large')])).toEqual([]);
  });
});

function judge(text: string, findings: readonly Finding[]): readonly string[] {
  const source = { path: FILE, text };
  const { expectations } = readWants(source, RULES);
  const own = new Set(['et-read-not-drained']);
  const isGood = (name: string | null) => name?.startsWith('good_') ?? false;
  return compare({ files: [source], findings, gaps: [], expectations, expectedGaps: [], own, told: own, isGood }).map(
    (p) => `${p.line}: ${p.message}`,
  );
}

function lines(start: number, end: number): Pick<Finding, 'range'> {
  return { range: { start: { line: start, column: 1 }, end: { line: end, column: 3 } } };
}

function at(line: number, text: string, rule = 'et-read-not-drained', name = 'bad_x'): Finding {
  return {
    rule,
    severity: 'error',
    file: FILE,
    range: { start: { line, column: 1 }, end: { line, column: 1 + text.length } },
    function: name,
    message: 'read once',
    hint: 'read until it fails with EAGAIN',
    assumes: null,
    notes: [],
    specimen: { api: 'epoll', kind: 'stream', nonblocking: true, mask: null, calls: [], assumed: [] },
    fix: null,
    statement: text,
  };
}
