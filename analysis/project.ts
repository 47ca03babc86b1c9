// What rules ask: the walks of all roots, the registrations and modes that were seen on them, and the text behind an operation.
import { bind, type Bindings, type Site } from './bind.js';
import type { Descriptor, Event, Mask, Where } from './event.js';
import type { Span } from './facts.js';
import type { DescriptorKind, Failure, Gap, Located, Position } from './finding.js';
import { guideOf } from './guide.js';
import type { Index, LinkedFunction } from './link.js';
import { walk, type Budget, type Walk, type WalkEdge, type WalkNode } from './walk.js';

/** One epoll_ctl ADD or MOD, with the descriptors that it was seen with. */
export interface Registration extends Where {
  readonly command: 'ADD' | 'MOD';
  readonly mask: Mask;
  readonly sites: readonly Site[];
}

/** How a root function is called, and so what its return means: `turn` waits once itself and is called again for more. */
export type Calling = 'main' | 'callback' | 'turn' | 'unknown';

export interface Project {
  readonly index: Index;
  readonly bindings: Bindings;
  readonly walks: readonly Walk[];
  readonly registrations: readonly Registration[];
  readonly gaps: readonly Gap[];
  readonly failures: readonly Failure[];
  /** Whether the function does anything that matters here, itself or through others. */
  relevant(fn: LinkedFunction): boolean;
  calling(walk: Walk): Calling;
  registrationsOf(fd: Descriptor): readonly Registration[];
  /** O_NONBLOCK of a descriptor: set on some path, never set, or not known. */
  nonblocking(fd: Descriptor): boolean | null;
  kind(fd: Descriptor): DescriptorKind;
  locate(fn: LinkedFunction, span: Span): Located;
  text(fn: LinkedFunction, span: Span): string;
}

export function buildProject(index: Index, texts: ReadonlyMap<string, string>): Project {
  const bindings = bind(index);
  const guide = guideOf(index, bindings);
  const gaps: Gap[] = [];
  const locate = locator(texts);
  const unwalked: LinkedFunction[] = [];
  const failures: Failure[] = [];
  const walks = walkRoots(
    index,
    bindings,
    (fn) => guide.relevant(fn),
    (fn, budget) => walk(fn, guide, budget),
    unwalked,
    failures,
  );
  for (const fn of unwalked) gaps.push(gapOf(fn, 'the budget of the tree was used up', locate));
  for (const one of walks) if (one.truncated) gaps.push(gapOf(one.root, 'too many paths', locate));
  for (const fn of index.functions)
    if (fn.facts.errors.length > 0 && guide.relevant(fn)) gaps.push(gapOf(fn, 'syntax not understood', locate));
  const events = walks.flatMap((one) => one.nodes.flatMap((node) => node.edges.flatMap((edge) => edge.events)));
  const turns = new Set(walks.filter(isTurn));
  const registrations = registrationsIn(events);
  const modes = modesIn(events);
  return {
    index,
    bindings,
    walks,
    registrations,
    gaps,
    failures,
    relevant: (fn) => guide.relevant(fn),
    calling: (one) => {
      if (one.root.facts.name === 'main') return 'main';
      if (bindings.isCallback(one.root) || bindings.isThread(one.root)) return 'callback';
      return turns.has(one) ? 'turn' : 'unknown';
    },
    registrationsOf: (fd) => registrationsOf(fd, registrations),
    nonblocking: (fd) => nonblockingOf(fd, modes),
    kind: (fd) => {
      const kinds = new Set(fd.sites.map((site) => site.kind));
      const only = [...kinds][0];
      return kinds.size === 1 && only ? only : 'unknown';
    },
    locate,
    text: (fn, span) => (texts.get(fn.facts.file) ?? '').slice(fn.facts.base + span.start, fn.facts.base + span.end),
  };
}

/**
 * Roots are called by nobody we see, or started by the system. A function that is only called through pointers is a root
 * when no walk entered it; so is one that a walk met too deep.
 */
function walkRoots(
  index: Index,
  bindings: Bindings,
  relevant: (fn: LinkedFunction) => boolean,
  run: (fn: LinkedFunction, budget: Budget) => Walk,
  unwalked: LinkedFunction[],
  failures: Failure[],
): Walk[] {
  const all = index.functions.filter(relevant);
  const first = all.filter((fn) => {
    const pointed = bindings.isCallback(fn) && !bindings.isThread(fn);
    return (bindings.callersOf(fn).length === 0 && !pointed) || bindings.isThread(fn) || fn.facts.name === 'main';
  });
  const walks: Walk[] = [];
  const nodes = Math.round(Math.min(6_000, Math.max(1_000, ALL_NODES / Math.max(1, first.length))));
  const done = new Set<LinkedFunction>();
  let spent = 0;
  const entered = new Set<LinkedFunction>();
  const work = [...first];
  const go = (): void => {
    for (let fn = work.shift(); fn; fn = work.shift()) {
      if (done.has(fn)) continue;
      done.add(fn);
      if (spent > 2 * ALL_NODES) {
        unwalked.push(fn);
        continue;
      }
      const one = guarded(fn, failures, () => fitting(fn, run, nodes));
      if (!one) continue;
      spent += one.nodes.length;
      walks.push(one);
      if (!one.truncated) for (const node of one.nodes) entered.add(node.frame.fn);
      work.push(...one.unentered);
    }
  };
  go();
  for (const fn of all) {
    if (entered.has(fn) || done.has(fn) || !bindings.isCallback(fn)) continue;
    work.push(fn);
    go();
  }
  return walks;
}

