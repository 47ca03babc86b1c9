// What a run has to say, ready for any format: the findings that are shown, each with its ordinal for the fingerprint.
import type { Failure, Finding, Gap, Severity } from '../analysis/finding.js';
import type { Observation, Verdict } from '../analysis/verdict.js';

export interface ReportedFinding extends Finding {
  /** Counts the findings of one file with the same rule, function and statement, from 0 in the order of places. */
  readonly ordinal: number;
  /** Null before `verify`. */
  readonly verdicts: readonly Verdict[] | null;
}

export interface AllowedFinding {
  readonly finding: ReportedFinding;
  readonly reason: string;
}

export interface Report {
  readonly findings: readonly ReportedFinding[];
  /** How many hints were found and are not shown. */
  readonly hiddenHints: number;
  readonly allowed: readonly AllowedFinding[];
  /** Null but for `run` and `attach`. */
  readonly observations: readonly Observation[] | null;
  /** What became of the configured programs; null but for `verify --program`. */
  readonly programs: readonly ProgramRun[] | null;
  readonly gaps: readonly Gap[];
  readonly failures: readonly Failure[];
  readonly summary: Summary;
  readonly texts: ReadonlyMap<string, string>;
}

/** A program that was run and watched, with a verdict for each rule that can be judged so. */
export interface ProgramRun {
  readonly sources: readonly string[];
  readonly run: string;
  /** In which surroundings it ran, in words. */
  readonly surroundings: string;
  readonly results: readonly ProgramResult[];
}

export interface ProgramResult {
  readonly rule: string;
  readonly verdict: Verdict;
  /** How many findings of the rule are shown in the program's sources: with none, and no hints, a confirmed bug was not found by reading. */
  readonly findings: number;
  /** Those found as hints that are not shown. */
  readonly hints: number;
}

export interface Summary {
  readonly files: number;
  readonly analysed: number;
  readonly skipped: number;
  readonly milliseconds: number;
  /** The compile databases that were used. */
  readonly compileCommands: readonly string[];
}

/** What a driver has from the workspace. */
export interface Linted {
  readonly findings: readonly Finding[];
  readonly allowed: readonly { readonly finding: Finding; readonly reason: string }[];
  readonly gaps: readonly Gap[];
  readonly failures: readonly Failure[];
  readonly summary: Summary;
  readonly texts: ReadonlyMap<string, string>;
}

export interface Shown {
  readonly hints: boolean;
  readonly verdicts?: ReadonlyMap<Finding, readonly Verdict[]>;
  readonly programs?: readonly ProgramRun[];
}

export function reportOf(linted: Linted, { hints, verdicts, programs }: Shown): Report {
  const ordinals = ordinalsOf([...linted.findings, ...linted.allowed.map(({ finding }) => finding)]);
  const reported = (finding: Finding): ReportedFinding => ({
    ...finding,
    ordinal: ordinals.get(finding) ?? 0,
    verdicts: verdicts === undefined ? null : (verdicts.get(finding) ?? []),
  });
  const shown = linted.findings.filter(({ severity }) => hints || severity !== 'hint');
  const { allowed, gaps, failures, summary, texts } = linted;
  return {
    findings: shown.map(reported),
    hiddenHints: linted.findings.length - shown.length,
    allowed: allowed.map(({ finding, reason }) => ({ finding: reported(finding), reason })),
    observations: null,
    programs: programs ?? null,
    gaps,
    failures,
    summary,
    texts,
  };
}

/** Numbered over all findings, whether shown or not, so that an option changes no fingerprint. */
function ordinalsOf(findings: readonly Finding[]): ReadonlyMap<Finding, number> {
  const counts = new Map<string, number>();
  const ordinals = new Map<Finding, number>();
  const inOrder = [...findings].sort((a, b) => {
    const [from, to] = [a.range.start, b.range.start];
    return from.line - to.line || from.column - to.column;
  });
  for (const finding of inOrder) {
    const { file, rule, function: name, statement } = finding;
    const key = [file, rule, name ?? '', normalised(statement)].join('\n');
    const count = counts.get(key) ?? 0;
    ordinals.set(finding, count);
    counts.set(key, count + 1);
  }
  return ordinals;
}

/** A statement without comments, and with white space only where two words would run together. */
export function normalised(statement: string): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|\w+|\S/g;
  let text = '';
  for (const [piece] of statement.matchAll(token)) {
    if (piece.startsWith('/*') || piece.startsWith('//')) continue;
    if (/^\w/.test(piece) && /\w$/.test(text)) text += ' ';
    text += piece;
  }
  return text;
}

export const severities: readonly Severity[] = ['error', 'warning', 'hint'];
