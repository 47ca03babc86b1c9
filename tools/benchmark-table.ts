// Prints what the benchmark found: the table of the rules, and the list of what has to be read by hand.
import type { Outcome, OutcomeKind } from './benchmark-judge.js';
import type { Label } from './benchmark-labels.js';

/** What a table is made of: the outcomes, the rules that exist, and those of them that are the core. */
export interface Results {
  readonly outcomes: readonly Outcome[];
  readonly rules: ReadonlySet<string>;
  readonly isCore: (rule: string) => boolean;
}

export function table({ outcomes, rules, isCore }: Results): string {
  const judged = outcomes.filter(({ rule }) => rules.has(rule));
  const named = [...rules].filter((rule) => judged.some((one) => one.rule === rule)).sort();
  const core = judged.filter(({ rule }) => isCore(rule));
  const rows = [
    HEAD,
    ...named.map((rule) =>
      row(
        rule,
        judged.filter((one) => one.rule === rule),
      ),
    ),
    row('core', core),
    row('all', judged),
  ];
  return [...aligned(rows), ...withoutRule(outcomes, rules)].join('\n');
}

/** One line for each outcome of a tree that is wrong, missed or unjudged. */
export function list({ outcomes, rules }: Results, tree: string): readonly string[] {
  return outcomes
    .filter(({ kind, rule }) => LISTED.has(kind) && rules.has(rule))
    .map((outcome) => `${outcome.kind.padEnd(10)} ${outcome.rule} ${tree}/${place(outcome)}${story(outcome)}`)
    .sort();
}

const LISTED: ReadonlySet<OutcomeKind> = new Set(['false', 'missed', 'again', 'unlabelled']);

const HEAD = [
  'rule',
  'true',
  'false',
  'missed',
  'precision',
  'recall',
  'style-risk',
  'again',
  'unlabelled',
  'missed in gaps',
] as const;

function row(name: string, outcomes: readonly Outcome[]): readonly string[] {
  const count = (kind: OutcomeKind): number => outcomes.filter((one) => one.kind === kind).length;
  const [right, wrong, lost] = [count('true'), count('false'), count('missed')];
  return [
    name,
    `${right}`,
    `${wrong}`,
    `${lost}`,
    share(right, right + wrong),
    share(right, right + lost),
    `${count('style-risk')}`,
    `${count('again')}`,
    `${count('unlabelled')}`,
    `${outcomes.filter(({ gap }) => gap !== null).length}`,
  ];
}

/** Rounded down, so that a share is never printed better than it is. */
function share(part: number, whole: number): string {
  return whole === 0 ? '–' : (Math.floor((100 * part) / whole) / 100).toFixed(2);
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

/** What is labelled and no rule speaks of is counted too, so that it is not forgotten. */
function withoutRule(outcomes: readonly Outcome[], rules: ReadonlySet<string>): readonly string[] {
  const counts = new Map<string, number>();
  for (const { kind, rule } of outcomes) {
    if (kind === 'missed' && !rules.has(rule)) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  const named = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return named.length === 0 ? [] : [`no rule yet: ${named.map(([rule, count]) => `${rule} ${count}`).join(', ')}`];
}

function place({ finding, label }: Outcome): string {
  if (finding === null) return `${label?.path ?? ''}:${label?.line ?? 0}`;
  return `${finding.file}:${finding.range.start.line} in ${finding.function ?? 'no function'}`;
}

function story({ finding, label, gap }: Outcome): string {
  const said = finding === null ? '' : `: [${finding.severity}] ${finding.message}`;
  const seen = gap === null ? '' : ` (gap: ${gap.reason})`;
  return `${said}${label === null ? '' : judged(label)}${seen}`;
}

function judged({ line, hazard, verdict, reason }: Label): string {
  return ` | labelled ${hazard} ${verdict} at ${line}: ${reason}`;
}