/** A function on which the engine fails is named, and the others are walked. */
function guarded<T>(fn: LinkedFunction, failures: Failure[], run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    failures.push({ file: fn.facts.file, rule: null, error: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

/** States of all first walks together, more or less: large trees get less for each root. */
const ALL_NODES = 100_000;

/** The deepest walk that its budget can finish: what it does not enter are roots of their own. */
function fitting(fn: LinkedFunction, run: (fn: LinkedFunction, budget: Budget) => Walk, nodes: number): Walk {
  const deep = run(fn, { nodes, depth: 6 });
  if (!deep.truncated) return deep;
  const shallow = run(fn, { nodes, depth: 2 });
  return shallow.truncated ? deep : shallow;
}

/** Those of this descriptor alone, where there are any: a call seen with several may be about another one. */
function registrationsOf(fd: Descriptor, all: readonly Registration[]): readonly Registration[] {
  const touching = all.filter((r) => r.sites.some((site) => fd.sites.includes(site)));
  const own = touching.filter((r) => r.sites.every((site) => fd.sites.includes(site)));
  return own.length > 0 ? own : touching;
}

function registrationsIn(events: readonly Event[]): Registration[] {
  const found = new Map<string, Registration>();
  for (const event of events) {
    if (event.kind !== 'control' || (event.command !== 'ADD' && event.command !== 'MOD') || !event.mask) continue;
    if (event.fd.sites.length === 0) continue;
    const { fn, span, mask, command } = event;
    const sites = event.fd.sites;
    const key = [fn.id, span.start, command, mask.on, mask.exact, ...sites.map((s) => s.id)].join();
    found.set(key, { fn, span, mask, command, sites });
  }
  return [...found.values()];
}

/** The root waits, and has no event loop of its own in which it would wait again. */
function isTurn(one: Walk): boolean {
  const waits = (edge: WalkEdge): boolean =>
    edge.events.some((event) => event.kind === 'wait' && event.outcome !== 'interrupted');
  const starts = one.nodes.flatMap((node) => node.edges).filter(waits);
  const seen = new Set<WalkNode>();
  const work = starts.flatMap((edge) => (edge.to ? [edge.to] : []));
  for (let node = work.pop(); node; node = work.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.edges) {
      if (waits(edge)) return false;
      if (edge.to && !edge.events.some((event) => event.kind === 'exit')) work.push(edge.to);
    }
  }
  return starts.length > 0;
}

/** What a program does to the mode of what a site makes; null where it does both. */
function modesIn(events: readonly Event[]): ReadonlyMap<Site, boolean | null> {
  const modes = new Map<Site, boolean | null>();
  for (const event of events) {
    if (event.kind !== 'nonblock') continue;
    for (const site of event.fd.sites) {
      const known = modes.get(site);
      modes.set(site, known === undefined || known === event.on ? event.on : null);
    }
  }
  return modes;
}

function nonblockingOf(fd: Descriptor, modes: ReadonlyMap<Site, boolean | null>): boolean | null {
  if (fd.sites.length === 0) return null;
  const answers = new Set(fd.sites.map((site) => (modes.has(site) ? (modes.get(site) ?? null) : site.nonblocking)));
  const only = [...answers][0];
  return answers.size === 1 && only !== undefined ? only : null;
}

function gapOf(fn: LinkedFunction, reason: string, locate: Project['locate']): Gap {
  return { ...locate(fn, fn.facts.span), function: fn.facts.name, reason };
}

function locator(texts: ReadonlyMap<string, string>): Project['locate'] {
  const starts = new Map<string, number[]>();
  const lines = (file: string): number[] => {
    const known = starts.get(file);
    if (known) return known;
    const found = [0];
    const text = texts.get(file) ?? '';
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) found.push(at + 1);
    starts.set(file, found);
    return found;
  };
  const position = (file: string, offset: number): Position => {
    const all = lines(file);
    let low = 0;
    let high = all.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((all[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (all[low] ?? 0) + 1 };
  };
  return (fn, span) => {
    const { file, base } = fn.facts;
    return { file, range: { start: position(file, base + span.start), end: position(file, base + span.end) } };
  };
}

/** Whether control is back at a wait when the root has returned. */
export function returnsToWait(calling: Calling): boolean {
  return calling === 'callback' || calling === 'turn';
}
