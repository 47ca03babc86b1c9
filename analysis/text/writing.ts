// What a function may write to by the words in the items: members that are stored into and variables that are assigned, by
// itself or by what it calls by name. It may name too many, and nothing is parsed for it.
import type { Catalog } from './catalog.js';
import { ASSIGNED, CALLED, MEMBER, PLAIN, STORED } from './postings.js';
import type { Item } from './words.js';

/** Functions that are looked at for one. */
const MAX_FUNCTIONS = 12;

export interface Writing {
  readonly names: ReadonlySet<string>;
  /** Some of it calls through pointers: more may be written than the names tell. */
  readonly pointers: boolean;
}

interface Deeds {
  readonly written: ReadonlySet<number>;
  readonly called: ReadonlySet<number>;
}

/** The names that an item writes to, those in its callees included. */
export function writingOf(catalog: Catalog): (item: Item) => Writing {
  const deeds = new Map<Item, Deeds>();
  const answers = new Map<Item, Writing>();
  let through: ReadonlySet<Item> | null = null;
  const isThrough = (item: Item): boolean => (through ??= catalog.callingThrough()).has(item);
  const deedsOf = (item: Item): Deeds => {
    const known = deeds.get(item) ?? collect(item, catalog);
    deeds.set(item, known);
    return known;
  };
  return (start) => {
    const known = answers.get(start);
    if (known) return known;
    const items = new Set([start]);
    const names = new Set<string>();
    // The set grows while it is gone through.
    for (const item of items) {
      const { written, called } = deedsOf(item);
      for (const word of written) names.add(catalog.word(word));
      for (const word of called) {
        const [callee] = catalog.includes.ordered(catalog.definingWord('function', word), item.file);
        if (callee && items.size <= MAX_FUNCTIONS) items.add(callee);
      }
    }
    const writing = { names, pointers: [...items].some(isThrough) };
    answers.set(start, writing);
    return writing;
  };
}

/** An item's own deeds, and those of the macros in it. */
function collect(start: Item, catalog: Catalog): Deeds {
  const written = new Set<number>();
  const called = new Set<number>();
  const items = new Set([start]);
  for (const item of items) {
    for (const word of catalog.wordsIn(item, STORED)) written.add(word);
    for (const word of catalog.wordsIn(item, ASSIGNED)) {
      if (catalog.definingWord('variable', word).length > 0) written.add(word);
    }
    for (const word of catalog.wordsIn(item, CALLED)) called.add(word);
    // A macro that stores into what it is given may be given any member that stands beside it.
    const stores = item.macro !== null && (item.macro.toParameters & (STORED | ASSIGNED)) !== 0;
    if (stores) for (const word of catalog.wordsIn(start, MEMBER)) written.add(word);
    for (const word of catalog.wordsIn(item, PLAIN | CALLED)) {
      for (const macro of catalog.definingWord('macro', word)) items.add(macro);
    }
  }
  return { written, called };
}
