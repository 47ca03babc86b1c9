// Expressions become pure values over places; every call, assignment and short circuit in them becomes an operation.
import type { Syntax } from '../text/parse.js';
import type { Expr, Span, Type } from './facts.js';
import { baseType, child, declared, UNKNOWN_TYPE, type Reader } from './lower-type.js';
import { braces } from './lower-braces.js';
import { character, number } from './lower-literal.js';
import type { GraphBuilder, Ways } from './lower-graph.js';

/** What expression lowering needs from statement lowering: a GNU statement expression holds statements. */
export interface Lowering extends Reader {
  readonly builder: GraphBuilder;
  /** Which expressions do something, as far as anybody asked. */
  readonly effects: Map<Syntax, boolean>;
  /** Where the cases of the switches around are placed. */
  readonly cases: Map<Syntax, number>;
  block(node: Syntax): Expr;
  /** The grammar took macros for declarations, although it found no error. */
  misread(): void;
  /** A function inside of a function. */
  nested(node: Syntax): void;
  /** How far its line is indented; a macro without a semicolon owns what is indented further. */
  column(node: Syntax): number;
}

export const UNKNOWN: Expr = { op: 'unknown' };
const ZERO: Expr = { op: 'int', value: 0 };
const ONE: Expr = { op: 'int', value: 1 };

export function spanOf(node: Syntax): Span {
  return { start: node.start, end: node.end };
}

/** Lowers an expression for its value; its effects are appended to the graph. */
export function lowerExpr(node: Syntax, low: Lowering): Expr {
  const handler = HANDLERS.get(node.type);
  if (!handler || !low.builder.enter()) return UNKNOWN;
  const value = handler(node, low);
  low.builder.exit();
  return value;
}

type Handler = (node: Syntax, low: Lowering) => Expr;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['identifier', (node, low) => ({ op: 'name', name: low.builder.resolve(low.text(node)), span: spanOf(node) })],
  ['number_literal', (node, low) => number(low.text(node))],
  ['char_literal', (node, low) => character(low.text(node))],
  ['true', () => ONE],
  ['false', () => ZERO],
  ['null', () => ZERO],
  ['string_literal', (node) => ({ op: 'text', length: Math.max(0, node.end - node.start - 2) })],
  ['concatenated_string', (node) => ({ op: 'text', length: node.end - node.start })],
  ['parenthesized_expression', lowerAll],
  ['extension_expression', lowerAll],
  ['compound_statement', (node, low) => low.block(node)],
  ['call_expression', lowerCall],
  ['assignment_expression', lowerAssignment],
  ['update_expression', lowerUpdate],
  ['binary_expression', lowerBinary],
  ['unary_expression', lowerUnary],
  ['pointer_expression', lowerPointer],
  ['field_expression', lowerMember],
  ['subscript_expression', lowerIndex],
  ['conditional_expression', lowerConditional],
  ['cast_expression', lowerCast],
  ['sizeof_expression', lowerSizeof],
  ['compound_literal_expression', lowerLiteral],
  ['initializer_list', (node, low) => braces(node, low)],
  ['comma_expression', (node, low) => lowerExpr(lastOfCommas(node, low), low)],
  ['gnu_asm_expression', lowerAssembly],
  ['ERROR', lowerError],
]);

/** All children for what they do; the value is the last one's. */
function lowerAll(node: Syntax, low: Lowering): Expr {
  let value = UNKNOWN;
  for (const part of node.children) value = lowerExpr(part, low);
  return value;
}

function lowerError(node: Syntax, low: Lowering): Expr {
  lowerAll(node, low);
  return UNKNOWN;
}

function operand(node: Syntax, field: string, low: Lowering): Expr {
  const part = child(node, field);
  return part ? lowerExpr(part, low) : UNKNOWN;
}

/** The operator of a node; an anonymous node is called what it is. */
function signOf(node: Syntax): string {
  return child(node, 'operator')?.type ?? '';
}

