// Expressions on one path: places, values, and what a condition teaches.
import type { Bindings, Site } from '../bind/bind.js';
import { isDescriptorType } from '../bind/carrying.js';
import { tableEntries } from '../link/constant-table.js';
import { arithmetic, constantValue } from '../link/constant-value.js';
import { begin } from './event-struct.js';
import type { Expr, Span } from '../facts/facts.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import type { Origin } from '../bind/origin.js';
import { NOWHERE } from '../bind/origin.js';
import { within } from './place.js';
import type { Draft } from './state.js';
import {
  add,
  ANY,
  constant,
  failure,
  isConstant,
  keyOf,
  scale,
  soleSymbol,
  symbol,
  type Linear,
  type Value,
} from './value.js';

/** One activation of a function on the walker's stack. */
export interface Frame {
  readonly depth: number;
  /** The path of calls that led here; names this activation. */
  readonly context: string;
  readonly fn: LinkedFunction;
  readonly caller: { readonly frame: Frame; readonly at: number; readonly next: number; readonly temp: number } | null;
}

/** The activation from which a question starts. */
export function outermost(fn: LinkedFunction): Frame {
  return { depth: 0, context: fn.id, fn, caller: null };
}

export interface World {
  readonly index: Index;
  readonly bindings: Bindings;
}

export interface Scope extends World {
  readonly frame: Frame;
  /** How many macros deep an expression is looked at: some name themselves. */
  readonly macros?: number;
}

const MAX_MACROS = 20;

/** The place that an expression names; null where it cannot be told. */
export function placeOf(expr: Expr, draft: Draft, scope: Scope): string | null {
  const { frame, index } = scope;
  switch (expr.op) {
    case 'name': {
      const local = frame.fn.facts.locals.get(expr.name);
      if (local) return local.isStatic ? `g:${frame.fn.id}/${expr.name}` : `${frame.depth}:${expr.name}`;
      const variable = index.variableNamed(expr.name, frame.fn.facts.file);
      if (variable) return variable.isStatic ? `g:${frame.fn.facts.file}/${expr.name}` : `g:${expr.name}`;
      return index.constant(expr.name, frame.fn.facts.file) || index.functionNamed(expr.name, frame.fn.facts.file)
        ? null
        : `g:${expr.name}`;
    }
    case 'temp':
      return `${frame.depth}:$${expr.id}`;
    case 'member': {
      const base = expr.arrow ? pointee(expr.of, draft, scope) : placeOf(expr.of, draft, scope);
      return base && `${base}.${expr.field}`;
    }
    case 'deref':
      return pointee(expr.of, draft, scope);
    case 'index': {
      const base = pointee(expr.of, draft, scope);
      const at = evaluate(expr.at, draft, scope);
      const label = isConstant(at) ? String(at.c) : (soleSymbol(at) ?? '?');
      return base && `${base}[${label}]`;
    }
    case 'cast':
      return placeOf(expr.of, draft, scope);
    default:
      return null;
  }
}

/** The place that a pointer or array points to. */
function pointee(expr: Expr, draft: Draft, scope: Scope): string | null {
  const value = evaluate(expr, draft, scope);
  if (value.k === 'addr') return value.place;
  const sole = soleSymbol(value);
  if (sole !== null) return `*${sole}`;
  // A pointer into an array moves with its index; the array stays.
  const first = value.k === 'num' ? value.terms.find(([s, n]) => n === 1 && s.startsWith('@')) : undefined;
  return first ? `*${first[0]}[${keyOf(value).replaceAll(/[[\]]/g, '')}]` : null;
}

/** The value of an expression without choices in it; the draft learns the symbols of places read for the first time. */
export function evaluate(expr: Expr, draft: Draft, scope: Scope): Value {
  switch (expr.op) {
    case 'int':
      return constant(expr.value);
    case 'name':
    case 'member':
    case 'index':
    case 'deref':
    case 'temp':
      return read(expr, draft, scope);
    case 'cast':
      return evaluate(expr.of, draft, scope);
    case 'address': {
      const place = placeOf(expr.of, draft, scope);
      if (place !== null) return { k: 'addr', place };
      return expr.of.op === 'name' ? evaluate(expr.of, draft, scope) : unknown(expr, draft, scope);
    }
    case 'unary':
      return evaluateUnary(expr, draft, scope);
    case 'binary':
      return evaluateBinary(expr, draft, scope);
    case 'sizeof': {
      const size = constantValue(expr, scope.frame.fn, scope.index);
      if (size !== null) return constant(size);
      const name = draft.names.of('z', `${scope.frame.fn.id}${JSON.stringify([expr.type, expr.of], withoutSpans)}`);
      if (!draft.syms.has(name)) draft.fresh(name, { lo: 1 });
      return symbol(name);
    }
    default:
      return unknown(expr, draft, scope);
  }
}

