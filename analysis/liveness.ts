// Which locals are still wanted at each operation: what is not is dropped from the walker's states, so that paths meet again.
import { MARKS } from './calls.js';
import type { Expr, Graph, Operation } from './facts.js';

/** For each operation, the names of locals (and `$n` for temporaries) that may be read from there on. */
export type Liveness = readonly ReadonlySet<string>[];

export function liveness(graph: Graph): Liveness {
  const { operations } = graph;
  const always = new Set<string>();
  for (const operation of operations) for (const expr of expressionsOf(operation)) addressed(expr, operation, always);
  const reads = operations.map((o) => readsOf(o));
  const kills = operations.map((o) => killOf(o, always));
  const live = operations.map(() => new Set<string>(always));
  const before = predecessors(operations);
  const work = operations.map((_, i) => i);
  const queued = new Set(work);
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    queued.delete(at);
    const here = live[at];
    const operation = operations[at];
    if (!here || !operation) continue;
    const size = here.size;
    for (const name of reads[at] ?? []) here.add(name);
    for (const next of successors(operation)) {
      for (const name of live[next] ?? []) if (!kills[at]?.includes(name)) here.add(name);
    }
    if (here.size === size) continue;
    for (const previous of before[at] ?? []) {
      if (!queued.has(previous)) {
        queued.add(previous);
        work.push(previous);
      }
    }
  }
  return live;
}

export function successors(operation: Operation): number[] {
  if (operation.kind === 'test') return [operation.then, operation.otherwise];
  if (operation.kind === 'return') return [];
  return [operation.next];
}

function predecessors(operations: readonly Operation[]): number[][] {
  const result: number[][] = operations.map(() => []);
  operations.forEach((operation, at) => {
    for (const next of successors(operation)) result[next]?.push(at);
  });
  return result;
}

export function expressionsOf(operation: Operation): Expr[] {
  switch (operation.kind) {
    case 'call':
      return [operation.callee, ...operation.args];
    case 'assign':
      return [operation.target, operation.value];
    case 'set-temp':
      return [operation.value];
    case 'test':
      return [operation.test];
    case 'return':
      return operation.value ? [operation.value] : [];
    default:
      return [];
  }
}

/** Calls `visit` for the expression and everything in it. */
export function visitExpr(expr: Expr, visit: (expr: Expr) => void): void {
  visit(expr);
  switch (expr.op) {
    case 'member':
    case 'deref':
    case 'address':
    case 'unary':
    case 'cast':
      visitExpr(expr.of, visit);
      break;
    case 'index':
      visitExpr(expr.of, visit);
      visitExpr(expr.at, visit);
      break;
    case 'binary':
      visitExpr(expr.left, visit);
      visitExpr(expr.right, visit);
      break;
    case 'choose':
      visitExpr(expr.test, visit);
      visitExpr(expr.then, visit);
      visitExpr(expr.otherwise, visit);
      break;
    case 'braces':
      for (const item of expr.items) visitExpr(item.value, visit);
      break;
    default:
  }
}

function readsOf(operation: Operation): Set<string> {
  const names = new Set<string>();
  const add = (expr: Expr): void => {
    visitExpr(expr, (e) => {
      if (e.op === 'name') names.add(e.name);
      else if (e.op === 'temp') names.add(`$${e.id}`);
    });
  };
  if (operation.kind === 'assign') {
    add(operation.value);
    if (operation.target.op !== 'name' || operation.sign !== '=') add(operation.target);
  } else for (const expr of expressionsOf(operation)) add(expr);
  return names;
}

/** Names that are overwritten whole here. Locals whose address is stored, and aggregates, are never dropped. */
function killOf(operation: Operation, always: ReadonlySet<string>): readonly string[] {
  switch (operation.kind) {
    case 'declare':
      return always.has(operation.name) ? [] : [operation.name];
    case 'set-temp':
      return [`$${operation.temp}`];
    case 'call':
      return setsErrno(operation) ? ['errno', `$${operation.temp}`] : [`$${operation.temp}`];
    case 'assign': {
      const { target } = operation;
      return operation.sign === '=' && target.op === 'name' && !always.has(target.name) ? [target.name] : [];
    }
    default:
      return [];
  }
}

function setsErrno(operation: Operation & { kind: 'call' }): boolean {
  return operation.callee.op === 'name' && MARKS.has(operation.callee.name);
}

/** Locals whose address is stored somewhere; one that is only lent to a call is wanted as long as it is named. */
function addressed(expr: Expr, operation: Operation, into: Set<string>): void {
  if (operation.kind === 'call' && expr.op === 'address') return;
  visitExpr(expr, (e) => {
    if (e.op !== 'address') return;
    let of = e.of;
    while (of.op === 'member' || of.op === 'index') of = of.of;
    if (of.op === 'name') into.add(of.name);
  });
}

/** Locals that are stepped by a constant and used as an index: their value is one symbol, not one path for each number. */
export function cursors(graph: Graph): ReadonlySet<string> {
  const stepped = new Set<string>();
  const indexes = new Set<string>();
  for (const operation of graph.operations) {
    if (operation.kind === 'assign' && operation.target.op === 'name' && operation.sign !== '=') {
      if (operation.value.op === 'int') stepped.add(operation.target.name);
    }
    for (const expr of expressionsOf(operation)) {
      visitExpr(expr, (e) => {
        if (e.op === 'index' && e.at.op === 'name') indexes.add(e.at.name);
        // `p = &events[i]` and `events + i` walk an array as well.
        if (e.op === 'binary' && e.sign === '+' && e.right.op === 'name') indexes.add(e.right.name);
      });
    }
  }
  return new Set([...stepped].filter((name) => indexes.has(name)));
}