function lowerPointer(node: Syntax, low: Lowering): Expr {
  const argument = child(node, 'argument');
  if (signOf(node) !== '&')
    return { op: 'deref', of: argument ? lowerExpr(argument, low) : UNKNOWN, span: spanOf(node) };
  const literal = argument?.type === 'compound_literal_expression' ? argument : null;
  const of = literal ? lowerObject(literal, low) : argument ? lowerExpr(argument, low) : UNKNOWN;
  return { op: 'address', of, span: spanOf(node) };
}

function lowerMember(node: Syntax, low: Lowering): Expr {
  const field = child(node, 'field');
  const of = operand(node, 'argument', low);
  return { op: 'member', of, field: field ? low.text(field) : '', arrow: signOf(node) === '->', span: spanOf(node) };
}

function lowerIndex(node: Syntax, low: Lowering): Expr {
  const of = operand(node, 'argument', low);
  return { op: 'index', of, at: operand(node, 'index', low), span: spanOf(node) };
}

function lowerCast(node: Syntax, low: Lowering): Expr {
  return { op: 'cast', type: typeName(child(node, 'type'), low), of: operand(node, 'value', low) };
}

/** A compound literal by value is its braces; an array of them is an object. */
function lowerLiteral(node: Syntax, low: Lowering): Expr {
  const isArray = child(child(node, 'type') ?? node, 'declarator')?.type === 'abstract_array_declarator';
  return isArray ? lowerObject(node, low) : operand(node, 'value', low);
}

/** A compound literal whose address is taken is an object of its own, which no name in the text means. */
function lowerObject(node: Syntax, low: Lowering): Expr {
  const { builder } = low;
  const typeNode = child(node, 'type');
  const type = typeName(typeNode, low);
  const value = operand(node, 'value', low);
  if (builder.isPure) return value;
  const span = spanOf(node);
  const name = builder.declareUnnamed(`(${typeNode ? low.text(typeNode) : type.base}){…}`, type);
  const target: Expr = { op: 'name', name, span };
  builder.emit({ kind: 'declare', name, span, next: 0 });
  builder.emit({ kind: 'assign', target, sign: '=', value, span, next: 0 });
  return target;
}

function lowerCall(node: Syntax, low: Lowering): Expr {
  const callee = operand(node, 'function', low);
  const list = child(node, 'arguments')?.children ?? [];
  const args: Expr[] = [];
  for (const part of list) args.push(lowerExpr(part, low));
  if (callee.op === 'name') {
    if (HINTS.has(callee.name)) return args[0] ?? UNKNOWN;
    if (ASSERTIONS.has(callee.name)) return UNKNOWN;
  }
  if (low.builder.isPure) return UNKNOWN;
  return { op: 'temp', id: low.builder.call(callee, args, spanOf(node)) };
}

/** Hints to the compiler are their first argument, whether or not the macro that spells them is seen. */
const HINTS: ReadonlySet<string> = new Set(
  (
    '__builtin_expect __builtin_expect_with_probability __extension__ likely unlikely LIKELY UNLIKELY ' +
    '__predict_true __predict_false expect_true expect_false ecb_expect_true ecb_expect_false'
  ).split(' '),
);

const ASSERTIONS: ReadonlySet<string> = new Set(['_Static_assert', 'static_assert']);

function lowerAssignment(node: Syntax, low: Lowering): Expr {
  const target = operand(node, 'left', low);
  const value = operand(node, 'right', low);
  const sign = signOf(node);
  low.builder.emit({ kind: 'assign', target, sign, value, span: spanOf(node), next: 0 });
  return sign === '=' && value.op === 'temp' ? value : target;
}

function lowerUpdate(node: Syntax, low: Lowering): Expr {
  const target = operand(node, 'argument', low);
  const operator = child(node, 'operator');
  const argument = child(node, 'argument');
  const sign = operator?.type === '--' ? '-=' : '+=';
  const isPostfix = operator && argument && operator.start > argument.start;
  const span = spanOf(node);
  const before = isPostfix ? setTemp(target, node, low) : target;
  low.builder.emit({ kind: 'assign', target, sign, value: ONE, span, next: 0 });
  return before;
}

/** What is this long is a table in disguise; its value is not followed. */
const LONGEST_CHAIN = 200;

