// Reads the hand labels of real code: judged places, the files that were judged completely, and the rules a label's id
// stands for. The tables are tab-separated, with the names of their columns in the first line.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Judgement = 'true-bug' | 'style-risk' | 'clean';

export interface LabelledFile {
  readonly repo: string;
  readonly commit: string;
  readonly path: string;
}

export interface Label extends LabelledFile {
  readonly line: number;
  readonly hazard: string;
  readonly verdict: Judgement;
  readonly reason: string;
}

export interface Labels {
  readonly labels: readonly Label[];
  /** Files in which every occurrence of a core hazard was judged. */
  readonly exhaustive: readonly LabelledFile[];
  readonly hazards: Hazards;
}

export interface Hazards {
  /** The rules whose reports count for a label of this hazard; the first is the one that is missed when there is none. */
  readonly rulesOf: (hazard: string) => readonly string[];
  /** Whether a rule reports one of the hazards for which files were judged completely. */
  readonly isCore: (rule: string) => boolean;
  /** A missing step has no line of its own, so that the function is place enough. */
  readonly isStep: (hazard: string) => boolean;
}

export function readLabels(folder: string): Labels {
  return {
    labels: rows(folder, 'labels.tsv', ['repo', 'commit', 'path', 'line', 'hazard', 'verdict', 'reason']).map(label),
    exhaustive: rows(folder, 'exhaustive.tsv', ['repo', 'commit', 'path']).map(({ cell }) => file(cell)),
    hazards: hazards(rows(folder, 'ids.tsv', ['label', 'rules'])),
  };
}

const CORE = [
  'fdset-not-rebuilt',
  'et-read-not-drained',
  'et-accept-not-drained',
  'et-write-not-drained',
  'oneshot-not-rearmed',
  'partial-write',
] as const;

export function hazards(rules: readonly Row[]): Hazards {
  const known = new Map(rules.map(({ cell }) => [cell('label'), cell('rules').split(' ')]));
  const rulesOf = (hazard: string): readonly string[] => known.get(hazard) ?? [hazard];
  const core = new Set(CORE.flatMap(rulesOf));
  return { rulesOf, isCore: (rule) => core.has(rule), isStep: (hazard) => hazard === 'oneshot-not-rearmed' };
}

export interface Row {
  /** `labels.tsv:12`. */
  readonly at: string;
  readonly cell: (column: string) => string;
}

function rows(folder: string, name: string, columns: readonly string[]): readonly Row[] {
  const lines = readFileSync(join(folder, name), 'utf8').replace(/\r/g, '').split('\n');
  const head = lines[0]?.split('\t') ?? [];
  const absent = columns.filter((column) => !head.includes(column));
  if (absent.length > 0) throw new Error(`${name}:1: has no column '${absent.join("', '")}'`);
  return lines.flatMap((line, index) => {
    if (index === 0 || line === '') return [];
    const cells = line.split('\t');
    const at = `${name}:${index + 1}`;
    if (cells.length !== head.length) throw new Error(`${at}: has ${cells.length} columns, not ${head.length}`);
    return [{ at, cell: (column) => cells[head.indexOf(column)] ?? '' }];
  });
}

function label({ at, cell }: Row): Label {
  const line = Number(cell('line'));
  const verdict = cell('verdict');
  if (!Number.isInteger(line) || line < 1) throw new Error(`${at}: '${cell('line')}' is not a line`);
  if (!isJudgement(verdict)) throw new Error(`${at}: '${verdict}' is not a verdict`);
  return { ...file(cell), line, hazard: cell('hazard'), verdict, reason: cell('reason') };
}

function file(cell: Row['cell']): LabelledFile {
  return { repo: cell('repo'), commit: cell('commit'), path: cell('path') };
}

function isJudgement(text: string): text is Judgement {
  return text === 'true-bug' || text === 'style-risk' || text === 'clean';
}
