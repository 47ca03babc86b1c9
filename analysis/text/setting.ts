// What a compile database says about the texts of a tree: arms that its macros decide are settled, its macros and headers come
// before each file, and names do not reach from one program into another.
import type { Build, Unit } from '../build.js';
import { settled, type Settled } from './arms.js';
import type { Text } from './catalog.js';
import { finder, type Find } from './includes.js';
import { commandLines, type CommandLine } from './macro-sets.js';

export interface Setting {
  /** The files in their order, settled; behind them what the compiler reads beside them. */
  readonly texts: readonly Text[];
  readonly find: Find;
  /** What the compiler reads before a file. */
  before(file: number): readonly number[];
  /** Whether the file is compiled, by itself or as a part of one that is. */
  isBuilt(file: number): boolean;
  /** The programs and libraries that a file becomes a part of; none where that is not known. */
  programs(file: number): ReadonlySet<string>;
}

export function settingOf(files: readonly Text[], build: Build): Setting {
  const all = withForced(files, build);
  const numbers = new Map(all.map(({ path }, file) => [path, file]));
  const units = build.filter(({ file }) => numbers.has(file));
  const parts = partsOf(all, units, numbers);
  const lines = commandLines(all, units);
  const foldersOf = all.map((_, file) => foldersIn(parts[file] ?? NO_UNITS));
  const locate = finder(all.map(({ path }) => path));
  const find: Find = (path, from, isQuoted) => {
    const { quoted, folders } = foldersOf[from] ?? NO_FOLDERS;
    return locate(path, from, isQuoted, isQuoted ? [...quoted, ...folders] : folders);
  };
  const ways = all.map((_, file) => lines.common(parts[file] ?? NO_UNITS));
  const written = new Map([...new Set(ways.filter(({ text }) => text !== ''))].map((way, n) => [way, all.length + n]));
  const before = ways.map((way, file) => {
    const forced = [...(parts[file] ?? NO_UNITS)].flatMap((unit) =>
      unit.forced.map(({ path }) => numbers.get(path) ?? -1),
    );
    return [...new Set([...forced, written.get(way) ?? -1])].filter((other) => other >= 0 && other !== file);
  });
  return {
    texts: [
      ...settledTexts(all, ways, find),
      ...[...written].map(([{ text }, n]) => ({ path: `<command line ${n - all.length + 1}>`, text })),
    ],
    find,
    before: (file) => before[file] ?? [],
    isBuilt: (file) => file >= all.length || (parts[file]?.size ?? 0) > 0,
    programs: (file) => programsIn(parts[file] ?? NO_UNITS),
  };
}

const NO_UNITS: ReadonlySet<Unit> = new Set();
const NO_FOLDERS = { quoted: [], folders: [] };
const NO_PROGRAMS: ReadonlySet<string> = new Set();

function withForced(files: readonly Text[], build: Build): readonly Text[] {
  const known = new Map(files.map((text) => [text.path, text]));
  for (const { forced } of build) for (const text of forced) if (!known.has(text.path)) known.set(text.path, text);
  return [...known.values()];
}

function foldersIn(units: ReadonlySet<Unit>): {
  readonly quoted: readonly string[];
  readonly folders: readonly string[];
} {
  const [only, another] = units;
  if (only && !another) return only;
  return {
    quoted: [...new Set([...units].flatMap(({ quoted }) => quoted))],
    folders: [...new Set([...units].flatMap(({ folders }) => folders))],
  };
}

function programsIn(units: ReadonlySet<Unit>): ReadonlySet<string> {
  const programs = [...units].flatMap(({ program }) => program ?? []);
  return programs.length === units.size ? new Set(programs) : NO_PROGRAMS;
}

/** For each file the units whose text it is a part of. */
function partsOf(
  all: readonly Text[],
  units: readonly Unit[],
  numbers: ReadonlyMap<string, number>,
): readonly ReadonlySet<Unit>[] {
  const parts = all.map(() => new Set<Unit>());
  const locate = finder(all.map(({ path }) => path));
  const included = all.map(({ text }) => [...text.matchAll(INCLUDE)].map(([, open, path = '']) => ({ open, path })));
  const edges = new Map<string, number[]>();
  const edgesOf = (file: number, { quoted, folders }: Unit, key: string): readonly number[] => {
    const known = edges.get(`${file} ${key}`);
    if (known) return known;
    const found = (included[file] ?? []).flatMap(({ open, path }) => {
      const isQuoted = open === '"';
      return locate(path, file, isQuoted, isQuoted ? [...quoted, ...folders] : folders) ?? [];
    });
    edges.set(`${file} ${key}`, found);
    return found;
  };
  for (const unit of units) {
    const key = [...unit.quoted, '', ...unit.folders].join('\n');
    const seen = new Set([unit.file, ...unit.forced.map(({ path }) => path)].map((path) => numbers.get(path) ?? -1));
    for (const file of seen) for (const to of edgesOf(file, unit, key)) seen.add(to);
    for (const file of seen) parts[file]?.add(unit);
  }
  // What a file is compiled with itself says more than what includes it.
  for (const file of new Set(units.map((unit) => numbers.get(unit.file) ?? -1))) {
    const path = all[file]?.path;
    for (const unit of parts[file] ?? []) if (unit.file !== path) parts[file]?.delete(unit);
  }
  return parts;
}

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)/gm;

/** A header that changes a macro changes it for what stands behind its `#include`. */
function settledTexts(all: readonly Text[], ways: readonly CommandLine[], find: Find): readonly Text[] {
  const results: (Settled | undefined)[] = [];
  const resultOf = (file: number): Settled => {
    const known = results[file];
    if (known) return known;
    const { text } = all[file] ?? { text: '' };
    // A file that includes itself ends here.
    results[file] = { text, touched: NO_PROGRAMS };
    const macros = ways[file]?.known;
    if (!macros || macros.size === 0) return results[file];
    return (results[file] = settled(text, macros, (path, isQuoted) => {
      const to = find(path, file, isQuoted);
      return to === null ? [] : resultOf(to).touched;
    }));
  };
  return all.map(({ path }, file) => ({ path, text: resultOf(file).text }));
}
