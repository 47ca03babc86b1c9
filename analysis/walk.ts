// Walks the paths of a root function and of the functions it calls, and leaves the graph of what can happen: nodes are
// states at operations, edges carry events. Rules never walk; they ask questions of this graph.
import { assume, ERRNO, evaluateAll } from './assume.js';
import { carryOut, type Entry } from './call.js';
import type { Event } from './event.js';
import { placeOf, type Frame, type Scope, type World } from './evaluate.js';
import type { CallOperation, Operation } from './facts.js';
import { assign } from './assign.js';
import { keepsOf } from './keep.js';
import type { LinkedFunction } from './link.js';
import { successors } from './liveness.js';
import { Draft, Names } from './state.js';
import { constant, isConstant, soleSymbol, symbolsOf, type Value } from './value.js';

export interface WalkNode {
  readonly id: number;
  readonly frame: Frame;
  /** Position in the frame's graph. */
  readonly at: number;
  readonly edges: readonly WalkEdge[];
  /** So many paths meet here that what they knew was given up: nothing is proven beyond. */
  readonly vague: boolean;
}

export interface WalkEdge {
  /** Null where the walk ends: the root returned, the process ended, or the budget did. */
  readonly to: WalkNode | null;
  readonly events: readonly Event[];
}

export interface Walk {
  readonly root: LinkedFunction;
  readonly nodes: readonly WalkNode[];
  /** The budget ended before the paths did; what is missing counts as right. */
  readonly truncated: boolean;
  /** Functions met too deep to enter: they are roots of their own. */
  readonly unentered: ReadonlySet<LinkedFunction>;
}

/** States at one operation of one activation, from how many on they begin to meet, and operations in one step. */
const LIMITS = { statesPerPlace: 128, widenAt: 32, step: 100 } as const;

/** States in all, and calls deep. */
export interface Budget {
  readonly nodes: number;
  readonly depth: number;
}

/** One way on from an operation. */
export interface Step {
  readonly draft: Draft;
  readonly events: readonly Event[];
  /** Where to go; null ends the path. */
  readonly next: { readonly frame: Frame; readonly at: number } | null;
}

interface MutableNode extends WalkNode {
  edges: WalkEdge[];
  /** Given up once the node is expanded: the graph that is left holds events only. */
  draft: Draft | null;
}

export interface Guide extends World {
  /** Whether the function does anything that matters, itself or through others. */
  relevant(fn: LinkedFunction): boolean;
  /** Whether no way leads out of it but the end of the process. */
  ends(fn: LinkedFunction): boolean;
  /** Whether it keeps one of its arguments for later. */
  keepsArgument(fn: LinkedFunction): boolean;
  /** Names of fields and globals that it may assign, itself or through others. */
  assigns(fn: LinkedFunction): ReadonlySet<string>;
}

export function walk(root: LinkedFunction, guide: Guide, budget: Budget): Walk {
  const frame: Frame = { depth: 0, context: '', fn: root, caller: null };
  const walker = new Walker(root, guide, budget);
  return walker.run(frame);
}

class Walker {
  private readonly nodes: MutableNode[] = [];
  private readonly known = new Map<string, MutableNode>();
  private readonly perPlace = new Map<string, number>();
  private readonly work: MutableNode[] = [];
  private readonly unentered = new Set<LinkedFunction>();
  private readonly joins = new Map<LinkedFunction, readonly number[]>();
  private truncated = false;
  private waited = false;

  constructor(
    private readonly root: LinkedFunction,
    private readonly guide: Guide,
    private readonly budget: Budget,
  ) {}

  run(frame: Frame): Walk {
    this.node(frame, frame.fn.graph.entry, new Draft(new Names()));
    for (let node = this.work.pop(); node; node = this.work.pop()) this.expand(node);
    const { nodes, root, truncated, unentered } = this;
    return { root, nodes, truncated, unentered };
  }

