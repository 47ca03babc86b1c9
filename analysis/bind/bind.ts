// Binding: which descriptors and functions a place may hold, anywhere in the project. By field and without order: every
// `conn->fd` of one struct type is one place. Everything is answered on demand, backwards from the question, so that only
// functions that the question leads to are ever looked at.
import type { CallOperation, Expr } from '../facts/facts.js';
import { carries, type Wanted } from './carrying.js';
import { Callers, type Caller } from './callers.js';
import { flowsOf, Naming, type CallSite, type Flows } from './flows.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import { Nodes, type Node } from './node.js';
import { pairedWith } from './pairing.js';
import { Inflow, type Lookup } from './inflow.js';
import { NOWHERE, Origin } from './origin.js';
import { listenersIn, type Site, type Source } from './site.js';

export type { Site, Source } from './site.js';

export interface Bindings {
  flows(fn: LinkedFunction): Flows;
  sources(expr: Expr, fn: LinkedFunction, wanted: Wanted): ReadonlySet<Source>;
  /** The descriptors that an expression may be. */
  origin(expr: Expr, fn: LinkedFunction): Origin;
  /** The descriptors that it may be at a position of the graph. */
  sitesAt(expr: Expr, fn: LinkedFunction, at: number): readonly Site[];
  /** The functions that a call may reach: by its name, or through what its callee expression may hold. */
  callees(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[];
  callersOf(fn: LinkedFunction): readonly Caller[];
  /** So many use it that nobody follows them all: a logger, an allocator. */
  isEverywhere(fn: LinkedFunction): boolean;
  /** The function's address is taken: somebody else may call it. */
  isCallback(fn: LinkedFunction): boolean;
  isThread(fn: LinkedFunction): boolean;
  /** Whether some function leads to both. */
  isNear(one: LinkedFunction, other: LinkedFunction): boolean;
}

/** A place that gets values from more places than this is not followed further: its content counts as unknown. */
const MAX_NODES = { descriptor: 1000, function: 300 } as const;
/** A call through a pointer that may reach more functions than this is a dispatcher of everything, and tells nothing. */
export const MAX_TARGETS = 12;

export function bind(index: Index): Bindings {
  return new Binder(index);
}

class Binder implements Bindings, Lookup {
  private readonly nodes = new Nodes();
  private readonly namings = new Map<LinkedFunction, Naming>();
  private readonly flowsByFunction = new Map<LinkedFunction, Flows>();
  private readonly settled = {
    descriptor: new Map<Node, ReadonlySet<Source>>(),
    function: new Map<Node, ReadonlySet<Source>>(),
  };
  private readonly carrying = { descriptor: new Map<Node, boolean>(), function: new Map<Node, boolean>() };
  private readonly targets = new Map<CallSite, readonly LinkedFunction[]>();
  private readonly asked = new Set<CallSite>();
  private readonly origins = new Map<string, Origin>();
  private readonly inflow: Inflow;
  private readonly callers: Callers;
  private listeners: ReadonlySet<Site> | null = null;

  constructor(private readonly index: Index) {
    this.callers = new Callers(index, this.nodes, (fn) => this.flows(fn));
    this.inflow = new Inflow(index, this.nodes, this.callers, this);
  }

  flows(fn: LinkedFunction): Flows {
    const known = this.flowsByFunction.get(fn);
    if (known) return known;
    const flows = flowsOf(this.naming(fn), this.index, this.nodes);
    this.flowsByFunction.set(fn, flows);
    return flows;
  }

  sources(expr: Expr, fn: LinkedFunction, wanted: Wanted): ReadonlySet<Source> {
    return this.heldIn(this.naming(fn).nodesOf(expr, null), wanted);
  }

  private heldIn(nodes: readonly Node[], wanted: Wanted): ReadonlySet<Source> {
    const only = nodes[0];
    if (!only) return NONE;
    return nodes.length === 1
      ? this.held(only, wanted)
      : new Set(nodes.flatMap((node) => [...this.held(node, wanted)]));
  }

  origin(expr: Expr, fn: LinkedFunction): Origin {
    const nodes = this.naming(fn).nodesOf(expr, null);
    if (nodes.length === 0) return NOWHERE;
    const id = `${fn.id}<${nodes.map((node) => node.id).join()}`;
    const known = this.origins.get(id) ?? new Origin(id, () => this.sitesAt(expr, fn, null));
    this.origins.set(id, known);
    return known;
  }

  sitesAt(expr: Expr, fn: LinkedFunction, at: number | null): readonly Site[] {
    const nodes = this.naming(fn).nodesOf(expr, at);
    const [only] = nodes;
    // An object brings the function with it that is called for it.
    const paired = expr.op === 'member' && expr.arrow && only ? this.paired(only, fn) : null;
    const sources = this.heldIn(paired ?? nodes, 'descriptor');
    const all = [...sources].flatMap((source) => ('site' in source ? [source.site] : []));
    // What is made in another part of the program is meant only where nothing nearer can be.
    const near = all.filter((site) => this.isNear(fn, site.fn));
    if (near.length > 0 || isOfUnknownType(expr, fn, this.index)) return near;
    return all.filter((site) => this.together(fn, site.fn));
  }

