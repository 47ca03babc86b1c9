// Assignments on one path, and what of them leaves the function: results kept, descriptors and objects handed over.
import { evaluateAll } from './assume.js';
import { combine, evaluate, placeOf, type Scope } from './evaluate.js';
import type { Event } from './event.js';
import { assigned } from './event-struct.js';
import type { BraceItem, Expr, Operation } from '../facts/facts.js';
import { keepsOf } from './keep.js';
import { typeOf } from '../link/link.js';
import { within } from './place.js';
import type { Draft } from './state.js';
import { constant, isConstant, symbol, symbolsOf, type Value } from './value.js';

type Assignment = Operation & { kind: 'assign' };

/** Marks a static local that has been initialised. */
const ONCE = '%once:';

export interface Assigned {
  readonly draft: Draft;
  readonly events: readonly Event[];
}

export function assign(operation: Assignment, draft: Draft, scope: Scope): Assigned[] {
  if (operation.once) {
    const mark = `${ONCE}${placeOf(operation.target, draft, scope) ?? ''}`;
    if (draft.store.has(mark)) return [{ draft, events: [] }];
    draft.store.set(mark, constant(1));
  }
  if (operation.value.op === 'braces') return [assignBraces(operation, operation.value.items, draft, scope)];
  const { index, frame } = scope;
  const type = typeOf(operation.target, frame.fn, index);
  const whole = type.pointers === 0 && type.dimensions.length === 0 && /^(struct|union) |^fd_set$/.test(type.base);
  if (operation.sign === '=' && whole) return [copyWhole(operation, draft, scope)];
  return evaluateAll(operation.value, draft, scope).map(({ draft: d, value }) => {
    const target = placeOf(operation.target, d, scope);
    const result = operation.sign === '=' ? started(operation, value, d, scope) : compound(operation, value, d, scope);
    if (target === null) return { draft: d, events: leaving(result, operation, scope) };
    const outside = /^[*g]/.test(target);
    d.clear(target);
    assigned(target, operation.sign === '=', d);
    // An element of a table that outlives the function is whatever anybody put there: its binding tells more than this path.
    if (!(outside && /\[[^\d]/.test(target))) d.store.set(target, result);
    const events = outside && !isOutput(target, d) ? leaving(result, operation, scope) : [];
    return {
      draft: d,
      events: operation.target.op === 'member' ? [put(target, result, operation, scope), ...events] : events,
    };
  });
}

function put(place: string, value: Value, operation: Assignment, scope: Scope): Event {
  return { kind: 'put', place, value, fn: scope.frame.fn, span: operation.span };
}

/** An index begins as the symbol that it will be: the first turn of a loop is like the others. */
function started(operation: Assignment, value: Value, draft: Draft, scope: Scope): Value {
  const { target } = operation;
  if (!isConstant(value) || target.op !== 'name' || !scope.frame.fn.cursors.has(target.name)) return value;
  const place = placeOf(target, draft, scope);
  return place === null ? value : draft.fresh(draft.names.of('+', place), { lo: Math.min(value.c, 0) });
}

function compound(operation: Assignment, value: Value, draft: Draft, scope: Scope): Value {
  const sign = operation.sign.slice(0, -1);
  const before = evaluate(operation.target, draft, scope);
  const after = combine(sign, before, value, draft);
  const place = placeOf(operation.target, draft, scope);
  if (place === null || after === null)
    return draft.fresh(draft.names.of('c', `${scope.frame.context}#${operation.span.start}`));
  // The first part of a sum is exact: what was all of it ends the loop.
  if (isConstant(before) && before.c === 0 && operation.value.op !== 'int') return after;
  // A counter is one symbol with a sign: loops settle at once, and nobody asks how often they ran.
  if (isConstant(value) && value.c === 0 && (sign === '+' || sign === '-')) return before;
  if (isConstant(value) && (sign === '+' || sign === '-') && before.k === 'num' && after.k === 'num') {
    const [lo, hi] = draft.bounds(after);
    const cursor = operation.target.op === 'name' && scope.frame.fn.cursors.has(operation.target.name);
    const name = draft.names.of('+', place);
    if (cursor) return draft.fresh(name, { lo: sign === '+' ? 0 : -Infinity });
    draft.fresh(name, { lo: lo >= 1 ? 1 : lo >= 0 ? 0 : -Infinity, hi: hi <= -1 ? -1 : hi <= 0 ? 0 : Infinity });
    return symbol(name);
  }
  return after;
}

/** Struct assignment: members are copied; an fd_set is one member of itself. */
function copyWhole(operation: Assignment, draft: Draft, scope: Scope): Assigned {
  const to = placeOf(operation.target, draft, scope);
  const from = placeOf(operation.value, draft, scope);
  if (to === null) return { draft, events: [] };
  copyPlaces(to, from, draft);
  const where = { fn: scope.frame.fn, span: operation.span };
  return {
    draft,
    events: [
      { kind: 'set', change: 'copy', place: to, ...(from === null ? {} : { from }), ...where },
      ...leavingInside(to, operation, draft, scope),
    ],
  };
}

/** Values that an object carries out of the function. */
function leavingInside(to: string, operation: Assignment, draft: Draft, scope: Scope): Event[] {
  // A variable that is filled as a whole is its function's own; a slot or an object on the heap is somebody's.
  if (!to.startsWith('*') && !/^g:.*\[/.test(to)) return [];
  return [...draft.store].flatMap(([place, value]) => (within(place, to) ? leaving(value, operation, scope) : []));
}

export function copyPlaces(to: string, from: string | null, draft: Draft): void {
  const inner = from === null ? [] : [...draft.store].filter(([place]) => within(place, from));
  draft.clear(to);
  for (const [place, value] of inner) draft.store.set(`${to}${place.slice((from ?? '').length)}`, value);
}

function assignBraces(operation: Assignment, items: readonly BraceItem[], draft: Draft, scope: Scope): Assigned {
  const place = placeOf(operation.target, draft, scope);
  if (place === null) return { draft, events: [] };
  const { index, frame } = scope;
  const type = typeOf(operation.target, frame.fn, index);
  const fields = type.dimensions.length === 0 ? index.fields(type.base) : null;
  const values = items.flatMap((item, i): [string, Value][] => {
    const path = item.path.length > 0 ? item.path : fields?.[i] ? [fields[i].name] : null;
    const value = path && evaluateAll(item.value, draft, scope)[0]?.value;
    return path && value ? [[`${place}.${path.join('.')}`, value]] : [];
  });
  draft.clear(place);
  for (const [member, value] of values) {
    assigned(member, true, draft);
    draft.store.set(member, value);
  }
  // Members that are not named are zero; for an event's mask that matters.
  if (type.base === 'struct epoll_event' && !draft.store.has(`${place}.events`))
    draft.store.set(`${place}.events`, constant(0));
  const where = { fn: frame.fn, span: operation.span };
  return {
    draft,
    events: [{ kind: 'set', change: 'zero', place, ...where }, ...leavingInside(place, operation, draft, scope)],
  };
}

/** `*written = n`: what the caller does with it is seen there. */
function isOutput(target: string, draft: Draft): boolean {
  return /^\*@\w+$/.test(target) && /^0:\w+$/.test(draft.names.textOf(target.slice(1)) ?? '');
}

function leaving(value: Value, operation: Assignment, scope: Scope): Event[] {
  const where = { fn: scope.frame.fn, span: operation.span };
  const symbols = keepsOf(value);
  const events: Event[] = symbols.length > 0 ? [{ kind: 'keep', symbols, ...where }] : [];
  const handed = handedOver(value);
  if (operation.sign === '=' && handed.length > 0)
    events.push({ kind: 'escape', keys: handed, to: targetName(operation.target), ...where });
  return events;
}

/** A whole value that is one symbol, or an address, may be a descriptor or an object. */
function handedOver(value: Value): string[] {
  if (value.k === 'addr') return [`&${value.place}`];
  return value.k === 'num' && value.terms.length === 1 && value.c === 0 ? [...symbolsOf(value)] : [];
}

function targetName(expr: Expr): string {
  return expr.op === 'member'
    ? expr.field
    : expr.op === 'name'
      ? expr.name
      : expr.op === 'index' || expr.op === 'deref'
        ? targetName(expr.of)
        : '';
}
