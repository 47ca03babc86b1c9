// What a function leads to by the words in the items: which known calls it makes, itself or in what it calls by name, however
// deep. Nothing is parsed for it.
import type { CallModel } from '../knowledge/calls.js';
import type { Catalog } from './catalog.js';
import { doingOf, DOINGS, type Doing } from '../knowledge/doing.js';
import { isHeader } from './includes.js';
import type { Item } from './words.js';

export interface Leading {
  /** Whether it makes such a call, or calls somebody who does. */
  to(item: Item, any: readonly Doing[]): boolean;
  /** Whether it does one of these within a few calls. */
  soonTo(item: Item, any: readonly Doing[]): boolean;
  /** Whether it calls what a member or a variable holds, or calls somebody who does: then it may lead further than words tell. */
  toPointers(item: Item): boolean;
}

const POINTERS = 1 << DOINGS.length;

/** Calls from a function to the one that does it itself. */
const SOON = 2;

export function leadingOf(catalog: Catalog, models: ReadonlyMap<string, CallModel>): Leading {
  let known: ReadonlyMap<Item, number> | null = null;
  const maskOf = (item: Item): number => (known ??= spread(seedsOf(catalog, models), catalog)).get(item) ?? 0;
  const near = new Map<string, ReadonlySet<Item>>();
  return {
    soonTo: (item, any) => {
      const key = any.join();
      const items = near.get(key) ?? within(SOON, any, catalog, models);
      near.set(key, items);
      return items.has(item);
    },
    to: (item, any) => (maskOf(item) & maskFor(any)) !== 0,
    toPointers: (item) => (maskOf(item) & POINTERS) !== 0,
  };
}

/** Most memory that is cleared is no set: where one is, its type stands beside it. */
function doingBy(name: string, model: CallModel): Doing | null {
  return model.does === 'set' && /mem|bzero/.test(name) ? null : doingOf(model);
}

function maskFor(any: readonly Doing[]): number {
  return any.reduce((mask, doing) => mask | (1 << DOINGS.indexOf(doing)), 0);
}

function within(
  steps: number,
  any: readonly Doing[],
  catalog: Catalog,
  models: ReadonlyMap<string, CallModel>,
): ReadonlySet<Item> {
  const names = [...models].flatMap(([name, model]) =>
    any.some((doing) => doing === doingBy(name, model)) ? [name] : [],
  );
  const all = new Set([...catalog.calling(names), ...(any.includes('set') ? catalog.naming('fd_set') : [])]);
  let last = [...all];
  for (let step = 0; step < steps; step++) {
    const before = last.flatMap((item) => callersOf(item, catalog)).filter((item) => !all.has(item));
    for (const item of before) all.add(item);
    last = [...new Set(before)];
  }
  return all;
}

function seedsOf(catalog: Catalog, models: ReadonlyMap<string, CallModel>): Map<Item, number> {
  const masks = new Map<Item, number>();
  const mark = (items: Iterable<Item>, mask: number): void => {
    for (const item of items) masks.set(item, (masks.get(item) ?? 0) | mask);
  };
  for (const [name, model] of models) {
    const doing = doingBy(name, model);
    if (doing) mark(catalog.calling([name]), maskFor([doing]));
  }
  // A set is also copied by an assignment.
  mark(catalog.naming('fd_set'), maskFor(['set']));
  mark(catalog.callingThrough(), POINTERS);
  return masks;
}

/** From each function up to those that call it, until nothing changes. */
function spread(masks: Map<Item, number>, catalog: Catalog): ReadonlyMap<Item, number> {
  const work = [...masks.keys()];
  const callers = new Map<Item, readonly Item[]>();
  for (let item = work.pop(); item; item = work.pop()) {
    const mask = masks.get(item) ?? 0;
    const above = callers.get(item) ?? callersOf(item, catalog);
    callers.set(item, above);
    for (const caller of above) {
      const before = masks.get(caller) ?? 0;
      if ((before | mask) === before) continue;
      masks.set(caller, before | mask);
      work.push(caller);
    }
  }
  return masks;
}

function callersOf(item: Item, catalog: Catalog): readonly Item[] {
  const all = catalog.callersOf(item);
  const isOwn = item.isStatic && !isHeader(catalog.texts[item.file]?.path ?? '');
  return isOwn ? all.filter(({ file }) => file === item.file) : all;
}