  private node(frame: Frame, at: number, draft: Draft): MutableNode | null {
    const live = frame.fn.live[at];
    draft.prune((place) => isLive(place, frame, live));
    const place = `${frame.context}#${at}`;
    const count = (this.perPlace.get(place) ?? 0) + 1;
    const level = Math.min(3, Math.floor(count / LIMITS.widenAt));
    if (level === 1 || level === 2 || level === 3) {
      draft.widen(level, frame.depth);
      draft.prune((other) => isLive(other, frame, live));
    }
    const key = `${place}#${draft.key()}`;
    const known = this.known.get(key);
    if (known) return known;
    if (this.nodes.length >= this.budget.nodes || count > LIMITS.statesPerPlace) {
      this.truncated = true;
      return null;
    }
    this.perPlace.set(place, count);
    const node: MutableNode = { id: this.nodes.length, frame, at, edges: [], vague: level > 1, draft };
    this.nodes.push(node);
    this.known.set(key, node);
    this.work.push(node);
    return node;
  }

  private expand(node: MutableNode): void {
    const { draft } = node;
    if (!draft) return;
    node.draft = null;
    draft.merged.length = 0;
    this.advance(node, node.frame, node.at, draft, [], 0);
  }

  /**
   * Carries out the operation, and those behind it that neither part nor join paths: they are one step. `before` holds what
   * has happened on this step so far, `length` how many operations it has.
   */
  private advance(
    node: MutableNode,
    frame: Frame,
    at: number,
    draft: Draft,
    before: readonly Event[],
    length: number,
  ): void {
    const operation = frame.fn.graph.operations[at];
    if (!operation) return;
    const scope: Scope = { frame, index: this.guide.index, bindings: this.guide.bindings };
    for (const step of this.steps(operation, at, draft, scope)) {
      const where = { fn: frame.fn, span: operation.span };
      const merged: Event[] = step.draft.merged.map(([gone, stays]) => ({ kind: 'same', gone, stays, ...where }));
      step.draft.merged.length = 0;
      this.waited ||= step.events.some((event) => event.kind === 'wait');
      const events = [...before, ...merged, ...step.events];
      if (step.next && length < LIMITS.step && this.isPlain(step.next.frame.fn, step.next.at)) {
        this.advance(node, step.next.frame, step.next.at, step.draft, events, length + 1);
        continue;
      }
      node.edges.push({ to: step.next && this.node(step.next.frame, step.next.at, step.draft), events });
    }
  }

  /** Neither a call, a test or a return, nor a place where paths join. */
  private isPlain(fn: LinkedFunction, at: number): boolean {
    const kind = fn.graph.operations[at]?.kind;
    if (kind === undefined || kind === 'call' || kind === 'test' || kind === 'return') return false;
    return (this.arrivals(fn)[at] ?? 2) < 2;
  }

  /** How many ways lead to each operation. */
  private arrivals(fn: LinkedFunction): readonly number[] {
    const known = this.joins.get(fn);
    if (known) return known;
    const counts = fn.graph.operations.map(() => 0);
    for (const operation of fn.graph.operations) {
      for (const next of successors(operation)) counts[next] = (counts[next] ?? 0) + 1;
    }
    this.joins.set(fn, counts);
    return counts;
  }

  private steps(operation: Operation, at: number, draft: Draft, scope: Scope): Step[] {
    const { frame } = scope;
    const on = (d: Draft, to: number, events: readonly Event[] = []): Step => ({
      draft: d,
      events,
      next: { frame, at: to },
    });
    switch (operation.kind) {
      case 'call':
        return this.call(operation, at, draft, scope);
      case 'assign':
        return assign(operation, draft, scope).map((step) => on(step.draft, operation.next, step.events));
      case 'set-temp':
        return evaluateAll(operation.value, draft, scope).map(({ draft: d, value }) => {
          d.store.set(`${frame.depth}:$${operation.temp}`, value);
          return on(d, operation.next);
        });
      case 'declare': {
        const place = placeOf({ op: 'name', name: operation.name, span: operation.span }, draft, scope);
        if (place !== null) draft.clear(place);
        const events: Event[] =
          place === null ? [] : [{ kind: 'set', change: 'zero', place, fn: frame.fn, span: operation.span }];
        return [on(draft, operation.next, events)];
      }
      case 'test':
        return this.test(operation, draft, scope);
      case 'return':
        return this.leave(operation, draft, scope);
      case 'pass':
        return [
          on(draft, operation.next, operation.jump ? [{ kind: 'jump', fn: frame.fn, span: operation.span }] : []),
        ];
      default:
        return [on(draft, operation.next)];
    }
  }

