// How a function whose callers are not seen is called, and so what its return means.
import { doingOf } from '../knowledge/doing.js';
import type { Calling } from './event.js';
import type { CallSite } from '../bind/flows.js';
import type { Guide } from './guide.js';
import type { LinkedFunction } from '../link/link.js';
import { successors } from '../link/liveness.js';

export function callingOf(fn: LinkedFunction, guide: Guide): Calling {
  if (fn.facts.name === 'main') return 'main';
  if (guide.bindings.isThread(fn)) return 'thread';
  if (guide.bindings.isCallback(fn)) return 'callback';
  return waitsOnce(fn, guide) ? 'turn' : 'unknown';
}

/** The function waits, and has no event loop of its own in which it would wait again: somebody calls it for each turn. */
function waitsOnce(fn: LinkedFunction, guide: Guide): boolean {
  const { calls } = guide.bindings.flows(fn);
  const waits = calls.filter((site) => isWait(site, guide));
  return waits.length > 0 && !waits.some((wait) => isLooped(wait, calls, guide));
}

function isWait({ model, call, fn }: CallSite, guide: Guide): boolean {
  if (model) return model.does === 'wait';
  return guide.bindings.callees(call, fn).some((callee) => guide.does(callee, ['wait']));
}

/** The wait is in a loop together with something that handles what it tells; a loop around the wait alone retries it. */
function isLooped(wait: CallSite, calls: readonly CallSite[], guide: Guide): boolean {
  const behind = reachable(wait.fn, wait.at);
  if (!behind.has(wait.at)) return false;
  const { model, call, fn } = wait;
  const handles = !model && guide.bindings.callees(call, fn).some((callee) => guide.does(callee, HANDLING));
  return (
    handles ||
    calls.some((site) => {
      return site !== wait && behind.has(site.at) && isHandling(site, guide) && reachable(fn, site.at).has(wait.at);
    })
  );
}

const HANDLING = ['read', 'write', 'accept', 'close', 'control'] as const;

function isHandling({ model, call, fn, name }: CallSite, guide: Guide): boolean {
  if (model) {
    const doing = doingOf(model);
    return doing !== null && doing !== 'wait' && doing !== 'idle' && doing !== 'end';
  }
  const callees = guide.bindings.callees(call, fn);
  return callees.length === 0 ? name === null : callees.some((callee) => guide.does(callee, HANDLING));
}

/** The operations that may be carried out after one, up to those at which one stops. */
export function reachable(
  { graph }: LinkedFunction,
  from: number,
  stops: ReadonlySet<number> = new Set(),
): ReadonlySet<number> {
  const seen = new Set<number>();
  const work = [from];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const operation = graph.operations[at];
    for (const next of operation ? successors(operation) : []) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (!stops.has(next)) work.push(next);
    }
  }
  return seen;
}
