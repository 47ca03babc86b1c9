// Masks of events as the code writes them: which expressions are made of the names of event bits, and which read what was reported.
import { CONSTANTS } from '../knowledge/constants.js';
import type { Expr } from '../facts/facts.js';
import { printed } from '../facts/print.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import type { Project } from '../project.js';

/** The names of the bits of epoll(7) and poll(2); a function in which none of them stands tests no mask. */
export const EVENT_NAMES: readonly string[] = [...CONSTANTS.keys()].filter((name) => /^E?POLL[A-Z]+$/.test(name));

const KNOWN: ReadonlySet<string> = new Set(EVENT_NAMES);
/** Macros and enumerators that stand for others are followed this deep. */
const MAX_DEPTH = 8;

/** The bits of an expression that consists of names of event bits and nothing else; null for any other one. */
export function eventBits(expr: Expr, fn: LinkedFunction, index: Index, depth = 0): number | null {
  if (expr.op === 'cast') return eventBits(expr.of, fn, index, depth);
  if (expr.op === 'name') {
    if (fn.facts.locals.has(expr.name) || depth > MAX_DEPTH) return null;
    if (KNOWN.has(expr.name)) return CONSTANTS.get(expr.name) ?? null;
    const value = index.constant(expr.name, fn.facts.file);
    return value && eventBits(value, fn, index, depth + 1);
  }
  if (expr.op !== 'binary' || expr.sign !== '|') return null;
  const [left, right] = [expr.left, expr.right].map((side) => eventBits(side, fn, index, depth));
  return left === null || right === null || left === undefined || right === undefined ? null : (left | right) >>> 0;
}

/** Assignments and callers that a value is followed through. */
const MAX_STEPS = 3;

/** The expression is a mask that a wait has reported, and not one of what is wanted. */
export function isReported(expr: Expr, fn: LinkedFunction, project: Project, steps = 0): boolean {
  if (steps > MAX_STEPS) return false;
  const { index } = project;
  if (expr.op === 'cast') return isReported(expr.of, fn, project, steps);
  if (expr.op === 'member') {
    const { base } = typeOf(expr.of, fn, index);
    if (base === 'struct pollfd') return expr.field === 'revents';
    return base === 'struct epoll_event' && expr.field === 'events' && isEvent(expr.of, fn, project, steps);
  }
  return isAlways(expr, fn, project, (value, where) => isReported(value, where, project, steps + 1));
}

/** The object, or what the pointer points to, has been filled by a wait. */
function isEvent(expr: Expr, fn: LinkedFunction, project: Project, steps: number): boolean {
  if (steps > MAX_STEPS) return false;
  switch (expr.op) {
    case 'cast':
    case 'deref':
    case 'address':
      return isEvent(expr.of, fn, project, steps);
    case 'index':
      return isFilled(expr.of, fn, project) || isEvent(expr.of, fn, project, steps + 1);
    case 'binary':
      return isFilled(expr.left, fn, project);
    case 'name':
      if (isFilled(expr, fn, project)) return true;
      return isAlways(expr, fn, project, (value, where) => isEvent(value, where, project, steps + 1));
    default:
      return false;
  }
}

/** A wait is given the array or the address of the object. */
function isFilled(expr: Expr, fn: LinkedFunction, project: Project): boolean {
  const text = printed(expr);
  const isField = expr.op === 'member';
  return project.subjects('wait').some(({ model, call, fn: where }) => {
    if (model?.does !== 'wait' || (!isField && where !== fn)) return false;
    return model.subject.some((position) => {
      const arg = call.args[position];
      const given = arg?.op === 'address' ? arg.of : arg;
      if (!given) return false;
      if (given.op === 'index') return printed(given.of) === text;
      return isField ? given.op === 'member' && given.field === expr.field : printed(given) === text;
    });
  });
}

/** All that a local is ever assigned, or a parameter is given by callers, is such a value; and there is something. */
function isAlways(
  expr: Expr,
  fn: LinkedFunction,
  project: Project,
  isSuch: (value: Expr, where: LinkedFunction) => boolean,
): boolean {
  const { operations } = fn.graph;
  if (expr.op === 'temp')
    return operations.some((o) => o.kind === 'set-temp' && o.temp === expr.id && isSuch(o.value, fn));
  if (expr.op !== 'name') return false;
  const assigned = operations.flatMap((o) =>
    o.kind === 'assign' && o.target.op === 'name' && o.target.name === expr.name ? [o] : [],
  );
  const position = fn.facts.parameters.findIndex(({ name }) => name === expr.name);
  if (position < 0) return assigned.length > 0 && assigned.every((o) => o.sign === '=' && isSuch(o.value, fn));
  const callers = project.bindings.callersOf(fn);
  if (assigned.length > 0 || callers.length === 0) return false;
  return callers.every((caller) => {
    const given = caller.argumentAt(position);
    return given !== undefined && isSuch(given, caller.site.fn);
  });
}
