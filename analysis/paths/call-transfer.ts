// Transfers and accepts on one path: each way they can end is a path of its own, with what the manual says of the result.
// read(2), send(2), accept(2): a count, less than what was asked for, zero at end of file, or -1 and errno.
import type { Site } from '../bind/bind.js';
import { evaluateAll, fail } from './assume.js';
import { ARMED } from './call-control.js';
import { havoc, step, type CallContext, type CallStep } from './call.js';
import type { CallModel } from '../knowledge/calls.js';
import type { Descriptor, Event, Outcome } from './event.js';
import type { Expr, Graph } from '../facts/facts.js';
import { instancesOf, maskOf, originOf } from './evaluate.js';
import { keepsOf, RESULT } from './keep.js';
import { constantValue } from '../link/constant-value.js';
import { tableEntries } from '../link/constant-table.js';
import { NOWHERE } from '../bind/origin.js';
import { printed } from '../facts/print.js';
import { within } from './place.js';
import type { Draft } from './state.js';
import {
  add,
  ANY,
  constant,
  isConstant,
  keyOf,
  soleSymbol,
  failure,
  failureOf,
  symbolsOf,
  type Linear,
  type Sym,
  type Value,
} from './value.js';

/** The descriptor that an argument names on this path. */
export function describe(position: number, context: CallContext, draft: Draft): Descriptor {
  const { operation, args, scope } = context;
  const value = args[position] ?? constant(-1);
  const expr = operation.args[position] ?? { op: 'unknown' };
  const sole = soleSymbol(value);
  const sym = sole === null ? ANY : draft.sym(sole);
  const origin = sym.origin === NOWHERE ? originOf(expr, scope) : sym.origin;
  return {
    key: keyOf(value),
    text: printed(expr),
    get sites() {
      return origin.sites;
    },
    owner: sym.owner,
    get instances() {
      return sole === null ? [] : instancesOf(sym.owner ?? sole, draft);
    },
  };
}

/** Kinds on which a call makes no sense are not what the call is about. */
function fitting(fd: Descriptor, fits: (site: Site) => boolean): Descriptor {
  return {
    key: fd.key,
    text: fd.text,
    get sites() {
      const sites = fd.sites.filter(fits);
      return sites.length > 0 ? sites : fd.sites;
    },
    owner: fd.owner,
    get instances() {
      return fd.instances ?? [];
    },
  };
}

export function transfer(model: CallModel & { does: 'transfer' }, context: CallContext, draft: Draft): CallStep[] {
  const { args, at, operation } = context;
  const fd = fitting(describe(model.fd, context, draft), (site) => site.kind !== 'listener' && site.kind !== 'epoll');
  const flags = model.flags === null ? 0 : (maskOf(args[model.flags] ?? constant(0))?.on ?? null);
  // An older result of this call gives way first, so that the size speaks of what is left and not of the new result.
  draft.forget(draft.names.of(RESULT, at));
  const size = sizeOf(model, context, draft);
  // Nobody asks for nothing: a size that may be zero for all we know is not.
  const sized = size ? soleSymbol(size) : null;
  if (sized !== null) draft.learn(sized, { lo: Math.max(1, draft.sym(sized).lo) });
  const steps: CallStep[] = [];
  const telling = operation.args.map((_, i) => i).filter((i) => i !== model.fd && (model.told?.offset ?? i) === i);
  const from = telling.flatMap((i) => reached(args[i], draft));
  const addressed = isAddressed(model, context, draft);
  const buffer = args[1];
  const contents = model.direction === 'out' && buffer?.k === 'addr' ? symbolsIn(buffer.place, draft) : [];
  const drains = size !== null && draft.sym(soleSymbol(size) ?? '').pending;
  for (const outcome of outcomes(model, fd, flags, size)) {
    const d = draft.copy();
    if (outcome !== 'error') learnOpen(args[model.fd], d);
    if (model.direction === 'in' && buffer?.k === 'addr') havoc(buffer.place, d, at);
    const count = resultOf(outcome, size, d, at);
    if (model.progress !== undefined) advance(args[model.progress], count, d);
    const value = model.told ? counted(args[model.told.count], count, outcome, d) : count;
    // Whoever asks for as much as FIONREAD told has read all of it.
    const seen = outcome === 'full' && drains ? 'short' : outcome;
    const armed = draft.store.has(`${ARMED}${fd.key}`);
    steps.push(
      step(d, value, [
        event(model, context, {
          fd,
          armed,
          outcome: seen,
          flags,
          size,
          addressed,
          contents,
          from,
          value: count,
        }),
      ]),
    );
  }
  return steps;
}

