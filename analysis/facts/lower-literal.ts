// Numbers and characters as C spells them.
import type { Expr } from './facts.js';

const UNKNOWN: Expr = { op: 'unknown' };

export function number(text: string): Expr {
  const plain = Number(text);
  // Almost all numbers are short and decimal.
  if (text !== '' && (plain < 10 || (plain > 0 && !text.startsWith('0')))) return { op: 'int', value: plain };
  const digits = text.replace(/[uUlLzZ]+$/, '').replaceAll("'", '');
  const isOctal = /^0[0-7]+$/.test(digits);
  const value = isOctal ? parseInt(digits, 8) : Number(digits);
  return digits !== '' && Number.isFinite(value) ? { op: 'int', value } : UNKNOWN;
}

const ESCAPES: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['0', 0],
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['v', 11],
  ['\\', 92],
  ["'", 39],
  ['"', 34],
]);

export function character(text: string): Expr {
  const match = /'(\\?)(.)(.*)'/u.exec(text);
  if (!match) return UNKNOWN;
  const [, escape = '', code = '', rest = ''] = match;
  if (rest !== '') return escaped(code, rest);
  if (escape === '') return { op: 'int', value: code.codePointAt(0) ?? 0 };
  const value = ESCAPES.get(code);
  return value === undefined ? UNKNOWN : { op: 'int', value };
}

/** `'\x1b'` and `'\033'`. */
function escaped(code: string, rest: string): Expr {
  if (code === 'x' && /^[0-9A-Fa-f]+$/.test(rest)) return { op: 'int', value: parseInt(rest, 16) };
  return /^[0-7]+$/.test(code + rest) ? { op: 'int', value: parseInt(code + rest, 8) } : UNKNOWN;
}
