// The search behind obligations: from the operation that opens one, along all paths, breadth first, until each has settled it or
// one has broken it. Callees that can matter are entered; where a function ends, its callers go on.
import type { CallSite } from '../bind/flows.js';
import { detailsOf } from './details.js';
import type { Event, Where } from './event.js';
import type { Caller } from '../bind/callers.js';
import { evaluate, outermost, REPORTED_MASK, type Frame } from './evaluate.js';
import type { Entries } from './entry.js';
import { scopeOf, type Guide } from './guide.js';
import { keepsOf } from './keep.js';
import { callingOf } from './calling.js';
import { lift } from './lift.js';
import type { LinkedFunction } from '../link/link.js';
import { isPlain } from '../link/liveness.js';
import { isLive } from './alive.js';
import type { Broken, Effort, Obligation, Open, Pursued } from './obligation.js';
import { Seen } from './seen.js';
import type { Draft } from './state.js';
import { onStack, stepsFrom, type Step } from './step.js';
import { failureOf, constant, isConstant, soleSymbol, type Value } from './value.js';

/** How far a search goes: states in all, callers of one function that are followed, levels of callers, and climbs in all. */
interface Budget {
  readonly states: number;
  readonly callers: number;
  readonly height: number;
  readonly climbs: number;
}

const BUDGETS: Readonly<Record<Effort, Budget>> = {
  full: { states: 4000, callers: 16, height: 5, climbs: 40 },
  little: { states: 300, callers: 4, height: 2, climbs: 6 },
};

/** States at one operation of one activation that are kept apart, and that are told apart at all; operations in one step. */
const LIMITS = { exact: 6, statesPerPlace: 18, step: 100, callsDeep: 3 } as const;

export interface World {
  readonly guide: Guide;
  readonly entries: Entries;
}

export function pursue<T extends Open>(site: CallSite, obligation: Obligation<T>, world: World): Pursued<T> {
  return new Pursuit(site, obligation, world).run();
}

interface Node<T> {
  readonly frame: Frame;
  readonly at: number;
  readonly draft: Draft;
  readonly open: T;
  readonly opened: Event;
  /** What happened since the node before. */
  readonly events: readonly Event[];
  readonly before: Node<T> | null;
  /** The callers that it went up through. */
  readonly chain: string;
  /** So many callers up from where it was opened. */
  readonly height: number;
}

type Arrival<T> = Omit<Node<T>, 'frame' | 'at' | 'draft'>;

class Pursuit<T extends Open> {
  private readonly queue: Node<T>[] = [];
  private readonly seen = new Seen();
  private readonly climbed = new Set<CallSite>();
  private readonly budget: Budget;
  private undecided = false;
  private tooDeep = false;
  private readonly stories = new Map<string, Broken<T>>();

  constructor(
    private readonly site: CallSite,
    private readonly obligation: Obligation<T>,
    private readonly world: World,
  ) {
    this.budget = BUDGETS[obligation.effort ?? 'full'];
  }

  run(): Pursued<T> {
    const { fn, at } = this.site;
    const draft = this.world.entries.before(fn, at);
    if (draft && this.site.model?.does === 'wait') draft.noted = [];
    if (draft) this.begin(outermost(fn), at, draft);
    // The queue grows while it is worked off.
    for (const node of this.queue) {
      if (this.stories.has(node.chain)) continue;
      this.advance(node.frame, node.at, node.draft.copy(), { ...node, events: [], before: node }, 0);
    }
    return { stories: [...this.stories.values()], undecided: this.undecided, states: this.queue.length };
  }

  private begin(frame: Frame, at: number, draft: Draft): void {
    for (const step of this.steps(frame, at, draft)) {
      step.events.forEach((event, i) => {
        const { supposes } = this.obligation;
        if (supposes !== undefined) step.draft.store.set(REPORTED_MASK, constant(supposes));
        for (const open of this.obligation.opens(event)) {
          const start: Arrival<T> = { open, opened: event, events: [], before: null, chain: '', height: 0 };
          this.meet(start, step, step.events.slice(i + 1), 0, true);
        }
      });
    }
  }

  private steps(frame: Frame, at: number, draft: Draft): Step[] {
    const operation = frame.fn.graph.operations[at];
    if (!operation) return [];
    this.tooDeep = false;
    const { looks } = this.obligation;
    const scope = { frame, index: this.world.guide.index, bindings: this.world.guide.bindings };
    const details = looks ? detailsOf(operation, draft, scope, looks, this.world.guide) : [];
    const steps: Step[] = stepsFrom(operation, at, draft, frame, this.world.guide, (callee, from) =>
      this.enters(callee, from),
    );
    if (this.gaveUp()) return [];
    return details.length === 0 ? steps : steps.map((step) => ({ ...step, events: [...details, ...step.events] }));
  }

