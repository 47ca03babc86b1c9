// Where lowering is: the chunk it reads, what it has collected of it, and how types and statements are read there.
import type { Literal } from '../text/chunk.js';
import type { Expr, FunctionFacts, StructFacts, Type, VariableFacts } from './facts.js';
import { GraphBuilder } from './lower-graph.js';
import { lowerExpr, UNKNOWN, type Lowering } from './lower-expr.js';
import { number } from './lower-literal.js';
import { lowerStatements } from './lower-statement.js';
import { columnOf } from './lower-tokens.js';
import { child, fieldsOf, type Reader } from './lower-type.js';
import type { Syntax } from '../text/parse.js';

/** The facts of a chunk or of a file while they are gathered. */
export interface Collected {
  readonly functions: FunctionFacts[];
  readonly structs: StructFacts[];
  readonly typedefs: Map<string, Type>;
  readonly constants: Map<string, Expr>;
  readonly variables: VariableFacts[];
}

export function nothing(): Collected {
  return { functions: [], structs: [], typedefs: new Map(), constants: new Map(), variables: [] };
}

export interface Place {
  readonly file: string;
  /** Text of the chunk. */
  readonly text: string;
  /** Where the chunk begins in its file. */
  readonly base: number;
  readonly presence: readonly Literal[];
  readonly collected: Collected;
  /** Told of declarations that are none. */
  readonly misread: () => void;
}

export function readerOf(place: Place): Reader {
  const reader: Reader = {
    base: place.base,
    text: (node) => place.text.slice(node.start, node.end),
    pure: (node) => {
      // Most sizes, labels and values are one word.
      if (node.type === 'number_literal') return number(reader.text(node));
      if (node.type === 'identifier')
        return { op: 'name', name: reader.text(node), span: { start: node.start, end: node.end } };
      return lowerExpr(node, loweringOf(place, reader, new GraphBuilder(true), ignored));
    },
    body: (node, name) => {
      const fields = child(node, 'body');
      if (!fields) return;
      if (node.type === 'enum_specifier') lowerEnum(fields, place, reader);
      else place.collected.structs.push({ name, fields: fieldsOf(fields, reader) });
    },
    typeOfLocal: () => null,
  };
  return reader;
}

function ignored(): void {
  // Values hold no functions.
}

/** How statements and expressions are read; `nested` is told of functions inside of the function. */
export function loweringOf(
  place: Place,
  reader: Reader,
  builder: GraphBuilder,
  nested: (node: Syntax) => void,
): Lowering {
  const low: Lowering = {
    base: reader.base,
    text: (node) => reader.text(node),
    pure: (node) => (node.type === 'identifier' ? lowerExpr(node, low) : resolved(node, place, reader, builder)),
    body: (node, name) => {
      reader.body(node, name);
    },
    typeOfLocal: (name) => builder.locals.get(builder.resolve(name))?.type ?? null,
    builder,
    effects: new Map(),
    cases: new Map(),
    block: (node) => {
      builder.openScope();
      const value = lowerStatements(node.children, low);
      builder.closeScope();
      return value ?? UNKNOWN;
    },
    misread: place.misread,
    nested,
    column: (node) => columnOf(place.text, node.start),
  };
  return low;
}

/** The value of an expression inside of a function, without what it does: its names are those of the place. */
function resolved(node: Syntax, place: Place, reader: Reader, builder: GraphBuilder): Expr {
  if (node.type === 'number_literal') return number(reader.text(node));
  return lowerExpr(node, loweringOf(place, reader, new GraphBuilder(true, builder), ignored));
}

function lowerEnum(list: Syntax, place: Place, reader: Reader): void {
  let previous: Expr | null = null;
  let offset = 0;
  const add = (item: Syntax): void => {
    const name = child(item, 'name');
    // Alternatives under `#if` are all enumerators.
    if (item.type !== 'enumerator' || !name) {
      if (item.type.startsWith('preproc_') || item.type === 'ERROR') for (const part of item.children) add(part);
      return;
    }
    const given = child(item, 'value');
    if (given) [previous, offset] = [reader.pure(given), 0];
    place.collected.constants.set(reader.text(name), offsetFrom(previous, offset));
    offset++;
  };
  for (const item of list.children) add(item);
}

function offsetFrom(first: Expr | null, offset: number): Expr {
  const by: Expr = { op: 'int', value: offset };
  if (first === null) return by;
  if (offset === 0) return first;
  return first.op === 'int'
    ? { op: 'int', value: first.value + offset }
    : { op: 'binary', sign: '+', left: first, right: by };
}
