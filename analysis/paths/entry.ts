// What is known when control comes to a call, on whatever way: one state for each call of a function, computed once and without
// entering what it calls. Questions about paths begin from these states instead of from the first function of the program.
import { assign } from './assign.js';
import { assume, evaluateAll } from './assume.js';
import { carryOut, type CallStep } from './call.js';
import { disarm } from './call-control.js';
import { approximate } from './approximate.js';
import { declare, evaluate, outermost, type Frame, type Scope } from './evaluate.js';
import type { CallOperation, Operation } from '../facts/facts.js';
import { endsOf, isSmall } from './explore.js';
import { enter } from './step.js';
import type { Guide } from './guide.js';
import { isLive } from './alive.js';
import { join } from './join.js';
import type { LinkedFunction } from '../link/link.js';
import { isMeeting, successors } from '../link/liveness.js';
import { Draft, Names } from './state.js';

export interface Entries {
  readonly names: Names;
  /** The state before the operation at a position, as a copy; null where control never comes. */
  before(fn: LinkedFunction, at: number): Draft | null;
  /** Functions whose states were given up: what is asked of them is answered with nothing known. */
  readonly gaveUp: ReadonlySet<LinkedFunction>;
}

/** An operation is looked at so often on the average before the function is given up. */
const ROUNDS = 30;

export function entriesOf(guide: Guide): Entries {
  const names = new Names();
  const known = new Map<LinkedFunction, ReadonlyMap<number, Draft>>();
  const gaveUp = new Set<LinkedFunction>();
  const statesOf = (fn: LinkedFunction): ReadonlyMap<number, Draft> => {
    const before = known.get(fn);
    if (before) return before;
    const flow = new Flow(fn, guide, names);
    const states = flow.run();
    if (flow.gaveUp) gaveUp.add(fn);
    known.set(fn, states);
    return states;
  };
  return {
    names,
    gaveUp,
    before: (fn, at) => {
      const state = statesOf(fn).get(at)?.copy() ?? null;
      return state ?? (gaveUp.has(fn) ? new Draft(names) : null);
    },
  };
}

class Flow {
  gaveUp = false;
  private readonly frame: Frame;
  private readonly order: readonly number[];
  /** States where paths meet, and how often they have met there. */
  private readonly meetings = new Map<number, { readonly draft: Draft; count: number }>();
  private readonly saved = new Map<number, Draft>();
  private readonly pending = new Set<number>();
  private left: number;

  constructor(
    private readonly fn: LinkedFunction,
    private readonly guide: Guide,
    private readonly names: Names,
  ) {
    this.frame = outermost(fn);
    this.order = rank(fn);
    this.left = ROUNDS * fn.graph.operations.length + 1000;
  }

  run(): ReadonlyMap<number, Draft> {
    this.arrive(this.fn.graph.entry, new Draft(this.names));
    while (this.pending.size > 0 && !this.gaveUp) {
      const at = this.first();
      this.pending.delete(at);
      const draft = this.meetings.get(at)?.draft.copy();
      if (draft) this.follow(at, draft);
    }
    this.meetings.clear();
    return this.gaveUp ? new Map() : this.saved;
  }

  /** The pending meeting that comes first in the function: inner loops settle before what is behind them. */
  private first(): number {
    let best = -1;
    for (const at of this.pending) if (best < 0 || (this.order[at] ?? 0) < (this.order[best] ?? 0)) best = at;
    return best;
  }

  /** What nobody asks for behind the meeting does not get into it: a switch of thousands of cases has as many results. */
  private arrive(at: number, draft: Draft): void {
    this.prune(draft, at);
    const here = this.meetings.get(at);
    if (!here) {
      this.meetings.set(at, { draft, count: 1 });
      this.pending.add(at);
      return;
    }
    here.count++;
    if (join(here.draft, draft, `${this.frame.context}#${at}`, here.count > 3)) this.pending.add(at);
  }

  private prune(draft: Draft, at: number): void {
    const live = this.fn.live[at];
    draft.prune((place, text) => isLive(place, text, this.frame, live));
  }

