// The formats for machines and logs, on findings as plain data.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { concise } from './concise.js';
import { fingerprint } from './fingerprint.js';
import { json } from './json.js';
import { sarif } from './sarif.js';
import { plain } from './style.js';
import { HINT, linted, range, READ, report, VERDICT, WRITE } from './testing.js';
import { normalised, reportOf } from './report.js';

const gap = { file: 'src/odd.c', range: range(4, 1, 2, 9), function: 'x', reason: 'too many paths' };

describe('concise', () => {
  it('is one line a finding, and a summary', () => {
    expect(concise(report([READ, WRITE], { gaps: [gap] }), plain)).toBe(
      `src/net.c:20:6: error: 'c->fd' is edge-triggered but not read until it would block [et-read-not-drained]
src/net.c:22:3: warning: a short write to 'c->fd' loses the rest of the message (assumes the descriptor is non-blocking) [partial-write-dropped]
src/odd.c:4:1: gap: in x: too many paths
Found 1 error and 1 warning in 1 file (12 files, 3 skipped, 1 gap, 84 ms)
`,
    );
  });
});

describe('json', () => {
  /** Names of keys in the order in which they stand, with those of the first element of each list. */
  function shape(value: unknown): unknown {
    if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
    if (typeof value !== 'object' || value === null) return typeof value;
    return Object.entries(value).map(([key, one]) => [key, shape(one)]);
  }

  const place = ['start', 'end'].map((key) => [
    key,
    [
      ['line', 'number'],
      ['column', 'number'],
    ],
  ]);
  const shapeOf = (verdicts: readonly unknown[]): unknown => [
    ['version', 'number'],
    [
      'findings',
      [
        [
          ['rule', 'string'],
          ['severity', 'string'],
          ['file', 'string'],
          ['range', place],
          ['function', 'string'],
          ['message', 'string'],
          ['hint', 'string'],
          ['assumes', 'object'],
          ['notes', [['file', 'range', 'message'].map((key) => [key, key === 'range' ? place : 'string'])]],
          ['fingerprint', 'string'],
          [
            'specimen',
            [
              ['api', 'string'],
              ['kind', 'string'],
              ['nonblocking', 'boolean'],
              ['mask', 'string'],
              [
                'calls',
                [
                  [
                    ['call', 'string'],
                    ['size', 'number'],
                    ['loops', 'boolean'],
                  ],
                ],
              ],
              ['assumed', []],
            ],
          ],
          [
            'fix',
            [
              ['title', 'string'],
              ['safety', 'string'],
              ['edits', [['file', 'range', 'newText'].map((key) => [key, key === 'range' ? place : 'string'])]],
            ],
          ],
          ...verdicts,
        ],
      ],
    ],
    ['gaps', [['file', 'range', 'function', 'reason'].map((key) => [key, key === 'range' ? place : 'string'])]],
    [
      'summary',
      [
        ...['files', 'analysed', 'skipped', 'findings', 'milliseconds'].map((key) => [key, 'number']),
        ['compileCommands', []],
      ],
    ],
  ];

  it('has the keys of the contract in their order', () => {
    expect(shape(JSON.parse(json(report([READ], { gaps: [gap] }))))).toEqual(shapeOf([]));
  });

  it('has verdicts after a verification only', () => {
    const text = json(report([READ], { gaps: [gap] }, { verdicts: new Map([[READ, [VERDICT]]]) }));
    const keys = ['about', 'tier', 'state', 'transcript', 'control', 'reason', 'kernel', 'seed'];
    const types = ['string', 'string', 'string', ['string'], ['string'], 'object', 'string', 'number'];
    expect(shape(JSON.parse(text))).toEqual(shapeOf([['verdicts', [keys.map((key, i) => [key, types[i]])]]]));
    expect(json(report([READ]))).not.toContain('verdicts');
    expect(text).not.toContain('observations');
  });

  it('has a null fix, counts what it shows, and ends with a line end', () => {
    const text = json(report([WRITE, HINT]));
    expect(JSON.parse(text)).toMatchObject({ findings: [{ fix: null }], summary: { files: 12, findings: 1 } });
    expect(json(report([WRITE, HINT], {}, { hints: true }))).toContain('"findings": 2,');
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('the fingerprint', () => {
  function prints(...findings: readonly (typeof READ)[]): readonly string[] {
    return reportOf(linted(findings), { hints: true }).findings.map(fingerprint);
  }

  it('does not change with lines, paths, notes, severity, white space or comments', () => {
    const moved = {
      ...READ,
      file: 'other/place.c',
      range: range(3, 1, 5),
      notes: [],
      severity: 'hint',
      message: 'other words',
      statement: 'n=read( c->fd,c->buf, /* all */\n\tsizeof  c->buf ) ;',
    } as const;
    expect(prints(moved)).toEqual(prints(READ));
  });

  it.for([
    ['the rule', { rule: 'partial-write-dropped' }],
    ['the function', { function: 'on_writable' }],
    ['the statement', { statement: 'n = read(c->fd, c->buf, 1);' }],
  ] as const)('changes with %s', ([, change]) => {
    expect(prints({ ...READ, ...change })).not.toEqual(prints(READ));
  });

  it('counts equal statements within a function, and begins anew in each file', () => {
    const second = { ...READ, range: range(30, 1, 5) };
    const [first, other, elsewhere] = prints(READ, second, { ...second, file: 'z.c' });
    expect(first).not.toBe(other);
    expect(elsewhere).toBe(first);
  });

  it('is the same whether or not hints are shown and other findings are allowed', () => {
    const second = { ...READ, range: range(30, 1, 5) };
    const hinted = { ...READ, severity: 'hint' } as const;
    const all = prints(hinted, second)[1];
    expect(report([hinted, second]).findings.map(fingerprint)).toEqual([all]);
    const allowed = [{ finding: READ, reason: 'why' }];
    expect(report([second], { allowed }).findings.map(fingerprint)).toEqual([all]);
  });

  it('keeps words apart and strings as they are', () => {
    expect(normalised('return  (int) x ;')).toBe('return(int)x;');
    expect(normalised('puts("a  b // c") ; // d')).toBe('puts("a  b // c");');
    expect(normalised('unsigned int x')).toBe('unsigned int x');
  });
});

describe('sarif', () => {
  const rules = [READ, WRITE].map(({ rule }) => ({
    id: rule,
    summary: 'what is wrong',
    severity: 'error' as const,
    why: 'Because `EPOLLET` reports changes.',
    references: ['epoll(7)'],
    evidence: { scenario: rule },
  }));
  const whole = report(
    [READ, WRITE, { ...HINT, file: 'a b/ü%.c', function: null }, { ...WRITE, file: '../up.c' }],
    {
      gaps: [gap],
      failures: [{ file: '/abs/x.c', rule: null, error: 'boom' }],
      allowed: [{ finding: { ...WRITE, range: range(1, 1, 2) }, reason: 'one byte' }],
    },
    { hints: true, verdicts: new Map([[READ, [VERDICT]]]) },
  );

  it('validates against the official schema', () => {
    const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
    // The schema names its draft and itself in words that the validator leaves to another package.
    const text = readFileSync(path, 'utf8').replace(/^\s*"(?:\$schema|id)": "http[^"]*",$/gm, '');
    const schema: unknown = JSON.parse(text);
    if (typeof schema !== 'object' || schema === null) throw new Error('the schema is no object');
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      unicodeRegExp: false,
      formats: { uri: isUri, 'uri-reference': isReference },
    });
    ajv.addFormat('date-time', true);
    const validate = ajv.compile(schema);
    for (const one of [whole, report([])]) {
      validate(JSON.parse(sarif(one, { version: '0.1.0', rules })));
      expect(validate.errors ?? []).toEqual([]);
    }
    validate({ version: '2.1.0', runs: [{ results: [{}] }] });
    expect(validate.errors).not.toEqual([]);
  });

  it('tells the story as related locations and as a code flow', () => {
    const first = whole.findings[0];
    const flow = (count: number): object => ({
      relatedLocations: Array.from({ length: count }, () => ({})),
      codeFlows: [{ threadFlows: [{ locations: Array.from({ length: count }, () => ({})) }] }],
    });
    expect(JSON.parse(sarif(whole, { version: '0.1.0', rules }))).toMatchObject({
      runs: [
        {
          columnKind: 'utf16CodeUnits',
          invocations: [{ executionSuccessful: false }],
          results: [
            {
              ruleId: 'et-read-not-drained',
              ruleIndex: 0,
              level: 'error',
              partialFingerprints: { 'muxLint/v1': first === undefined ? '' : fingerprint(first) },
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'src/net.c', uriBaseId: '%SRCROOT%' },
                    region: { startLine: 20, startColumn: 6, endLine: 20, endColumn: 40 },
                  },
                  logicalLocations: [{ name: 'on_readable', kind: 'function' }],
                },
              ],
              ...flow(4),
              properties: { verdicts: [{ state: 'demonstrated' }] },
            },
            { level: 'warning' },
            {
              level: 'note',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b/%C3%BC%25.c' } } }],
            },
            { locations: [{ physicalLocation: { artifactLocation: { uri: '../up.c' } } }] },
            { suppressions: [{ kind: 'inSource', justification: 'one byte' }] },
          ],
        },
      ],
    });
  });
});

