// Which file means which: `#include` resolved by name within the tree, and of several definitions of a name the one that a file
// sees, else the nearest one.
import { exclusive, type Literal } from './conditionals.js';
import type { Include, Item } from './words.js';

export interface Includes {
  /** The files whose text is part of a file, in the order in which they come; those that include a fragment with it. */
  reached(file: number): ReadonlySet<number>;
  /** The definitions that a file may mean, the likeliest first. */
  ordered(items: readonly Item[], file: number, likely?: (item: Item) => boolean): readonly Item[];
  /** Those that stand in for the first one under other conditions. */
  alternatives(items: readonly Item[], file: number): readonly Item[];
}

interface Edge {
  readonly to: number;
  readonly presence: readonly Literal[];
}

/** A fragment is part of the files that include it; one that many include is a header by another name. */
const MAX_INCLUDERS = 4;

export function includesOf(paths: readonly string[], includes: readonly (readonly Include[])[]): Includes {
  let known: readonly (readonly Edge[])[] | null = null;
  const edges = (): readonly (readonly Edge[])[] => (known ??= resolved(paths, includes));
  const reachedBy = new Map<number, ReadonlySet<number>>();
  const reached = (file: number): ReadonlySet<number> => {
    const found = reachedBy.get(file) ?? reachOf(file, paths, edges());
    reachedBy.set(file, found);
    return found;
  };
  // A macro ends with the file that it stands in, as a static function does.
  const isVisible = (item: Item, file: number): boolean =>
    !(item.isStatic || item.macro) ||
    item.file === file ||
    isHeader(paths[item.file] ?? '') ||
    reached(file).has(item.file);
  const ordered: Includes['ordered'] = (items, file, likely) => {
    const visible = items.filter((item) => isVisible(item, file));
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
    alternatives: ([first, ...rest], file) => {
      if (!first) return [];
      const own = presenceOf(first, file);
      return [first, ...rest.filter((item) => exclusive(own, presenceOf(item, file)))];
    },
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

function resolved(paths: readonly string[], includes: readonly (readonly Include[])[]): Edge[][] {
  const byName = new Map<string, number[]>();
  const exact = new Map<string, number>();
  paths.forEach((path, file) => {
    exact.set(path, file);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const same = byName.get(name);
    if (same) same.push(file);
    else byName.set(name, [file]);
  });
  return includes.map((list, from) =>
    list.flatMap(({ path, presence }) => {
      const to = target(path, paths[from] ?? '', exact, byName, paths);
      return to === null || to === from ? [] : [{ to, presence }];
    }),
  );
}

/** The same folder first, then the nearest file whose path ends so. */
function target(
  path: string,
  from: string,
  exact: ReadonlyMap<string, number>,
  byName: ReadonlyMap<string, readonly number[]>,
  paths: readonly string[],
): number | null {
  const beside = exact.get(normal(from.slice(0, from.lastIndexOf('/') + 1) + path));
  if (beside !== undefined) return beside;
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