  private gaveUp(): boolean {
    this.undecided ||= this.tooDeep;
    return this.tooDeep;
  }

  private enters(callee: LinkedFunction, from: Frame): boolean {
    const { guide } = this.world;
    if (!guide.does(callee, this.obligation.needs)) {
      const isAsked = this.obligation.looks?.includes('use') === true && guide.isBrief(callee);
      return (isAsked || guide.reckons(callee)) && from.depth <= LIMITS.callsDeep;
    }
    if (from.depth < LIMITS.callsDeep && !onStack(callee, from)) return true;
    this.tooDeep = true;
    return false;
  }

  /**
   * Carries out the operation, and those behind it that neither part nor join paths: they are one step, and `length` is how
   * many operations it has so far.
   */
  private advance(frame: Frame, at: number, draft: Draft, arrival: Arrival<T>, length: number): void {
    draft.merged.length = 0;
    for (const step of this.steps(frame, at, draft)) {
      if (this.stories.has(arrival.chain)) return;
      this.meet(arrival, step, step.events, length, false, { frame, at });
    }
  }

  private meet(
    arrival: Arrival<T>,
    step: Step,
    events: readonly Event[],
    length: number,
    shared: boolean,
    from?: Pick<Node<T>, 'frame' | 'at'>,
  ): void {
    const where = events[0] ?? (from ? placeOf(from) : arrival.opened);
    const merged = step.draft.merged.map((one) => same(one, step.draft, where));
    const all = [...notedIn(step.draft, where), ...merged, ...events];
    let { open } = arrival;
    for (const [i, event] of all.entries()) {
      const next = this.obligation.meets(open, event);
      if (next === 'settled') return;
      if (next === 'broken') {
        this.tell(arrival, open, event, all.slice(0, i + 1));
        return;
      }
      open = next;
    }
    const on: Arrival<T> = { ...arrival, open, events: [...arrival.events, ...all] };
    const draft = shared ? step.draft.copy() : step.draft;
    draft.merged.length = 0;
    if (draft.noted) draft.noted = [];
    if (step.returned && from) this.climb(from.frame, draft, step.returned, on);
    else if (step.next) this.go(step.next.frame, step.next.at, draft, on, length);
  }

  private go(frame: Frame, at: number, draft: Draft, arrival: Arrival<T>, length: number): void {
    if (length < LIMITS.step && isPlain(frame.fn.graph, at)) this.advance(frame, at, draft, arrival, length + 1);
    else this.arrive(frame, at, draft, arrival);
  }

  private arrive(frame: Frame, at: number, draft: Draft, arrival: Arrival<T>): void {
    const meeting = this.seen.at(frame, at, arrival.chain);
    if (meeting.count >= LIMITS.statesPerPlace || this.queue.length >= this.budget.states) {
      // What paths know was given up here: nothing is proven behind this point.
      this.undecided = true;
      return;
    }
    const live = frame.fn.live[at];
    const prune = (): void => {
      draft.prune((place, text) => isLive(place, text, frame, live));
    };
    prune();
    if (meeting.count >= LIMITS.exact) {
      draft.widen(1, frame.depth);
      prune();
    }
    const failure = this.obligation.failure?.(arrival.open);
    if (failure !== undefined && ![...draft.store.values()].some((value) => failureOf(value) === failure)) return;
    if (meeting.isNew(draft, arrival.open.key)) this.queue.push({ ...arrival, frame, at, draft });
  }

