// What a path learns from a condition: the drafts in which it can hold, with the bounds that follow.
import { CONSTANTS } from '../knowledge/constants.js';
import type { Expr } from '../facts/facts.js';
import { combine, elementOf, evaluate, isDelivered, widthOf, type Scope } from './evaluate.js';
import { RESULT } from './keep.js';
import { among, NOWHERE } from '../bind/origin.js';
import type { Draft } from './state.js';
import {
  add,
  ANY,
  constant,
  failure,
  isConstant,
  keyOf,
  soleSymbol,
  symbol,
  type Linear,
  type Sym,
  type Value,
} from './value.js';

/** The drafts in which `expr` is `truth`; none when it cannot be. The given draft is used up. */
export function assume(expr: Expr, truth: boolean, draft: Draft, scope: Scope): Draft[] {
  switch (expr.op) {
    case 'unary':
      if (expr.sign === '!') return assume(expr.of, !truth, draft, scope);
      break;
    case 'binary':
      if (expr.sign === '&&' || expr.sign === '||') return assumeJoined(expr, truth, draft, scope);
      if (COMPARISONS.has(expr.sign)) return assumeComparison(expr, truth, draft, scope);
      break;
    case 'choose':
      return assumeChoice(expr, truth, draft, scope);
    case 'cast':
      return assume(expr.of, truth, draft, scope);
    default:
  }
  return evaluateAll(expr, draft, scope).flatMap(({ draft: d, value }) => assumeValue(value, truth, d));
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const OPPOSITE: Readonly<Record<string, string>> = {
  '==': '!=',
  '!=': '==',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

function assumeJoined(expr: Expr & { op: 'binary' }, truth: boolean, draft: Draft, scope: Scope): Draft[] {
  const both = (expr.sign === '&&') === truth;
  if (both) return assume(expr.left, truth, draft, scope).flatMap((d) => assume(expr.right, truth, d, scope));
  const first = assume(expr.left, truth, draft.copy(), scope);
  const second = assume(expr.left, !truth, draft, scope).flatMap((d) => assume(expr.right, truth, d, scope));
  return [...first, ...second];
}

function assumeChoice(expr: Expr & { op: 'choose' }, truth: boolean, draft: Draft, scope: Scope): Draft[] {
  const yes = assume(expr.test, true, draft.copy(), scope).flatMap((d) => assume(expr.then, truth, d, scope));
  const no = assume(expr.test, false, draft, scope).flatMap((d) => assume(expr.otherwise, truth, d, scope));
  return [...yes, ...no];
}

function assumeComparison(expr: Expr & { op: 'binary' }, truth: boolean, draft: Draft, scope: Scope): Draft[] {
  const sign = truth ? expr.sign : (OPPOSITE[expr.sign] ?? expr.sign);
  return evaluateAll(expr.left, draft, scope).flatMap(({ draft: d, value: left }) =>
    evaluateAll(expr.right, d, scope).flatMap(({ draft: e, value: right }) => {
      const [a, b] = converted(expr, left, right, scope);
      return compare(sign, a, b, e) ? [e] : [];
    }),
  );
}

/** Where one side is unsigned and wide enough, a negative number is compared as the large one that C makes of it. */
function converted(expr: Expr & { op: 'binary' }, left: Value, right: Value, scope: Scope): [Value, Value] {
  if (!isNegative(left) && !isNegative(right)) return [left, right];
  const widths = [widthOf(expr.left, scope), widthOf(expr.right, scope)];
  const unsigned = Math.max(...widths.map((width) => (width.isSigned ? 0 : width.bits)));
  const signed = Math.max(...widths.map((width) => (width.isSigned ? width.bits : 0)));
  if (unsigned < 32 || signed > unsigned) return [left, right];
  // No number of bytes that is not known is as large as a failure is then.
  const isFailure = [left, right].some((value) => isNegative(value) && value.failed !== undefined);
  const wrap = (value: Value): Value => {
    if (value.k !== 'num') return value;
    if (value.terms.length > 0) return isFailure ? constant(0) : value;
    return value.c < 0 ? { ...value, c: value.c + 2 ** unsigned } : value;
  };
  return [wrap(left), wrap(right)];
}

function isNegative(value: Value): value is Linear {
  return isConstant(value) && value.c < 0;
}

function assumeValue(value: Value, truth: boolean, draft: Draft): Draft[] {
  if (value.k === 'num') return compare(truth ? '!=' : '==', value, constant(0), draft) ? [draft] : [];
  if (value.k === 'bits') return truth || value.on === 0 ? [draft] : [];
  return truth || value.k === 'set' ? [draft] : [];
}

/** Whether `left sign right` can be; the draft learns what follows. */
function compare(sign: string, left: Value, right: Value, draft: Draft): boolean {
  if (left.k !== 'num' || right.k !== 'num') {
    const is = compareOdd(sign, left, right);
    if (is && sign === '==') noteAddress(left, right, draft);
    return is;
  }
  const difference = add(left, right, -1);
  const [lo, hi] = intended(difference, draft) ?? draft.bounds(difference);
  switch (sign) {
    case '==':
      return lo <= 0 && hi >= 0 && equal(difference, draft);
    case '!=':
      return !(lo === 0 && hi === 0) && different(difference, draft);
    case '<':
      return lo < 0 && limit(difference, -1, draft);
    case '<=':
      return lo <= 0 && limit(difference, 0, draft);
    case '>':
      return hi > 0 && limit(add(constant(0), difference, -1), -1, draft);
    default:
      return hi >= 0 && limit(add(constant(0), difference, -1), 0, draft);
  }
}

/**
 * Bounds of a difference between the result of a transfer and some length that the domain cannot relate: who compares the
 * two means the length that was asked for.
 */
function intended(difference: Linear, draft: Draft): [number, number] | null {
  const result = difference.terms.find(([name, n]) => draft.sym(name).part !== null && Math.abs(n) === 1);
  if (!result || difference.terms.length < 2) return null;
  const [lo, hi] = draft.bounds(difference);
  if (lo >= 0 || hi <= 0) return null;
  if (draft.sym(result[0]).part === 'full') return [0, 0];
  return result[1] > 0 ? [lo, -1] : [1, hi];
}

/** Addresses and functions are not null and differ from numbers; nothing else is known of them. */
function compareOdd(sign: string, left: Value, right: Value): boolean {
  const odd = left.k === 'num' ? right : left;
  const other = odd === left ? right : left;
  if (odd.k === 'bits' && isConstant(other)) {
    const impossible = (odd.on & ~other.c) >>> 0 !== 0;
    return sign !== '==' || !impossible;
  }
  const zero = isConstant(other) && other.c === 0;
  if ((odd.k === 'addr' || odd.k === 'fn') && zero) return sign !== '==';
  if (odd.k === 'addr' && other.k === 'addr' && sign === '!=') return odd.place !== other.place;
  return true;
}

/** Learns `form <= bound`. */
function limit(form: Linear, bound: number, draft: Draft): boolean {
  const term = form.terms.length === 1 ? form.terms[0] : undefined;
  if (!term || Math.abs(term[1]) !== 1) return true;
  const [name, coefficient] = term;
  const sym = draft.sym(name);
  const edge = fitting(sym, (bound - form.c) * coefficient, coefficient);
  // Of a quantity that no call has made, the sign is what matters; more would part paths without end.
  const isFit = edge === IN_SET || edge === IN_SET + 1;
  if (Math.abs(edge) > 2 && !name.startsWith(RESULT) && !(isFit && sym.origin !== NOWHERE)) return true;
  const lo = coefficient > 0 ? sym.lo : Math.max(sym.lo, edge);
  const hi = coefficient > 0 ? Math.min(sym.hi, edge) : sym.hi;
  return narrow(name, lo, hi, draft);
}

/** The highest descriptor for which an fd_set has room. */
const IN_SET = (CONSTANTS.get('FD_SETSIZE') ?? 0) - 1;

/** Of a descriptor that is below some limit it matters that it has room in a set, not how much room. */
function fitting({ origin }: Sym, edge: number, coefficient: number): number {
  return origin !== NOWHERE && coefficient > 0 && edge > 2 && edge < IN_SET ? IN_SET : edge;
}

/** Sets a symbol's bounds, with the excluded values at their ends cut off; false when nothing is left. */
function narrow(name: string, lo: number, hi: number, draft: Draft): boolean {
  const sym = draft.sym(name);
  let [low, high] = [lo, hi];
  while (sym.not.includes(low)) low++;
  while (sym.not.includes(high)) high--;
  if (low > high) return false;
  if (draft.noted) noteFact(name, low === 0 && high === 0, draft);
  // Which bits a mask lacks stays known as long as the mask.
  if (low === 0 && high === 0 && name.startsWith('&')) draft.learn(name, { lo: 0, hi: 0 });
  else if (low === high && Number.isFinite(low)) {
    draft.replace(name, constant(low));
    if (draft.noted) draft.merged.push([name, String(low), true]);
  } else draft.learn(name, { lo: low, hi: high });
  return true;
}

/** A pointer turned out to be the address of something. */
function noteAddress(left: Value, right: Value, draft: Draft): void {
  const [address, other] = left.k === 'addr' ? [left, right] : [right, left];
  const name = soleSymbol(other);
  if (address.k === 'addr' && name !== null) draft.merged.push([name, keyOf(address), true]);
}

/** What a search that follows an event wants to know: bits that the event lacks, and members of its object that decide. */
function noteFact(name: string, isZero: boolean, draft: Draft): void {
  const [bits, mask] = /^&(\d+):(.+)$/.exec(name)?.slice(1) ?? [];
  if (bits !== undefined && mask !== undefined) {
    const text = draft.names.textOf(mask);
    if (isZero && text?.includes('.events~') === true)
      draft.noted?.push({ kind: 'lacks', element: elementOf(text), bits: Number(bits) });
    return;
  }
  const { owner } = draft.sym(name);
  const field = /\.(\w+)$/.exec(draft.names.textOf(name)?.replace(/~.*$/, '') ?? '')?.[1];
  if (owner !== null && field !== undefined && isDelivered(owner, draft))
    draft.noted?.push({ kind: 'tested', owner, field });
}

function equal(form: Linear, draft: Draft): boolean {
  const [first, second] = form.terms;
  if (!first) return form.c === 0;
  if (!second) {
    const value = -form.c / first[1];
    if (!Number.isInteger(value) || draft.sym(first[0]).not.includes(value)) return false;
    return narrow(first[0], value, value, draft);
  }
  if (form.terms.length > 2 || form.c !== 0 || first[1] !== -second[1] || Math.abs(first[1]) !== 1) return true;
  return unify(first[0], second[0], draft);
}

/** Two symbols are one. Descriptors made by different calls are not. */
function unify(a: string, b: string, draft: Draft): boolean {
  const [x, y] = [draft.sym(a), draft.sym(b)];
  if (x.origin.sites.length > 0 && y.origin.sites.length > 0) {
    const common = x.origin.sites.filter((site) => y.origin.sites.includes(site));
    if (common.length === 0) return false;
    const [gone, stays] = x.origin.sites.length > y.origin.sites.length ? [a, b] : [b, a];
    draft.learn(stays, { origin: among(common) });
    merge(gone, stays, draft);
    return true;
  }
  const [gone, stays] = x.origin.isKnown || x.equals || x.below ? [b, a] : [a, b];
  const lost = draft.sym(gone);
  const kept = draft.sym(stays);
  const [lo, hi] = [Math.max(lost.lo, kept.lo), Math.min(lost.hi, kept.hi)];
  if (lo > hi) return false;
  draft.learn(stays, { lo, hi });
  merge(gone, stays, draft);
  return true;
}

function merge(gone: string, stays: string, draft: Draft): void {
  draft.replace(gone, symbol(stays));
  draft.merged.push([gone, stays, true]);
}

function different(form: Linear, draft: Draft): boolean {
  const [first, second] = form.terms;
  if (!first) return form.c !== 0;
  if (!second) {
    if (Math.abs(first[1]) !== 1) return true;
    const value = -form.c * first[1];
    const sym = draft.sym(first[0]);
    if (value < sym.lo || value > sym.hi) return true;
    const not = sym.not.includes(value) ? sym.not : [...sym.not, value].slice(-6).sort((x, y) => x - y);
    draft.learn(first[0], { not });
    return narrow(first[0], sym.lo, sym.hi, draft);
  }
  if (form.terms.length === 2 && form.c === 0 && first[1] === -second[1]) exclude(first[0], second[0], draft);
  return true;
}

/** Two descriptors differ: where one can only be a thing of which there is one, the other is none of it. */
function exclude(a: string, b: string, draft: Draft): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const only = draft.sym(one).origin.sites;
    const site = only[0];
    if (only.length !== 1 || !site || site.name.startsWith('accept')) continue;
    const sym = draft.sym(other);
    const rest = sym.origin.sites.filter((s) => s !== site);
    if (rest.length > 0 && rest.length < sym.origin.sites.length) draft.learn(other, { origin: among(rest) });
  }
}

