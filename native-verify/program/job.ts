// The two lines between the tier and its judging process, read back from JSON without trust.
import type { Observation, Verdict } from '../../analysis/verdict.js';
import type { Job, RuleResult } from './entry.js';
import { programRules } from './entry.js';

export function parseJob(line: string): Job | null {
  const value = parsed(line);
  return isJob(value) ? value : null;
}

export function parseResults(line: string): readonly RuleResult[] | null {
  const value = parsed(line);
  if (!isRecord(value) || !Array.isArray(value.results)) return null;
  const results: readonly unknown[] = value.results;
  return results.every(isResult) && results.length > 0 ? results : null;
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isJob(value: unknown): value is Job {
  return (
    isRecord(value) &&
    [value.run, value.folder, value.out, value.token].every((one) => typeof one === 'string') &&
    (value.drive === null || typeof value.drive === 'string') &&
    typeof value.seed === 'number' &&
    typeof value.limitMilliseconds === 'number' &&
    typeof value.isolated === 'boolean'
  );
}

function isResult(value: unknown): value is RuleResult {
  return (
    isRecord(value) &&
    programRules.some((rule) => rule === value.rule) &&
    isVerdict(value.verdict) &&
    (value.observation === null || isObservation(value.observation))
  );
}

function isVerdict(value: unknown): value is Verdict {
  return isRecord(value) && typeof value.state === 'string' && Array.isArray(value.transcript);
}

function isObservation(value: unknown): value is Observation {
  return isRecord(value) && typeof value.kind === 'string' && Array.isArray(value.story);
}
