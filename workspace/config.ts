// `mux-lint.json`: found in the nearest parent folder, read with the place of every mistake in it.
// A mistake costs its own entry only; the rest of the file holds.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CallModel } from '../analysis/knowledge/calls.js';
import type { Position, Severity } from '../analysis/finding.js';
import { meant } from './closest.js';
import { parseJson, type JsonMember, type JsonValue } from './json-text.js';
import { readSource } from './read-source.js';
import { readModels } from './models.js';
import { readPrograms, type Program } from './programs.js';

const CONFIG_NAME = 'mux-lint.json';

export interface Config {
  /** Absolute; null for the defaults. */
  readonly path: string | null;
  readonly rules: ReadonlyMap<string, Severity | 'off'>;
  /** What calls do, for the engine: name of the call to its description. */
  readonly models: ReadonlyMap<string, CallModel>;
  readonly programs: readonly Program[];
}

export interface ConfigProblem {
  /** Absolute path of the file. */
  readonly path: string;
  readonly at: Position | null;
  readonly message: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
}

export const defaults: Config = { path: null, rules: new Map(), models: new Map(), programs: [] };

/** The nearest configuration at or above a folder; null when there is none up to the root. */
export function nearestConfig(folder: string): string | null {
  const path = join(folder, CONFIG_NAME);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? null : nearestConfig(parent);
}

export function loadConfig(path: string, ruleIds: readonly string[]): LoadedConfig {
  const source = readSource(path);
  if ('refused' in source) return { config: defaults, problems: [{ path, at: null, message: source.refused }] };
  return readConfig(path, source.text, ruleIds);
}

export function readConfig(path: string, text: string, ruleIds: readonly string[]): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const complain = (at: Position, message: string): void => {
    problems.push({ path, at, message });
  };
  const root = parseJson(text);
  if ('mistake' in root) return { config: defaults, problems: [{ path, at: root.at, message: root.mistake }] };
  const config: { -readonly [K in keyof Config]: Config[K] } = { ...defaults, path };
  for (const { key, at, value } of membersOf(root, 'the configuration', complain)) {
    if (key === 'rules') config.rules = readRules(value, ruleIds, complain);
    else if (key === 'models') config.models = readModels(value, complain);
    else if (key === 'programs') config.programs = readPrograms(value, dirname(path), complain);
    else if (key !== '$schema') complain(at, `unknown key '${key}'${meant(key, KEYS)}`);
  }
  return { config, problems };
}

const KEYS = ['rules', 'models', 'programs', '$schema'] as const;
export const LEVELS = ['off', 'hint', 'warning', 'error'] as const;

/** Tells of a mistake at its place. */
export type Complain = (at: Position, message: string) => void;

function readRules(
  value: JsonValue,
  ruleIds: readonly string[],
  complain: Complain,
): ReadonlyMap<string, Severity | 'off'> {
  const rules = new Map<string, Severity | 'off'>();
  for (const { key, at, value: level } of membersOf(value, "'rules'", complain)) {
    const chosen = level.kind === 'string' ? LEVELS.find((one) => one === level.value) : undefined;
    if (!ruleIds.includes(key)) complain(at, `unknown rule '${key}'${meant(key, ruleIds)}`);
    else if (chosen !== undefined) rules.set(key, chosen);
    else complain(level.at, `${shown(level)} is no level for '${key}'${meantLevel(level)}`);
  }
  return rules;
}

function meantLevel(level: JsonValue): string {
  const guess = meant(level.kind === 'string' ? (SYNONYMS[level.value] ?? level.value) : '', LEVELS);
  return level.kind === 'other' && level.value === false ? `; did you mean 'off'?` : guess;
}

/** Words of other linters for the same thing. */
const SYNONYMS: Readonly<Record<string, string>> = { warn: 'warning', info: 'hint', note: 'hint', none: 'off' };

/** The members of what has to be an object; none, and a complaint, when it is something else. */
export function membersOf(value: JsonValue, what: string, complain: Complain): readonly JsonMember[] {
  if (value.kind === 'object') return value.members;
  complain(value.at, `${what} must be an object, not ${shown(value)}`);
  return [];
}

/** A value as a message names it. */
export function shown(value: JsonValue): string {
  if (value.kind === 'object' || value.kind === 'array') return `an ${value.kind}`;
  return value.kind === 'string' ? `'${value.value}'` : String(value.value);
}
