// Waits, registrations and modes on one path: epoll_wait(2), select(2), poll(2), epoll_ctl(2), fcntl(2), ioctl(2).
import { fail } from './assume.js';
import { delivered, registered } from './event-struct.js';
import { havoc, setPlace, step, type CallContext, type CallStep } from './call.js';
import { describe } from './call-transfer.js';
import type { CallModel } from '../knowledge/calls.js';
import { CONSTANTS, has } from '../knowledge/constants.js';
import { constantValue } from '../link/constant-value.js';
import type { Entries, Event, Mask, Named, WatchedSet, Width } from './event.js';
import { INSTANCE, maskOf, REGISTERED_OBJECT, REPORTED_MASK } from './evaluate.js';
import { heldIn } from './keep.js';
import { printed } from '../facts/print.js';
import type { Draft } from './state.js';
import { ANY, constant, isConstant, keyOf, soleSymbol, type Value } from './value.js';

type Wait = CallModel & { does: 'wait' };

export function wait(model: Wait, context: CallContext, draft: Draft): CallStep[] {
  const { operation, args, scope, name, at } = context;
  const timeout = timeoutOf(args[model.timeout], model, draft);
  const held = heldIn(draft);
  const sets = model.api === 'select' ? setsOf(model, context, draft) : [];
  const outcomes =
    timeout === 'none' ? (['ready', 'interrupted'] as const) : (['ready', 'timeout', 'interrupted'] as const);
  return outcomes.map((outcome) => {
    const d = draft.copy();
    d.store.delete(REPORTED_MASK);
    let value: Value = constant(outcome === 'timeout' ? 0 : -1);
    if (outcome === 'ready') {
      disarm(d);
      for (const position of model.subject) written(args[position], model, d, at, args[0]);
      value = d.fresh(d.names.of('w', at), { lo: 1 });
    } else if (outcome === 'interrupted') fail(d, 'EINTR', at);
    const event: Event = {
      kind: 'wait',
      call: name,
      ep: model.api === 'epoll' ? describe(0, context, draft) : null,
      api: model.api,
      outcome,
      timeout,
      operation,
      sets,
      entries: model.api === 'poll' ? entriesOf(setPlace(args[model.subject[0] ?? 0]), draft) : null,
      spends: model.spends ? spentBy(model, context) : null,
      width: widthOf(model, context),
      held,
      fn: scope.frame.fn,
      span: operation.span,
    };
    return step(d, value, [event]);
  });
}

/** An event has come: what was armed before has been told of. */
export function disarm(draft: Draft): void {
  for (const place of [...draft.store.keys()]) if (place.startsWith(ARMED)) draft.store.delete(place);
}

/** What the kernel writes into: the event array, or the revents of a pollfd array. Sets are the rules' own matter. */
export function written(value: Value | undefined, model: Wait, draft: Draft, at: string, instance?: Value): void {
  const place = setPlace(value);
  if (place === null) return;
  if (model.api === 'epoll') {
    havoc(place, draft, at);
    delivered(place, draft);
  }
  if (model.api === 'epoll' && instance) draft.store.set(`${place}${INSTANCE}`, instance);
  if (model.api !== 'poll') return;
  for (const key of [...draft.store.keys()]) {
    if (key.startsWith(place) && key.endsWith('.revents')) havoc(key, draft, at);
  }
}

/** No time-out at all, one that passes at once, a finite one, or not known. */
function timeoutOf(value: Value | undefined, model: Wait, draft: Draft): 'none' | 'zero' | 'finite' | 'unknown' {
  if (!value) return 'unknown';
  if (model.api === 'select') {
    if (value.k === 'addr') return periodAt(value.place, draft);
    return isConstant(value) && value.c === 0 ? 'none' : 'unknown';
  }
  if (value.k !== 'num') return 'unknown';
  const [lo, hi] = draft.bounds(value);
  if (hi < 0) return 'none';
  if (lo === 0 && hi === 0) return 'zero';
  return lo >= 0 ? 'finite' : 'unknown';
}

