// The index of a tree: what a name means in a file, who uses it, types, macros. It answers from the catalogue of words, and what
// an answer needs is parsed and lowered when it is asked for.
import { CALLS, knownCall, MARKS, type CallModel } from '../knowledge/calls.js';
import { catalogOf, type Catalog, type Text } from '../text/catalog.js';
import { constantsOf, macrosOf, variablesOf, type Variable } from './globals.js';
import type { Doing } from '../knowledge/doing.js';
import type { Expr, FileFacts, Fragment, MacroFacts, Parameter, Type } from '../facts/facts.js';
import type { Failure } from '../finding.js';
import { functionsOf, type Functions, type LinkedFunction } from './functions.js';
import { leadingOf, type Leading } from '../text/leading.js';
import { CALLED } from '../text/postings.js';
import { holdingOf } from '../text/holding.js';
import { writingOf, type Writing } from '../text/writing.js';
import { Lowered, type Share } from './lowered.js';
import type { Parser } from '../text/parse.js';
import { programsOf } from '../text/programs.js';
import { reachOf } from '../text/reach.js';
import type { Setting } from '../text/setting.js';
import { typesOf } from './types.js';
import type { Item } from '../text/words.js';

export type { LinkedFunction } from './functions.js';
export type { Variable } from './globals.js';
export { typeOf } from './types.js';

export interface Index {
  /** Functions that make a known call, by its own name, an alias or a macro, in the marked files. */
  readonly seeds: readonly LinkedFunction[];
  /** Whether the name means a function of the project there; nothing is parsed for it. */
  isFunction(name: string, file: string): boolean;
  /** The function that `name` means when called in `file`; null when it is not in the project. */
  functionNamed(name: string, file: string): LinkedFunction | null;
  /** The same, and those that stand in its place under other preprocessor conditions. */
  functionsNamed(name: string, file: string): readonly LinkedFunction[];
  /** Functions in whose text the word stands, itself or by way of macros; with a file, those of that file alone. */
  naming(word: string, file?: string): readonly LinkedFunction[];
  /** In how many functions and tables the word stands; nothing is parsed for it. */
  wordCount(word: string): number;
  /** Functions that may store into a member of that name, or take its address. */
  storing(field: string): readonly LinkedFunction[];
  /** How many they are, functions not lowered yet. */
  storerCount(field: string): number;
  /** Functions that may assign a variable of that name, or take its address. */
  assigning(name: string, file?: string): readonly LinkedFunction[];
  /** Functions that may initialise a local of that type member by member, without naming the members. */
  initialising(word: string): readonly LinkedFunction[];
  /** Functions that may call what a member of that name holds. */
  callingThrough(field: string): readonly LinkedFunction[];
  /** Variables outside of functions with an initialiser in which the word stands. */
  tablesNaming(word: string, file?: string): readonly Variable[];
  variableNamed(name: string, file: string): Variable | null;
  /** The value of a variable that nobody ever assigns; null when somebody may. */
  settled(name: string, file: string): Expr | null;
  /** A variable with an initialiser in braces that nobody ever writes to. */
  table(name: string, file: string): Variable | null;
  /** What a constant, an enumerator or an object-like macro stands for. */
  constant(name: string, file: string): Expr | null;
  fragment(name: string, file: string): { readonly macro: MacroFacts; readonly fragment: Fragment } | null;
  /** The model of a call by name and number of arguments; a function of the project with that name wins over the table. */
  model(name: string, file: string, args?: number): CallModel | null;
  /** The members of a structure; of several definitions, those that the file sees. */
  fields(base: string, file?: string): readonly Parameter[] | null;
  /** Follows typedefs to the type they name. */
  resolve(type: Type, file?: string): Type;
  /** The programs, as ids of their `main`, that reach the function by the words in their items; none for a library. */
  programsOf(fn: LinkedFunction): readonly string[];
  /** Whether the function makes such a call, or calls somebody who does, by the words in the items. */
  leadsTo(fn: LinkedFunction, any: readonly Doing[]): boolean;
  /** Whether it makes such a call within a few calls. */
  leadsSoonTo(fn: LinkedFunction, any: readonly Doing[]): boolean;
  /** Whether it calls through pointers, itself or in what it calls: then it may lead further than words tell. */
  leadsToPointers(fn: LinkedFunction): boolean;
  /** Names of members and variables that it may assign, itself or in what it calls by name, by the words in the items. */
  writes(fn: LinkedFunction): Writing;
  /** Whether it names a member or a variable that is an fd_set. */
  holdsSet(fn: LinkedFunction): boolean;
  /** Whether it calls a function of the tree or a known one by name. */
  callsByName(fn: LinkedFunction): boolean;
  /** Whether some function leads to both. */
  near(one: LinkedFunction, other: LinkedFunction): boolean;
  /** The functions of one file, in order. */
  functionsIn(file: string): readonly LinkedFunction[];
  parsed(): Share;
  /** All facts of one file: lowers every item of it. */
  fileFacts(file: string): FileFacts;
  /** Items on which lowering failed; the others are there. */
  failures(): readonly Failure[];
}