  /** What was put into a field together with a function; null where nothing tells that the two belong together. */
  paired(node: Node, fn: LinkedFunction): readonly Node[] | null {
    if (node.kind !== 'field' || this.callers.isCalledByName(fn)) return null;
    for (const beside of this.callers.fieldsWith(fn)) {
      if (beside.kind !== 'field' || beside.base !== node.base) continue;
      const found = pairedWith(fn, node, beside, {
        index: this.index,
        flows: (one) => this.flows(one),
        callersOf: (one) => this.callers.of(one),
      });
      if (found) return found;
    }
    return null;
  }

  callees(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[] {
    const site = this.flows(fn).site(call);
    return site ? this.targetsOf(site) : [];
  }

  callersOf(fn: LinkedFunction): readonly Caller[] {
    return this.callers.of(fn).filter((caller) => this.together(caller.site.fn, fn));
  }

  isEverywhere(fn: LinkedFunction): boolean {
    return this.callers.isEverywhere(fn);
  }

  isCallback(fn: LinkedFunction): boolean {
    return this.callers.isCallback(fn);
  }

  isThread(fn: LinkedFunction): boolean {
    return this.callers.isThread(fn);
  }

  isNear(one: LinkedFunction, other: LinkedFunction): boolean {
    return this.index.near(one, other);
  }

  /** Whether two functions can be parts of one program; functions of a library are parts of any. */
  private together(one: LinkedFunction, other: LinkedFunction): boolean {
    if (one === other) return true;
    const own = this.index.programsOf(one);
    const theirs = this.index.programsOf(other);
    return own.length === 0 || theirs.length === 0 || own.some((program) => theirs.includes(program));
  }

  naming(fn: LinkedFunction): Naming {
    const known = this.namings.get(fn);
    if (known) return known;
    const naming = new Naming(fn, this.index, this.nodes);
    this.namings.set(fn, naming);
    return naming;
  }

  targetsOf(site: CallSite): readonly LinkedFunction[] {
    if (site.targets.length > 0 || site.model) return site.targets;
    const known = this.targets.get(site);
    if (known) return known;
    // What a call through a pointer reaches may depend on what such calls return: the inner question gets no answer.
    if (this.asked.has(site)) return [];
    this.asked.add(site);
    const all = [...this.sources(site.call.callee, site.fn, 'function')];
    this.asked.delete(site);
    const found = all.flatMap((source) => ('fn' in source && this.together(site.fn, source.fn) ? [source.fn] : []));
    this.targets.set(site, found);
    return found;
  }

  /** All sources that flow into a node: its whole past is collected, then they are pushed along it until nothing changes. */
  private held(start: Node, wanted: Wanted): ReadonlySet<Source> {
    const settled = this.settled[wanted];
    const known = settled.get(start);
    if (known) return known;
    const past = this.carries(start, wanted) ? this.pastOf(start, wanted) : null;
    if (!past) {
      settled.set(start, NONE);
      return NONE;
    }
    push(past.sets, past.onward);
    for (const [node, set] of past.sets) settled.set(node, set);
    return past.sets.get(start) ?? NONE;
  }

  /** The places that a node gets its sources from, with those that are made there; null where that is too much. */
  private pastOf(start: Node, wanted: Wanted): Past | null {
    const settled = this.settled[wanted];
    const sets = new Map<Node, Set<Source>>([[start, new Set()]]);
    const onward = new Map<Node, Node[]>();
    // The map grows while it is gone through.
    for (const [node, set] of sets) {
      if (sets.size > MAX_NODES[wanted] || this.inflow.isTooWide(node, wanted)) return null;
      for (const source of this.inflow.made(node, wanted)) set.add(source);
      for (const from of this.inflow.incoming(node)) {
        if (!this.carries(from, wanted)) continue;
        const done = settled.get(from);
        if (done) for (const source of done) set.add(source);
        else {
          const next = onward.get(from);
          if (next) next.push(node);
          else onward.set(from, [node]);
          if (!sets.has(from)) sets.set(from, new Set());
        }
      }
    }
    return { sets, onward };
  }

  private carries(node: Node, wanted: Wanted): boolean {
    const cache = this.carrying[wanted];
    const known = cache.get(node);
    if (known !== undefined) return known;
    const answer = carries(node, wanted, this.index);
    cache.set(node, answer);
    return answer;
  }

  /** A socket that is listened or accepted on is a listener; looked for when somebody asks what a socket is. */
  isListener(site: Site): boolean {
    this.listeners ??= listenersIn(this.index, this);
    return this.listeners.has(site);
  }
}

const NONE: ReadonlySet<Source> = new Set();

interface Past {
  readonly sets: ReadonlyMap<Node, Set<Source>>;
  /** Where what is in a place goes on to. */
  readonly onward: ReadonlyMap<Node, readonly Node[]>;
}

function push(sets: ReadonlyMap<Node, Set<Source>>, onward: ReadonlyMap<Node, readonly Node[]>): void {
  const work = [...sets.keys()];
  const queued = new Set(work);
  for (let node = work.pop(); node; node = work.pop()) {
    queued.delete(node);
    const set = sets.get(node);
    for (const next of onward.get(node) ?? []) {
      const into = sets.get(next);
      if (!set || !into) continue;
      const before = into.size;
      for (const source of set) into.add(source);
      if (into.size === before || queued.has(next)) continue;
      queued.add(next);
      work.push(next);
    }
  }
}

/** A member of an object of which no type is known: any object has such a one. */
function isOfUnknownType(expr: Expr, fn: LinkedFunction, index: Index): boolean {
  return expr.op === 'member' && typeOf(expr.of, fn, index).base === '?';
}