function withoutSpans(key: string, value: unknown): unknown {
  return key === 'span' ? undefined : value;
}

/** A symbol nobody knows anything of. It is one per expression text, so that equal questions get equal answers. */
function unknown(expr: Expr, draft: Draft, scope: Scope): Value {
  const name = draft.names.of('u', `${scope.frame.context}${JSON.stringify(expr)}`);
  if (!draft.syms.has(name)) draft.fresh(name);
  return symbol(name);
}

function read(expr: Expr, draft: Draft, scope: Scope): Value {
  const { frame, index } = scope;
  if (expr.op === 'name' && !frame.fn.facts.locals.has(expr.name)) {
    const { file } = frame.fn.facts;
    const fixed = index.variableNamed(expr.name, file)
      ? index.settled(expr.name, file)
      : index.constant(expr.name, file);
    const macros = (scope.macros ?? 0) + 1;
    if (fixed && fixed.op !== 'braces' && macros < MAX_MACROS) return evaluate(fixed, draft, { ...scope, macros });
    const fn = index.functionNamed(expr.name, frame.fn.facts.file);
    if (fn) return { k: 'fn', fn };
  }
  const entry = constantEntry(expr, draft, scope);
  if (entry) return entry;
  const place = placeOf(expr, draft, scope);
  if (place === null) return unknown(expr, draft, scope);
  const stored = draft.store.get(place);
  if (stored) return stored;
  if (isAggregate(expr, scope)) return { k: 'addr', place };
  return initial(place, expr, draft, scope);
}

/** What stands in a table that nobody writes to: one value, or the bits that all its entries have. */
function constantEntry(expr: Expr, draft: Draft, scope: Scope): Value | null {
  if (expr.op !== 'member' && expr.op !== 'index') return null;
  const { frame, index } = scope;
  const root = rootName(expr);
  if (root === null || frame.fn.facts.locals.has(root)) return null;
  const numberOf = (at: Expr): number | null => {
    const value = evaluate(at, draft, scope);
    return isConstant(value) ? value.c : null;
  };
  const entries = tableEntries(expr, frame.fn.facts.file, index, numberOf);
  if (!entries || entries.some(({ op }) => op === 'braces' || op === 'text')) return null;
  const values = entries.map((entry) => evaluate(entry, draft, scope));
  const [first] = values;
  if (first && (isConstant(first) || first.k === 'fn') && values.every((value) => keyOf(value) === keyOf(first)))
    return first;
  if (!values.every(isConstant)) return null;
  return { k: 'bits', on: values.reduce((on, value) => (on & value.c) >>> 0, 0xffffffff) };
}

function rootName(expr: Expr): string | null {
  if (expr.op === 'name') return expr.name;
  return expr.op === 'index' || (expr.op === 'member' && !expr.arrow) ? rootName(expr.of) : null;
}

/** An array is its address; so is a struct, for our purposes. */
function isAggregate(expr: Expr, scope: Scope): boolean {
  if (expr.op === 'temp') return false;
  const type = typeOf(expr, scope.frame.fn, scope.index);
  return (
    type.dimensions.length > 0 ||
    (type.pointers === 0 && /^(struct|union) /.test(type.base) && type.base !== 'union epoll_data')
  );
}

/** A local comes to be: nothing is known of what stands in it. */
export function declare(name: string, span: Span, draft: Draft, scope: Scope): string | null {
  const place = placeOf({ op: 'name', name, span }, draft, scope);
  const local = scope.frame.fn.facts.locals.get(name);
  if (place === null || !local) return place;
  draft.clear(place);
  begin(place, scope.index.resolve(local.type, scope.frame.fn.facts.file), draft);
  return place;
}

/** The one object that was registered on this path: it is what an event's `data.ptr` gives back. */
export const REGISTERED_OBJECT = '%object';

/** The mask that every descriptor reports after a wait, where a question supposes one. */
export const REPORTED_MASK = '%reported';