export function openIndex(
  files: readonly Text[],
  parser: Parser,
  models: ReadonlyMap<string, CallModel>,
  isMarked: (path: string) => boolean,
  setting: Setting | null = null,
): Index {
  const catalog = catalogOf(files, setting);
  const lowered = new Lowered(catalog, parser);
  const fragment = macrosOf(catalog, lowered);
  const known = knownNames(models);
  let likely: ReadonlySet<Item> | null = null;
  const isLikely = (item: Item): boolean => (likely ??= new Set(catalog.calling(known))).has(item);
  const functions = functionsOf(catalog, lowered, fragment, isLikely);
  const programs = programsOf(catalog);
  const reach = reachOf(catalog);
  let seeds: readonly LinkedFunction[] | null = null;
  const every = (items: readonly Item[], file?: string): readonly LinkedFunction[] =>
    linked(items, functions, file === undefined ? null : catalog.fileOf(file));
  return {
    get seeds() {
      return (seeds ??= every(seedItems(catalog, known, models, isMarked)));
    },
    isFunction: (name, file) => functions.isNamed(name, file),
    functionNamed: (name, file) => functions.named(name, file),
    functionsNamed: (name, file) => functions.alternatives(name, file),
    naming: (word, file) => every(catalog.naming(word), file),
    wordCount: (word) => catalog.naming(word).length,
    ...deedsOf(catalog, every),
    ...variablesOf(catalog, lowered, functions),
    constant: constantsOf(catalog, lowered),
    fragment,
    model: (name, file, args) => models.get(name) ?? (functions.isNamed(name, file) ? null : knownCall(name, args)),
    ...typesOf(catalog, lowered),
    programsOf: (fn) => {
      const item = functions.itemOf(fn);
      return item ? programs(item) : [];
    },
    near: (one, other) => {
      const [a, b] = [functions.itemOf(one), functions.itemOf(other)];
      return a !== null && b !== null && reach.near(a, b);
    },
    ...leadsOf(functions, leadingOf(catalog, new Map([...CALLS, ...models])), catalog),
    functionsIn: (path) => every(catalog.items.filter((item) => item.file === catalog.fileOf(path))),
    parsed: () => lowered.parsed(),
    fileFacts: (file) => factsOf(file, catalog, lowered),
    failures: () => lowered.failures,
  };
}

const NOTHING: Writing = { names: new Set(), pointers: false };

type Leads = Pick<Index, 'leadsTo' | 'leadsSoonTo' | 'leadsToPointers' | 'writes' | 'holdsSet' | 'callsByName'>;

function leadsOf(functions: Functions, leading: Leading, catalog: Catalog): Leads {
  const writing = writingOf(catalog);
  const holding = holdingOf('fd_set', catalog);
  const told = (fn: LinkedFunction, tell: (item: Item) => boolean): boolean => {
    const item = functions.itemOf(fn);
    return item !== null && tell(item);
  };
  return {
    leadsTo: (fn, any) => told(fn, (item) => leading.to(item, any)),
    leadsSoonTo: (fn, any) => told(fn, (item) => leading.soonTo(item, any)),
    writes: (fn) => {
      const item = functions.itemOf(fn);
      return item ? writing(item) : NOTHING;
    },
    holdsSet: (fn) => told(fn, holding),
    callsByName: (fn) => told(fn, (item) => callsByName(item, catalog)),
    leadsToPointers: (fn) => told(fn, (item) => leading.toPointers(item)),
  };
}

