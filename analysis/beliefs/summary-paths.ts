// All paths through one function and what it calls, each with its ledger: what happens between two transfers on a descriptor, and
// how the function stands with it when it returns.
import { isLive } from '../paths/alive.js';
import type { Bindings } from '../bind/bind.js';
import { setPlace } from '../paths/call.js';
import { evaluate, outermost, placeOf, type Frame, type Scope } from '../paths/evaluate.js';
import { doingOf, type Doing } from '../knowledge/doing.js';
import type { Event, Outcome, Where } from '../paths/event.js';
import type { Guide } from '../paths/guide.js';
import { keepsOf } from '../paths/keep.js';
import { CallerWords, EMPTY, entered, type Last, type Ledger } from './ledger.js';
import type { Expr, Operation } from '../facts/facts.js';
import { typeOf, type LinkedFunction } from '../link/link.js';
import { isPlain } from '../link/liveness.js';
import { Draft, Names } from '../paths/state.js';
import { Seen } from '../paths/seen.js';
import { onStack, stepsFrom, type Step } from '../paths/step.js';
import { isConstant, soleSymbol, type Value } from '../paths/value.js';

/** After a transfer with this outcome, another one on the same descriptor. */
export interface Onward {
  readonly label: string;
  readonly from: Last;
  readonly to: Last;
}

/** What a function gives back: the count, the descriptor that it accepted, a constant, an error number, or something else. */
export type Given =
  | { readonly kind: 'count' | 'descriptor' | 'errno' | 'other' | 'none' }
  | { readonly kind: 'constant'; readonly value: number };

/** One way out of the function. */
export interface Exit {
  readonly ledger: Ledger;
  readonly span: Where['span'];
  readonly value: Value | null;
  /** Places of the caller, in its words, and the symbols that they hold now. */
  readonly stored: readonly (readonly [string, readonly string[]])[];
}

/** What happens to a set of descriptors that the caller can see. */
export interface SetEvent {
  readonly set: string;
  readonly does: Extract<Event, { readonly kind: 'set' }>['change'] | 'wait' | 'source';
  readonly where: Where;
}

export interface Paths {
  readonly words: CallerWords;
  readonly onward: readonly Onward[];
  readonly exits: readonly Exit[];
  readonly sets: readonly SetEvent[];
  /** Transfers with each outcome that was seen. */
  readonly seen: ReadonlyMap<string, { readonly label: string; readonly last: Last }>;
  /** Nothing was given up. */
  readonly complete: boolean;
}

const LIMITS = { states: 800, statesPerPlace: 40, exact: 16, step: 100, callsDeep: 3 } as const;

const MATTERS: ReadonlySet<Doing | null> = new Set<Doing>([
  'read',
  'write',
  'accept',
  'wait',
  'control',
  'close',
  'mode',
  'thread',
  'set',
]);

/** Whether it makes a call that matters, itself or at most so many calls further in: a wrapper is near to what it wraps. */
export function acts(fn: LinkedFunction, bindings: Bindings, calls = 2): boolean {
  return bindings.flows(fn).calls.some(({ model, call }) => {
    if (model) return MATTERS.has(doingOf(model));
    return calls > 0 && bindings.callees(call, fn).some((callee) => acts(callee, bindings, calls - 1));
  });
}

export function pathsThrough(fn: LinkedFunction, guide: Guide): Paths {
  return new Walk(fn, guide).run();
}

interface State {
  readonly frame: Frame;
  readonly at: number;
  readonly draft: Draft;
  readonly ledger: Ledger;
}

class Walk {
  private readonly names = new Names();
  private readonly words: CallerWords;
  private readonly onward = new Map<string, Onward>();
  private readonly exits = new Map<string, Exit>();
  private readonly sets = new Map<string, SetEvent>();
  private readonly transfers = new Map<string, { readonly label: string; readonly last: Last }>();
  private readonly reached = new Seen();
  private readonly acting = new Map<LinkedFunction, boolean>();
  private readonly queue: State[] = [];
  private complete = true;

  constructor(
    private readonly fn: LinkedFunction,
    private readonly guide: Guide,
  ) {
    this.words = new CallerWords(this.names, fn);
  }

  run(): Paths {
    const frame = outermost(this.fn);
    this.queue.push({ frame, at: this.fn.graph.entry, draft: new Draft(this.names), ledger: EMPTY });
    // The queue grows while it is worked off.
    for (const state of this.queue) this.advance({ ...state, draft: state.draft.copy() }, 0);
    return {
      words: this.words,
      onward: [...this.onward.values()],
      exits: [...this.exits.values()],
      sets: [...this.sets.values()],
      seen: this.transfers,
      complete: this.complete,
    };
  }

  private advance({ frame, at, draft, ledger }: State, length: number): void {
    const operation = frame.fn.graph.operations[at];
    if (!operation) return;
    draft.merged.length = 0;
    const source = copiedSet(operation, draft, { frame, index: this.guide.index, bindings: this.guide.bindings });
    if (source !== null) this.touch(source, 'source', { fn: frame.fn, span: operation.span });
    const steps: Step[] = stepsFrom(operation, at, draft, frame, this.guide, (callee, from) =>
      this.enters(callee, from),
    );
    for (const step of steps) {
      const where: Where = { fn: frame.fn, span: operation.span };
      const merged = step.draft.merged.map(([gone, stays, isEqual]): Event => ({
        kind: 'same',
        gone,
        stays,
        isEqual,
        sites: [],
        ...where,
      }));
      step.draft.merged.length = 0;
      const events = [...merged, ...step.events];
      const after = entered(ledger, events, this.words, (label, from, to) => {
        this.goOn({ label, from, to });
      });
      for (const event of events) this.look(event);
      if (step.returned) this.leave(step.returned, step.draft, after);
      else if (step.next) this.go(step.next.frame, step.next.at, step.draft, after, length);
    }
  }

