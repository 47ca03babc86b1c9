// Expressions become pure values over places; every call, assignment and short circuit in them becomes an operation.
import type { Syntax } from './parse.js';
import type { BraceItem, Expr, Span, Type } from './facts.js';
import { baseType, child, declared, UNKNOWN_TYPE, type Reader } from './lower-type.js';
import type { GraphBuilder, Ways } from './lower-graph.js';

/** What expression lowering needs from statement lowering: a GNU statement expression holds statements. */
export interface Lowering extends Reader {
  readonly builder: GraphBuilder;
  block(node: Syntax): Expr;
}

const UNKNOWN: Expr = { op: 'unknown' };

export function spanOf(node: Syntax): Span {
  return { start: node.start, end: node.end };
}

/** Lowers an expression for its value; its effects are appended to the graph. */
export function lowerExpr(node: Syntax, low: Lowering): Expr {
  const handler = HANDLERS[node.type];
  return handler ? handler(node, low) : UNKNOWN;
}

type Handler = (node: Syntax, low: Lowering) => Expr;

const HANDLERS: Readonly<Record<string, Handler>> = {
  identifier: lowerName,
  number_literal: (node, low) => number(low.text(node)),
  char_literal: (node, low) => character(low.text(node)),
  true: () => ({ op: 'int', value: 1 }),
  false: () => ({ op: 'int', value: 0 }),
  null: () => ({ op: 'int', value: 0 }),
  string_literal: (node) => ({ op: 'text', length: Math.max(0, node.end - node.start - 2) }),
  concatenated_string: (node) => ({ op: 'text', length: node.end - node.start }),
  parenthesized_expression: (node, low) => inner(node, low),
  call_expression: lowerCall,
  assignment_expression: lowerAssignment,
  update_expression: lowerUpdate,
  binary_expression: lowerBinary,
  unary_expression: lowerUnary,
  pointer_expression: (node, low) => {
    const of = operand(node, 'argument', low);
    const address = low.text(child(node, 'operator') ?? node).startsWith('&');
    return { op: address ? 'address' : 'deref', of, span: spanOf(node) };
  },
  field_expression: (node, low) => {
    const field = low.text(child(node, 'field') ?? node);
    const arrow = low.text(child(node, 'operator') ?? node).startsWith('->');
    return { op: 'member', of: operand(node, 'argument', low), field, arrow, span: spanOf(node) };
  },
  subscript_expression: (node, low) => ({
    op: 'index',
    of: operand(node, 'argument', low),
    at: operand(node, 'index', low),
    span: spanOf(node),
  }),
  conditional_expression: lowerConditional,
  cast_expression: (node, low) => ({
    op: 'cast',
    type: typeName(child(node, 'type'), low),
    of: operand(node, 'value', low),
  }),
  sizeof_expression: lowerSizeof,
  compound_literal_expression: (node, low) => operand(node, 'value', low),
  initializer_list: (node, low) => ({ op: 'braces', items: braces(node, [], low), span: spanOf(node) }),
  comma_expression: (node, low) => {
    operand(node, 'left', low);
    return operand(node, 'right', low);
  },
  ERROR: (node, low) => {
    for (const part of node.children) lowerExpr(part, low);
    return UNKNOWN;
  },
};

function inner(node: Syntax, low: Lowering): Expr {
  const block = node.children.find((c) => c.type === 'compound_statement');
  if (block) return low.block(block);
  let value: Expr = UNKNOWN;
  for (const part of node.children) value = lowerExpr(part, low);
  return value;
}

function operand(node: Syntax, field: string, low: Lowering): Expr {
  const part = child(node, field);
  return part ? lowerExpr(part, low) : UNKNOWN;
}

function lowerName(node: Syntax, low: Lowering): Expr {
  return { op: 'name', name: low.builder.resolve(low.text(node)), span: spanOf(node) };
}

function lowerCall(node: Syntax, low: Lowering): Expr {
  const callee = operand(node, 'function', low);
  const list = child(node, 'arguments');
  if (callee.op === 'name' && EXPECTS.has(callee.name)) {
    const values = (list?.children ?? []).map((part) => lowerExpr(part, low));
    return values[0] ?? UNKNOWN;
  }
  const args = (list?.children ?? []).map((part) => lowerExpr(part, low));
  return { op: 'temp', id: low.builder.call(callee, args, spanOf(node)).temp };
}

/** Compiler hints are their first argument. */
const EXPECTS: ReadonlySet<string> = new Set([
  '__builtin_expect',
  '__builtin_expect_with_probability',
  '__extension__',
]);

function lowerAssignment(node: Syntax, low: Lowering): Expr {
  const right = child(node, 'right');
  const target = operand(node, 'left', low);
  const value = right ? lowerExpr(right, low) : UNKNOWN;
  const sign = low.text(child(node, 'operator') ?? node);
  low.builder.emit({ kind: 'assign', target, sign, value, span: spanOf(node), next: 0 });
  return sign === '=' && value.op === 'temp' ? value : target;
}

function lowerUpdate(node: Syntax, low: Lowering): Expr {
  const target = operand(node, 'argument', low);
  const operator = child(node, 'operator');
  const argument = child(node, 'argument');
  const sign = operator && low.text(operator) === '--' ? '-=' : '+=';
  const postfix = operator && argument && operator.start > argument.start;
  const before = low.builder.newTemp();
  if (postfix) low.builder.emit({ kind: 'set-temp', temp: before, value: target, span: spanOf(node), next: 0 });
  low.builder.emit({ kind: 'assign', target, sign, value: { op: 'int', value: 1 }, span: spanOf(node), next: 0 });
  return postfix ? { op: 'temp', id: before } : target;
}

