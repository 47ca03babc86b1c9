// Which chunks must be parsed: those that name a known call, what leads to them, and what they name. One pass over the tokens
// tells what each chunk defines and uses; a chunk that nobody asks for is never parsed.
import { CALLS, MARKS, type CallModel } from './calls.js';
import { cut, type Chunk } from './chunk.js';

export interface Text {
  readonly path: string;
  readonly text: string;
}

/** The chunks of each file that are wanted, in order; directives are always among them. */
export type Demand = ReadonlyMap<string, readonly Chunk[]>;

export function demand(
  files: readonly Text[],
  models: ReadonlyMap<string, CallModel> = new Map(),
  isMarked: (path: string) => boolean = () => true,
): Demand {
  const items = files.flatMap(itemsOf);
  const graph = graphOf(items);
  const leading = upward(
    seedsOf(
      items.filter((item) => isMarked(item.file)),
      [...SEEDS, ...models.keys()],
    ),
    graph,
  );
  const wanted = downward(leading, graph);
  const result = new Map<string, Chunk[]>(files.map((file) => [file.path, []]));
  for (const item of items) if (item.role === 'macro' || wanted.has(item)) result.get(item.file)?.push(item.chunk);
  return result;
}

interface Item {
  readonly file: string;
  readonly chunk: Chunk;
  readonly text: string;
  /** A table is a variable with an initialiser: it may hold functions. */
  readonly role: 'function' | 'table' | 'type' | 'macro';
  /** Seen in its own file only. */
  readonly isPrivate: boolean;
  readonly defines: readonly string[];
}

/** Calls for which the walker enters a function: all that make, change, use or end a descriptor. */
const SEEDS: readonly string[] = [...CALLS].flatMap(([name, model]) =>
  MARKS.has(name) || !/^(nothing|set|copy|allocate|end)$/.test(model.does) || name === 'pthread_exit' ? [name] : [],
);
const NAME = /[A-Za-z_]\w*/g;

function itemsOf(file: Text): Item[] {
  const items: Item[] = [];
  for (const chunk of cut(file.text)) {
    const text = file.text.slice(chunk.start, chunk.end);
    const item = chunk.kind === 'directive' ? macroItem(file.path, chunk, text) : codeItem(file.path, chunk, text);
    if (item) items.push(item);
  }
  return items;
}

function macroItem(file: string, chunk: Chunk, text: string): Item | null {
  const name = /^#\s*define\s+(\w+)/.exec(text)?.[1];
  return name === undefined ? null : { file, chunk, text, role: 'macro', isPrivate: false, defines: [name] };
}

function codeItem(file: string, chunk: Chunk, text: string): Item | null {
  const brace = text.indexOf('{');
  const head = plainHead(brace < 0 ? text : text.slice(0, brace));
  const isTable = /(^|[^=!<>])=[^=]/.test(head);
  const isPrivate = !file.endsWith('.h') && /\bstatic\b/.test(head);
  const isTypedef = /^\s*typedef\b/.test(head);
  if (brace >= 0 && !isTable && !isTypedef && head.includes('(')) {
    return { file, chunk, text, role: 'function', isPrivate, defines: functionNames(head, text) };
  }
  if (brace < 0 && !isTable && !isTypedef && isPrototype(head)) return null;
  const defines = [...declaredNames(text, brace), ...tags(text)];
  // A missing brace or semicolon lets an item swallow the functions behind it.
  const swallowed = brace >= 0 && /\n[A-Za-z_][^;={}]*\)\s*\{/.test(text);
  if (swallowed) return { file, chunk, text, role: 'function', isPrivate, defines: [...defines, ...lineNames(text)] };
  return { file, chunk, text, role: isTable ? 'table' : 'type', isPrivate, defines };
}

function plainHead(head: string): string {
  return head.includes('/*') || head.includes('//') ? head.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ') : head;
}

