// What counts as right, wrong and missed, case by case: a label and a report as `LINE` in functions of ten lines each.
import { expect, it } from 'vitest';
import type { Finding, Gap, Note } from '../analysis/finding.js';
import { judge } from './benchmark-judge.js';
import { hazards, type Judgement, type Label } from './benchmark-labels.js';

const words = hazards([
  row({ label: 'partial-write', rules: 'partial-write-dropped writev-partial' }),
  row({ label: 'et-write-not-drained', rules: 'et-write-not-resumed partial-write-dropped' }),
]);

interface Case {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly findings: readonly Finding[];
  readonly gaps?: readonly Gap[];
  /** `KIND RULE LINE`, the line that of the finding or of the label that was missed; sorted. */
  readonly outcomes: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'a report two lines beside its label is right',
    labels: [label('fdset-not-rebuilt', 4)],
    findings: [finding('fdset-not-rebuilt', 6)],
    outcomes: ['true fdset-not-rebuilt 6'],
  },
  {
    name: 'in the same function it is right when there is no other label of the hazard',
    labels: [label('fdset-not-rebuilt', 1)],
    findings: [finding('fdset-not-rebuilt', 9)],
    outcomes: ['true fdset-not-rebuilt 9'],
  },
  {
    name: 'with two labels of the hazard the function is not place enough',
    labels: [label('fdset-not-rebuilt', 1), label('fdset-not-rebuilt', 4, 'clean')],
    findings: [finding('fdset-not-rebuilt', 9)],
    outcomes: ['false fdset-not-rebuilt 9', 'missed fdset-not-rebuilt 1'],
  },
  {
    name: 'a label of another hazard does not count as another label',
    labels: [label('fdset-not-rebuilt', 1), label('select-nfds', 4)],
    findings: [finding('fdset-not-rebuilt', 9)],
    outcomes: ['missed select-nfds 4', 'true fdset-not-rebuilt 9'],
  },
  {
    name: 'the next function is another place, however near the line of its label',
    labels: [label('fdset-not-rebuilt', 8)],
    findings: [finding('fdset-not-rebuilt', 13)],
    outcomes: ['false fdset-not-rebuilt 13', 'missed fdset-not-rebuilt 8'],
  },
  {
    name: 'outside of functions only the line counts',
    labels: [label('fdset-not-rebuilt', 101)],
    findings: [finding('fdset-not-rebuilt', 105)],
    outcomes: ['false fdset-not-rebuilt 105', 'missed fdset-not-rebuilt 101'],
  },
  {
    name: 'a missing re-arm is right anywhere in its function',
    labels: [label('oneshot-not-rearmed', 1), label('oneshot-not-rearmed', 3, 'clean')],
    findings: [finding('oneshot-not-rearmed', 9), finding('oneshot-not-rearmed', 7)],
    outcomes: ['false oneshot-not-rearmed 7', 'true oneshot-not-rearmed 9'],
  },
  {
    name: 'a report on clean code is wrong, once for one place',
    labels: [label('partial-write', 4, 'clean')],
    findings: [finding('partial-write-dropped', 4), finding('writev-partial', 5)],
    outcomes: ['again writev-partial 5', 'false partial-write-dropped 4'],
  },
  {
    name: 'a defect that is reported twice counts once',
    labels: [label('partial-write', 4)],
    findings: [finding('partial-write-dropped', 5), finding('writev-partial', 4)],
    outcomes: ['again partial-write-dropped 5', 'true writev-partial 4'],
  },
  {
    name: 'neighbouring labels get one report each',
    labels: [label('partial-write', 4), label('partial-write', 5)],
    findings: [finding('partial-write-dropped', 5), finding('partial-write-dropped', 6)],
    outcomes: ['true partial-write-dropped 5', 'true partial-write-dropped 6'],
  },
  {
    name: 'of labels at the same distance the bug is meant',
    labels: [label('partial-write', 4, 'clean'), label('partial-write', 6)],
    findings: [finding('partial-write-dropped', 5)],
    outcomes: ['true partial-write-dropped 5'],
  },
  {
    name: 'a risk of style is neither wrong nor missed',
    labels: [label('partial-write', 4, 'style-risk'), label('fdset-not-rebuilt', 6, 'style-risk')],
    findings: [finding('partial-write-dropped', 4)],
    outcomes: ['style-risk partial-write-dropped 4'],
  },
  {
    name: 'the rules of a hazard count for it, and no others do',
    labels: [label('et-write-not-drained', 4), label('partial-write', 24)],
    findings: [finding('partial-write-dropped', 4), finding('et-write-not-resumed', 24)],
    outcomes: ['false et-write-not-resumed 24', 'missed partial-write-dropped 24', 'true partial-write-dropped 4'],
  },
  {
    name: 'a report whose story leads through a labelled bug is not wrong, and the bug is still missed at its place',
    labels: [label('partial-write', 4)],
    findings: [finding('partial-write-dropped', 25, [4])],
    outcomes: ['again partial-write-dropped 25', 'missed partial-write-dropped 4'],
  },
  {
    name: 'a story through clean code excuses nothing',
    labels: [label('partial-write', 4, 'clean')],
    findings: [finding('partial-write-dropped', 25, [4])],
    outcomes: ['false partial-write-dropped 25'],
  },
  {
    name: 'an unlabelled report is wrong only of a core rule in a file that was judged completely',
    labels: [],
    findings: [
      finding('fdset-not-rebuilt', 4),
      finding('select-nfds', 4),
      finding('fdset-not-rebuilt', 4, [], 'part.c'),
    ],
    outcomes: ['false fdset-not-rebuilt 4', 'unlabelled fdset-not-rebuilt 4', 'unlabelled select-nfds 4'],
  },
];

