// Types across the tree: what a typedef stands for, the members of a structure, and the type of an expression in its function.
import type { Catalog } from '../text/catalog.js';
import type { CallOperation, Expr, Graph, Parameter, Type } from '../facts/facts.js';
import type { Index, LinkedFunction } from './link.js';
import type { Lowered } from './lowered.js';
import { UNKNOWN_TYPE } from '../facts/lower-type.js';

const BUILTIN_STRUCTS: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ['struct epoll_event', [field('events', 'uint32_t'), field('data', 'epoll_data_t')]],
  ['epoll_data_t', [field('ptr', 'void', 1), field('fd', 'int'), field('u32', 'uint32_t'), field('u64', 'uint64_t')]],
  ['struct timeval', [field('tv_sec', 'time_t'), field('tv_usec', 'long')]],
  ['struct timespec', [field('tv_sec', 'time_t'), field('tv_nsec', 'long')]],
  ['struct pollfd', [field('fd', 'int'), field('events', 'short'), field('revents', 'short')]],
]);

function field(name: string, base: string, pointers = 0): Parameter {
  return { name, type: { ...UNKNOWN_TYPE, base, pointers } };
}

/** Types of the C library mean themselves: what a tree defines under these names is for systems that lack them. */
const STANDARD =
  /^(?:s?size|off|off64|time|clock|pid|uid|gid|mode|dev|ino|socklen|u?int(?:8|16|32|64|ptr|max)|ptrdiff)_t$/;

/** Typedefs are followed this deep. */
const MAX_DEPTH = 8;

export function typesOf(catalog: Catalog, lowered: Lowered): Pick<Index, 'fields' | 'resolve'> {
  const typedefs = new Map<string, Type | null>();
  const structs = new Map<string, readonly Parameter[] | null>();
  const typedefNamed = (name: string, file: number): Type | null => {
    const items = catalog.defining('typedef', name);
    if (items.length === 0) return null;
    return remembered(typedefs, keyOf(name, items.length, file), () => {
      for (const item of catalog.includes.ordered(items, file)) {
        const type = lowered.facts(item).typedefs.get(name);
        if (type) return type;
      }
      return null;
    });
  };
  return {
    resolve: (type, path) => {
      const file = path === undefined ? -1 : catalog.fileOf(path);
      let current = type;
      for (let i = 0; i < MAX_DEPTH; i++) {
        const named = STANDARD.test(current.base) ? null : typedefNamed(current.base, file);
        if (!named || named.base === current.base) break;
        current = joined(current, named);
      }
      return current;
    },
    fields: (base, path) => {
      const word = base.slice(base.indexOf(' ') + 1);
      // A structure without a name is known by its place, once somebody has met a type that has it.
      if (word.startsWith('@')) return lowered.unnamed(base, path === undefined ? -1 : catalog.fileOf(path));
      const items = catalog.defining('tag', word);
      if (items.length === 0) return BUILTIN_STRUCTS.get(base) ?? null;
      const file = path === undefined ? -1 : catalog.fileOf(path);
      return remembered(structs, keyOf(base, items.length, file), () => {
        for (const item of catalog.includes.ordered(items, file)) {
          const found = lowered.facts(item).structs.find(({ name }) => name === base);
          if (found) return found.fields;
        }
        return BUILTIN_STRUCTS.get(base) ?? null;
      });
    },
  };
}

/** Where one definition exists, all files mean it. */
function keyOf(name: string, count: number, file: number): string {
  return count === 1 ? name : `${file}:${name}`;
}

function remembered<T>(known: Map<string, T | null>, key: string, find: () => T | null): T | null {
  const found = known.get(key);
  if (found !== undefined) return found;
  // A type that is met while it is looked for is not known yet.
  known.set(key, null);
  const value = find();
  known.set(key, value);
  return value;
}

function joined(outer: Type, named: Type): Type {
  return {
    base: named.base,
    pointers: outer.pointers + named.pointers,
    dimensions: [...outer.dimensions, ...named.dimensions],
    isFunction: outer.isFunction || named.isFunction,
  };
}

/** The type of an expression as its function sees it; `?` where it cannot be told. */
export function typeOf(expr: Expr, fn: LinkedFunction, index: Index): Type {
  const { file } = fn.facts;
  const go = (e: Expr): Type => typeOf(e, fn, index);
  switch (expr.op) {
    case 'name': {
      const local = fn.facts.locals.get(expr.name);
      if (local) return index.resolve(local.type, file);
      const variable = index.variableNamed(expr.name, file);
      return variable ? index.resolve(variable.type, variable.file) : UNKNOWN_TYPE;
    }
    case 'member': {
      const found = fieldOf(go(expr.of).base, expr.field, index, file);
      return found ? index.resolve(found, file) : UNKNOWN_TYPE;
    }
    case 'index':
    case 'deref': {
      const of = go(expr.of);
      if (of.dimensions.length > 0) return { ...of, dimensions: of.dimensions.slice(1) };
      return { ...of, pointers: Math.max(0, of.pointers - 1) };
    }
    case 'address': {
      const of = go(expr.of);
      return { ...of, pointers: of.pointers + 1 };
    }
    case 'cast':
      return index.resolve(expr.type, file);
    case 'temp':
      return temporaryType(expr.id, fn, index);
    case 'binary':
      return go(expr.left);
    default:
      return UNKNOWN_TYPE;
  }
}

const makers = new WeakMap<Graph, ReadonlyMap<number, CallOperation>>();

/** Who makes each temporary; looked for once a graph. */
function makersIn(graph: Graph): ReadonlyMap<number, CallOperation> {
  const known = makers.get(graph);
  if (known) return known;
  const calls = new Map<number, CallOperation>();
  for (const operation of graph.operations) if (operation.kind === 'call') calls.set(operation.temp, operation);
  makers.set(graph, calls);
  return calls;
}

function temporaryType(id: number, fn: LinkedFunction, index: Index): Type {
  const maker = makersIn(fn.graph).get(id);
  if (maker?.callee.op !== 'name') return UNKNOWN_TYPE;
  const callee = index.functionNamed(maker.callee.name, fn.facts.file);
  return callee ? index.resolve(callee.facts.returns, callee.facts.file) : UNKNOWN_TYPE;
}

/** A member without a name lends its own members. */
function fieldOf(base: string, name: string, index: Index, file: string): Type | null {
  for (const member of index.fields(base, file) ?? []) {
    if (member.name === name) return member.type;
    const inner = member.name === '' ? fieldOf(index.resolve(member.type, file).base, name, index, file) : null;
    if (inner) return inner;
  }
  return null;
}
