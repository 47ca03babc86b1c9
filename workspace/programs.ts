// The `programs` of the configuration: how each program is built, started and driven, so that it can be watched.
// The shape is that of the verifier's entries; here it is only checked, with the place of each mistake.
import { closest, meant } from './closest.js';
import { shown, type Complain } from './config.js';
import type { JsonMember, JsonValue } from './json-text.js';

export interface Program {
  /** Files, folders and globs, relative to the folder of the configuration. */
  readonly sources: readonly string[];
  /** A command line for the shell; null where nothing has to be built. */
  readonly build: string | null;
  readonly run: string;
  /** How its clients speak; null where nothing is known of that. */
  readonly drive: string | null;
  /** Absolute folder of the configuration, in which the commands run. */
  readonly folder: string;
}

export function readPrograms(value: JsonValue, folder: string, complain: Complain): readonly Program[] {
  if (value.kind === 'array') return value.items.flatMap((item) => readProgram(item, folder, complain));
  complain(value.at, `'programs' must be an array of { ${KEYS.join(', ')} }, not ${shown(value)}`);
  return [];
}

const KEYS = ['sources', 'build', 'run', 'drive'] as const;

function readProgram(value: JsonValue, folder: string, complain: Complain): readonly Program[] {
  if (value.kind !== 'object') {
    complain(value.at, `a program must be an object with the keys ${KEYS.join(', ')}, not ${shown(value)}`);
    return [];
  }
  for (const { key, at } of value.members) {
    if (!KEYS.some((one) => one === key)) complain(at, `unknown key '${key}' of a program${meant(key, KEYS)}`);
  }
  const sources = listOf(value.members, 'sources', complain);
  const run = textOf(value.members, 'run', complain);
  const isMisspelt = (key: string): boolean =>
    value.members.some((one) => !KEYS.some((known) => known === one.key) && closest(one.key, KEYS) === key);
  if (sources === null || run === null) {
    const missing = ['sources', 'run'].filter((key) => !value.members.some((one) => one.key === key));
    for (const key of missing) if (!isMisspelt(key)) complain(value.at, `a program needs the key '${key}'`);
    return [];
  }
  const build = textOf(value.members, 'build', complain);
  const drive = textOf(value.members, 'drive', complain);
  return [{ sources, build, run, drive, folder }];
}

function textOf(members: readonly JsonMember[], key: string, complain: Complain): string | null {
  const value = members.find((one) => one.key === key)?.value;
  if (value === undefined) return null;
  if (value.kind === 'other' && value.value === null && key !== 'run') return null;
  if (value.kind === 'string' && value.value.trim() !== '') return value.value;
  complain(value.at, `'${key}' of a program must be text, not ${shown(value)}`);
  return null;
}

function listOf(members: readonly JsonMember[], key: string, complain: Complain): readonly string[] | null {
  const value = members.find((one) => one.key === key)?.value;
  if (value === undefined) return null;
  const items = value.kind === 'array' ? value.items : [value];
  const texts = items.flatMap((item) => (item.kind === 'string' ? [item.value] : []));
  if (texts.length === items.length && texts.length > 0) return texts;
  complain(value.at, `'${key}' of a program must be a list of paths, not ${shown(value)}`);
  return null;
}