  private test(operation: Operation & { kind: 'test' }, draft: Draft, scope: Scope): Step[] {
    const { frame } = scope;
    const mark = `${frame.depth}:%${operation.span.start}`;
    const entered = draft.store.has(mark);
    const yes = assume(operation.test, true, draft.copy(), scope).map((d): Step => {
      if (operation.builds) d.store.set(mark, constant(1));
      return { draft: d, events: [], next: { frame, at: operation.then } };
    });
    if (operation.builds && !entered && yes.length > 0) return yes;
    const no = assume(operation.test, false, draft, scope).map((d): Step => {
      d.store.delete(mark);
      return { draft: d, events: [], next: { frame, at: operation.otherwise } };
    });
    return [...yes, ...no];
  }

  private call(operation: CallOperation, at: number, draft: Draft, scope: Scope): Step[] {
    const { frame } = scope;
    const outcome = carryOut(operation, draft, scope, this.guide);
    const steps = outcome.steps.map(({ draft: d, value, events, ends }): Step => {
      d.store.set(`${frame.depth}:$${operation.temp}`, value);
      return { draft: d, events, next: ends ? null : { frame, at: operation.next } };
    });
    return [...steps, ...outcome.enter.flatMap((entry) => this.enter(entry, operation, at, scope))];
  }

  private enter({ callee, draft, args }: Entry, operation: CallOperation, at: number, scope: Scope): Step[] {
    const { frame } = scope;
    const inner: Frame = {
      depth: frame.depth + 1,
      context: `${frame.context}/${operation.temp}${callee.facts.name}`,
      fn: callee,
      caller: { frame, at, next: operation.next, temp: operation.temp },
    };
    const span = operation.span;
    if (frame.depth + 1 > this.budget.depth || onStack(callee, frame)) {
      if (!onStack(callee, frame)) this.unentered.add(callee);
      draft.store.set(`${frame.depth}:$${operation.temp}`, draft.fresh(draft.names.of('r', inner.context)));
      const escape: Event = { kind: 'escape', keys: escapees(args), to: callee.facts.name, fn: frame.fn, span };
      return [{ draft, events: [escape], next: { frame, at: operation.next } }];
    }
    draft.clear(`${inner.depth}:`);
    callee.facts.parameters.forEach((parameter, i) => {
      const value = args[i];
      if (value && parameter.name !== '') draft.store.set(`${inner.depth}:${parameter.name}`, value);
    });
    // A set that comes in by value is a copy.
    const copies = callee.facts.parameters.filter((p) => p.type.base === 'fd_set' && p.type.pointers === 0);
    const events: Event[] = [
      { kind: 'enter', callee, fn: frame.fn, span },
      ...copies.map((p): Event => {
        return { kind: 'set', change: 'copy', place: `${inner.depth}:${p.name}`, fn: frame.fn, span };
      }),
    ];
    return [{ draft, events, next: { frame: inner, at: callee.graph.entry } }];
  }

