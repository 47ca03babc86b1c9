// Calls on one path: what the table says of them, or the functions of the project that they enter.
import { evaluateAll } from './assume.js';
import { copyPlaces } from './assign.js';
import { accept, describe, transfer } from './call-transfer.js';
import { control, mode, nameOf, wait } from './call-control.js';
import type { CallModel } from '../knowledge/calls.js';
import type { Event, Where } from './event.js';
import { lent } from './event-struct.js';
import { evaluate, originOf, REGISTERED_OBJECT, type Scope } from './evaluate.js';
import { calledName } from '../bind/flows.js';
import type { Guide } from './guide.js';
import type { CallOperation } from '../facts/facts.js';
import { escapees, keepsOf, namedIn } from './keep.js';
import type { LinkedFunction } from '../link/link.js';
import { constant, keyOf, soleSymbol, symbol, type Value } from './value.js';
import { MAX_TARGETS } from '../bind/bind.js';
import { within } from './place.js';
import type { Draft } from './state.js';

/** One way a call can end. */
export interface CallStep {
  readonly draft: Draft;
  readonly value: Value;
  readonly events: readonly Event[];
  readonly ends: boolean;
}

export interface Carried {
  /** Functions of the project to walk into, each with its arguments. */
  readonly enter: readonly Entry[];
  readonly steps: readonly CallStep[];
}

export interface Entry {
  readonly callee: LinkedFunction;
  readonly draft: Draft;
  readonly args: readonly Value[];
}

/** What the parts of a call's treatment need. */
export interface CallContext {
  readonly operation: CallOperation;
  readonly name: string;
  readonly args: readonly Value[];
  readonly scope: Scope;
  /** Unique for this operation in this activation. */
  readonly at: string;
}

/** Without `enters` nothing is entered, and what happens in functions that are not looked into is not told. */
export function carryOut(
  operation: CallOperation,
  draft: Draft,
  scope: Scope,
  guide: Guide,
  enters: ((callee: LinkedFunction) => boolean) | null,
): Carried {
  const all = argumentDrafts(operation, draft, scope).map((d) => carryOutOne(operation, d, scope, guide, enters));
  return { enter: all.flatMap((c) => c.enter), steps: all.flatMap((c) => c.steps) };
}

/** Arguments with choices in them are evaluated once for each choice, before the call. */
function argumentDrafts(operation: CallOperation, draft: Draft, scope: Scope): Draft[] {
  let drafts = [draft];
  for (const arg of operation.args) {
    if (arg.op === 'choose') drafts = drafts.flatMap((d) => evaluateAll(arg, d, scope).map((x) => x.draft)).slice(0, 4);
  }
  return drafts;
}

function carryOutOne(
  operation: CallOperation,
  draft: Draft,
  scope: Scope,
  guide: Guide,
  enters: ((callee: LinkedFunction) => boolean) | null,
): Carried {
  const { frame, index, bindings } = scope;
  const args = operation.args.map((arg) => evaluateAll(arg, draft, scope)[0]?.value ?? constant(0));
  const name = calledName(operation, frame.fn, index);
  const at = `${frame.context}#${operation.temp}`;
  const context: CallContext = { operation, name: name ?? '', args, scope, at };
  const model = name === null ? null : index.model(name, frame.fn.facts.file, operation.args.length);
  if (model) return { enter: [], steps: modelled(model, context, draft) };
  const pointed = operation.callee.op === 'name' ? null : evaluate(operation.callee, draft, scope);
  const targets = pointed?.k === 'fn' ? [pointed.fn] : bindings.callees(operation, frame.fn);
  const only = targets[0];
  if (only && targets.length === 1 && guide.ends(only)) {
    const end: Event = { kind: 'end', fn: frame.fn, span: operation.span };
    return { enter: [], steps: [{ draft, value: constant(0), events: [end], ends: true }] };
  }
  const enter = targets.length > MAX_TARGETS || !enters ? [] : targets.filter(enters);
  if (enter.length > 0) return { enter: enter.map((callee) => ({ callee, draft: draft.copy(), args })), steps: [] };
  changeBehind(context, targets, draft, guide);
  const events = enters ? heard(context, targets, draft, guide) : [];
  const origin = originOf({ op: 'temp', id: operation.temp }, scope);
  return { enter: [], steps: [step(draft, draft.fresh(draft.names.of('v', at), { origin }), events)] };
}