  /** The function has returned: each of its callers goes on, or, where none is seen, the rule is told. */
  private climb(frame: Frame, draft: Draft, returned: NonNullable<Step['returned']>, arrival: Arrival<T>): void {
    const { fn } = frame;
    const { guide, entries } = this.world;
    if (guide.bindings.isEverywhere(fn)) {
      this.undecided = true;
      return;
    }
    const callers = guide.bindings.callersOf(fn);
    const direct = callers.filter((caller) => !caller.isHandedOver);
    if (direct.length === 0 || callers.length > direct.length) this.exit(frame, draft, returned, arrival);
    const { height, callers: most, climbs } = this.budget;
    if (direct.length > 0 && (arrival.height >= height || direct.length > most || this.climbed.size > climbs)) {
      this.undecided = true;
      return;
    }
    for (const caller of direct) {
      this.climbed.add(caller.site);
      const before = entries.before(caller.site.fn, caller.site.at);
      if (!before || !mayCall(caller, fn, before, guide)) continue;
      const lifted = lift(fn, draft, returned.value, caller, before, guide);
      const leave: Event = {
        kind: 'leave',
        callee: fn,
        call: { fn: caller.site.fn, span: caller.site.call.span },
        direct: caller.site.name !== null,
        ...given(lifted.value, returned, draft),
        fn,
        span: returned.span,
      };
      const open = this.obligation.carry(arrival.open, lifted.renaming);
      if (open === 'settled') continue;
      if (draft.noted) lifted.draft.noted = [];
      const step: Step = {
        draft: lifted.draft,
        events: [leave],
        next: { frame: lifted.frame, at: caller.site.call.next },
      };
      const chain = `${arrival.chain}>${caller.site.fn.id}@${caller.site.at}`;
      this.meet({ ...arrival, open, chain, height: arrival.height + 1 }, step, step.events, 0, false);
    }
  }

  private exit(frame: Frame, draft: Draft, returned: NonNullable<Step['returned']>, arrival: Arrival<T>): void {
    const { fn } = frame;
    const calling = callingOf(fn, this.world.guide);
    const event: Event = {
      kind: 'exit',
      calling,
      ...given(returned.value, returned, draft),
      fn,
      span: returned.span,
    };
    const next = calling === 'turn' ? { frame: outermost(fn), at: fn.graph.entry } : null;
    if (next) keepGlobals(draft);
    this.meet(arrival, { draft, events: [event], next }, [event], 0, false);
  }

  private tell(arrival: Arrival<T>, open: T, broke: Event, last: readonly Event[]): void {
    const events: Event[][] = [[...arrival.events, ...last]];
    for (let node = arrival.before; node; node = node.before) events.push([...node.events]);
    this.stories.set(arrival.chain, {
      opened: arrival.opened,
      open,
      broke,
      path: [arrival.opened, ...events.reverse().flat()],
    });
  }
}

/** The operation that a step carries out. */
function placeOf({ frame: { fn }, at }: { readonly frame: Frame; readonly at: number }): Where {
  return { fn, span: fn.graph.operations[at]?.span ?? fn.facts.span };
}

function same([gone, stays, isEqual]: Draft['merged'][number], draft: Draft, { fn, span }: Where): Event {
  const { origin } = draft.sym(stays);
  return {
    kind: 'same',
    gone,
    stays,
    isEqual,
    get sites() {
      return origin.sites;
    },
    fn,
    span,
  };
}

function notedIn(draft: Draft, { fn, span }: Where): Event[] {
  return (draft.noted ?? []).map((note) => {
    const sites = note.kind === 'delivered' ? draft.sym(note.key).origin.sites : [];
    return { kind: 'noted', note, sites, fn, span };
  });
}

/** What a return hands over; `value` is the returned one in the caller's terms. */
function given(
  value: Value | null,
  returned: NonNullable<Step['returned']>,
  draft: Draft,
): { symbols: readonly string[]; constant: number | null; empty: boolean; implicit: boolean } {
  const fixed = value && isConstant(value) ? value.c : null;
  const symbols = [...(value ? keepsOf(value) : []), ...outputs(draft)];
  return { symbols, constant: fixed, empty: returned.value === null, implicit: returned.implicit };
}

/** Whether the caller's pointer can hold this function, as far as the state before the call tells. */
export function mayCall(caller: Caller, fn: LinkedFunction, before: Draft, guide: Guide): boolean {
  if (caller.site.name !== null) return true;
  const scope = scopeOf(caller.site.fn, guide);
  const pointed = evaluate(caller.site.call.callee, before, scope);
  return pointed.k !== 'fn' || pointed.fn === fn;
}

/** What the function gives back through pointers: `*written = n`. */
function outputs(draft: Draft): readonly string[] {
  return [...draft.store].flatMap(([place, value]) => (/^\*@\w+$/.test(place) ? keepsOf(value) : []));
}

/** A function that is called again finds what is in globals, and nothing else. */
function keepGlobals(draft: Draft): void {
  for (const [place, value] of [...draft.store]) {
    const simple = isConstant(value) || soleSymbol(value) !== null;
    const stays = place.startsWith('g:') && !place.includes('[') && simple;
    if (!stays && !place.startsWith('%')) draft.store.delete(place);
  }
}
