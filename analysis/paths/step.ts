// One operation on one path: the ways on from it, each with what is known there and what has happened.
import { assign, copyPlaces } from './assign.js';
import { assume, evaluateAll } from './assume.js';
import { carryOut, type Entry } from './call.js';
import type { Event } from './event.js';
import { declare, placeOf, type Frame, type Scope } from './evaluate.js';
import type { CallOperation, Expr, Operation, Span } from '../facts/facts.js';
import type { Guide } from './guide.js';
import { keepsOf, RESULT } from './keep.js';
import { constantValue } from '../link/constant-value.js';
import { visitExpr } from '../link/liveness.js';
import type { LinkedFunction } from '../link/link.js';
import type { Draft } from './state.js';
import { constant, isConstant, type Value } from './value.js';

/** One way on from an operation. */
export interface Step {
  readonly draft: Draft;
  readonly events: readonly Event[];
  /** Where to go; null ends the path. */
  readonly next: { readonly frame: Frame; readonly at: number } | null;
  /** The outermost function returns, with this value. */
  readonly returned?: { readonly value: Value | null; readonly implicit: boolean; readonly span: Span };
}

/** Which called functions are followed into. */
export type Enters = (callee: LinkedFunction, from: Frame) => boolean;

export function stepsFrom(
  operation: Operation,
  at: number,
  draft: Draft,
  frame: Frame,
  guide: Guide,
  enters: Enters,
): Step[] {
  const scope: Scope = { frame, index: guide.index, bindings: guide.bindings };
  const on = (d: Draft, to: number, events: readonly Event[] = []): Step => ({
    draft: d,
    events,
    next: { frame, at: to },
  });
  const where = { fn: frame.fn, span: operation.span };
  switch (operation.kind) {
    case 'call':
      return callSteps(operation, at, draft, scope, guide, enters);
    case 'assign':
      return assign(operation, draft, scope).map((step) => on(step.draft, operation.next, step.events));
    case 'set-temp':
      return evaluateAll(operation.value, draft, scope).map(({ draft: d, value }) => {
        d.store.set(`${frame.depth}:$${operation.temp}`, value);
        return on(d, operation.next);
      });
    case 'declare': {
      const place = declare(operation.name, operation.span, draft, scope);
      return [on(draft, operation.next, place === null ? [] : [{ kind: 'set', change: 'zero', place, ...where }])];
    }
    case 'test':
      return testSteps(operation, draft, scope);
    case 'return':
      return leave(operation, draft, scope);
    case 'pass':
      return [on(draft, operation.next, operation.jump ? [{ kind: 'jump', ...where }] : [])];
    default:
      return [on(draft, operation.next)];
  }
}

function testSteps(operation: Operation & { kind: 'test' }, draft: Draft, scope: Scope): Step[] {
  const { frame } = scope;
  const mark = `${frame.depth}:%${operation.span.start}`;
  const entered = draft.store.has(mark);
  const asked = masksIn(operation, draft, scope);
  const yes = assume(operation.test, true, draft.copy(), scope).map((d): Step => {
    if (operation.builds) d.store.set(mark, constant(1));
    return { draft: d, events: asked, next: { frame, at: operation.then } };
  });
  if (operation.builds && !entered && yes.length > 0) return yes;
  const no = assume(operation.test, false, draft, scope).map((d): Step => {
    d.store.delete(mark);
    return { draft: d, events: asked, next: { frame, at: operation.otherwise } };
  });
  return [...yes, ...no];
}

/** Members that are masks, with the bits that a test looks at. */
const masks = new WeakMap<Operation, readonly { readonly of: Expr & { op: 'member' }; readonly bits: Expr | null }[]>();

function masksIn(operation: Operation & { kind: 'test' }, draft: Draft, scope: Scope): Event[] {
  const { fn } = scope.frame;
  let known = masks.get(operation);
  if (!known) {
    known = maskMembers(operation.test);
    masks.set(operation, known);
  }
  return known.flatMap(({ of, bits }): Event[] => {
    const base = placeOf(of, draft, scope);
    if (base === null) return [];
    const value = bits && constantValue(bits, fn, scope.index);
    const member = of.field === 'revents' ? 'revents' : 'events';
    const place = base.slice(0, -member.length - 1);
    return [{ kind: 'asks', place, member, bits: value, fn, span: operation.span }];
  });
}

function maskMembers(test: Expr): { of: Expr & { op: 'member' }; bits: Expr | null }[] {
  const found: { of: Expr & { op: 'member' }; bits: Expr | null }[] = [];
  const within = new Set<Expr>();
  visitExpr(test, (e) => {
    if (e.op === 'binary' && e.sign === '&') {
      for (const [mask, bits] of [
        [e.left, e.right],
        [e.right, e.left],
      ] as const) {
        if (!isMask(mask)) continue;
        found.push({ of: mask, bits });
        within.add(mask);
      }
    } else if (isMask(e) && !within.has(e)) found.push({ of: e, bits: null });
  });
  return found;
}