function lowerBinary(node: Syntax, low: Lowering): Expr {
  const sign = low.text(child(node, 'operator') ?? node);
  if ((sign === '&&' || sign === '||') && hasEffect(child(node, 'right'))) return viaWays(node, low);
  const left = operand(node, 'left', low);
  return { op: 'binary', sign, left, right: operand(node, 'right', low) };
}

function lowerUnary(node: Syntax, low: Lowering): Expr {
  const sign = low.text(child(node, 'operator') ?? node);
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
  if (![condition, then, otherwise].some(hasEffect)) {
    const test = lowerExpr(condition, low);
    return { op: 'choose', test, then: then ? lowerExpr(then, low) : test, otherwise: lowerExpr(otherwise, low) };
  }
  const temp = low.builder.newTemp();
  const ways = lowerCondition(condition, low);
  low.builder.follow(ways.yes);
  setTemp(temp, then ? lowerExpr(then, low) : UNKNOWN, node, low);
  const after = low.builder.takeLoose();
  low.builder.follow(ways.no);
  setTemp(temp, lowerExpr(otherwise, low), node, low);
  low.builder.follow(after);
  return { op: 'temp', id: temp };
}

function viaWays(node: Syntax, low: Lowering): Expr {
  const temp = low.builder.newTemp();
  const ways = lowerCondition(node, low);
  low.builder.follow(ways.yes);
  setTemp(temp, { op: 'int', value: 1 }, node, low);
  const after = low.builder.takeLoose();
  low.builder.follow(ways.no);
  setTemp(temp, { op: 'int', value: 0 }, node, low);
  low.builder.follow(after);
  return { op: 'temp', id: temp };
}

function setTemp(temp: number, value: Expr, node: Syntax, low: Lowering): void {
  low.builder.emit({ kind: 'set-temp', temp, value, span: spanOf(node), next: 0 });
}

/** Lowers a condition into its two ways out; `&&`, `||` and `!` become control flow. */
export function lowerCondition(node: Syntax, low: Lowering, builds = false): Ways {
  if (
    node.type === 'parenthesized_expression' &&
    node.children.length === 1 &&
    node.children[0]?.type !== 'compound_statement'
  ) {
    return node.children[0] ? lowerCondition(node.children[0], low, builds) : low.builder.test(UNKNOWN, spanOf(node));
  }
  const operator = child(node, 'operator');
  const sign = operator ? low.text(operator) : '';
  if (node.type === 'unary_expression' && sign === '!') {
    const argument = child(node, 'argument');
    const ways = argument ? lowerCondition(argument, low, builds) : low.builder.test(UNKNOWN, spanOf(node));
    return { yes: ways.no, no: ways.yes };
  }
  const left = child(node, 'left');
  const right = child(node, 'right');
  if (node.type === 'binary_expression' && left && right && (sign === '&&' || sign === '||')) {
    const first = lowerCondition(left, low, builds);
    low.builder.follow(sign === '&&' ? first.yes : first.no);
    const second = lowerCondition(right, low, builds);
    return sign === '&&'
      ? { yes: second.yes, no: [...first.no, ...second.no] }
      : { yes: [...first.yes, ...second.yes], no: second.no };
  }
  return throughHint(node, low, builds) ?? low.builder.test(lowerExpr(node, low), spanOf(node), builds);
}

/** `__builtin_expect(a && b, 0)` is a condition like its first argument. */
function throughHint(node: Syntax, low: Lowering, builds: boolean): Ways | null {
  if (node.type !== 'call_expression') return null;
  const callee = child(node, 'function');
  const first = child(node, 'arguments')?.children[0];
  if (!callee || !first || !EXPECTS.has(low.text(callee))) return null;
  return lowerCondition(first, low, builds);
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

function braces(node: Syntax, path: readonly string[], low: Lowering): BraceItem[] {
  return node.children.flatMap((item) => {
    if (item.type !== 'initializer_pair') {
      return item.type === 'initializer_list' && path.length > 0
        ? braces(item, path, low)
        : [{ path, value: lowerExpr(item, low) }];
    }
    const names = item.children.filter((c) => c.field === 'designator' && c.type === 'field_designator');
    const full = [...path, ...names.flatMap((n) => n.children.map((c) => low.text(c)))];
    const value = child(item, 'value');
    if (!value) return [];
    return value.type === 'initializer_list'
      ? braces(value, full, low)
      : [{ path: full, value: lowerExpr(value, low) }];
  });
}

function hasEffect(node: Syntax | undefined): boolean {
  if (!node) return false;
  if (/^(call_expression|assignment_expression|update_expression|compound_statement)$/.test(node.type)) return true;
  return node.type !== 'sizeof_expression' && node.children.some(hasEffect);
}

function number(text: string): Expr {
  const digits = text.replace(/[uUlL]+$/, '').replaceAll("'", '');
  const octal = /^0[0-7]+$/.test(digits);
  const value = octal ? parseInt(digits, 8) : Number(digits);
  return Number.isFinite(value) ? { op: 'int', value } : UNKNOWN;
}

function character(text: string): Expr {
  const match = /'(\\?)(.)/.exec(text);
  if (!match) return UNKNOWN;
  const code = match[2] ?? '';
  if (match[1] === '') return { op: 'int', value: code.codePointAt(0) ?? 0 };
  const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '0': 0, '\\': 92, "'": 39 };
  const value = escapes[code];
  return value === undefined ? UNKNOWN : { op: 'int', value };
}