/** Chains lean to the left; they are followed in a loop, however long. */
function lowerBinary(node: Syntax, low: Lowering): Expr {
  const chain: Syntax[] = [];
  let first: Syntax | undefined = node;
  while (first?.type === 'binary_expression' && !isControl(first, low)) {
    chain.push(first);
    first = child(first, 'left');
  }
  let value = !first ? UNKNOWN : first.type === 'binary_expression' ? viaWays(first, low) : lowerExpr(first, low);
  for (let i = chain.length - 1; i >= 0; i--) {
    const link = chain[i];
    if (!link) continue;
    const right = operand(link, 'right', low);
    value = chain.length > LONGEST_CHAIN ? UNKNOWN : { op: 'binary', sign: signOf(link), left: value, right };
  }
  return value;
}

/** `a && f()`: whether the right side happens depends on the left one. */
function isControl(node: Syntax, low: Lowering): boolean {
  const sign = signOf(node);
  return (sign === '&&' || sign === '||') && hasEffect(child(node, 'right'), low);
}

function lowerUnary(node: Syntax, low: Lowering): Expr {
  const sign = signOf(node);
  const of = operand(node, 'argument', low);
  if (sign === '+') return of;
  if (sign === '-' && of.op === 'int') return { op: 'int', value: -of.value };
  return sign === '!' || sign === '-' || sign === '~' ? { op: 'unary', sign, of } : UNKNOWN;
}

function lowerConditional(node: Syntax, low: Lowering): Expr {
  const then = child(node, 'consequence');
  const otherwise = child(node, 'alternative');
  const condition = child(node, 'condition');
  if (!condition || !otherwise) return UNKNOWN;
  if (!hasEffect(condition, low) && !hasEffect(then, low) && !hasEffect(otherwise, low)) {
    const test = lowerExpr(condition, low);
    return { op: 'choose', test, then: then ? lowerExpr(then, low) : test, otherwise: lowerExpr(otherwise, low) };
  }
  // `a ?: b` is worth `a` where that holds.
  const short = then ? null : setTemp(lowerExpr(condition, low), condition, low);
  const ways = short ? low.builder.test(short, spanOf(condition)) : lowerCondition(condition, low);
  return merged(
    ways,
    () => short ?? (then ? lowerExpr(then, low) : UNKNOWN),
    () => lowerExpr(otherwise, low),
    node,
    low,
  );
}

function viaWays(node: Syntax, low: Lowering): Expr {
  return merged(
    lowerCondition(node, low),
    () => ONE,
    () => ZERO,
    node,
    low,
  );
}

/** One temporary for the values of two ways. */
function merged(ways: Ways, yes: () => Expr, no: () => Expr, node: Syntax, low: Lowering): Expr {
  const { builder } = low;
  builder.follow(ways.yes);
  const value = setTemp(yes(), node, low);
  const after = builder.takeLoose();
  builder.follow(ways.no);
  setTemp(no(), node, low, value.id);
  builder.follow(after);
  return value;
}

function setTemp(value: Expr, node: Syntax, low: Lowering, temp = low.builder.newTemp()): Expr & { op: 'temp' } {
  low.builder.emit({ kind: 'set-temp', temp, value, span: spanOf(node), next: 0 });
  return { op: 'temp', id: temp };
}

/** Lowers a condition into its two ways out; `&&`, `||` and `!` become control flow. */
export function lowerCondition(node: Syntax, low: Lowering): Ways {
  if (!low.builder.enter()) return low.builder.test(UNKNOWN, spanOf(node));
  const ways = waysOf(node, low);
  low.builder.exit();
  return ways;
}

