// What the code around a call shows that its author knows: whoever looks for EAGAIN after a call has a descriptor on which it
// can happen.
import { reachable } from './calling.js';
import { constantValue } from '../link/constant-value.js';
import type { Expr, Operation } from '../facts/facts.js';
import { printed } from '../facts/print.js';
import type { CallSite } from '../bind/flows.js';
import type { Index } from '../link/link.js';
import { comparedWithErrno, someExpr, successors, visitExpr } from '../link/liveness.js';
import { CONSTANTS } from '../knowledge/constants.js';
import { doingOf } from '../knowledge/doing.js';

/** Whether EAGAIN is looked for after another transfer of the function over the same descriptor. */
export function othersExpectAgain(site: CallSite, calls: readonly CallSite[], index: Index): boolean {
  const fd = descriptorIn(site);
  return fd !== null && calls.some((other) => descriptorIn(other) === fd && expectsAgain(other, calls, index));
}

/** The descriptor of a transfer as it stands in the text. */
function descriptorIn({ model, call }: CallSite): string | null {
  const expr = model?.does === 'transfer' ? call.args[model.fd] : undefined;
  return expr ? printed(expr) : null;
}

/** Whether the call is tried again by its own function when there was no room, until it has an answer. */
export function triesAgain(site: CallSite, calls: readonly CallSite[], index: Index): boolean {
  return expectsAgain(site, calls, index) && reachable(site.fn, site.at).has(site.at);
}

/** Whether the size that a transfer asks for is a variable which the loop around it, up to the next wait, leaves as it is. */
export function asksTheSame({ model, call, fn, at }: CallSite, calls: readonly CallSite[]): boolean {
  const size = model?.does === 'transfer' && model.size !== null ? call.args[model.size] : undefined;
  if (size?.op !== 'name') return false;
  const waits = new Set(calls.filter((other) => other.model?.does === 'wait').map((other) => other.at));
  const behind = reachable(fn, at, waits);
  return (
    behind.has(at) &&
    ![...behind].some((one) => {
      const o = fn.graph.operations[one];
      const sets = o?.kind === 'assign' && o.target.op === 'name' && o.target.name === size.name;
      return sets && reachable(fn, one, waits).has(at);
    })
  );
}

/** Whether nothing but the call itself is done in the loop around it: it fills the buffer with the same until there is no room. */
export function repeatsItself({ call, fn, at }: CallSite): boolean {
  const loop = [...reachable(fn, at)].filter((one) => one !== at && reachable(fn, one).has(at));
  const given = new Set(call.args.flatMap((arg) => namesIn(arg)));
  return (
    loop.length > 0 &&
    loop.every((one) => {
      const o = fn.graph.operations[one];
      return o?.kind === 'assign' ? o.target.op === 'name' && !given.has(o.target.name) : o?.kind !== 'call';
    })
  );
}

function namesIn(expr: Expr): readonly string[] {
  const names: string[] = [];
  visitExpr(expr, (e) => {
    if (e.op === 'name') names.push(e.name);
  });
  return names;
}

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
  return someExpr(test, (e) => {
    const value = comparedWithErrno(e);
    return value !== null && constantValue(value, fn, index) === EAGAIN;
  });
}

const EAGAIN = CONSTANTS.get('EAGAIN') ?? null;