/** All values an expression can have, each with the draft in which it has it. Choices and comparisons part the path. */
export function evaluateAll(
  expr: Expr,
  draft: Draft,
  scope: Scope,
): { readonly draft: Draft; readonly value: Value }[] {
  if (!parts(expr)) return [{ draft, value: evaluate(expr, draft, scope) }];
  switch (expr.op) {
    case 'choose':
      return [
        ...assume(expr.test, true, draft.copy(), scope).flatMap((d) => evaluateAll(expr.then, d, scope)),
        ...assume(expr.test, false, draft, scope).flatMap((d) => evaluateAll(expr.otherwise, d, scope)),
      ];
    case 'unary':
      if (expr.sign === '!') break;
      return evaluateAll(expr.of, draft, scope).map(({ draft: d, value }) => ({
        draft: d,
        value: isConstant(value)
          ? constant(expr.sign === '-' ? -value.c : ~value.c)
          : evaluate({ op: 'unknown' }, d, scope),
      }));
    case 'cast':
      return evaluateAll(expr.of, draft, scope);
    case 'binary':
      if (!COMPARISONS.has(expr.sign) && expr.sign !== '&&' && expr.sign !== '||') {
        return evaluateAll(expr.left, draft, scope).flatMap(({ draft: d, value: left }) =>
          evaluateAll(expr.right, d, scope).map(({ draft: e, value: right }) => ({
            draft: e,
            value: combine(expr.sign, left, right, e) ?? evaluate({ op: 'unknown' }, e, scope),
          })),
        );
      }
      break;
    default:
  }
  return [
    ...assume(expr, true, draft.copy(), scope).map((d) => ({ draft: d, value: constant(1) })),
    ...assume(expr, false, draft, scope).map((d) => ({ draft: d, value: constant(0) })),
  ];
}

/** Whether the value depends on a choice. */
function parts(expr: Expr): boolean {
  switch (expr.op) {
    case 'choose':
      return true;
    case 'unary':
      return expr.sign === '!' || parts(expr.of);
    case 'cast':
      return parts(expr.of);
    case 'binary':
      return (
        COMPARISONS.has(expr.sign) || expr.sign === '&&' || expr.sign === '||' || parts(expr.left) || parts(expr.right)
      );
    default:
      return false;
  }
}

/** The place of errno(3), and the ways in which a call fails. */
export const ERRNO = 'g:errno';

export function fail(draft: Draft, name: 'EAGAIN' | 'EINTR' | 'other', at: string): void {
  if (name !== 'other') {
    draft.store.set(ERRNO, failure(CONSTANTS.get(name) ?? 0, draft.names.of('e', at)));
    return;
  }
  const not = ['EINTR', 'EAGAIN'].map((n) => CONSTANTS.get(n) ?? 0);
  draft.store.set(ERRNO, draft.fresh(draft.names.of('e', at), { ...ANY, lo: 1, not }));
}
