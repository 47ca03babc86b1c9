// The exit codes, which are a contract: 0 clean, 1 findings, 2 usage or unreadable, 3 internal error, 4 incomplete under
// `--strict-complete`, 5 verification demanded and not possible here.
import type { Severity } from '../analysis/finding.js';

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

export interface Outcome {
  readonly severities: readonly Severity[];
  readonly failLevel: Severity;
  readonly problems: number;
  readonly failures: number;
  /** Gaps, where they count. */
  readonly incomplete: boolean;
  /** Something was to be proven, and nothing could be executed. */
  readonly unverifiable: boolean;
}

const PRECEDENCE: readonly ExitCode[] = [3, 2, 5, 4, 1];

export function exitCode(outcome: Outcome): ExitCode {
  const reached = LEVELS.slice(LEVELS.indexOf(outcome.failLevel));
  const codes = new Set<ExitCode>([
    ...(outcome.severities.some((one) => reached.includes(one)) ? ([1] as const) : []),
    ...(outcome.problems > 0 ? ([2] as const) : []),
    ...(outcome.failures > 0 ? ([3] as const) : []),
    ...(outcome.incomplete ? ([4] as const) : []),
    ...(outcome.unverifiable ? ([5] as const) : []),
  ]);
  return PRECEDENCE.find((code) => codes.has(code)) ?? 0;
}

const LEVELS: readonly Severity[] = ['hint', 'warning', 'error'];