/** What is asked for: the value of an argument, or what stands behind the pointer by which the count will come back. */
function sizeOf(
  model: CallModel & { does: 'transfer' },
  { operation, scope }: CallContext,
  draft: Draft,
): Value | null {
  const asked = model.size === null ? undefined : operation.args[model.size];
  const value = asked ? evaluateAll(asked, draft, scope)[0]?.value : undefined;
  if (model.size !== model.told?.count || value?.k !== 'addr') return value ?? null;
  return draft.store.get(value.place) ?? null;
}

/** The count goes behind a pointer: a call that was cut short fails with EAGAIN all the same. */
function counted(pointer: Value | undefined, count: Value, outcome: Outcome, draft: Draft): Value {
  const failed = isConstant(count) && count.c < 0;
  if (pointer?.k === 'addr') draft.store.set(pointer.place, failed ? constant(0) : count);
  if (outcome === 'short') fail(draft, 'EAGAIN', '');
  return constant(outcome === 'full' ? 0 : -1);
}

/** sendto(2) with an address, and a message header with one. */
function isAddressed(model: CallModel & { does: 'transfer' }, { name, args }: CallContext, draft: Draft): boolean {
  const receiver =
    name === 'sendto'
      ? args[4]
      : model.vector === true && args[1]?.k === 'addr'
        ? draft.store.get(`${args[1].place}.msg_name`)
        : undefined;
  return receiver !== undefined && !(isConstant(receiver) && receiver.c === 0);
}

/** What did not fail with EBADF is an open descriptor, and no negative number. */
function learnOpen(fd: Value | undefined, draft: Draft): void {
  const sole = fd ? soleSymbol(fd) : null;
  if (sole !== null) draft.learn(sole, { lo: Math.max(0, draft.sym(sole).lo) });
}

interface Seen {
  readonly armed: boolean;
  readonly fd: Descriptor;
  readonly outcome: Outcome;
  readonly flags: number | null;
  readonly size: Value | null;
  readonly addressed: boolean;
  readonly contents: readonly string[];
  readonly from: readonly string[];
  /** The result. */
  readonly value: Value;
}

function event(model: CallModel & { does: 'transfer' }, context: CallContext, seen: Seen): Event {
  const { operation, scope, name } = context;
  return {
    kind: 'transfer',
    call: name,
    direction: model.direction,
    operation,
    fd: seen.fd,
    outcome: seen.outcome,
    armed: seen.armed,
    literal: isLiteral(operation.args[1], context),
    size: seen.size && isConstant(seen.size) ? seen.size.c : null,
    asks: seen.size && keyOf(seen.size),
    addressed: seen.addressed,
    flags: seen.flags,
    result: soleSymbol(seen.value),
    failed: failureOf(seen.value),
    contents: seen.contents,
    from: seen.from,
    fn: scope.frame.fn,
    span: operation.span,
  };
}

function outcomes(
  model: CallModel & { does: 'transfer' },
  fd: Descriptor,
  flags: number | null,
  size: Value | null,
): Outcome[] {
  const single = size !== null && isConstant(size) && size.c <= 1;
  const result: Outcome[] = ['full'];
  if (!single && !model.whole) result.push('short');
  if (model.direction === 'in') result.push('zero');
  // Who goes on until all is done waits, or fails.
  if (!model.whole) result.push('again');
  result.push('error');
  return result;
}

function resultOf(outcome: Outcome, size: Value | null, draft: Draft, at: string): Value {
  const name = draft.names.of(RESULT, at);
  const asked = size?.k === 'num' ? size : null;
  switch (outcome) {
    case 'full':
      return fullResult(asked, name, draft);
    case 'short':
      return draft.fresh(name, { lo: 1, part: 'short', below: asked });
    case 'zero':
      draft.forget(name);
      return constant(0);
    default:
      draft.forget(name);
      fail(draft, outcome === 'again' ? 'EAGAIN' : 'other', at);
      return failure(-1, name);
  }
}

