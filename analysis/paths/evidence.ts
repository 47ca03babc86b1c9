// What the code around a call shows that its author knows: whoever looks for EAGAIN after a call has a descriptor on which it
// can happen.
import { constantValue } from '../link/constant-value.js';
import type { Expr, Operation } from '../facts/facts.js';
import type { CallSite } from '../bind/flows.js';
import type { Index } from '../link/link.js';
import { successors, visitExpr } from '../link/liveness.js';
import { CONSTANTS } from '../knowledge/constants.js';
import { doingOf } from '../knowledge/doing.js';

/** Whether errno is compared with EAGAIN on a way from the call, before another call can have set it. */
export function expectsAgain(site: CallSite, calls: readonly CallSite[], index: Index): boolean {
  const { operations } = site.fn.graph;
  const setting = new Set(calls.filter(({ model }) => model && doingOf(model) !== null).map(({ at }) => at));
  const seen = new Set<number>([site.at]);
  const work = [...successorsOf(operations, site.at)];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const operation = operations[at];
    if (!operation || seen.has(at) || setting.has(at)) continue;
    seen.add(at);
    if (operation.kind === 'test' && testsAgain(operation.test, site, index)) return true;
    work.push(...successors(operation));
  }
  return false;
}

function successorsOf(operations: readonly Operation[], at: number): readonly number[] {
  const operation = operations[at];
  return operation ? successors(operation) : [];
}

function testsAgain(test: Expr, { fn }: CallSite, index: Index): boolean {
  let found = false;
  visitExpr(test, (e) => {
    if (e.op !== 'binary' || (e.sign !== '==' && e.sign !== '!=')) return;
    const [errno, value] = isErrno(e.left) ? [e.left, e.right] : [e.right, e.left];
    if (isErrno(errno) && constantValue(value, fn, index) === EAGAIN) found = true;
  });
  return found;
}

/** Named as such, or as the system headers spell it. */
function isErrno(expr: Expr): boolean {
  return expr.op === 'name' && expr.name === 'errno';
}

const EAGAIN = CONSTANTS.get('EAGAIN') ?? null;