/** What a wait writes: `revents` of poll(2), `events` of epoll_wait(2). */
function isReport(expr: Expr, { frame, index }: Scope): boolean {
  if (expr.op !== 'member') return false;
  if (expr.field === 'revents') return true;
  return expr.field === 'events' && typeOf(expr.of, frame.fn, index).base === 'struct epoll_event';
}

/** The first look at a place: a symbol of its own, with what binding knows of it. */
function initial(place: string, expr: Expr, draft: Draft, scope: Scope): Value {
  const supposed = draft.store.get(REPORTED_MASK);
  if (supposed && isReport(expr, scope)) return supposed;
  const version = versionOf(place, draft);
  const object = place.endsWith('.data.ptr') && version !== null ? draft.store.get(REGISTERED_OBJECT) : undefined;
  if (object?.k === 'addr') {
    draft.noted?.push({ kind: 'delivered', key: keyOf(object), element: elementOf(place), owner: null });
    return object;
  }
  const name = draft.names.of('@', version === null ? place : `${place}~${version}`);
  if (!draft.syms.has(name)) {
    draft.syms.set(name, {
      ...ANY,
      origin: originOf(expr, scope),
      lo: isUnsigned(expr, scope) ? 0 : -Infinity,
      owner: ownerOf(place),
      version,
      plain: true,
    });
  }
  const value = symbol(name);
  draft.store.set(place, value);
  if (draft.noted) noteDelivery(place, name, version !== null, draft);
  return value;
}

/** A search that follows an event learns what it brings: what was registered with it, and the descriptors of that object. */
function noteDelivery(place: string, name: string, written: boolean, draft: Draft): void {
  if (written && /\.data\.(ptr|fd)$/.test(place)) {
    draft.learn(name, { lo: place.endsWith('.fd') ? 0 : draft.sym(name).lo });
    // What is known of the object of an earlier turn is not known of this one.
    draft.clear(`*${name}`);
    draft.noted?.push({ kind: 'delivered', key: name, element: elementOf(place), owner: null });
  }
  const { owner, origin } = draft.sym(name);
  if (owner === null || origin === NOWHERE || !isDelivered(owner, draft)) return;
  // What brings an event is open.
  draft.learn(name, { lo: 0 });
  draft.noted?.push({ kind: 'delivered', key: name, element: '', owner });
}

/** Beside an array: the epoll instance whose events were written into it. */
export const INSTANCE = '.%instance';

/** The instances that a number or a pointer may have come out of; empty where no wait gave it. */
export function instancesOf(name: string, draft: Draft): readonly Site[] {
  const array = /^(.*)\[[^\]]*\]\.data\.\w+~/.exec(draft.names.textOf(name) ?? '')?.[1];
  const instance = array === undefined ? undefined : draft.store.get(`${array}${INSTANCE}`);
  const sole = instance ? soleSymbol(instance) : null;
  return sole === null ? [] : draft.sym(sole).origin.sites;
}

/** The pointer that came with an event. */
export function isDelivered(name: string, draft: Draft): boolean {
  return draft.names.textOf(name)?.includes('.data.ptr~') ?? false;
}

/** `0:events[+3]` for what stands in it. */
export function elementOf(place: string): string {
  return place.replace(/\.(data\.\w+|events)(~.*)?$/, '');
}

function isUnsigned(expr: Expr, { frame, index }: Scope): boolean {
  const type = typeOf(expr, frame.fn, index);
  return (
    type.pointers === 0 &&
    type.dimensions.length === 0 &&
    /^(unsigned|size_t|uint\d+_t|u_\w+|bool|_Bool)/.test(type.base)
  );
}

/** How wide a number is, and whether it has a sign; 32 bits with one for what is not known. */
export function widthOf(expr: Expr, scope: Scope): { readonly bits: number; readonly isSigned: boolean } {
  if (expr.op === 'sizeof') return { bits: 64, isSigned: false };
  if (expr.op === 'binary' && /^[+*/-]$/.test(expr.sign)) {
    const [left, right] = [widthOf(expr.left, scope), widthOf(expr.right, scope)];
    return left.bits > right.bits || (left.bits === right.bits && !left.isSigned) ? left : right;
  }
  const { frame, index } = scope;
  const { base, pointers, dimensions } = typeOf(expr, frame.fn, index);
  if (pointers > 0 || dimensions.length > 0) return { bits: 32, isSigned: true };
  return {
    bits: /^(unsigned long|long|s?size_t|u?int64_t|u_long|u?intptr_t|off_t)/.test(base)
      ? 64
      : /char|short|int8|int16/.test(base)
        ? 16
        : 32,
    isSigned: !/^(unsigned|size_t|uint\w*_t|u_\w+|uint|socklen_t)/.test(base),
  };
}

