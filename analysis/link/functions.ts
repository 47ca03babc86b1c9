// Functions by name: lowered when they are asked for, with their macros spliced in, and each with a name of its own.
import { CALLS } from '../knowledge/calls.js';
import type { Catalog } from '../text/catalog.js';
import type { FunctionFacts } from '../facts/facts.js';
import { Linked, type LinkedFunction, type Promised } from './linked.js';
import type { Lowered } from './lowered.js';
import type { MacroLookup } from './splice.js';
import type { Item } from '../text/words.js';

export type { LinkedFunction } from './linked.js';

export interface Functions {
  /** All functions of an item, in order. */
  of(item: Item): readonly LinkedFunction[];
  /** Whether a name means a function there; its text is read only where the name is also that of a known call. */
  isNamed(name: string, file: string): boolean;
  /** The likeliest that a name may mean in a file. */
  named(name: string, file: string): LinkedFunction | null;
  /** The same, and what stands in its place under other conditions. */
  alternatives(name: string, file: string): readonly LinkedFunction[];
  itemOf(fn: LinkedFunction): Item | null;
}

export function functionsOf(
  catalog: Catalog,
  lowered: Lowered,
  fragment: (name: string, file: string) => ReturnType<MacroLookup>,
  isLikely: (item: Item) => boolean,
): Functions {
  const byItem = new Map<Item, readonly LinkedFunction[]>();
  const items = new Map<LinkedFunction, Item>();
  const ids = new Set<string>();
  const link = (own: Promised, item: Item): LinkedFunction => {
    const fn = new Linked(idOf(own, item, catalog, ids), own, (name) => fragment(name, own.file));
    items.set(fn, item);
    return fn;
  };
  const of = (item: Item): readonly LinkedFunction[] => {
    const known = byItem.get(item);
    if (known) return known;
    const functions = held(item, catalog, lowered).map((own) => link(own, item));
    byItem.set(item, functions);
    return functions;
  };
  const namesakes = (item: Item, name: string): readonly LinkedFunction[] =>
    of(item).filter(({ facts }) => facts.name === name);
  /** The items from the first on that really holds such a function. */
  const candidates = remembering((name, file) => {
    const all = catalog.includes.ordered(catalog.defining('function', name), catalog.fileOf(file), isLikely);
    const first = all.findIndex((item) => namesakes(item, name).length > 0);
    return first < 0 ? [] : all.slice(first);
  });
  return {
    of,
    itemOf: (fn) => items.get(fn) ?? null,
    isNamed: remembering((name, file) => {
      const visible = catalog.includes.ordered(catalog.defining('function', name), catalog.fileOf(file));
      return visible.length > 0 && (!CALLS.has(name) || candidates(name, file).length > 0);
    }),
    named: (name, file) => {
      const [first] = candidates(name, file);
      return first ? (namesakes(first, name)[0] ?? null) : null;
    },
    alternatives: remembering((name, file) =>
      catalog.includes
        .alternatives(candidates(name, file), catalog.fileOf(file))
        .flatMap((item) => namesakes(item, name)),
    ),
  };
}

/** The functions of an item: where its words tell that it is one, the text is read when somebody asks for more than its name. */
function held(item: Item, catalog: Catalog, lowered: Lowered): readonly Promised[] {
  const name = soleName(item, catalog);
  if (name === null) return lowered.facts(item).functions.map((facts) => ({ ...facts, facts: () => facts }));
  const file = catalog.texts[item.file]?.path ?? '';
  const facts = (): FunctionFacts | undefined => lowered.facts(item).functions.find((one) => one.name === name);
  return [{ name, file, isStatic: item.isStatic, facts }];
}

/** Null where only the text tells: conditions may make several functions of one, and a macro may make any. */
function soleName(item: Item, catalog: Catalog): string | null {
  const [only, ...others] = item.defines;
  if (only?.kind !== 'function' || others.length > 0 || item.bare) return null;
  const { text } = catalog.texts[item.file] ?? { text: '' };
  const { start, end } = item.chunk;
  const isPlain = text.charAt(end - 1) === '}' && !/\n[ \t]*#[ \t]*(?:if|el)/.test(text.slice(start, end));
  return isPlain ? catalog.word(only.word) : null;
}

/** The number is told by the catalogue, so that it is the same whoever is asked for first. */
function idOf(facts: Promised, item: Item, catalog: Catalog, taken: Set<string>): string {
  const inFile = catalog.defining('function', facts.name).filter(({ file }) => file === item.file);
  const plain = `${facts.file}:${facts.name}`;
  let n = inFile.indexOf(item);
  let id = n > 0 ? `${plain}#${n}` : plain;
  for (n = inFile.length; taken.has(id); n++) id = `${plain}#${n}`;
  taken.add(id);
  return id;
}

/** The same question has the same answer. */
function remembering<T>(ask: (name: string, file: string) => T): (name: string, file: string) => T {
  const answers = new Map<string, Map<string, T>>();
  return (name, file) => {
    const byName = answers.get(file) ?? new Map<string, T>();
    answers.set(file, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const answer = ask(name, file);
    byName.set(name, answer);
    return answer;
  };
}
