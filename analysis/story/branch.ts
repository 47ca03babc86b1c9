// What happens on one way out of a condition and not on the other one, within the turn of the loop around it.
import type { Operation } from '../facts/facts.js';
import type { LinkedFunction } from '../link/link.js';
import { successors } from '../link/liveness.js';

/** The operations that only this way leads to. */
export function onlyOn(fn: LinkedFunction, at: number, way: 'then' | 'otherwise'): readonly Operation[] {
  const operation = fn.graph.operations[at];
  if (operation?.kind !== 'test') return [];
  const other = reached(fn, way === 'then' ? operation.otherwise : operation.then);
  return [...reached(fn, operation[way])].flatMap((place) => {
    const found = other.has(place) ? undefined : fn.graph.operations[place];
    return found ? [found] : [];
  });
}

/** Forwards, up to the head of a loop. */
function reached(fn: LinkedFunction, from: number): ReadonlySet<number> {
  const seen = new Set<number>();
  const work = [from];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const operation = fn.graph.operations[at];
    if (!operation || seen.has(at) || (operation.kind === 'pass' && operation.loop)) continue;
    seen.add(at);
    work.push(...successors(operation));
  }
  return seen;
}
