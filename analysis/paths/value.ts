// The walker's values: numbers as linear forms over symbols, masks of which some bits are sure, addresses, functions and sets.
import { NOWHERE, type Origin } from '../bind/origin.js';
import type { LinkedFunction } from '../link/link.js';

/** `c + Σ coefficient · symbol`; terms are sorted by symbol. */
export interface Linear {
  readonly k: 'num';
  readonly c: number;
  readonly terms: readonly (readonly [string, number])[];
  /** For the -1 of a call that failed, and for the errno that tells why: the name under which it is told apart from others. */
  readonly failed?: string;
}

export type Value =
  | Linear
  /** These bits are set; of the others nothing is known. */
  | { readonly k: 'bits'; readonly on: number }
  | { readonly k: 'addr'; readonly place: string }
  | { readonly k: 'fn'; readonly fn: LinkedFunction }
  /** An fd_set: its members by value, at most two (two are as good as many). */
  | { readonly k: 'set'; readonly members: readonly string[] };

/** What a path knows of a symbol. */
export interface Sym {
  readonly lo: number;
  readonly hi: number;
  readonly not: readonly number[];
  /** For the result of a transfer: whether it is less than what was asked for, or all of it. */
  readonly part: 'short' | 'full' | null;
  /** For the result of a transfer: at most one less than this, or just this. */
  readonly below: Linear | null;
  readonly equals: Linear | null;
  /** The calls that may have made it, when it is a descriptor. */
  readonly origin: Origin;
  /** The object whose member it was read from, as a place. */
  readonly owner: string | null;
  /** The size that FIONREAD gave: whoever reads this much has read all. */
  readonly pending: boolean;
  /** The write after which it was read, for places that a call filled; see `havoc`. */
  readonly version: string | null;
  /** Just read, and nothing learnt since: a state is the same with it and without. */
  readonly plain: boolean;
}

export const ANY: Sym = {
  lo: -Infinity,
  hi: Infinity,
  not: [],
  part: null,
  below: null,
  equals: null,
  origin: NOWHERE,
  owner: null,
  pending: false,
  version: null,
  plain: false,
};

export function constant(c: number): Linear {
  return { k: 'num', c, terms: [] };
}

/** A number that a failing call gives, and that is known as such wherever it goes. */
export function failure(c: number, name: string): Linear {
  return { k: 'num', c, terms: [], failed: name };
}

/** The failure that a value tells of; null for other values. */
export function failureOf(value: Value | undefined): string | null {
  return value?.k === 'num' ? (value.failed ?? null) : null;
}

export function symbol(name: string): Linear {
  return { k: 'num', c: 0, terms: [[name, 1]] };
}

/** The symbol that a value is, when it is nothing else. */
export function soleSymbol(value: Value): string | null {
  if (value.k !== 'num' || value.c !== 0 || value.terms.length !== 1) return null;
  const term = value.terms[0];
  return term?.[1] === 1 ? term[0] : null;
}

export function isConstant(value: Value): value is Linear {
  return value.k === 'num' && value.terms.length === 0;
}

export function add(a: Linear, b: Linear, factor = 1): Linear {
  const sums = new Map(a.terms);
  for (const [name, coefficient] of b.terms) sums.set(name, (sums.get(name) ?? 0) + factor * coefficient);
  const terms = [...sums].filter(([, coefficient]) => coefficient !== 0).sort(([x], [y]) => (x < y ? -1 : 1));
  return { k: 'num', c: a.c + factor * b.c, terms };
}

export function scale(a: Linear, factor: number): Linear {
  return factor === 0 ? constant(0) : { k: 'num', c: a.c * factor, terms: a.terms.map(([s, k]) => [s, k * factor]) };
}

/** The form with a symbol replaced by another form. */
export function substitute(form: Linear, name: string, by: Linear): Linear {
  const coefficient = form.terms.find(([s]) => s === name)?.[1];
  if (coefficient === undefined) return form;
  return add({ ...form, terms: form.terms.filter(([s]) => s !== name) }, by, coefficient);
}

/** Equal texts mean equal values. */
export function keyOf(value: Value): string {
  switch (value.k) {
    case 'num': {
      if (value.terms.length === 0) return String(value.c);
      const terms = value.terms.map(([s, n]) => (n === 1 ? s : `${n}*${s}`)).join('+');
      return value.c === 0 ? terms : `${terms}+${value.c}`;
    }
    case 'bits':
      return `bits ${value.on}`;
    case 'addr':
      return `&${value.place}`;
    case 'fn':
      return `fn ${value.fn.id}`;
    case 'set':
      return `{${value.members.join()}}`;
  }
}

/** The same as equal keys. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  switch (a.k) {
    case 'num':
      return b.k === 'num' && sameForm(a, b);
    case 'bits':
      return b.k === 'bits' && a.on === b.on;
    case 'addr':
      return b.k === 'addr' && a.place === b.place;
    case 'fn':
      return b.k === 'fn' && a.fn === b.fn;
    case 'set':
      return b.k === 'set' && a.members.length === b.members.length && a.members.every((m, i) => m === b.members[i]);
  }
}

export function sameForm(a: Linear | null, b: Linear | null): boolean {
  if (a === b) return true;
  if (!a || a.c !== b?.c || a.terms.length !== b.terms.length) return false;
  return a.terms.every(([name, n], i) => {
    const other = b.terms[i];
    return other?.[0] === name && other[1] === n;
  });
}

export function symbolsOf(value: Value): readonly string[] {
  return value.k === 'num' ? value.terms.map(([s]) => s) : [];
}