/** A struct timeval or timespec: of its members the first is seconds, and the other one parts of them. */
function periodAt(place: string, draft: Draft): 'zero' | 'finite' | 'unknown' {
  const parts = ['tv_sec', 'tv_usec', 'tv_nsec'].flatMap((name) => draft.store.get(`${place}.${name}`) ?? []);
  if (parts.some((part) => !isConstant(part) || part.c > 0)) return 'finite';
  return parts.length === 2 ? 'zero' : 'unknown';
}

/** What the code calls a place that it gives by its address. */
export function nameOf(position: number, { operation }: CallContext): string {
  return printed(operation.args[position] ?? { op: 'unknown' }).replace(/^&/, '');
}

function spentBy(model: Wait, context: CallContext): Named | null {
  const value = context.args[model.timeout];
  const place = setPlace(value);
  return place === null || !value || isConstant(value) ? null : { place, text: nameOf(model.timeout, context) };
}

function widthOf(model: Wait, { args, operation, scope }: CallContext): Width | null {
  const width = model.width ?? model.count;
  const value = width === undefined ? undefined : args[width];
  const expr = width === undefined ? undefined : operation.args[width];
  if (!expr || value?.k !== 'num' || value.terms.length > 1) return null;
  const { fn } = scope.frame;
  const [term] = value.terms;
  if (!term)
    return constantValue(expr, fn, scope.index) === null ? null : { symbol: null, plus: value.c, isCount: false };
  const isCount = expr.op === 'name' && fn.counters.has(expr.name);
  return term[1] === 1 ? { symbol: term[0], plus: value.c, isCount } : null;
}

/** The array of a poll, and what is known of its entries: the values of their members `fd`. */
function entriesOf(place: string | null, draft: Draft): Entries | null {
  if (place === null) return null;
  const known = [...draft.store].filter(([other]) => other.startsWith(place) && other.endsWith('.fd'));
  return {
    place,
    watched: known.map(([other, value]) => {
      const { origin } = draft.sym(soleSymbol(value) ?? '');
      const events = draft.store.get(`${other.slice(0, -'fd'.length)}events`);
      return {
        place: other.slice(0, -'.fd'.length),
        key: keyOf(value),
        mask: events ? maskOf(events) : null,
        get sites() {
          return origin.sites;
        },
      };
    }),
  };
}

function setsOf(model: Wait, context: CallContext, draft: Draft): WatchedSet[] {
  return model.subject.flatMap((position) => {
    const value = context.args[position];
    const place = setPlace(value);
    if (place === null || !value || isConstant(value)) return [];
    const content = draft.store.get(place);
    return [{ place, text: nameOf(position, context), members: content?.k === 'set' ? content.members : null }];
  });
}

/** What a registration call does to a one-shot entry: adding what is there already fails with EEXIST. */
function arm(command: string | null, key: string, mask: Mask | null, draft: Draft): void {
  const once = !mask?.exact || has(mask.on, CONSTANTS.get('EPOLLONESHOT') ?? 0);
  const there = draft.store.has(`${ADDED}${key}`);
  if (command === 'DEL') draft.store.delete(`${ADDED}${key}`);
  if (command === 'ADD' && once) draft.store.set(`${ADDED}${key}`, constant(1));
  if (once && command !== 'DEL' && !(command === 'ADD' && there)) draft.store.set(`${ARMED}${key}`, constant(1));
}

/** Keeps the object that was registered; of several, none. */
function remember(event: Value | undefined, draft: Draft): void {
  const place = setPlace(event);
  const data = place === null ? undefined : draft.store.get(`${place}.data.ptr`);
  const known = draft.store.get(REGISTERED_OBJECT);
  const same = data?.k === 'addr' && (!known || keyOf(known) === keyOf(data));
  draft.store.set(REGISTERED_OBJECT, same ? data : constant(0));
}