/** Where the value of an expression may come from; nowhere for what its type shows to be no descriptor. */
export function originOf(expr: Expr, scope: Scope): Origin {
  const { bindings, index } = scope;
  const { fn } = scope.frame;
  if (expr.op !== 'temp' && !isDescriptorType(typeOf(expr, fn, index))) return NOWHERE;
  return bindings.origin(expr, fn);
}

/** `*conn` for `*conn.fd`; locals own nothing. */
function ownerOf(place: string): string | null {
  if (!place.startsWith('*')) return null;
  const end = place.search(/[.[]/);
  return end < 0 ? null : place.slice(1, end);
}

function versionOf(place: string, draft: Draft): string | null {
  for (const [key, value] of draft.store) if (key.startsWith('!') && within(place, key.slice(1))) return keyOf(value);
  return null;
}

function evaluateUnary(expr: Expr & { op: 'unary' }, draft: Draft, scope: Scope): Value {
  const of = evaluate(expr.of, draft, scope);
  if (of.k === 'num' && expr.sign === '-') return scale(of, -1);
  if (isConstant(of)) return constant(expr.sign === '!' ? Number(of.c === 0) : ~of.c);
  return unknown(expr, draft, scope);
}

function evaluateBinary(expr: Expr & { op: 'binary' }, draft: Draft, scope: Scope): Value {
  const left = evaluate(expr.left, draft, scope);
  const right = evaluate(expr.right, draft, scope);
  return combine(expr.sign, left, right, draft) ?? unknown(expr, draft, scope);
}

/** The value of `left sign right`; null where the domain has no answer. */
export function combine(sign: string, left: Value, right: Value, draft: Draft): Value | null {
  if (sign === '|' || sign === '&') return combineBits(sign, left, right, draft);
  if (left.k === 'addr' && right.k === 'num' && (sign === '+' || sign === '-')) {
    return right.c === 0 && right.terms.length === 0 ? left : { k: 'addr', place: `${left.place}[${keyOf(right)}]` };
  }
  if (left.k !== 'num' || right.k !== 'num') return null;
  if (isConstant(left) && isConstant(right)) {
    const value = arithmetic(sign, left.c, right.c);
    const name = sign === '+' || sign === '-' ? (left.failed ?? right.failed) : undefined;
    return value === null ? null : name === undefined ? constant(value) : failure(value, name);
  }
  const result =
    sign === '+' || sign === '-' ? add(left, right, sign === '+' ? 1 : -1) : sign === '*' ? product(left, right) : null;
  return result && result.terms.length <= 4 && result.terms.every(([, n]) => Math.abs(n) === 1) ? result : null;
}

function product(left: Linear, right: Linear): Linear | null {
  if (isConstant(left)) return scale(right, left.c);
  return isConstant(right) ? scale(left, right.c) : null;
}

function combineBits(sign: '|' | '&', left: Value, right: Value, draft: Draft): Value | null {
  const a = bitsOf(left);
  const b = bitsOf(right);
  if (a === null || b === null) return null;
  if (a.exact && b.exact) return constant(sign === '|' ? (a.on | b.on) >>> 0 : (a.on & b.on) >>> 0);
  if (sign === '|') return { k: 'bits', on: (a.on | b.on) >>> 0 };
  const [known, other] = a.exact ? [a.on, right] : [b.exact ? b.on : null, left];
  if (known === null) return null;
  const on = (bitsOf(other)?.on ?? 0) & known;
  const sole = soleSymbol(other);
  if (on !== 0 || sole === null) return other.k === 'bits' ? { k: 'bits', on: on >>> 0 } : null;
  // Some bits of an unknown mask: one symbol per mask and question.
  const name = `&${known}:${sole}`;
  if (!draft.syms.has(name)) draft.fresh(name, { lo: 0, hi: known >= 0 ? known : Infinity });
  return symbol(name);
}

function bitsOf(value: Value): { on: number; exact: boolean } | null {
  if (value.k === 'bits') return { on: value.on, exact: false };
  if (value.k !== 'num') return null;
  return isConstant(value) ? { on: value.c >>> 0, exact: true } : { on: 0, exact: false };
}

export function maskOf(value: Value): { readonly on: number; readonly exact: boolean } | null {
  return bitsOf(value);
}