  /** A function that nobody in the project calls is called again and again by somebody who is not. */
  private again(draft: Draft, frame: Frame): Step['next'] {
    const { bindings } = this.guide;
    const { root } = this;
    if (!this.waited || root.facts.name === 'main' || bindings.isThread(root) || bindings.callersOf(root).length > 0)
      return null;
    for (const [place, value] of [...draft.store]) {
      const simple = isConstant(value) || soleSymbol(value) !== null;
      const stays = place.startsWith('g:') && !place.includes('[') && simple;
      if (!stays && !place.startsWith('%')) draft.store.delete(place);
    }
    return { frame, at: root.graph.entry };
  }

  private leave(operation: Operation & { kind: 'return' }, draft: Draft, scope: Scope): Step[] {
    const { frame } = scope;
    const outcomes = operation.value ? evaluateAll(operation.value, draft, scope) : [{ draft, value: null }];
    return outcomes.map(({ draft: d, value }): Step => {
      const span = operation.span;
      if (!frame.caller) {
        const symbols = value ? keepsOf(value) : [];
        const fixed = value && isConstant(value) ? value.c : null;
        const exit: Event = {
          kind: 'exit',
          symbols,
          constant: fixed,
          implicit: operation.implicit,
          fn: frame.fn,
          span,
        };
        return { draft: d, events: [exit], next: this.again(d, frame) };
      }
      for (const place of [...d.store.keys()]) if (place.startsWith(`${frame.depth}:`)) d.store.delete(place);
      const gives = value ? keepsOf(value) : [];
      const temp = `${frame.caller.frame.depth}:$${frame.caller.temp}`;
      d.store.set(temp, value ?? d.fresh(d.names.of('v', frame.context)));
      return {
        draft: d,
        events: [
          {
            kind: 'leave',
            callee: frame.fn,
            symbols: gives,
            constant: value && isConstant(value) ? value.c : null,
            empty: value === null,
            implicit: operation.implicit,
            fn: frame.fn,
            span,
          },
        ],
        next: { frame: frame.caller.frame, at: frame.caller.next },
      };
    });
  }
}

/** What a value stands for, when it is handed over: symbols of descriptors and objects, addresses of places. */
export function escapees(values: readonly Value[]): string[] {
  return values.flatMap((value) => (value.k === 'addr' ? [`&${value.place}`] : [...symbolsOf(value)]));
}

function onStack(fn: LinkedFunction, frame: Frame | null): boolean {
  for (let f = frame; f; f = f.caller?.frame ?? null) if (f.fn === fn) return true;
  return false;
}

/** Locals live while somebody may read them, in their own frame and, for callers, after the return. */
function isLive(place: string, frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (place === ERRNO) return wantsErrno(frame, live);
  const local = localOf(place);
  if (!local) return true;
  const { depth, name } = local;
  if (name.startsWith('%')) return depth <= frame.depth;
  if (depth === frame.depth) return live?.has(name) ?? true;
  if (depth > frame.depth) return false;
  // A caller's local is wanted when the call names it, because a callee may hold its address, or what comes after it does.
  let { caller } = frame;
  while (caller && caller.frame.depth !== depth) caller = caller.frame.caller;
  if (!caller) return true;
  const { live: wanted } = caller.frame.fn;
  return [caller.at, caller.next].some((at) => wanted[at]?.has(name) ?? true);
}

/** `2:conn` of `2:conn.fd`: the frame's depth and the local's name; null for what is no local. */
function localOf(place: string): { readonly depth: number; readonly name: string } | null {
  let at = place.startsWith('!') ? 1 : 0;
  const start = at;
  while (place.charCodeAt(at) >= ZERO && place.charCodeAt(at) <= NINE) at++;
  if (at === start || place.charAt(at) !== ':') return null;
  const depth = Number(place.slice(start, at));
  const from = at + 1;
  for (at = from; at < place.length && place.charAt(at) !== '.' && place.charAt(at) !== '[';) at++;
  return { depth, name: place.slice(from, at) };
}

const ZERO = 48;
const NINE = 57;

function wantsErrno(frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (live?.has('errno')) return true;
  return frame.caller !== null && wantsErrno(frame.caller.frame, frame.caller.frame.fn.live[frame.caller.next]);
}
