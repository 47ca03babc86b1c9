// Which programs a function belongs to: those whose `main` reaches it by the words in the items, callbacks and tables included.
// Nothing is parsed for it.
import type { Catalog } from './catalog.js';
import type { Item } from './words.js';

/** For an item, the programs that reach it, as `file:main`. */
export function programsOf(catalog: Catalog): (item: Item) => readonly string[] {
  let known: ((item: Item) => readonly string[]) | null = null;
  return (item) => (known ??= allPrograms(catalog))(item);
}

interface Program {
  readonly id: string;
  /** By the number of an item, whether the program has it. */
  readonly has: Uint8Array;
}

function allPrograms(catalog: Catalog): (item: Item) => readonly string[] {
  const numbers = new Map(catalog.items.map((item, number) => [item, number]));
  const neighbours = neighboursIn(catalog, numbers);
  const programs: Program[] = [];
  for (const main of catalog.defining('function', 'main')) {
    const id = `${catalog.texts[main.file]?.path ?? ''}:main`;
    const isApart = (item: number): boolean => catalog.includes.areApart(catalog.items[item]?.file ?? -1, main.file);
    const has = reachOf(numbers.get(main) ?? 0, neighbours, catalog.items.length, isApart);
    // Alternatives under other conditions are one program.
    const known = programs.find((program) => program.id === id);
    if (known) has.forEach((value, at) => (known.has[at] = (known.has[at] ?? 0) | value));
    else programs.push({ id, has });
  }
  return (item) => {
    const number = numbers.get(item) ?? -1;
    return programs.filter(({ has }) => has[number] === 1).map(({ id }) => id);
  };
}

/** A library that two programs share names functions of both; each program has its own. */
function reachOf(
  from: number,
  neighbours: (item: number) => Int32Array,
  count: number,
  isApart: (item: number) => boolean,
): Uint8Array {
  const has = new Uint8Array(count);
  const work = [from];
  has[from] = 1;
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    for (const other of neighbours(item)) {
      if (has[other] === 1 || isApart(other)) continue;
      has[other] = 1;
      work.push(other);
    }
  }
  return has;
}

const NOBODY: readonly number[] = [];
const KINDS = ['function', 'variable', 'macro'] as const;

/** Functions, tables and macros that an item names; of several definitions the one that its file sees. */
function neighboursIn(catalog: Catalog, numbers: ReadonlyMap<Item, number>): (item: number) => Int32Array {
  const known: (Int32Array | undefined)[] = [];
  const meant = new Map<number, readonly number[]>();
  /** Most words are nobody's: 1 for those, 2 for the others. */
  const somebody = new Uint8Array(catalog.wordCount);
  const isDefined = (word: number): boolean => {
    if (somebody[word] === 0)
      somebody[word] = KINDS.some((kind) => catalog.definingWord(kind, word).length > 0) ? 2 : 1;
    return somebody[word] === 2;
  };
  const definitions = (word: number, file: number): readonly number[] => {
    if (!isDefined(word)) return NOBODY;
    const key = file * catalog.wordCount + word;
    const found = meant.get(key);
    if (found) return found;
    const items = KINDS.flatMap((kind) => {
      const all = catalog.definingWord(kind, word).filter(({ role }) => role !== 'type');
      const [only] = all;
      if (!only || (all.length === 1 && !only.isStatic && !catalog.includes.areApart(only.file, file))) return all;
      const ordered = catalog.includes.ordered(all, file);
      return kind === 'macro' ? ordered : catalog.includes.alternatives(ordered, file);
    });
    const result = items.map((item) => numbers.get(item) ?? 0);
    meant.set(key, result);
    return result;
  };
  return (number) => {
    const item = catalog.items[number];
    const found = known[number];
    if (found || !item) return found ?? new Int32Array(0);
    const others: number[] = [];
    for (const word of catalog.plainWords(item)) for (const other of definitions(word, item.file)) others.push(other);
    return (known[number] = Int32Array.from(others));
  };
}
