// Types and declarators: the part of lowering that reads declarations.
import type { Syntax } from '../text/parse.js';
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
  /** The type of a local that is known so far: `typeof(x)`. */
  typeOfLocal(name: string): Type | null;
}

export function child(node: Syntax, field: string): Syntax | undefined {
  for (const part of node.children) if (part.field === field) return part;
  return undefined;
}

/** The base type that a declaration's specifiers name. */
export function baseType(node: Syntax, reader: Reader): Type {
  const type = child(node, 'type');
  if (!type) return UNKNOWN_TYPE;
  if (type.type === 'macro_type_specifier') return macroType(type, reader);
  return named(specifierName(type, reader));
}

function named(base: string): Type {
  return { base, pointers: 0, dimensions: [], isFunction: false };
}

const TAGS: ReadonlyMap<string, string> = new Map([
  ['struct_specifier', 'struct'],
  ['union_specifier', 'union'],
  ['enum_specifier', 'enum'],
]);

export function isTagged(node: Syntax): boolean {
  return TAGS.has(node.type);
}

function specifierName(type: Syntax, reader: Reader): string {
  const tag = TAGS.get(type.type);
  if (tag === undefined) {
    const text = reader.text(type);
    return type.type === 'sized_type_specifier' ? text.replace(/\s+/g, ' ') : text;
  }
  const tagName = child(type, 'name');
  const body = child(type, 'body');
  const name = tagName
    ? `${tag} ${reader.text(tagName)}`
    : `${tag} @${reader.base + type.start}+${type.end - type.start}`;
  if (body) reader.body(type, name);
  return name;
}

const TYPE_OF: ReadonlySet<string> = new Set(['typeof', '__typeof__', '__typeof']);

/** Macros that say who may see a function of the type that they are given. */
const EXPORTS = /API|EXPORT|IMPORT|EXTERN|PUBLIC|DECL/i;

/** `NAME(type)`: the type of a local after `typeof`; what a macro with another name makes of its type is told by the macro. */
function macroType(node: Syntax, reader: Reader): Type {
  const [name, type] = [child(node, 'name'), child(node, 'type')];
  if (name && type && TYPE_OF.has(reader.text(name))) {
    const of = reader.typeOfLocal(reader.text(type).trim());
    if (of) return of;
  } else if (name && type && EXPORTS.test(reader.text(name))) return baseType(type, reader);
  return named(reader.text(node));
}

export function isStorage(node: Syntax, word: string, reader: Reader): boolean {
  return node.type === 'storage_class_specifier' && reader.text(node) === word;
}

export interface Declared {
  readonly name: string;
  readonly type: Type;
  readonly parameters: Syntax | null;
  readonly at: Syntax;
}

const POINTERS: ReadonlySet<string> = new Set(['pointer_declarator', 'abstract_pointer_declarator']);
const ARRAYS: ReadonlySet<string> = new Set(['array_declarator', 'abstract_array_declarator']);
const FUNCTIONS: ReadonlySet<string> = new Set(['function_declarator', 'abstract_function_declarator']);
const WRAPPERS: ReadonlySet<string> = new Set([
  'init_declarator',
  'parenthesized_declarator',
  'abstract_parenthesized_declarator',
  'attributed_declarator',
]);

/** The name and full type of a declarator, inside out: `*x[3]`, `(*f)(int)`. */
export function declared(declarator: Syntax, base: Type, reader: Reader): Declared {
  let { pointers, dimensions, isFunction } = base;
  let parameters: Syntax | null = null;
  const type = (): Type =>
    pointers === base.pointers && dimensions === base.dimensions && isFunction === base.isFunction
      ? base
      : { base: base.base, pointers, dimensions, isFunction };
  for (let node: Syntax | undefined = declarator; node; node = innerDeclarator(node)) {
    if (POINTERS.has(node.type)) pointers++;
    else if (ARRAYS.has(node.type)) {
      const size = child(node, 'size');
      dimensions = [size ? reader.pure(size) : null, ...dimensions];
    } else if (FUNCTIONS.has(node.type)) {
      parameters = child(node, 'parameters') ?? null;
      isFunction = true;
    } else if (!WRAPPERS.has(node.type)) return { name: reader.text(node), type: type(), parameters, at: node };
  }
  return { name: '', type: type(), parameters, at: declarator };
}

function innerDeclarator(node: Syntax): Syntax | undefined {
  const inner = child(node, 'declarator');
  if (inner) return inner;
  for (const part of node.children)
    if (part.type.endsWith('declarator') || part.type.endsWith('identifier')) return part;
  return undefined;
}

export function parametersOf(list: Syntax | null, reader: Reader): Parameter[] {
  const result: Parameter[] = [];
  for (const node of list?.children ?? []) {
    if (node.type === 'identifier') result.push({ name: reader.text(node), type: UNKNOWN_TYPE });
    if (node.type !== 'parameter_declaration') continue;
    const base = baseType(node, reader);
    const declarator = child(node, 'declarator');
    if (declarator) result.push(parameter(declarator, base, reader));
    else if (base.base !== 'void') result.push({ name: '', type: base });
  }
  return result;
}

const CAPITALS = /^[A-Z_][A-Z0-9_]*$/;

/** `int UNUSED(fd)` and `UNUSED(int fd)` look like parameters that are functions; the macro is given what is meant. */
function parameter(declarator: Syntax, base: Type, reader: Reader): Parameter {
  const { name, type, parameters } = declared(declarator, base, reader);
  const [only, ...others] = parameters?.children ?? [];
  if (!only || others.length > 0) return { name, type };
  const [inner, ...rest] = only.children;
  if (CAPITALS.test(name) && rest.length === 0 && inner?.type === 'type_identifier')
    return { name: reader.text(inner), type: { ...type, isFunction: false } };
  const isWrapped = declarator.type === 'abstract_function_declarator' && CAPITALS.test(base.base);
  return (isWrapped ? parametersOf(parameters, reader)[0] : undefined) ?? { name, type };
}

export function fieldsOf(body: Syntax, reader: Reader): Parameter[] {
  const result: Parameter[] = [];
  for (const node of flattened(body.children)) {
    if (node.type !== 'field_declaration') continue;
    const base = baseType(node, reader);
    let isNamed = false;
    for (const declarator of node.children) {
      if (declarator.field !== 'declarator') continue;
      const { name, type } = declared(declarator, base, reader);
      result.push({ name, type });
      isNamed = true;
    }
    if (!isNamed) result.push({ name: '', type: base });
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
