// The value of an expression that is a constant wherever it stands.
import type { Expr, Type } from '../facts/facts.js';
import type { Index, LinkedFunction } from './link.js';
import { typeOf } from './link.js';

/** Macros and enumerators may name each other; a cycle ends here. */
const MAX_DEPTH = 20;

/** The number that a constant expression is, as C computes it with 32 bits where masks are concerned; null when it is none. */
export function constantValue(expr: Expr, fn: LinkedFunction, index: Index, depth = 0): number | null {
  if (depth > MAX_DEPTH) return null;
  const go = (e: Expr): number | null => constantValue(e, fn, index, depth + 1);
  switch (expr.op) {
    case 'int':
      return expr.value;
    case 'name': {
      if (fn.facts.locals.has(expr.name)) return null;
      const value = index.constant(expr.name, fn.facts.file);
      return value && go(value);
    }
    case 'cast':
      return go(expr.of);
    case 'unary': {
      const of = go(expr.of);
      if (of === null) return null;
      return expr.sign === '!' ? Number(of === 0) : expr.sign === '-' ? -of : ~of;
    }
    case 'binary': {
      const left = go(expr.left);
      const right = go(expr.right);
      return left === null || right === null ? null : arithmetic(expr.sign, left, right);
    }
    case 'sizeof':
      return sizeOf(expr, fn, index, depth);
    default:
      return null;
  }
}

export function arithmetic(sign: string, left: number, right: number): number | null {
  switch (sign) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? null : Math.trunc(left / right);
    case '%':
      return right === 0 ? null : left % right;
    case '|':
      return (left | right) >>> 0;
    case '&':
      return (left & right) >>> 0;
    case '^':
      return (left ^ right) >>> 0;
    case '<<':
      return left * 2 ** right;
    case '>>':
      return Math.floor(left / 2 ** right);
    default:
      return null;
  }
}

const SIZES: ReadonlyMap<string, number> = new Map([
  ['char', 1],
  ['unsigned char', 1],
  ['uint8_t', 1],
  ['u_char', 1],
  ['int', 4],
  ['unsigned', 4],
  ['unsigned int', 4],
  ['uint32_t', 4],
  ['uint64_t', 8],
  ['eventfd_t', 8],
  ['long', 8],
  ['size_t', 8],
  ['struct epoll_event', 12],
  ['struct pollfd', 8],
  ['fd_set', 128],
]);

function sizeOf(expr: Expr & { op: 'sizeof' }, fn: LinkedFunction, index: Index, depth: number): number | null {
  if (expr.of?.op === 'text') return expr.of.length + 1;
  const type: Type = expr.type
    ? index.resolve(expr.type)
    : expr.of
      ? typeOf(expr.of, fn, index)
      : { base: '?', pointers: 0, dimensions: [], isFunction: false };
  let size: number | null = type.pointers > 0 ? 8 : (SIZES.get(type.base) ?? null);
  for (const dimension of type.dimensions) {
    const count = dimension && constantValue(dimension, fn, index, depth + 1);
    size = size === null || count === null ? null : size * count;
  }
  return size;
}