function modelled(model: CallModel, context: CallContext, draft: Draft): CallStep[] {
  const { operation, args, scope, at } = context;
  const where = { fn: scope.frame.fn, span: operation.span };
  const result = (known = {}): Value => draft.fresh(draft.names.of('v', at), known);
  switch (model.does) {
    case 'transfer':
      return transfer(model, context, draft);
    case 'accept':
      return accept(model, context, draft);
    case 'wait':
      return wait(model, context, draft);
    case 'control':
      return control(model, context, draft);
    case 'mode':
      return mode(model, context, draft);
    case 'nonblock':
      return [step(draft, result(), [nonblock(model, context, draft)])];
    case 'close':
      return [step(draft, result(), [closing(model, context, draft)])];
    case 'shutdown':
    case 'listen':
      return [step(draft, result(), [{ kind: model.does, fd: describe(model.fd, context, draft), ...where }])];
    case 'set':
      return changeSet(model, context, draft);
    case 'copy':
      return [copyMemory(model, context, draft)];
    case 'make':
      return make(model, context, draft);
    case 'duplicate': {
      const origin = originOf({ op: 'temp', id: operation.temp }, scope);
      return [step(draft, draft.fresh(draft.names.of('d', at), { origin }))];
    }
    case 'thread':
      return [step(draft, result(), [toThread(args[model.argument] ?? constant(0), where, draft)])];
    case 'callback':
      havocAddresses(args, draft, at);
      return [step(draft, result(), givenAway(args, context, draft))];
    case 'release':
      return [step(draft, result(), released(model, context, draft))];
    case 'idle':
      return [step(draft, result(), [idle(context, draft)])];
    case 'allocate':
      // Running out of memory is another story than the ones told here.
      return [step(draft, result({ lo: 1 }))];
    case 'end':
      return [{ draft, value: constant(0), events: [endOf(model, where)], ends: true }];
    case 'nothing':
      havocAddresses(args, draft, at);
      return [step(draft, result(), given(args, where))];
  }
}

function closing(model: CallModel & { does: 'close' }, context: CallContext, draft: Draft): Event {
  const { frame } = context.scope;
  const fd = describe(model.fd, context, draft);
  const held = [...draft.store].filter(([, value]) => keyOf(value) === fd.key).map(([place]) => place);
  return { kind: 'close', fd, held, activation: frame.context, fn: frame.fn, span: context.operation.span };
}

function nonblock(model: CallModel & { does: 'nonblock' }, context: CallContext, draft: Draft): Event {
  const { scope, operation } = context;
  const fd = describe(model.fd, context, draft);
  return { kind: 'nonblock', fd, on: model.off !== true, fn: scope.frame.fn, span: operation.span };
}

function idle({ operation, args, scope: { frame }, name, at }: CallContext, draft: Draft): Event {
  const held = namedIn(draft, frame, operation.next);
  havocAddresses(args, draft, at);
  return { kind: 'idle', call: name, held, fn: frame.fn, span: operation.span };
}

function toThread(argument: Value, where: Where, draft: Draft): Event {
  return { kind: 'escape', keys: escapees([argument], draft), to: 'thread', ...where };
}

function released(model: CallModel & { does: 'release' }, context: CallContext, draft: Draft): Event[] {
  const given = givenAway([context.args[model.object] ?? constant(0)], context, draft);
  const { memory } = model;
  return memory === true ? given.map((e) => (e.kind === 'escape' ? { ...e, memory } : e)) : given;
}

function givenAway(values: readonly Value[], { name, scope, operation }: CallContext, draft: Draft): Event[] {
  const where = { fn: scope.frame.fn, span: operation.span };
  const keys = escapees(values, draft);
  const symbols = values.flatMap((value) => keepsOf(value));
  return [
    ...(keys.length > 0 ? [{ kind: 'escape', keys, to: name, ...where } as const] : []),
    ...(symbols.length > 0 ? [{ kind: 'keep', symbols, ...where } as const] : []),
  ];
}

