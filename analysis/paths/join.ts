// Where paths meet: what both know stays known, and what they know differently becomes one new symbol of that place.
import { MARK } from './event-struct.js';
import type { Draft } from './state.js';
import { either, NOWHERE, type Origin } from '../bind/origin.js';
import { ANY, isConstant, same, sameForm, soleSymbol, symbol, type Sym, type Value } from './value.js';

/**
 * Takes the other path's knowledge into `into`; tells whether that changed. `label` names the meeting point; `again` is set
 * where the two have met before, so that what still differs is given up and loops settle.
 */
export function join(into: Draft, other: Draft, label: string, again: boolean): boolean {
  let changed = false;
  const known = [...into.store.keys()];
  for (const place of known) changed = joinPlace(place, into, other, label) || changed;
  for (const place of other.store.keys()) {
    if (!into.store.has(place)) changed = joinPlace(place, into, other, label) || changed;
  }
  for (const [name, sym] of into.syms) {
    const joined = joinSymbol(sym, other.syms.get(name), again);
    if (!joined) continue;
    into.syms.set(name, joined);
    changed = true;
  }
  let held: ReadonlySet<string> | null = null;
  for (const [name, sym] of other.syms) {
    if (!into.syms.has(name) && (held ??= heldIn(into)).has(name)) into.syms.set(name, forgotten(sym));
  }
  forget(into);
  return changed;
}

/** A place that holds what it held at the start, of which nothing is known, need not be remembered. */
function forget(draft: Draft): void {
  for (const [place, value] of draft.store) {
    const sole = soleSymbol(value);
    if (sole === null || !sole.startsWith('@') || draft.names.textOf(sole) !== place) continue;
    const { lo, hi, not, part, below, equals, origin } = draft.sym(sole);
    // What may be a descriptor is kept, with what is known here of where it comes from.
    if (origin !== NOWHERE) continue;
    if (lo === -Infinity && hi === Infinity && not.length === 0 && !part && !below && !equals)
      draft.store.delete(place);
  }
}

function joinPlace(place: string, into: Draft, other: Draft, label: string): boolean {
  const a = into.store.get(place);
  const b = other.store.get(place);
  if (a && b && same(a, b)) return false;
  if (!a || !b) {
    // A place that is not remembered holds what it held at the start.
    const sole = soleSymbol(a ?? b ?? symbol(''));
    if (sole !== null && into.names.textOf(sole) === place) return learnsLess(sole, into, other);
  }
  // A mark holds only where it holds on all ways.
  if (place.startsWith('%') || place.endsWith(MARK)) return into.store.delete(place);
  const merged = isUnread(a, into) && isUnread(b, other) ? (a ?? b) : differing(place, a, b, into, other, label);
  if (!merged || (a && same(a, merged))) return false;
  into.store.set(place, merged);
  return true;
}

/** One way knows nothing of the symbol: nor does what comes of both. */
function learnsLess(name: string, into: Draft, other: Draft): boolean {
  const sym = into.syms.get(name) ?? other.syms.get(name);
  const less = sym && !sym.plain ? unlessSame(sym, forgotten(sym)) : null;
  if (less && into.syms.has(name)) into.syms.set(name, less);
  return less !== null && into.syms.has(name);
}

/** Nobody has written there on this way: what it holds is what it held at the start. */
function isUnread(value: Value | undefined, draft: Draft): boolean {
  if (!value) return true;
  const sole = soleSymbol(value);
  return sole !== null && draft.sym(sole).plain;
}

function differing(
  place: string,
  a: Value | undefined,
  b: Value | undefined,
  into: Draft,
  other: Draft,
  label: string,
): Value {
  if (a?.k === 'set' || b?.k === 'set') return unionOf(a, b);
  if (place.startsWith('!') && (!a || !b)) return a ?? b ?? symbol(label);
  const bits = commonBits(place, a, b);
  if (bits) return bits;
  const name = into.names.of('j', `${label}${place}`);
  const origin = either(originIn(a, into), originIn(b, other));
  const [lo, hi] = hull(a, b, into, other);
  if (!into.syms.has(name)) into.syms.set(name, { ...ANY, origin, lo, hi });
  else into.syms.set(name, { ...into.sym(name), origin: either(into.sym(name).origin, origin) });
  return symbol(name);
}