it.for(cases)('$name', ({ labels, findings, gaps = [], outcomes }) => {
  const isExhaustive = (path: string): boolean => path === 'whole.c';
  const judged = judge({ labels, findings, gaps, isExhaustive, functionAt }, words);
  const lines = judged.map((one) => `${one.kind} ${one.rule} ${one.finding?.range.start.line ?? one.label?.line ?? 0}`);
  expect(lines.sort()).toEqual(outcomes);
});

it('a missed bug in a function with a gap shows the gap', () => {
  const labels = [label('fdset-not-rebuilt', 4), label('fdset-not-rebuilt', 14)];
  const gaps = [{ ...place('whole.c', 11), function: 'f', reason: 'too many paths' }];
  const judged = judge({ labels, findings: [], gaps, isExhaustive: () => true, functionAt }, words);
  expect(judged.map(({ label: missed, gap }) => [missed?.line, gap?.reason])).toEqual([
    [4, undefined],
    [14, 'too many paths'],
  ]);
});

/** Lines 1 to 10 are one function, 11 to 20 the next; above 100 there is none. */
function functionAt(path: string, line: number): string | null {
  return line > 100 ? null : `${path} ${Math.ceil(line / 10)}`;
}

function label(hazard: string, line: number, verdict: Judgement = 'true-bug'): Label {
  return { repo: 'some/one', commit: 'c0ffee', path: 'whole.c', line, hazard, verdict, reason: 'read by hand' };
}

function finding(rule: string, line: number, notes: readonly number[] = [], file = 'whole.c'): Finding {
  return {
    rule,
    severity: 'error',
    ...place(file, line),
    function: 'f',
    message: 'it is so',
    hint: 'do not',
    assumes: null,
    notes: notes.map((at): Note => ({ ...place(file, at), message: 'here' })),
    specimen: { api: 'none', kind: 'unknown', nonblocking: null, mask: null, calls: [], assumed: [] },
    fix: null,
    statement: 'f();',
  };
}

function place(file: string, line: number) {
  return { file, range: { start: { line, column: 1 }, end: { line, column: 2 } } };
}

function row(cells: Readonly<Record<string, string>>) {
  return { at: 'ids.tsv:2', cell: (column: string) => cells[column] ?? '' };
}