  /** Goes on from a meeting to the next ones. */
  private follow(start: number, given: Draft): void {
    const work: [number, Draft][] = [[start, given]];
    for (let item = work.pop(); item; item = work.pop()) {
      const [at, draft] = item;
      const operation = this.fn.graph.operations[at];
      if (!operation) continue;
      if (--this.left < 0) {
        this.gaveUp = true;
        return;
      }
      if (operation.kind === 'call') this.prune(draft, at);
      if (operation.kind === 'call') this.saved.set(at, draft.copy());
      for (const [next, onward] of this.carry(operation, at, draft)) {
        if (isMeeting(this.fn.graph, next)) this.arrive(next, onward);
        else work.push([next, onward]);
      }
    }
  }

  /** The states behind an operation, one for each way on. */
  private carry(operation: Operation, at: number, draft: Draft): [number, Draft][] {
    const scope: Scope = { frame: this.frame, index: this.guide.index, bindings: this.guide.bindings };
    switch (operation.kind) {
      case 'test':
        return [
          ...this.merged(operation.then, assume(operation.test, true, draft.copy(), scope), at),
          ...this.merged(operation.otherwise, assume(operation.test, false, draft, scope), at),
        ];
      case 'assign': {
        const drafts = assign(operation, draft, scope).map((one) => one.draft);
        return this.merged(operation.next, drafts, at);
      }
      case 'set-temp': {
        const drafts = evaluateAll(operation.value, draft, scope).map(({ draft: d, value }) => {
          d.store.set(`0:$${operation.temp}`, value);
          return d;
        });
        return this.merged(operation.next, drafts, at);
      }
      case 'call': {
        const inside = this.through(operation, at, draft, scope);
        if (inside) return this.merged(operation.next, inside, at);
        const roughly = approximate(operation, draft, scope);
        const steps = roughly ? [roughly] : carryOut(operation, draft, scope, this.guide, null).steps;
        this.finish(steps, operation);
        return this.merged(
          operation.next,
          steps.filter((step) => !step.ends).map((step) => step.draft),
          at,
        );
      }
      case 'declare':
        declare(operation.name, operation.span, draft, scope);
        return [[operation.next, draft]];
      case 'opaque':
      case 'pass':
        return [[operation.next, draft]];
      case 'return':
        return [];
    }
  }

  /** The results of a call, and what a wait inside of it does. */
  private finish(steps: readonly CallStep[], operation: CallOperation): void {
    const callees = this.guide.bindings.callees(operation, this.fn);
    const waits = callees.some((callee) => this.guide.does(callee, ['wait']));
    for (const { draft, value } of steps) {
      if (waits) disarm(draft);
      draft.store.set(`0:$${operation.temp}`, value);
    }
  }

  /** A small function that fills a set or registers a descriptor for its caller is carried out. */
  private through(operation: CallOperation, at: number, draft: Draft, scope: Scope): readonly Draft[] | null {
    const [callee, ...others] = this.guide.bindings.callees(operation, this.fn);
    if (!callee || others.length > 0 || callee === this.fn) return null;
    if ((!this.guide.shapes(callee) && !this.guide.reckons(callee)) || !isSmall(callee)) return null;
    const inner = draft.copy();
    const args = operation.args.map((arg) => evaluate(arg, inner, scope));
    return endsOf(enter({ callee, draft: inner, args }, operation, at, this.frame), 0, this.guide);
  }

  private merged(next: number, drafts: readonly Draft[], at: number): [number, Draft][] {
    const [first, ...others] = drafts;
    if (!first) return [];
    for (const other of others) join(first, other, `${this.frame.context}#${at}>${next}`, false);
    return [[next, first]];
  }
}

/** The rank of each operation in reverse postorder: what comes before what, loops apart. */
function rank(fn: LinkedFunction): readonly number[] {
  const { operations, entry } = fn.graph;
  const ranks = operations.map(() => 0);
  const seen = new Set<number>([entry]);
  const stack: { readonly at: number; readonly next: number[] }[] = [];
  const open = (at: number): void => {
    const operation = operations[at];
    stack.push({ at, next: operation ? [...successors(operation)] : [] });
  };
  let rankLeft = operations.length;
  open(entry);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (next === undefined) {
      ranks[top.at] = rankLeft--;
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      open(next);
    }
  }
  return ranks;
}