function isUri(text: string): boolean {
  return URL.canParse(text);
}

function isReference(text: string): boolean {
  return URL.canParse(text, 'file:///base/') && !/\s/.test(text);
}

describe('programs', () => {
  const run = (state: 'confirmed' | 'not-reproduced', findings: number): ReturnType<typeof report> =>
    report(
      findings > 0 ? [READ] : [],
      {},
      {
        programs: [
          {
            sources: ['src/net.c'],
            run: './net',
            surroundings: 'isolated',
            results: [
              {
                rule: READ.rule,
                findings,
                hints: 0,
                verdict: { ...VERDICT, about: 'program', tier: 'program', state },
              },
              {
                rule: WRITE.rule,
                findings: 0,
                hints: 0,
                verdict: { ...VERDICT, tier: 'program', state: 'not-reproduced' },
              },
            ],
          },
        ],
      },
    );

  it('say what was confirmed, and what was not', () => {
    expect(concise(run('confirmed', 1), plain)).toContain(`
program src/net.c (./net)
  et-read-not-drained: confirmed
  partial-write-dropped: not reproduced
Programs were run isolated.
`);
    expect(concise(run('not-reproduced', 0), plain)).toContain(
      'program src/net.c (./net)\n  all 2 rules: not reproduced\nPrograms',
    );
  });

  it('say it when a confirmed bug was not found by reading', () => {
    const text = concise(run('confirmed', 0), plain);
    expect(text).toContain('confirmed; seen on the running program, and found nowhere in its sources\n');
    expect(text).toContain('936 bytes unread');
  });

  it('are in the json of such a run only', () => {
    expect(JSON.parse(json(run('confirmed', 1)))).toMatchObject({
      programs: [
        { sources: ['src/net.c'], run: './net', results: [{ rule: READ.rule, findings: 1, verdict: {} }, {}] },
      ],
    });
    expect(json(report([READ]))).not.toContain('programs');
  });
});
