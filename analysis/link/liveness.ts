// Which locals are still wanted at each operation: what is not is dropped from the walker's states, so that paths meet again.
import { MARKS } from '../knowledge/calls.js';
import type { Expr, Graph, Operation } from '../facts/facts.js';

/** For each operation, the names of locals (and `$n` for temporaries) that may be read from there on. */
export type Liveness = readonly ReadonlySet<string>[];

/** Backwards over the graph until nothing changes. Operations between which nothing changes share one set. */
export function liveness(graph: Graph): Liveness {
  const { operations } = graph;
  const always = new Set<string>();
  for (const operation of operations) for (const expr of expressionsOf(operation)) addressed(expr, operation, always);
  const reads = operations.map((o) => readsOf(o));
  const kills = operations.map((o) => killOf(o, always));
  const live: ReadonlySet<string>[] = operations.map(() => always);
  const before = predecessors(operations);
  const order = leavesFirst(operations, graph.entry);
  const dirty = new Uint8Array(operations.length).fill(1);
  for (let again = true; again;) {
    again = false;
    for (const at of order) {
      const operation = operations[at];
      if (dirty[at] === 0 || !operation) continue;
      dirty[at] = 0;
      const here = wanted(behind(operation, live, always), reads[at] ?? NO_NAMES, kills[at] ?? NO_NAMES);
      if (here.size === live[at]?.size) continue;
      live[at] = here;
      again = true;
      for (const previous of before[at] ?? []) dirty[previous] = 1;
    }
  }
  return live;
}

const NO_NAMES: readonly string[] = [];

/** What is wanted behind an operation. */
function behind(
  operation: Operation,
  live: readonly ReadonlySet<string>[],
  always: ReadonlySet<string>,
): ReadonlySet<string> {
  if (operation.kind === 'return') return always;
  if (operation.kind !== 'test') return live[operation.next] ?? always;
  const [then, otherwise] = [live[operation.then] ?? always, live[operation.otherwise] ?? always];
  const [larger, smaller] = then.size < otherwise.size ? [otherwise, then] : [then, otherwise];
  if (larger === smaller) return larger;
  for (const name of smaller) if (!larger.has(name)) return new Set([...larger, ...smaller]);
  return larger;
}

function wanted(after: ReadonlySet<string>, reads: readonly string[], kills: readonly string[]): ReadonlySet<string> {
  const changes = reads.some((name) => !after.has(name)) || kills.some((name) => after.has(name));
  if (!changes) return after;
  const here = new Set(after);
  for (const name of kills) here.delete(name);
  for (const name of reads) here.add(name);
  return here;
}

/** The operations so that, but for loops, each comes behind its successors; those that nothing reaches come last. */
function leavesFirst(operations: readonly Operation[], entry: number): readonly number[] {
  const order: number[] = [];
  const seen = new Uint8Array(operations.length);
  const visit = (start: number): void => {
    const work = [start];
    for (let at = work.at(-1); at !== undefined; at = work.at(-1)) {
      const operation = operations[at];
      const first = seen[at] === 0;
      seen[at] = Math.max(1, seen[at] ?? 0);
      const before = work.length;
      if (first && operation) for (const next of successors(operation)) if (seen[next] === 0) work.push(next);
      if (work.length > before) continue;
      work.pop();
      if (seen[at] === 2) continue;
      seen[at] = 2;
      order.push(at);
    }
  };
  if (operations.length > 0) visit(entry);
  for (let at = operations.length - 1; at >= 0; at--) if (seen[at] === 0) visit(at);
  return order;
}

export function successors(operation: Operation): number[] {
  if (operation.kind === 'test') return [operation.then, operation.otherwise];
  if (operation.kind === 'return') return [];
  return [operation.next];
}

const arrivals = new WeakMap<Graph, readonly number[]>();

/** How many ways lead to each operation. */
function arrivalsOf(graph: Graph): readonly number[] {
  const known = arrivals.get(graph);
  if (known) return known;
  const counts = graph.operations.map(() => 0);
  for (const operation of graph.operations) {
    for (const next of successors(operation)) counts[next] = (counts[next] ?? 0) + 1;
  }
  arrivals.set(graph, counts);
  return counts;
}

/** Whether paths come together before the operation. */
export function isMeeting(graph: Graph, at: number): boolean {
  return (arrivalsOf(graph)[at] ?? 2) > 1;
}

/** Neither a call, a test or a return, nor a place where paths come together: one step with what stands before it. */
export function isPlain(graph: Graph, at: number): boolean {
  const kind = graph.operations[at]?.kind;
  if (kind === undefined || kind === 'call' || kind === 'test' || kind === 'return') return false;
  return !isMeeting(graph, at);
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

/** Whether the expression, or something in it, is such. */
export function someExpr(expr: Expr, isSuch: (expr: Expr) => boolean): boolean {
  let found = false;
  visitExpr(expr, (e) => {
    found ||= isSuch(e);
  });
  return found;
}

/** Somebody may get the address of such a place there. */
export function lends(operation: Operation, isSuch: (place: Expr) => boolean): boolean {
  return expressionsOf(operation).some((expr) => someExpr(expr, (e) => e.op === 'address' && isSuch(e.of)));
}

/** What errno is tested to be, or not to be; null where that is no such test. */
export function comparedWithErrno(expr: Expr): Expr | null {
  if (expr.op !== 'binary' || (expr.sign !== '==' && expr.sign !== '!=')) return null;
  const { left, right } = expr;
  return isErrno(left) ? right : isErrno(right) ? left : null;
}

/** Under that name; the macro of the system's headers is not looked into. */
export function isErrno(expr: Expr): boolean {
  return expr.op === 'name' && expr.name === 'errno';
}

/** Errno as the function leaves it: its caller may look at it. */
export const PASSED_ERRNO = '^errno';

function readsOf(operation: Operation): readonly string[] {
  const names: string[] = [];
  const add = (expr: Expr): void => {
    visitExpr(expr, (e) => {
      if (e.op === 'name') names.push(e.name);
      else if (e.op === 'temp') names.push(`$${e.id}`);
    });
  };
  if (operation.kind === 'return') names.push(PASSED_ERRNO);
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
      return setsErrno(operation) ? ['errno', PASSED_ERRNO, `$${operation.temp}`] : [`$${operation.temp}`];
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

/** Locals that begin with a number, are stepped by numbers, and whose address nobody takes: they count. */
export function counters(graph: Graph, parameters: ReadonlySet<string>): ReadonlySet<string> {
  const stepped = new Set<string>();
  const others = new Set(parameters);
  for (const operation of graph.operations) {
    if (operation.kind === 'assign' && operation.target.op === 'name') {
      const { target, sign, value } = operation;
      if (value.op !== 'int') others.add(target.name);
      else if (sign === '+=') stepped.add(target.name);
    }
    for (const expr of expressionsOf(operation)) {
      visitExpr(expr, (e) => {
        if (e.op === 'address' && e.of.op === 'name') others.add(e.of.name);
      });
    }
  }
  return new Set([...stepped].filter((name) => !others.has(name)));
}