  private enters(callee: LinkedFunction, from: Frame): boolean {
    if (onStack(callee, from) || !this.acts(callee, from.depth)) return false;
    if (from.depth < LIMITS.callsDeep) return true;
    this.complete = false;
    return false;
  }

  private acts(callee: LinkedFunction, depth: number): boolean {
    const known =
      this.acting.get(callee) ?? acts(callee, this.guide.bindings, Math.max(0, LIMITS.callsDeep - 1 - depth));
    this.acting.set(callee, known);
    return known;
  }

  private goOn(one: Onward): void {
    this.onward.set(`${one.label}|${placeKey(one.from)}|${placeKey(one.to)}|${Number(one.from.waited)}`, one);
  }

  private look(event: Event): void {
    if (event.kind === 'transfer' || event.kind === 'accept') {
      const label = this.words.name(event.fd.key);
      if (label === null) return;
      const last = entered(EMPTY, [event], this.words, () => undefined).accounts.get(label)?.last;
      for (const one of Object.values(last ?? {}))
        this.transfers.set(`${label}|${placeKey(one)}`, { label, last: one });
    } else if (event.kind === 'set') this.touch(event.place, event.change, event);
    else if (event.kind === 'wait') for (const { place } of event.sets) this.touch(place, 'wait', event);
  }

  private touch(place: string, does: SetEvent['does'], { fn, span }: Where): void {
    const set = this.words.place(place);
    if (set !== null) this.sets.set(`${set}|${does}|${fn.id}@${span.start}`, { set, does, where: { fn, span } });
  }

  private leave({ value, span }: NonNullable<Step['returned']>, draft: Draft, ledger: Ledger): void {
    const stored = [...draft.store].flatMap(([place, held]): [string, string[]][] => {
      const name = /^[*g]/.test(place) ? this.words.place(place) : null;
      const symbols = name === null ? [] : keepsOf(held).filter((symbol) => !symbol.startsWith('@'));
      return name === null || symbols.length === 0 ? [] : [[name, symbols]];
    });
    const given = value === null ? '' : `${value.k}${JSON.stringify(value.k === 'num' ? value : '')}`;
    const key = `${ledger.key}|${span.start}|${given}|${JSON.stringify(stored)}`;
    this.exits.set(key, { ledger, span, value, stored });
  }

  private go(frame: Frame, at: number, draft: Draft, ledger: Ledger, length: number): void {
    if (isPlain(frame.fn.graph, at) && length < LIMITS.step) {
      this.advance({ frame, at, draft, ledger }, length + 1);
      return;
    }
    const meeting = this.reached.at(frame, at);
    if (meeting.count >= LIMITS.statesPerPlace || this.queue.length >= LIMITS.states) {
      this.complete = false;
      return;
    }
    const live = frame.fn.live[at];
    draft.prune((place, text) => isLive(place, text, frame, live));
    if (meeting.count >= LIMITS.exact) {
      draft.widen(1, frame.depth);
      draft.prune((other, text) => isLive(other, text, frame, live));
    }
    if (meeting.isNew(draft, ledger.key)) this.queue.push({ frame, at, draft, ledger });
  }
}

/** The place of a set that the operation makes a copy of. */
function copiedSet(operation: Operation, draft: Draft, scope: Scope): string | null {
  const { fn } = scope.frame;
  if (operation.kind === 'assign' && operation.sign === '=') {
    const isWhole = isSet(operation.target, scope) && typeOf(operation.target, fn, scope.index).pointers === 0;
    return isWhole ? placeOf(operation.value, draft, scope) : null;
  }
  const site = operation.kind === 'call' && scope.bindings.flows(fn).site(operation);
  const from = site && site.model?.does === 'copy' ? site.call.args[site.model.from] : undefined;
  return from && isSet(from, scope) ? setPlace(evaluate(from, draft, scope)) : null;
}

function isSet(expr: Expr, scope: Scope): boolean {
  if (expr.op === 'address' || expr.op === 'cast') return isSet(expr.of, scope);
  const { fn } = scope.frame;
  return scope.index.resolve(typeOf(expr, fn, scope.index), fn.facts.file).base === 'fd_set';
}

/** A transfer and how it ended. */
function placeKey(last: Last): string {
  return `${siteKey(last)}|${last.outcome}`;
}

/** A transfer as it stands in the text. */
export function siteKey({ where, way }: Last): string {
  return `${way} ${where.fn.id}@${where.span.start}`;
}

/** What the returned value tells of the last transfer. */
export function givenBy({ value }: Exit, last: Last, words: CallerWords): Given {
  if (value === null) return { kind: 'none' };
  const symbols = keepsOf(value);
  const sole = soleSymbol(value);
  if (symbols.some((symbol) => last.progress.includes(symbol))) return { kind: 'count' };
  if (last.way === 'accept' && (sole?.startsWith('d') ?? false)) return { kind: 'descriptor' };
  if (isConstant(value)) {
    const isWhole = last.outcome === 'full' && last.size !== null && value.c === last.size && last.size > 1;
    return isWhole ? { kind: 'count' } : { kind: 'constant', value: value.c };
  }
  // What was asked for is the count of a transfer that got all of it.
  if (last.outcome === 'full' && sole !== null && last.from.includes(sole) && words.name(sole) !== null)
    return { kind: 'count' };
  return { kind: symbols.length === 1 && symbols[0]?.startsWith('e') ? 'errno' : 'other' };
}

export const OUTCOMES: readonly Outcome[] = ['full', 'short', 'zero', 'again', 'error'];