/** A declaration of a function says nothing that its definition or its use does not say. */
function isPrototype(head: string): boolean {
  return (
    head.includes('(') &&
    !/\(\s*(?:\w+\s*)?\*\s*(?:const\s+)?\w/.test(head.slice(0, head.indexOf(')') + 1)) &&
    /\)[^)]*;\s*$/.test(head) &&
    !/\)\s*[A-Za-z]\w*\s*(?:\[[^\]]*\]\s*)*;\s*$/.test(head)
  );
}

function functionNames(head: string, text: string): string[] {
  const names = [...head.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map((match) => match[1] ?? '');
  return [...new Set([...names, ...lineNames(text)])];
}

/** Names before a parenthesis on lines that begin in column 0: further functions of a chunk whose braces do not balance. */
function lineNames(text: string): string[] {
  return [...text.matchAll(/^(?:[A-Za-z_][\w \t*]*[ \t*])?([A-Za-z_]\w*)[ \t]*\(/gm)].map((match) => match[1] ?? '');
}

function tags(text: string): string[] {
  const names = [...text.matchAll(/\b(?:struct|union|enum)\s+([A-Za-z_]\w*)\s*\{/g)].map((match) => match[1] ?? '');
  for (const list of text.matchAll(/\benum\b[^{;]*\{([^}]*)\}/g)) {
    for (const item of plainHead(list[1] ?? '').matchAll(/(?:^|,)\s*([A-Za-z_]\w*)/g)) names.push(item[1] ?? '');
  }
  return names;
}

/** The declarators outside of braces; a type's own name before a parenthesis does no harm. */
function declaredNames(text: string, brace: number): string[] {
  const last = text.lastIndexOf('}');
  const outside = brace < 0 || last < brace ? text : `${text.slice(0, brace)} ${text.slice(last + 1)}`;
  return [...plainHead(outside).matchAll(/([A-Za-z_]\w*)\s*(?=[,;=[()]|$)/g)].map((match) => match[1] ?? '');
}

interface Graph {
  /** Who defines a name that all files see. */
  readonly shared: ReadonlyMap<string, readonly Item[]>;
  /** Who defines a name that one file sees, by file. */
  readonly own: ReadonlyMap<string, ReadonlyMap<string, readonly Item[]>>;
  /** Who names it. */
  readonly users: ReadonlyMap<string, readonly Item[]>;
  /** Who calls what a field of this name holds. */
  readonly throughField: ReadonlyMap<string, readonly Item[]>;
  /** The names in an item that somebody defines. */
  readonly uses: ReadonlyMap<Item, readonly string[]>;
}

const FIELD_CALL = /(?:->|\.)\s*([A-Za-z_]\w*)\s*(?:\[[^\]]*\]\s*)?\)?\s*\(/g;
const FIELD_SET = /(?:->|\.)\s*([A-Za-z_]\w*)\s*=[^=]/g;

function graphOf(items: readonly Item[]): Graph {
  const shared = new Map<string, Item[]>();
  const own = new Map<string, Map<string, Item[]>>();
  const defined = new Set<string>();
  for (const item of items) {
    const into = item.isPrivate ? (own.get(item.file) ?? new Map<string, Item[]>()) : shared;
    if (item.isPrivate) own.set(item.file, into);
    for (const name of item.defines) {
      note(into, name, item);
      defined.add(name);
    }
  }
  const users = new Map<string, Item[]>();
  const throughField = new Map<string, Item[]>();
  const uses = new Map<Item, readonly string[]>();
  for (const item of items) {
    const names = new Set<string>();
    for (const name of item.text.match(NAME) ?? []) if (defined.has(name)) names.add(name);
    uses.set(item, [...names]);
    for (const name of names) note(users, name, item);
    if (item.role !== 'function' && item.role !== 'macro') continue;
    for (const name of found(item.text, FIELD_CALL)) note(throughField, name, item);
  }
  return { shared, own, users, throughField, uses };
}

function note(into: Map<string, Item[]>, name: string, item: Item): void {
  const known = into.get(name);
  if (!known) into.set(name, [item]);
  else if (known.at(-1) !== item) known.push(item);
}

function found(text: string, pattern: RegExp): Set<string> {
  return new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ''));
}

/** Functions that make a known call, and macros that name one: `#define my_read read` is an alias. */
function seedsOf(items: readonly Item[], names: readonly string[]): Item[] {
  const any = names.map((name) => name.replaceAll('$', '\\$')).join('|');
  const call = new RegExp(`\\b(?:${any})\\s*\\(`);
  const alias = new RegExp(`^#\\s*define\\s+\\w+\\s+\\(?(?:${any})\\b`);
  return items.filter((item) => call.test(item.text) || (item.role === 'macro' && alias.test(item.text)));
}

/** Whoever makes a known call, and whoever may call or hold one who does. Each name is followed once. */
function upward(seeds: readonly Item[], graph: Graph): ReadonlySet<Item> {
  const reached = new Set<Item>();
  const work: Item[] = [];
  const followed = new Set<string>();
  const reach = (item: Item): void => {
    if (reached.has(item) || item.role === 'type') return;
    reached.add(item);
    work.push(item);
  };
  const held = fieldsHeld(graph, (field) => {
    for (const user of graph.throughField.get(field) ?? []) reach(user);
  });
  for (const item of seeds) reach(item);
  for (let item = work.pop(); item; item = work.pop()) {
    const { file, isPrivate } = item;
    for (const name of item.defines) {
      const key = isPrivate ? `${file}:${name}` : name;
      if (followed.has(key)) continue;
      followed.add(key);
      for (const user of graph.users.get(name) ?? []) if (!isPrivate || user.file === file) reach(user);
    }
    held(item);
  }
  return reached;
}

/** Tells, once each, the fields that somebody calls through and that an item, or what it calls, puts something into. */
function fieldsHeld(graph: Graph, tell: (field: string) => void): (item: Item) => void {
  const told = new Set<string>();
  const seen = new Set<Item>();
  const followed = { table: new Set<string>(), function: new Set<string>() };
  const add = (fields: Iterable<string>): void => {
    for (const field of fields) {
      if (told.has(field) || !graph.throughField.has(field)) continue;
      told.add(field);
      tell(field);
    }
  };
  const sets = (item: Item): void => {
    if (seen.has(item)) return;
    seen.add(item);
    add(found(item.text, FIELD_SET));
  };
  return (item) => {
    sets(item);
    for (const other of named(item, graph, item.role === 'table' ? followed.table : followed.function)) {
      if (item.role === 'table' && other.role === 'type') add(other.text.match(NAME) ?? []);
      else if (other.role === 'function') sets(other);
    }
  };
}

/** All that these name: types, variables, constants, and the functions they call, all the way down. */
function downward(from: ReadonlySet<Item>, graph: Graph): ReadonlySet<Item> {
  const wanted = new Set(from);
  const work = [...from];
  const followed = { type: new Set<string>(), code: new Set<string>() };
  for (let item = work.pop(); item; item = work.pop()) {
    const isType = item.role === 'type';
    for (const other of named(item, graph, isType ? followed.type : followed.code)) {
      // A type's fields may be called like functions; it asks for types and constants only.
      if (wanted.has(other) || (isType && (other.role === 'function' || other.role === 'table'))) continue;
      wanted.add(other);
      work.push(other);
    }
  }
  return wanted;
}

/** Whom an item names; what all files see is given for the first one only who names it. */
function* named(item: Item, graph: Graph, followed: Set<string>): Generator<Item> {
  const own = graph.own.get(item.file);
  for (const name of graph.uses.get(item) ?? []) {
    yield* own?.get(name) ?? [];
    if (followed.has(name)) continue;
    followed.add(name);
    yield* graph.shared.get(name) ?? [];
  }
}
