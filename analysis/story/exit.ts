// Where a finding stands: the call in the function that owns the decision, or the exit that lacks a step,
// the `return`, `break` or `continue` by which a path leaves without having done it.
import type { Event, Where } from '../paths/event.js';
import type { LinkedFunction } from '../link/link.js';
import type { Broken, Open } from '../paths/obligation.js';
import type { Project } from '../project.js';

/**
 * The last exit that stands in the text of the path; null when control falls off the end. The return of a value is no exit:
 * it tells the caller something, and the caller goes on.
 */
export function exitAfter<T extends Open>(story: Broken<T>): Where | null {
  const exits = story.path.filter(
    (event) =>
      event.kind === 'jump' ||
      (event.kind === 'leave' && event.empty && !event.implicit) ||
      (event.kind === 'exit' && !event.implicit),
  );
  return exits.at(-1) ?? null;
}

const IO = ['read', 'write', 'accept', 'wait', 'control', 'close', 'mode', 'make'] as const;

/** A function that does nothing but this one transfer and tell how it went: the decision is its caller's. */
export function isWrapper(fn: LinkedFunction, project: Project): boolean {
  const doing = fn.graph.operations.filter((o) => {
    if (o.kind !== 'call') return false;
    const model = o.callee.op === 'name' ? project.index.model(o.callee.name, fn.facts.file) : null;
    if (model) return !/^(nothing|allocate|release|copy|set|end)$/.test(model.does);
    return project.bindings.callees(o, fn).some((callee) => project.guide.does(callee, IO));
  });
  return doing.length === 1;
}

/**
 * The call that the deciding function made: the opening operation itself, or the call of the wrapper around it, as far up as
 * wrappers tell their callers what they need to know.
 */
export function decidingCall<T extends Open>(
  story: Broken<T>,
  tells: (leave: Event & { kind: 'leave' }) => boolean,
): Where {
  let at: Where = story.opened;
  for (const event of story.path) {
    if (event.kind !== 'leave' || event.callee !== at.fn) continue;
    if (!tells(event)) break;
    at = event.call;
  }
  return at;
}