/** The end of a thread is the return of its first function. */
function endOf(model: CallModel & { does: 'end' }, where: Where): Event {
  return model.thread
    ? { kind: 'exit', calling: 'thread', symbols: [], constant: null, implicit: false, ...where }
    : { kind: 'end', ...where };
}

export function step(draft: Draft, value: Value, events: readonly Event[] = []): CallStep {
  return { draft, value, events, ends: false };
}

function make(model: CallModel & { does: 'make' }, context: CallContext, draft: Draft): CallStep[] {
  const { scope, operation, at } = context;
  if (model.into !== undefined) {
    havocAddresses(context.args, draft, at);
    return [step(draft, draft.fresh(draft.names.of('v', at)))];
  }
  const origin = originOf({ op: 'temp', id: operation.temp }, scope);
  // That it can fail is not what any rule asks, and would double every path behind it.
  return [step(draft, draft.fresh(draft.names.of('d', at), { lo: 0, origin }))];
}

function changeSet(model: CallModel & { does: 'set' }, context: CallContext, draft: Draft): CallStep[] {
  const { operation, args, scope, at } = context;
  const place = setPlace(args[model.set]);
  const where = { fn: scope.frame.fn, span: operation.span };
  if (place === null) return [step(draft, draft.fresh(draft.names.of('v', at)))];
  const member = model.fd === null ? {} : { fd: describe(model.fd, context, draft), text: nameOf(model.set, context) };
  if (model.operation === 'test') {
    const without = draft.copy();
    return [
      step(draft, constant(1), [{ kind: 'set', change: 'has', place, ...member, ...where }]),
      step(without, constant(0)),
    ];
  }
  if (model.operation === 'zero') {
    draft.clear(place);
    draft.store.set(place, { k: 'set', members: [] });
  } else if (model.operation === 'add' && model.fd !== null) addMember(place, args[model.fd], draft);
  const result = draft.fresh(draft.names.of('v', at));
  return [step(draft, result, [{ kind: 'set', change: model.operation, place, ...member, ...where }])];
}

function addMember(place: string, fd: Value | undefined, draft: Draft): void {
  const old = draft.store.get(place);
  const members = old?.k === 'set' ? old.members : null;
  const key = fd?.k === 'num' ? (soleSymbol(fd) ?? String(fd.c)) : '?';
  if (!members || (members.includes(key) && !isElement(key, draft))) return;
  // Two are as good as many, and which ones they are makes no difference.
  const many = members.length > 0 || isElement(key, draft);
  draft.store.set(place, { k: 'set', members: many ? MANY : [key] });
}

/** One of a row: the loop that adds it adds others, too. */
function isElement(key: string, draft: Draft): boolean {
  return /\[[^\]\d]/.test(draft.names.textOf(key) ?? '');
}

const MANY = ['*', '*'];

export function setPlace(value: Value | undefined): string | null {
  if (value?.k === 'addr') return value.place;
  const sole = value ? soleSymbol(value) : null;
  return sole === null ? null : `*${sole}`;
}

function copyMemory(model: CallModel & { does: 'copy' }, context: CallContext, draft: Draft): CallStep {
  const { operation, args, scope, at } = context;
  const to = setPlace(args[model.to]);
  const where = { fn: scope.frame.fn, span: operation.span };
  const events: Event[] = [];
  if (to !== null) {
    const source = setPlace(args[model.from]);
    copyPlaces(to, source, draft);
    events.push({ kind: 'set', change: 'copy', place: to, ...(source === null ? {} : { from: source }), ...where });
    const from = args[model.from];
    // What stands there is copied, and not where it stands.
    const keys = from ? escapees([from], draft).filter((key) => !key.startsWith('&')) : [];
    if (/^[*g]/.test(to)) events.push({ kind: 'escape', keys, to: context.name, ...where });
  }
  const symbols = args.flatMap((arg) => keepsOf(arg));
  if (symbols.length > 0) events.push({ kind: 'keep', symbols, ...where });
  return step(draft, draft.fresh(draft.names.of('v', at)), events);
}