function callsByName(item: Item, catalog: Catalog): boolean {
  return catalog.wordsIn(item, CALLED).some((word) => {
    if (catalog.definingWord('macro', word).length > 0) return false;
    const own = item.defines.some((one) => one.word === word);
    return !own && (catalog.definingWord('function', word).length > 0 || CALLS.has(catalog.word(word)));
  });
}

type Deeds = Pick<Index, 'storing' | 'storerCount' | 'assigning' | 'initialising' | 'callingThrough'>;

function deedsOf(catalog: Catalog, every: (items: readonly Item[], file?: string) => readonly LinkedFunction[]): Deeds {
  const initialising = new Map<string, readonly Item[]>();
  return {
    storing: (field) => every(catalog.doing('store', field)),
    storerCount: (field) => catalog.doing('store', field).length,
    assigning: (name, file) => every(catalog.doing('assign', name), file),
    initialising: (word) => {
      const items = initialising.get(word) ?? initialisers(word, catalog);
      initialising.set(word, items);
      return every(items);
    },
    callingThrough: (field) => every(catalog.doing('call', field)),
  };
}

/** Calls for which a function is worth a look: all that make, change, use or end a descriptor. */
function knownNames(models: ReadonlyMap<string, CallModel>): ReadonlySet<string> {
  const own = [...CALLS].flatMap(([name, model]) =>
    MARKS.has(name) || !/^(nothing|set|copy|allocate|release|end)$/.test(model.does) || name === 'pthread_exit'
      ? [name]
      : [],
  );
  return new Set([...own, ...models.keys()]);
}

/** A function of the project that has the name of a known call is the project's own. */
function seedItems(
  catalog: Catalog,
  known: ReadonlySet<string>,
  models: ReadonlyMap<string, CallModel>,
  isMarked: (path: string) => boolean,
): readonly Item[] {
  const marked = catalog.texts.map(({ path }) => isMarked(path));
  const found = new Set<Item>();
  for (const name of known) {
    const own = models.has(name) ? [] : catalog.defining('function', name);
    for (const item of catalog.calling([name])) {
      if (item.role !== 'function' || !marked[item.file]) continue;
      if (own.length === 0 || catalog.includes.ordered(own, item.file).length === 0) found.add(item);
    }
  }
  return [...found].sort((a, b) => a.file - b.file || a.chunk.start - b.chunk.start);
}

/** `struct conn c = { fd, read_it }`, told from the text. */
function initialisers(word: string, catalog: Catalog): readonly Item[] {
  if (!/^\w+$/.test(word)) return [];
  const pattern = new RegExp(`\\b${word}\\s+\\w+\\s*(?:\\[[^\\]]*\\]\\s*)*=\\s*\\{\\s*[^.}\\s]`);
  return catalog.naming(word).filter((item) => {
    if (item.role !== 'function') return false;
    return pattern.test(catalog.texts[item.file]?.text.slice(item.chunk.start, item.chunk.end) ?? '');
  });
}

function linked(items: readonly Item[], functions: Functions, file: number | null): readonly LinkedFunction[] {
  return items.flatMap((item) =>
    item.role === 'function' && (file === null || item.file === file) ? functions.of(item) : [],
  );
}

function factsOf(path: string, catalog: Catalog, lowered: Lowered): FileFacts {
  const file = catalog.fileOf(path);
  const own = catalog.items.filter((item) => item.file === file);
  const chunks = own.filter((item) => !item.macro).map((item) => lowered.facts(item));
  return {
    file: path,
    functions: chunks.flatMap((chunk) => chunk.functions),
    macros: own.flatMap((item) => (item.macro ? (lowered.macro(item)?.macro ?? []) : [])),
    structs: chunks.flatMap((chunk) => chunk.structs),
    typedefs: new Map(chunks.flatMap((chunk) => [...chunk.typedefs])),
    constants: new Map(chunks.flatMap((chunk) => [...chunk.constants])),
    variables: chunks.flatMap((chunk) => chunk.variables),
  };
}
