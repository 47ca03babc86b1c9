// Who reads what an epoll event carries: the members of its union that a program looks at after a wait.
import type { Bindings } from './bind.js';
import type { Expr } from '../facts/facts.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import { expressionsOf, visitExpr } from '../link/liveness.js';

/** One reading of `X.data.MEMBER`. */
export interface Reading {
  readonly fn: LinkedFunction;
  readonly member: string;
}

/** Functions that name the structure, and those that wait: one of them takes the events apart. */
export function readingsOf(index: Index, bindings: Bindings): readonly Reading[] {
  const waiting = index.seeds.filter((fn) => bindings.flows(fn).calls.some(({ model }) => isWait(model)));
  return [...new Set([...index.naming('epoll_event'), ...waiting])].flatMap((fn) => readingsIn(fn, index, bindings));
}

function isWait(model: { readonly does: string; readonly api?: string } | null): boolean {
  return model?.does === 'wait' && model.api === 'epoll';
}

function readingsIn(fn: LinkedFunction, index: Index, bindings: Bindings): readonly Reading[] {
  const found = new Set<string>();
  const filled = new Set(namesFilledBy(fn, bindings));
  const stored = new Set<string>();
  const look = (expr: Expr): void => {
    visitExpr(expr, (e) => {
      const event = eventIn(e, fn, index);
      if (!event || e.op !== 'member') return;
      // What a function has put together itself, and no wait has filled, is no event.
      if (event.op === 'name' && stored.has(event.name) && !filled.has(event.name)) return;
      found.add(e.field);
    });
  };
  for (const operation of fn.graph.operations) {
    const isStore = operation.kind === 'assign' && operation.sign === '=';
    const event = isStore ? eventIn(operation.target, fn, index) : null;
    if (event?.op === 'name') stored.add(event.name);
    if (operation.kind === 'assign' && event) look(operation.value);
    else for (const expr of expressionsOf(operation)) look(expr);
  }
  return [...found].map((member) => ({ fn, member }));
}

/** The X of `X.data.MEMBER`. */
function eventIn(expr: Expr, fn: LinkedFunction, index: Index): Expr | null {
  if (expr.op !== 'member' || expr.of.op !== 'member' || expr.of.field !== 'data') return null;
  if (!/^(fd|ptr|u32|u64)$/.test(expr.field)) return null;
  const { base } = typeOf(expr.of.of, fn, index);
  return base === 'struct epoll_event' || base === '?' ? expr.of.of : null;
}

function namesFilledBy(fn: LinkedFunction, bindings: Bindings): string[] {
  return bindings.flows(fn).calls.flatMap(({ model, call }) => {
    // Any call but a registration may give it back filled.
    if (model?.does === 'control') return [];
    return call.args.flatMap((arg) => (arg.op === 'address' && arg.of.op === 'name' ? [arg.of.name] : []));
  });
}