/** What a call whose inside is not looked at leaves behind: unknown to the project, or without anything that matters. */
function changeBehind({ args, at }: CallContext, targets: readonly LinkedFunction[], draft: Draft, guide: Guide): void {
  if (targets.length === 0 || targets.length > MAX_TARGETS) havocAddresses(args, draft, at);
  const lends = args.some((arg) => arg.k === 'addr');
  const inReach = lends || targets.length === 0 ? null : outsideNames(draft);
  for (const target of targets.slice(0, MAX_TARGETS)) {
    // It may register another object than the one that is known.
    if (draft.store.has(REGISTERED_OBJECT) && guide.does(target, ['control']))
      draft.store.set(REGISTERED_OBJECT, constant(0));
    if (inReach && !guide.mayAssign(target, inReach)) continue;
    const names = guide.assigns(target);
    if (names.size === 0) continue;
    havocNames(names, draft, at);
    havocMembers(names, args, draft, at);
  }
  for (const arg of args) if (arg.k === 'addr') lent(arg.place, draft);
}

/** What it tells: sets, descriptors and results that it is given. */
function heard(context: CallContext, targets: readonly LinkedFunction[], draft: Draft, guide: Guide): Event[] {
  const { operation, args, scope } = context;
  const where = { fn: scope.frame.fn, span: operation.span };
  const isKnown = targets.length > 0 && targets.length <= MAX_TARGETS && args.some((arg) => arg.k === 'addr');
  const events = targets.slice(0, MAX_TARGETS).map((target) => assigning(target, where, guide));
  events.push(...given(args, where, isKnown ? new Set(targets.flatMap((t) => [...guide.assigns(t)])) : null));
  const keys = escapees(args, draft);
  if (keys.length > 0 && (targets.length === 0 || targets.some((t) => guide.keepsArgument(t))))
    events.push({ kind: 'escape', keys, to: context.name, ...where });
  const symbols = args.flatMap((arg) => keepsOf(arg));
  if (symbols.length > 0) events.push({ kind: 'keep', symbols, ...where });
  return events;
}

/** Few ask which names they are. */
function assigning(target: LinkedFunction, where: Where, guide: Guide): Event {
  return {
    kind: 'assigns',
    get names() {
      return guide.assigns(target);
    },
    ...where,
  };
}

/** Objects whose addresses a call gets, which may fill them. */
function given(args: readonly Value[], where: Where, writes: ReadonlySet<string> | null = null): Event[] {
  const known = writes === null ? {} : { writes };
  return args.flatMap((arg) =>
    arg.k === 'addr' ? [{ kind: 'set', change: 'given', place: arg.place, ...known, ...where }] : [],
  );
}

/** What a callee may have written behind the addresses it was given. */
export function havocAddresses(args: readonly Value[], draft: Draft, at: string): void {
  for (const arg of args) if (arg.k === 'addr') havoc(arg.place, draft, at);
}

/** What a function that is known may have written behind the addresses it was given: the members that it assigns. */
function havocMembers(names: ReadonlySet<string>, args: readonly Value[], draft: Draft, at: string): void {
  for (const arg of args) {
    if (arg.k !== 'addr') continue;
    if (names.has('*')) havoc(arg.place, draft, at);
    for (const place of [...draft.store.keys()]) {
      if (!within(place, arg.place) || place === arg.place) continue;
      const field = /\.(\w+)(\[[^\]]*\])?$/.exec(place)?.[1];
      if (field !== undefined && names.has(field)) havoc(place, draft, at);
    }
  }
}

/** Everything at and inside a place is unknown from now on. */
export function havoc(place: string, draft: Draft, at: string): void {
  draft.clear(place);
  for (const key of [...draft.store.keys()])
    if (key.startsWith('!') && within(key.slice(1), place)) draft.store.delete(key);
  const version = symbol(draft.names.of('h', `${at}${place}`));
  for (const [name, sym] of [...draft.syms]) if (sym.version === keyOf(version)) draft.forget(name);
  draft.store.set(`!${place}`, version);
}

function havocNames(names: ReadonlySet<string>, draft: Draft, at: string): void {
  for (const place of [...draft.store.keys()]) {
    const { name } = draft.names.place(place);
    if (name !== null && names.has(name)) havoc(place, draft, at);
  }
}

/** The members and globals of which something is known. */
function outsideNames(draft: Draft): ReadonlySet<string> {
  const names = new Set<string>();
  for (const place of draft.store.keys()) {
    const { name } = draft.names.place(place);
    if (name !== null) names.add(name);
  }
  return names;
}
