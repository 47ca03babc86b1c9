// What the command lines of a build say about macros: of one unit, and what several have in common.
import type { Unit } from '../build.js';
import { learned } from './arms.js';
import type { Text } from './catalog.js';
import type { Known } from './condition.js';

export interface CommandLine {
  /** What is known of macros at the beginning of a file, forced headers included. */
  readonly known: ReadonlyMap<string, Known>;
  /** The macros of the command line itself as text of C. */
  readonly text: string;
}

export interface CommandLines {
  /** What all of these units agree about; the same units, or others that say the same, give the same object. */
  common(units: ReadonlySet<Unit>): CommandLine;
}

export function commandLines(texts: readonly Text[], units: readonly Unit[]): CommandLines {
  const absent = namesOfCommandLines(texts, units);
  const sets = new Map<string, MacroSet>();
  const setOf = new Map(units.map((unit) => [unit, shared(sets, keyOf(unit), () => macroSet(unit, absent))]));
  const numbers = new Map([...sets.values()].map((set, number) => [set, number]));
  const known = new Map<string, CommandLine>();
  const commonOf = new Map<ReadonlySet<Unit>, CommandLine>();
  return {
    common: (members) => {
      const found = commonOf.get(members);
      if (found) return found;
      const different = [...new Set([...members].flatMap((unit) => setOf.get(unit) ?? []))];
      const key = different.map((set) => numbers.get(set) ?? -1).sort((a, b) => a - b);
      const common = shared(known, key.join(' '), () => agreement(different));
      commonOf.set(members, common);
      return common;
    },
  };
}

interface MacroSet {
  readonly known: ReadonlyMap<string, Known>;
  readonly own: ReadonlyMap<string, string | null>;
}

function shared<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

function keyOf({ macros, forced }: Unit): string {
  return JSON.stringify([[...macros].sort(([a], [b]) => (a < b ? -1 : 1)), forced.map(({ path }) => path)]);
}

/**
 * Names that only command lines give: where a command does not, there is no such macro. Names of the compiler's own are not among
 * them, nor what some text defines.
 */
function namesOfCommandLines(texts: readonly Text[], units: readonly Unit[]): ReadonlySet<string> {
  const given = units.flatMap(({ macros }) => [...macros].flatMap(([name, body]) => (body === null ? [] : [name])));
  const names = new Set(given.filter((name) => !/^(?:_[_A-Z]|unix$|linux$)/.test(name)));
  if (names.size === 0) return names;
  for (const { text } of texts) for (const [, name = ''] of text.matchAll(DEFINE)) names.delete(name);
  return names;
}

const DEFINE = /^[ \t]*#[ \t]*define[ \t]+(\w+)/gm;

function macroSet({ macros, forced }: Unit, absent: ReadonlySet<string>): MacroSet {
  let known: ReadonlyMap<string, Known> = new Map<string, Known>([
    ...[...absent].map((name) => [name, null] as const),
    ...macros,
  ]);
  for (const { text } of forced) known = learned(text, known);
  return { known, own: macros };
}

function agreement(sets: readonly MacroSet[]): CommandLine {
  const names = new Set(sets.flatMap(({ known }) => [...known.keys()]));
  const known = new Map<string, Known>();
  const lines: string[] = [];
  for (const name of names) {
    const values = new Set(sets.map((set) => set.known.get(name)));
    const [value] = values;
    known.set(name, values.size === 1 ? value : undefined);
    const bodies = new Set(sets.map((set) => set.own.get(name)));
    const [body] = bodies;
    if (bodies.size === 1 && typeof body === 'string') lines.push(defined(name, body));
  }
  return { known, text: lines.join('') };
}

function defined(name: string, body: string): string {
  return `#define ${name}${body.replace(/\r?\n/g, ' ')}\n`;
}