function fullResult(asked: Linear | null, name: string, draft: Draft): Value {
  if (asked && isConstant(asked)) {
    draft.forget(name);
    return asked;
  }
  return draft.fresh(name, { lo: 1, part: 'full', equals: asked });
}

/** Whether what is sent is a text that stands in the code, one out of a table of them, or a local that holds nothing else. */
function isLiteral(buffer: Expr | undefined, { scope }: CallContext): boolean {
  const { fn } = scope.frame;
  if (buffer?.op === 'index' || buffer?.op === 'member') {
    const numberOf = (at: Expr): number | null => constantValue(at, fn, scope.index);
    const entries = tableEntries(buffer, fn.facts.file, scope.index, numberOf) ?? [];
    return entries.some(({ op }) => op === 'text') && entries.every((one) => one.op === 'text' || one.op === 'int');
  }
  if (buffer?.op !== 'name') return buffer?.op === 'text';
  if (!fn.facts.locals.has(buffer.name)) return scope.index.constant(buffer.name, fn.facts.file)?.op === 'text';
  return textsOf(fn.graph).has(buffer.name);
}

const texts = new WeakMap<Graph, ReadonlySet<string>>();

/** Names to which nothing but texts is ever assigned. */
function textsOf(graph: Graph): ReadonlySet<string> {
  const known = texts.get(graph);
  if (known) return known;
  const found = new Set<string>();
  const others = new Set<string>();
  for (const o of graph.operations) {
    if (o.kind === 'assign' && o.target.op === 'name') (o.value.op === 'text' ? found : others).add(o.target.name);
  }
  for (const name of others) found.delete(name);
  texts.set(graph, found);
  return found;
}

/** The offset behind a pointer moves on by what was transferred: sendfile(2), splice(2). */
function advance(offset: Value | undefined, count: Value, draft: Draft): void {
  if (offset?.k !== 'addr' || count.k !== 'num' || (isConstant(count) && count.c < 0)) return;
  const before = draft.store.get(offset.place);
  const start = before?.k === 'num' ? before : constant(0);
  draft.store.set(offset.place, add(start, count));
}

/** Symbols that stand at a place or in it. */
function symbolsIn(place: string, draft: Draft): string[] {
  return [...draft.store].flatMap(([other, value]) => (within(other, place) ? symbolsOf(value) : []));
}

/** Symbols in an argument, and in what it points to. */
function reached(value: Value | undefined, draft: Draft): string[] {
  if (!value) return [];
  const behind = value.k === 'addr' ? draft.store.get(value.place) : undefined;
  return [...keepsOf(value), ...(behind ? keepsOf(behind) : [])];
}

export function accept(model: CallModel & { does: 'accept' }, context: CallContext, draft: Draft): CallStep[] {
  const { at, operation, scope, name, args } = context;
  const fd = fitting(describe(model.fd, context, draft), (site) => !site.name.startsWith('accept'));
  const origin = originOf({ op: 'temp', id: operation.temp }, scope);
  const armed = draft.store.has(`${ARMED}${fd.key}`);
  return (['full', 'again', 'error'] as const).map((outcome) => {
    const d = draft.copy();
    if (outcome !== 'error') learnOpen(args[model.fd], d);
    for (const arg of args) if (arg.k === 'addr') havoc(arg.place, d, at);
    // Number 0 is taken in every program that has not closed its standard input.
    const made: Partial<Sym> = { lo: 1, origin };
    const own = d.names.of('d', at);
    let value: Value = failure(-1, own);
    if (outcome === 'full') value = d.fresh(own, made);
    else {
      d.forget(own);
      fail(d, outcome === 'again' ? 'EAGAIN' : 'other', at);
    }
    const failed = failureOf(value);
    return step(d, value, [
      { kind: 'accept', call: name, fd, outcome, armed, failed, fn: scope.frame.fn, span: operation.span },
    ]);
  });
}
