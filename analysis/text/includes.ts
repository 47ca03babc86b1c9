// Which file means which: `#include` resolved by name within the tree, and of several definitions of a name the one that a file
// sees, else the nearest one.
import { exclusive, type Literal } from './conditionals.js';
import type { Setting } from './setting.js';
import type { Include, Item } from './words.js';

export interface Includes {
  /** The files whose text is part of a file, in the order in which they come; those that include a fragment with it. */
  reached(file: number): ReadonlySet<number>;
  /** The definitions that a file may mean, the likeliest first. */
  ordered(items: readonly Item[], file: number, likely?: (item: Item) => boolean): readonly Item[];
  /** Whether two files are parts of different programs only, so that no name of the one means anything in the other. */
  areApart(one: number, other: number): boolean;
  /** Those that stand in for the first one under other conditions. */
  alternatives(items: readonly Item[], file: number): readonly Item[];
}

interface Edge {
  readonly to: number;
  readonly presence: readonly Literal[];
}

/** A fragment is part of the files that include it; one that many include is a header by another name. */
const MAX_INCLUDERS = 4;

/** What is known of a tree before anybody asks. */
export interface Tree {
  readonly paths: readonly string[];
  readonly includes: readonly (readonly Include[])[];
  readonly setting: Setting | null;
  /** The files that define `main`. */
  readonly mains: () => readonly number[];
}

export function includesOf({ paths, includes, setting, mains }: Tree): Includes {
  let known: readonly (readonly Edge[])[] | null = null;
  const edges = (): readonly (readonly Edge[])[] => (known ??= resolved(paths, includes, setting));
  const reachedBy = new Map<number, ReadonlySet<number>>();
  const reached = (file: number): ReadonlySet<number> => {
    const found = reachedBy.get(file) ?? reachOf(file, paths, edges());
    reachedBy.set(file, found);
    return found;
  };
  const areApart = setting ? apartIn(setting, mains) : () => false;
  const isVisible = (item: Item, file: number): boolean => {
    if (item.file === file) return true;
    // A macro ends with the file that it stands in, as a static function does; those of a command line with its files.
    const isOwn = (item.isStatic || item.macro !== null) && !isHeader(paths[item.file] ?? '');
    return isOwn ? reached(file).has(item.file) : !areApart(item.file, file);
  };
  const ordered: Includes['ordered'] = (items, file, likely) => {
    const seen = items.filter((item) => isVisible(item, file));
    // What is compiled is linked with what is compiled.
    const built = setting?.isBuilt(file) === true ? seen.filter((item) => setting.isBuilt(item.file)) : seen;
    const visible = built.length > 0 ? built : seen;
    if (visible.length < 2) return visible;
    const ranks = new Map(visible.map((item) => [item, rankOf(item, file, paths, reached, likely)]));
    return visible.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
  };
  const presenceOf = (item: Item, file: number): readonly Literal[] => [
    ...item.chunk.presence,
    ...(item.file === file ? [] : (edges()[file]?.find((edge) => edge.to === item.file)?.presence ?? [])),
  ];
  return {
    reached,
    ordered,
    areApart,
    alternatives: ([first, ...rest], file) => {
      if (!first) return [];
      const own = presenceOf(first, file);
      return [first, ...rest.filter((item) => exclusive(own, presenceOf(item, file)))];
    },
  };
}

/** A library may be linked with whatever program: only files of programs are apart. */
function apartIn(setting: Setting, mains: () => readonly number[]): Includes['areApart'] {
  let known: ReadonlySet<string> | null = null;
  const executables = (): ReadonlySet<string> =>
    (known ??= new Set(mains().flatMap((file) => [...setting.programs(file)])));
  return (one, other) => {
    const [left, right] = [setting.programs(one), setting.programs(other)];
    if (left.size === 0 || right.size === 0) return false;
    const all = executables();
    return [...left].every((program) => all.has(program) && !right.has(program)) && [...right].every((p) => all.has(p));
  };
}

export function isHeader(path: string): boolean {
  return path.endsWith('.h');
}

