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

const scalars = (size: number, names: string): (readonly [string, number])[] =>
  names
    .trim()
    .split(/\s*,\s*/)
    .map((name) => [name, size] as const);

/** Bytes, on x86-64 and arm64. */
const SIZES: ReadonlyMap<string, number> = new Map([
  ...scalars(1, 'char, signed char, unsigned char, uint8_t, int8_t, u_char, u_int8_t, bool, _Bool'),
  ...scalars(
    2,
    'short, short int, unsigned short, unsigned short int, uint16_t, int16_t, u_short, u_int16_t, in_port_t',
  ),
  ...scalars(4, 'int, unsigned, unsigned int, uint32_t, int32_t, u_int, uint, u_int32_t, float, pid_t, socklen_t'),
  ...scalars(4, 'in_addr_t, mode_t, uid_t, gid_t, struct in_addr'),
  ...scalars(
    8,
    'long, long int, unsigned long, unsigned long int, long long, long long int, unsigned long long, double',
  ),
  ...scalars(8, 'uint64_t, int64_t, u_int64_t, size_t, ssize_t, off_t, time_t, intptr_t, uintptr_t, eventfd_t'),
  ...scalars(8, 'struct pollfd'),
  ...scalars(12, 'struct epoll_event'),
  ...scalars(128, 'fd_set'),
]);

function sizeOf(expr: Expr & { op: 'sizeof' }, fn: LinkedFunction, index: Index, depth: number): number | null {
  if (expr.of?.op === 'text') return expr.of.length + 1;
  const type: Type = expr.type
    ? index.resolve(expr.type)
    : expr.of
      ? typeOf(expr.of, fn, index)
      : { base: '?', pointers: 0, dimensions: [], isFunction: false };
  return layoutOf(type, fn, index, depth)?.size ?? null;
}

interface Layout {
  readonly size: number;
  readonly align: number;
}

function layoutOf(type: Type, fn: LinkedFunction, index: Index, depth: number): Layout | null {
  const scalar = type.pointers > 0 ? 8 : (SIZES.get(type.base) ?? null);
  const one = scalar === null ? aggregate(type.base, fn, index, depth) : { size: scalar, align: boundary(scalar) };
  if (!one) return null;
  let { size } = one;
  for (const dimension of type.dimensions) {
    const count = dimension && constantValue(dimension, fn, index, depth + 1);
    if (count === null) return null;
    size *= count;
  }
  return { size, align: one.align };
}

/** A structure or union whose members are all known; a bit field counts as much as its type. */
function aggregate(base: string, fn: LinkedFunction, index: Index, depth: number): Layout | null {
  const members = depth > MAX_DEPTH ? null : index.fields(base, fn.facts.file);
  if (!members || members.length === 0) return null;
  const isUnion = base.startsWith('union ');
  let [size, align] = [0, 1];
  for (const { type } of members) {
    const member = layoutOf(index.resolve(type), fn, index, depth + 1);
    if (!member) return null;
    size = isUnion ? Math.max(size, member.size) : rounded(size, member.align) + member.size;
    align = Math.max(align, member.align);
  }
  return { size: rounded(size, align), align };
}

/** The largest power of two in a size, up to the eight bytes of a word. */
function boundary(size: number): number {
  return Math.min(8, size & -size);
}

function rounded(size: number, align: number): number {
  return Math.ceil(size / align) * align;
}
