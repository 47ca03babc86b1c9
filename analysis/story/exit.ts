// Where a finding stands: the call in the function that owns the decision, or the exit that lacks a step,
// the `return`, `break` or `continue` by which a path leaves without having done it.
import type { Event, Where } from '../paths/event.js';
import type { CallOperation } from '../facts/facts.js';
import type { LinkedFunction } from '../link/link.js';
import { isMeeting, successors } from '../link/liveness.js';
import type { Broken, Open } from '../paths/obligation.js';
import type { Project } from '../project.js';

/**
 * The last exit that stands in the text of the path; null when control falls off the end. The return of a value is no exit:
 * it tells the caller something, and the caller goes on. Nor is the way in which an event loop goes on behind its handlers.
 */
export function exitAfter<T extends Open>(story: Broken<T>): Where | null {
  const { opened, broke, path } = story;
  const exits = path.filter(
    (event) =>
      event.kind === 'jump' ||
      (event.kind === 'leave' && event.empty && !event.implicit) ||
      (event.kind === 'exit' && !event.implicit),
  );
  const inside = broke.kind === 'wait' && opened.fn !== broke.fn ? exits.filter(({ fn }) => fn !== broke.fn) : [];
  const [last, before] = (inside.length > 0 ? inside : exits).slice(-2).reverse();
  const led = before?.kind === 'jump' && before.fn === last?.fn && last.kind !== 'jump' && isShared(last);
  return (led ? before : last) ?? null;
}

/** Ways that have parted before have come together again when it is reached. */
function isShared({ fn: { graph }, span }: Where): boolean {
  let at = graph.operations.findIndex((o) => o.kind === 'return' && o.span.start === span.start);
  while (at >= 0 && !isMeeting(graph, at)) {
    at = graph.operations.findIndex((o) => successors(o).includes(at));
    if (graph.operations[at]?.kind === 'test') return false;
  }
  return at >= 0;
}

/** What is written for the case that a test does not hold, and for nothing else; null where that is nothing. */
export function branchAt({ fn, span }: Where): Where | null {
  const { graph } = fn;
  const test = graph.operations.find((o) => o.kind === 'test' && o.span.start === span.start);
  let at = test?.kind === 'test' ? test.otherwise : -1;
  for (let o = graph.operations[at]; o && !isMeeting(graph, at); o = graph.operations[at]) {
    if (o.kind === 'call' || (o.kind === 'pass' && o.jump)) return { fn, span: o.span };
    if (o.kind === 'test' || o.kind === 'return') return null;
    at = o.next;
  }
  return null;
}

const IO = ['read', 'write', 'accept', 'control', 'close', 'mode', 'make'] as const;

const wrappers = new WeakMap<LinkedFunction, boolean>();

/** A function that does nothing but this one transfer, when it can, and tell how it went: the decision is its caller's. */
export function isWrapper(fn: LinkedFunction, project: Project): boolean {
  const known = wrappers.get(fn);
  if (known !== undefined) return known;
  let doing = 0;
  for (const operation of fn.graph.operations) {
    if (operation.kind === 'call' && isDoing(operation, fn, project)) doing++;
    if (doing > 1) break;
  }
  wrappers.set(fn, doing === 1);
  return doing === 1;
}

function isDoing(call: CallOperation, fn: LinkedFunction, project: Project): boolean {
  const model = call.callee.op === 'name' ? project.index.model(call.callee.name, fn.facts.file) : null;
  if (model) return !/^(nothing|allocate|release|copy|set|wait|end)$/.test(model.does);
  return project.bindings.callees(call, fn).some((callee) => project.guide.does(callee, IO));
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