/** Own file, then included files, then the nearest folder; what is made for other systems comes last among equals. */
function rankOf(
  item: Item,
  file: number,
  paths: readonly string[],
  reached: (file: number) => ReadonlySet<number>,
  likely: ((item: Item) => boolean) | undefined,
): number {
  const tier = item.file === file ? 0 : reached(file).has(item.file) ? 1 : 2;
  const near = tier < 2 ? 0 : Math.max(0, 200 - sharedPrefix(paths[item.file] ?? '', paths[file] ?? ''));
  const foreign = item.chunk.presence.some(isForeign) ? 2 : 0;
  const unlikely = tier > 0 && likely && !likely(item) ? 1 : 0;
  return tier * 1_000_000 + near * 1000 + foreign + unlikely;
}

const FOREIGN =
  /^_?_?(WIN(32|64)|WIN(32|64)__|CYGWIN__|MINGW32__|MSC_VER|APPLE__|MACH__|FreeBSD__|OpenBSD__|NetBSD__|DragonFly__|sun|sun__|SVR4|AIX|hpux|MVS__|HAIKU__)$|HAVE_(KQUEUE|EVPORT|PORT_CREATE|EVENT_PORTS|DEVPOLL)$/;

/** A condition that does not hold on Linux. */
function isForeign({ test, holds }: Literal): boolean {
  return holds ? FOREIGN.test(test) : /^(__linux__|__linux|linux|HAVE_EPOLL|HAVE_EPOLL_CREATE1?)$/.test(test);
}

function sharedPrefix(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let n = 0;
  while (n < left.length && left[n] === right[n]) n++;
  return n;
}

function resolved(
  paths: readonly string[],
  includes: readonly (readonly Include[])[],
  setting: Setting | null,
): Edge[][] {
  const locate = finder(paths);
  const find: Find = setting?.find ?? ((path, from, isQuoted) => locate(path, from, isQuoted, []));
  return includes.map((list, from) => [
    ...(setting?.before(from) ?? []).map((to) => ({ to, presence: [] })),
    ...list.flatMap(({ path, isQuoted, presence }) => {
      const to = find(path, from, isQuoted);
      return to === null || to === from ? [] : [{ to, presence }];
    }),
  ]);
}

/** The file that an `#include` in a file means; null for none of these. */
export type Find = (path: string, from: number, isQuoted: boolean) => number | null;

type FindIn = (...about: [...Parameters<Find>, folders: readonly string[]]) => number | null;

/** `folders` are those that the compiler searches for this file, in order, where that is known. */
export function finder(paths: readonly string[]): FindIn {
  const byName = new Map<string, number[]>();
  const exact = new Map<string, number>();
  paths.forEach((path, file) => {
    exact.set(path, file);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const same = byName.get(name);
    if (same) same.push(file);
    else byName.set(name, [file]);
  });
  return (path, file, isQuoted, folders) => {
    const from = paths[file] ?? '';
    const own = from.slice(0, from.lastIndexOf('/') + 1);
    const searched = folders.map((folder) => (folder === '' ? '' : `${folder}/`));
    // Without the compiler's folders nobody can tell which header of the tree is meant by a name in angle brackets.
    for (const folder of isQuoted ? [own, ...searched] : [...searched, own]) {
      const there = exact.get(normal(folder + path));
      if (there !== undefined) return there;
    }
    return nearest(path, from, byName, paths);
  };
}

/** The nearest file whose path ends so. */
function nearest(
  path: string,
  from: string,
  byName: ReadonlyMap<string, readonly number[]>,
  paths: readonly string[],
): number | null {
  const plain = path.replace(/^(\.\.?\/)+/, '');
  const all = byName.get(plain.slice(plain.lastIndexOf('/') + 1)) ?? [];
  let best: number | null = null;
  let score = -1;
  for (const file of all) {
    const candidate = paths[file] ?? '';
    if (candidate !== plain && !candidate.endsWith(`/${plain}`)) continue;
    const shared = sharedPrefix(candidate, from);
    if (shared > score) [best, score] = [file, shared];
  }
  return best;
}

function normal(path: string): string {
  if (!path.includes('./')) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function reachOf(file: number, paths: readonly string[], edges: readonly (readonly Edge[])[]): ReadonlySet<number> {
  const seen = new Set([file]);
  const fill = (): void => {
    for (const from of seen) for (const { to } of edges[from] ?? []) seen.add(to);
  };
  fill();
  if (isHeader(paths[file] ?? '')) return seen;
  const includers = edges.flatMap((list, from) => (list.some(({ to }) => to === file) ? [from] : []));
  if (includers.length > MAX_INCLUDERS) return seen;
  for (const includer of includers) seen.add(includer);
  fill();
  return seen;
}
