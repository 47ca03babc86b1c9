// Types and declarators: the part of lowering that reads declarations.
import type { Syntax } from './parse.js';
import type { Expr, Parameter, Type } from './facts.js';

export const UNKNOWN_TYPE: Type = { base: '?', pointers: 0, dimensions: [], isFunction: false };

/** What lowering of declarations needs from its surroundings: the text, and how an expression is lowered. */
export interface Reader {
  /** Offset of the chunk in its file: makes the names of unnamed types unique. */
  readonly base: number;
  text(node: Syntax): string;
  pure(node: Syntax): Expr;
  /** Called for each struct, union or enum with a body. */
  body(node: Syntax, name: string): void;
}

export function child(node: Syntax, field: string): Syntax | undefined {
  return node.children.find((c) => c.field === field);
}

/** The base type that a declaration's specifiers name. */
export function baseType(node: Syntax, reader: Reader): Type {
  const type = child(node, 'type');
  if (!type) return UNKNOWN_TYPE;
  return { ...UNKNOWN_TYPE, base: specifierName(type, reader) };
}

function specifierName(type: Syntax, reader: Reader): string {
  const tag = /^(struct|union|enum)_specifier$/.exec(type.type)?.[1];
  if (!tag) return reader.text(type).replace(/\s+/g, ' ');
  const named = child(type, 'name');
  const body = child(type, 'body');
  const name = named ? `${tag} ${reader.text(named)}` : `${tag} @${reader.base + type.start}`;
  if (body) reader.body(type, name);
  return name;
}

export interface Declared {
  readonly name: string;
  readonly type: Type;
  readonly parameters: Syntax | null;
  readonly at: Syntax;
}

/** The name and full type of a declarator, inside out: `*x[3]`, `(*f)(int)`. */
export function declared(declarator: Syntax, base: Type, reader: Reader): Declared {
  let node: Syntax | undefined = declarator;
  let type = base;
  let parameters: Syntax | null = null;
  while (node) {
    if (node.type === 'init_declarator') {
      node = child(node, 'declarator');
      continue;
    }
    if (node.type.endsWith('pointer_declarator')) type = { ...type, pointers: type.pointers + 1 };
    else if (node.type.endsWith('array_declarator')) {
      const size = child(node, 'size');
      type = { ...type, dimensions: [size ? reader.pure(size) : null, ...type.dimensions] };
    } else if (node.type.endsWith('function_declarator')) {
      parameters = child(node, 'parameters') ?? null;
      type = { ...type, isFunction: true };
    } else if (!/parenthesized_declarator|attributed_declarator/.test(node.type)) {
      return { name: reader.text(node), type, parameters, at: node };
    }
    node = child(node, 'declarator') ?? node.children.find((c) => /declarator|identifier/.test(c.type));
  }
  return { name: '', type, parameters, at: declarator };
}

export function parametersOf(list: Syntax | null, reader: Reader): Parameter[] {
  const result: Parameter[] = [];
  for (const node of list?.children ?? []) {
    if (node.type === 'identifier') result.push({ name: reader.text(node), type: UNKNOWN_TYPE });
    if (node.type !== 'parameter_declaration') continue;
    const base = baseType(node, reader);
    const declarator = child(node, 'declarator');
    if (declarator) {
      const { name, type } = declared(declarator, base, reader);
      result.push({ name, type });
    } else if (base.base !== 'void') result.push({ name: '', type: base });
  }
  return result;
}

export function fieldsOf(body: Syntax, reader: Reader): Parameter[] {
  const result: Parameter[] = [];
  for (const node of flattened(body.children)) {
    if (node.type !== 'field_declaration') continue;
    const base = baseType(node, reader);
    const declarators = node.children.filter((c) => c.field === 'declarator');
    for (const declarator of declarators) {
      const { name, type } = declared(declarator, base, reader);
      result.push({ name, type });
    }
    if (declarators.length === 0) result.push({ name: '', type: base });
  }
  return result;
}

/** Field lists go through conditionals: all alternatives are members. */
function* flattened(nodes: readonly Syntax[]): Generator<Syntax> {
  for (const node of nodes) {
    if (node.type.startsWith('preproc_') || node.type === 'ERROR') yield* flattened(node.children);
    else yield node;
  }
}