function isMask(e: Expr): e is Expr & { op: 'member' } {
  return e.op === 'member' && (e.field === 'events' || e.field === 'revents');
}

function callSteps(
  operation: CallOperation,
  at: number,
  draft: Draft,
  scope: Scope,
  guide: Guide,
  enters: Enters,
): Step[] {
  const { frame } = scope;
  const outcome = carryOut(operation, draft, scope, guide, (callee) => enters(callee, frame));
  const steps = outcome.steps.map(({ draft: d, value, events, ends }): Step => {
    d.store.set(`${frame.depth}:$${operation.temp}`, value);
    return { draft: d, events, next: ends ? null : { frame, at: operation.next } };
  });
  return [
    ...steps,
    ...outcome.enter.map((entry): Step => {
      const into = enter(entry, operation, at, frame);
      const symbols = accounted(entry, guide);
      const keep: Event = { kind: 'keep', symbols, fn: frame.fn, span: operation.span };
      return symbols.length > 0 ? { ...into, events: [...into.events, keep] } : into;
    }),
  ];
}

/**
 * Results of transfers that a called function takes into its books. It may do so on some of its paths only, since it is told how
 * much went out and decides by what that was.
 */
function accounted({ callee, args }: Entry, guide: Guide): readonly string[] {
  return args.flatMap((arg, i) => {
    const results = keepsOf(arg).filter((symbol) => symbol.startsWith(RESULT));
    return results.length > 0 && guide.books(callee).has(i) ? results : [];
  });
}

/** Into a called function, with its parameters set. */
export function enter({ callee, draft, args }: Entry, operation: CallOperation, at: number, frame: Frame): Step {
  const inner: Frame = {
    depth: frame.depth + 1,
    context: `${frame.context}/${operation.temp}${callee.facts.name}`,
    fn: callee,
    caller: { frame, at, next: operation.next, temp: operation.temp },
  };
  const { span } = operation;
  draft.clear(`${inner.depth}:`);
  callee.facts.parameters.forEach((parameter, i) => {
    const value = args[i];
    if (!value || parameter.name === '') return;
    const own = `${inner.depth}:${parameter.name}`;
    // An object that is given by value is a copy.
    if (value.k === 'addr' && parameter.type.pointers === 0 && operation.args[i]?.op !== 'address')
      copyPlaces(own, value.place, draft);
    else draft.store.set(own, value);
  });
  // A set that comes in by value is a copy.
  const copies = callee.facts.parameters.filter((p) => p.type.base === 'fd_set' && p.type.pointers === 0);
  const events: Event[] = [
    { kind: 'enter', callee, direct: operation.callee.op === 'name', fn: frame.fn, span },
    ...copies.map((p): Event => {
      return { kind: 'set', change: 'copy', place: `${inner.depth}:${p.name}`, fn: frame.fn, span };
    }),
  ];
  return { draft, events, next: { frame: inner, at: callee.graph.entry } };
}

function leave(operation: Operation & { kind: 'return' }, draft: Draft, scope: Scope): Step[] {
  const { frame } = scope;
  const outcomes = operation.value ? evaluateAll(operation.value, draft, scope) : [{ draft, value: null }];
  return outcomes.map(({ draft: d, value }): Step => {
    const { caller } = frame;
    const { implicit } = operation;
    if (!caller) return { draft: d, events: [], next: null, returned: { value, implicit, span: operation.span } };
    for (const place of [...d.store.keys()]) if (place.startsWith(`${frame.depth}:`)) d.store.delete(place);
    const temp = `${caller.frame.depth}:$${caller.temp}`;
    d.store.set(temp, value ?? d.fresh(d.names.of('v', frame.context)));
    const call = caller.frame.fn.graph.operations[caller.at];
    const leaves: Event = {
      kind: 'leave',
      callee: frame.fn,
      call: { fn: caller.frame.fn, span: call?.span ?? operation.span },
      direct: call?.kind === 'call' && call.callee.op === 'name',
      symbols: value ? keepsOf(value) : [],
      constant: value && isConstant(value) ? value.c : null,
      empty: value === null,
      implicit,
      fn: frame.fn,
      span: operation.span,
    };
    return { draft: d, events: [leaves], next: { frame: caller.frame, at: caller.next } };
  });
}

export function onStack(fn: LinkedFunction, frame: Frame | null): boolean {
  for (let f = frame; f; f = f.caller?.frame ?? null) if (f.fn === fn) return true;
  return false;
}
