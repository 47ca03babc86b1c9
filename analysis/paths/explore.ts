// All paths through a function and through the few that it is allowed to enter, for the events on them: small functions, such as
// those that set a mode or register a descriptor for others.
import { isLive } from './alive.js';
import { outermost, type Frame } from './evaluate.js';
import type { Event } from './event.js';
import type { CallSite } from '../bind/flows.js';
import { scopeOf, type Guide } from './guide.js';
import type { LinkedFunction } from '../link/link.js';
import { isMeeting, isPlain } from '../link/liveness.js';
import { Seen } from './seen.js';
import { Draft } from './state.js';
import { enter, onStack, stepsFrom, type Step } from './step.js';
import type { Entries } from './entry.js';
import { evaluateAll } from './assume.js';
import { constant } from './value.js';

const LIMITS = { states: 500, statesPerPlace: 24, step: 100 } as const;

/** From the caller's state before the first call of a chain; without a chain from the function's own beginning. */
export interface Start {
  readonly fn: LinkedFunction;
  /** Calls that lead to it, the outermost first. */
  readonly chain: readonly CallSite[];
}

/** Events in `fn`, in the words of the outermost caller; null when there are too many paths. */
export function eventsFrom({ fn, chain }: Start, guide: Guide, entries: Entries): readonly Event[] | null {
  const inside = new Set([fn, ...chain.slice(1).map((site) => site.fn)]);
  const first = chain[0];
  if (!first)
    return new Explorer(fn, inside, guide).run({
      frame: outermost(fn),
      at: fn.graph.entry,
      draft: new Draft(entries.names),
    });
  const before = entries.before(first.fn, first.at);
  if (!before) return [];
  const callee = chain[1]?.fn ?? fn;
  const scope = scopeOf(first.fn, guide);
  // Of arguments that are chosen by `?:` the first choice is looked at: an author who can choose an edge has chosen it somewhere.
  const args = first.call.args.map((expr) => evaluateAll(expr, before, scope)[0]?.value ?? constant(0));
  const { draft, next } = enter({ callee, draft: before, args }, first.call, first.at, scope.frame);
  return next ? new Explorer(fn, inside, guide).run({ ...next, draft }) : [];
}

/** Events in a function whose parameters have these values, and others any. */
export function eventsGiven(
  fn: LinkedFunction,
  given: ReadonlyMap<string, number>,
  guide: Guide,
  entries: Entries,
): readonly Event[] | null {
  const draft = new Draft(entries.names);
  for (const [name, value] of given) draft.store.set(`0:${name}`, constant(value));
  return new Explorer(fn, new Set([fn]), guide).run({ frame: outermost(fn), at: fn.graph.entry, draft });
}

interface State {
  readonly frame: Frame;
  readonly at: number;
  readonly draft: Draft;
}

class Explorer {
  private readonly events: Event[] = [];
  private readonly seen = new Seen();
  private readonly work: State[] = [];
  private states = 0;

  constructor(
    private readonly fn: LinkedFunction,
    private readonly inside: ReadonlySet<LinkedFunction>,
    private readonly guide: Guide,
  ) {}

  run(start: State): readonly Event[] | null {
    const bottom = start.frame.depth;
    this.work.push(start);
    for (let state = this.work.pop(); state; state = this.work.pop()) {
      if (++this.states > LIMITS.states) return null;
      this.advance(state, bottom, 0);
    }
    return this.events;
  }

  private advance({ frame, at, draft }: State, bottom: number, length: number): void {
    const operation = frame.fn.graph.operations[at];
    if (!operation) return;
    draft.merged.length = 0;
    for (const step of stepsFrom(
      operation,
      at,
      draft,
      frame,
      this.guide,
      (callee, from) => (this.inside.has(callee) || this.guide.reckons(callee)) && !onStack(callee, from),
    )) {
      for (const event of step.events) if (event.fn === this.fn) this.events.push(event);
      this.go(step, bottom, length);
    }
  }

  private go(step: Step, bottom: number, length: number): void {
    if (!step.next || step.next.frame.depth < bottom) return;
    const { frame, at } = step.next;
    if (isPlain(frame.fn.graph, at) && length < LIMITS.step) {
      this.advance({ frame, at, draft: step.draft }, bottom, length + 1);
      return;
    }
    const meeting = this.seen.at(frame, at);
    if (meeting.count >= LIMITS.statesPerPlace) return;
    const live = frame.fn.live[at];
    step.draft.prune((place, text) => isLive(place, text, frame, live));
    if (meeting.count >= LIMITS.statesPerPlace / 2) {
      step.draft.widen(2, frame.depth);
      step.draft.prune((other, text) => isLive(other, text, frame, live));
    }
    if (meeting.isNew(step.draft)) this.work.push({ frame, at, draft: step.draft.copy() });
  }
}

/** So large a function may be to be carried out at every call of it. */
const SMALL = 60;

/** The states in which a small function returns to the frame it was entered from; null when it is not so small after all. */
export function endsOf(entered: Step, bottom: number, guide: Guide): readonly Draft[] | null {
  const ends: Draft[] = [];
  const seen = new Seen();
  const work: { readonly step: Step; readonly length: number }[] = [{ step: entered, length: 0 }];
  let states = 0;
  const enters = (callee: LinkedFunction, from: Frame): boolean =>
    from.depth < bottom + 2 && !onStack(callee, from) && guide.shapes(callee) && isSmall(callee);
  for (let item = work.pop(); item; item = work.pop()) {
    const { step, length } = item;
    if (!step.next) continue;
    const { frame, at } = step.next;
    if (frame.depth <= bottom) {
      ends.push(step.draft);
      continue;
    }
    const operation = frame.fn.graph.operations[at];
    if (!operation) continue;
    let { draft } = step;
    if (isMeeting(frame.fn.graph, at) || length > LIMITS.step) {
      const live = frame.fn.live[at];
      step.draft.prune((place, text) => isLive(place, text, frame, live));
      if (!seen.at(frame, at).isNew(step.draft)) continue;
      if (++states > SMALL) return null;
      draft = step.draft.copy();
    }
    draft.merged.length = 0;
    for (const next of stepsFrom(operation, at, draft, frame, guide, enters))
      work.push({ step: next, length: length + 1 });
  }
  return ends;
}

export function isSmall(fn: LinkedFunction): boolean {
  return fn.graph.operations.length <= SMALL;
}