/** Marks a descriptor whose registration was set since the last event: it is still armed. */
export const ARMED = '%armed:';
/** Marks a descriptor that is registered one-shot on this path. */
const ADDED = '%added:';

const COMMANDS: ReadonlyMap<number, 'ADD' | 'MOD' | 'DEL'> = new Map([
  [CONSTANTS.get('EPOLL_CTL_ADD') ?? 1, 'ADD'],
  [CONSTANTS.get('EPOLL_CTL_DEL') ?? 2, 'DEL'],
  [CONSTANTS.get('EPOLL_CTL_MOD') ?? 3, 'MOD'],
]);

export function control(model: CallModel & { does: 'control' }, context: CallContext, draft: Draft): CallStep[] {
  const { operation, args, scope, at } = context;
  const operationValue = args[model.operation];
  const command = operationValue && isConstant(operationValue) ? (COMMANDS.get(operationValue.c) ?? null) : null;
  const fd = describe(model.fd, context, draft);
  const mask = maskAt(args[model.event], draft);
  arm(command, fd.key, mask, draft);
  if (command !== 'DEL') remember(args[model.event], draft);
  const place = setPlace(args[model.event]);
  const event: Event = {
    kind: 'control',
    command,
    ep: describe(model.ep, context, draft),
    data: dataAt(args[model.event], draft),
    fd,
    mask,
    registered: place === null ? null : registered(place, draft),
    fn: scope.frame.fn,
    span: operation.span,
  };
  const failed = draft.copy();
  fail(failed, 'other', at);
  return [step(draft, constant(0), [event]), step(failed, constant(-1), [event])];
}

function maskAt(value: Value | undefined, draft: Draft): Mask | null {
  const place = setPlace(value);
  const mask = place === null ? undefined : draft.store.get(`${place}.events`);
  return mask ? maskOf(mask) : null;
}

function dataAt(value: Value | undefined, draft: Draft): string | null {
  const place = setPlace(value);
  const data = place === null ? undefined : draft.store.get(`${place}.data.ptr`);
  return data ? keyOf(data) : null;
}

export function mode(model: CallModel & { does: 'mode' }, context: CallContext, draft: Draft): CallStep[] {
  const { operation, args, scope, at } = context;
  const command = args[model.command];
  const value = args[model.value];
  const result = draft.fresh(draft.names.of('v', at));
  const code = command && isConstant(command) ? command.c : null;
  const where = { fn: scope.frame.fn, span: operation.span };
  if (code === CONSTANTS.get('FIONREAD') && value?.k === 'addr') {
    havoc(value.place, draft, at);
    draft.store.set(value.place, draft.fresh(draft.names.of('p', at), { ...ANY, lo: 0, pending: true }));
    return [step(draft, constant(0))];
  }
  if (value?.k === 'addr') {
    const on = draft.store.get(value.place);
    havoc(value.place, draft, at);
    if (code !== CONSTANTS.get('FIONBIO')) return [step(draft, result)];
    const set = !(on && isConstant(on) && on.c === 0);
    return [step(draft, result, [{ kind: 'nonblock', fd: describe(model.fd, context, draft), on: set, ...where }])];
  }
  if (code !== CONSTANTS.get('F_SETFL') || !value) return [step(draft, result)];
  const mask = maskOf(value);
  const kept = /^&(-?\d+):/.exec(soleSymbol(value) ?? '')?.[1];
  if (kept !== undefined && !has(Number(kept), CONSTANTS.get('O_NONBLOCK') ?? 0)) {
    return [step(draft, result, [{ kind: 'nonblock', fd: describe(model.fd, context, draft), on: false, ...where }])];
  }
  const on = mask !== null && has(mask.on, CONSTANTS.get('O_NONBLOCK') ?? 0);
  const sure = on || mask?.exact === true;
  return [
    step(draft, result, [{ kind: 'nonblock', fd: describe(model.fd, context, draft), on: sure ? on : null, ...where }]),
  ];
}
