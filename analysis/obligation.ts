// Obligations: opened by an event, discharged or handed on by others, broken where control gets to a point with one still
// open. A rule says which is which; the search over the walk's graph gives the shortest path on which it goes wrong.
import type { Event } from './event.js';
import type { Walk, WalkEdge, WalkNode } from './walk.js';

/** What an open obligation remembers; equal keys mean the same memory. */
export interface Open {
  readonly key: string;
}

export interface Obligation<T extends Open> {
  /** The obligations that an event opens: mostly none, seldom more than one. */
  opens(event: Event, walk: Walk): readonly T[];
  /** What an event does to it: keeps it open (perhaps changed), settles it, or breaks it. */
  meets(open: T, event: Event, walk: Walk): T | 'settled' | 'broken';
}

export interface Broken<T extends Open> {
  readonly walk: Walk;
  readonly opened: Event;
  /** Where it was opened. */
  readonly from: WalkNode;
  readonly open: T;
  readonly broke: Event;
  /** All events between the two, in order, both included. */
  readonly path: readonly Event[];
}

interface Step<T> {
  readonly node: WalkNode;
  readonly open: T;
  readonly start: { readonly opened: Event; readonly from: WalkNode };
  readonly events: readonly Event[];
  readonly before: Step<T> | null;
}

/** For each operation that opens an obligation, in each context, the shortest path on which it is broken. */
export function broken<T extends Open>(walk: Walk, obligation: Obligation<T>): Broken<T>[] {
  const groups = new Map<string, { node: WalkNode; edge: WalkEdge; at: number; open: T }[]>();
  for (const node of walk.nodes) {
    for (const edge of node.edges) {
      edge.events.forEach((event, at) => {
        for (const open of obligation.opens(event, walk)) {
          const key = `${node.frame.context} ${event.fn.id}@${event.span.start}`;
          const group = groups.get(key) ?? [];
          group.push({ node, edge, at, open });
          groups.set(key, group);
        }
      });
    }
  }
  return [...groups.values()].flatMap((group) => {
    const found = search(walk, obligation, group);
    return found ? [found] : [];
  });
}

function search<T extends Open>(
  walk: Walk,
  obligation: Obligation<T>,
  openings: readonly { node: WalkNode; edge: WalkEdge; at: number; open: T }[],
): Broken<T> | null {
  const queue: Step<T>[] = [];
  const seen = new Set<string>();
  const advance = (
    open: T,
    edge: WalkEdge,
    from: number,
    start: Step<T>['start'],
    before: Step<T> | null,
  ): Broken<T> | null => {
    let now = open;
    for (let i = from; i < edge.events.length; i++) {
      const event = edge.events[i];
      if (!event) continue;
      const next = obligation.meets(now, event, walk);
      if (next === 'settled') return null;
      if (next === 'broken') return story(walk, start, now, event, edge.events.slice(from, i + 1), before);
      now = next;
    }
    if (!edge.to || edge.to.vague) return null;
    const key = `${edge.to.id} ${now.key}`;
    if (seen.has(key)) return null;
    seen.add(key);
    queue.push({ node: edge.to, open: now, start, events: edge.events.slice(from), before });
    return null;
  };
  for (const { node, edge, at, open } of openings) {
    const opened = edge.events[at];
    const found = opened && advance(open, edge, at + 1, { opened, from: node }, null);
    if (found) return found;
  }
  // The queue grows while it is worked off.
  for (const step of queue) {
    for (const edge of step.node.edges) {
      const found = advance(step.open, edge, 0, step.start, step);
      if (found) return found;
    }
  }
  return null;
}

function story<T extends Open>(
  walk: Walk,
  start: Step<T>['start'],
  open: T,
  broke: Event,
  last: readonly Event[],
  before: Step<T> | null,
): Broken<T> {
  const events: Event[][] = [[...last]];
  for (let step = before; step; step = step.before) events.push([...step.events]);
  return { walk, ...start, open, broke, path: [start.opened, ...events.reverse().flat()] };
}