/** Of two masks, one of which has all bits of the other, the bits of that one are sure. */
function commonBits(place: string, a: Value | undefined, b: Value | undefined): Value | null {
  const [x, y] = [maskIn(a), maskIn(b)];
  if (x === null || y === null || !/event|mask|flag|interest|want/i.test(place)) return null;
  const on = (x & y) >>> 0;
  return on !== 0 && (on === x || on === y) ? { k: 'bits', on } : null;
}

function maskIn(value: Value | undefined): number | null {
  if (value?.k === 'bits') return value.on;
  return value && isConstant(value) && value.c > 0 ? value.c >>> 0 : null;
}

/** Signs survive a meeting, sizes do not. */
function hull(a: Value | undefined, b: Value | undefined, into: Draft, other: Draft): [number, number] {
  const [al, ah] = a?.k === 'num' ? into.bounds(a) : a?.k === 'addr' ? [1, Infinity] : [-Infinity, Infinity];
  const [bl, bh] = b?.k === 'num' ? other.bounds(b) : b?.k === 'addr' ? [1, Infinity] : [-Infinity, Infinity];
  const lo = Math.min(al, bl);
  const hi = Math.max(ah, bh);
  return [lo >= 1 ? 1 : lo >= 0 ? 0 : lo >= -1 ? -1 : -Infinity, hi <= -1 ? -1 : hi <= 0 ? 0 : Infinity];
}

function unionOf(a: Value | undefined, b: Value | undefined): Value {
  const members = [a, b].flatMap((value) => (value?.k === 'set' ? value.members : value ? MANY : []));
  const distinct = [...new Set(members)];
  return { k: 'set', members: distinct.length > 1 || distinct.includes('*') ? MANY : distinct };
}

const MANY = ['*', '*'];

function originIn(value: Value | undefined, draft: Draft): Origin {
  const sole = value ? soleSymbol(value) : null;
  return sole === null ? NOWHERE : draft.sym(sole).origin;
}

/** What both know of a symbol; null when that is what the first one knew. */
function joinSymbol(a: Sym, b: Sym | undefined, again: boolean): Sym | null {
  if (!b) return a.plain ? null : unlessSame(a, forgotten(a));
  const lo = again && b.lo < a.lo ? -Infinity : Math.min(a.lo, b.lo);
  const hi = again && b.hi > a.hi ? Infinity : Math.max(a.hi, b.hi);
  const not = a.not.filter((n) => b.not.includes(n) || n < b.lo || n > b.hi);
  const part = a.part === b.part ? a.part : null;
  const below = sameForm(a.below, b.below) ? a.below : null;
  const equals = sameForm(a.equals, b.equals) ? a.equals : null;
  const origin = either(a.origin, b.origin);
  const same =
    lo === a.lo &&
    hi === a.hi &&
    not.length === a.not.length &&
    part === a.part &&
    below === a.below &&
    equals === a.equals;
  if (same && origin === a.origin) return null;
  return { ...a, lo, hi, not, part, below, equals, origin, plain: a.plain && b.plain };
}

function unlessSame(a: Sym, b: Sym): Sym | null {
  const same =
    a.lo === b.lo &&
    a.hi === b.hi &&
    a.not.length === b.not.length &&
    a.part === b.part &&
    a.below === b.below &&
    a.equals === b.equals;
  return same ? null : b;
}

/** On the other way nothing is known of it but what it is. */
function forgotten({ origin, owner, version, plain }: Sym): Sym {
  return { ...ANY, origin, owner, version, plain };
}

function heldIn(draft: Draft): ReadonlySet<string> {
  const held = new Set<string>();
  for (const value of draft.store.values()) if (value.k === 'num') for (const [name] of value.terms) held.add(name);
  return held;
}