function waysOf(node: Syntax, low: Lowering): Ways {
  const only = node.children.length === 1 ? node.children[0] : undefined;
  if (node.type === 'parenthesized_expression' && only && only.type !== 'compound_statement')
    return lowerCondition(only, low);
  if (node.type === 'comma_expression') return lowerCondition(lastOfCommas(node, low), low);
  if (node.type === 'unary_expression' && signOf(node) === '!') {
    const argument = child(node, 'argument');
    const ways = argument ? lowerCondition(argument, low) : low.builder.test(UNKNOWN, spanOf(node));
    return { yes: ways.no, no: ways.yes };
  }
  if (node.type === 'binary_expression') {
    const sign = signOf(node);
    if (sign === '&&' || sign === '||') return waysOfChain(node, sign, low);
  }
  const hinted = node.type === 'call_expression' ? hintedBy(node, low) : null;
  return hinted ? lowerCondition(hinted, low) : low.builder.test(lowerExpr(node, low), spanOf(node));
}

/** `a && b && c` in the order of evaluation; each but the last goes on to the next one. */
function waysOfChain(node: Syntax, sign: '&&' | '||', low: Lowering): Ways {
  const terms: Syntax[] = [];
  let first: Syntax | undefined = node;
  while (first?.type === 'binary_expression' && signOf(first) === sign) {
    const right = child(first, 'right');
    if (right) terms.push(right);
    first = child(first, 'left');
  }
  const done: number[] = [];
  let ways: Ways = first ? lowerCondition(first, low) : low.builder.test(UNKNOWN, spanOf(node));
  for (let i = terms.length - 1; i >= 0; i--) {
    const term = terms[i];
    if (!term) continue;
    low.builder.follow(sign === '&&' ? ways.yes : ways.no);
    for (const end of sign === '&&' ? ways.no : ways.yes) done.push(end);
    ways = lowerCondition(term, low);
  }
  for (const end of sign === '&&' ? ways.no : ways.yes) done.push(end);
  return sign === '&&' ? { yes: ways.yes, no: done } : { yes: done, no: ways.no };
}

/** `__builtin_expect(a && b, 0)` is a condition like its first argument. */
function hintedBy(node: Syntax, low: Lowering): Syntax | null {
  const callee = child(node, 'function');
  const first = child(node, 'arguments')?.children[0];
  return callee && first && HINTS.has(low.text(callee)) ? first : null;
}

/** The last operand of commas; those before it are lowered for what they do. */
function lastOfCommas(node: Syntax, low: Lowering): Syntax {
  let rest = node;
  while (rest.type === 'comma_expression') {
    const right = child(rest, 'right');
    if (!right) break;
    operand(rest, 'left', low);
    rest = right;
  }
  return rest;
}

function lowerSizeof(node: Syntax, low: Lowering): Expr {
  const type = child(node, 'type');
  if (type) return { op: 'sizeof', type: typeName(type, low), of: null };
  const value = child(node, 'value');
  return { op: 'sizeof', type: null, of: value ? low.pure(value) : null };
}

function typeName(node: Syntax | undefined, low: Reader): Type {
  if (!node) return UNKNOWN_TYPE;
  const base = baseType(node, low);
  const declarator = child(node, 'declarator');
  return declarator ? declared(declarator, base, low).type : base;
}

/** What assembly leaves in its operands is not known; it does nothing else that is told here. */
function lowerAssembly(node: Syntax, low: Lowering): Expr {
  for (const output of child(node, 'output_operands')?.children ?? []) {
    const value = child(output, 'value');
    if (!value) continue;
    const target = lowerExpr(value, low);
    low.builder.emit({ kind: 'assign', target, sign: '=', value: UNKNOWN, span: spanOf(output), next: 0 });
  }
  return UNKNOWN;
}

const EFFECTS: ReadonlySet<string> = new Set([
  'call_expression',
  'assignment_expression',
  'update_expression',
  'compound_statement',
]);

/** Each node is looked at once, however often it is asked about. */
function hasEffect(node: Syntax | undefined, low: Lowering, depth = 0): boolean {
  if (!node || node.type === 'sizeof_expression') return false;
  if (EFFECTS.has(node.type)) return true;
  if (node.children.length === 0) return false;
  // So deep a nesting is given up on elsewhere; here it only has to end.
  if (depth > 1000) return true;
  const known = low.effects.get(node);
  if (known !== undefined) return known;
  const result = node.children.some((part) => hasEffect(part, low, depth + 1));
  low.effects.set(node, result);
  return result;
}
