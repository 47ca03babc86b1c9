// Splices the bodies of macros into the graphs that use them: `NAME(args)` becomes the macro's operations, with the
// arguments in place of its parameters and its typed exits tied to the place of use.
import {
  BREAK,
  CONTINUE,
  FALL,
  type CallOperation,
  type Expr,
  type Fragment,
  type Graph,
  type MacroFacts,
  type Operation,
} from './facts.js';

/** A macro that `name` means, and its lowered body. */
export type MacroLookup = (name: string) => { readonly macro: MacroFacts; readonly fragment: Fragment } | null;

/** Macros that use macros are followed this deep. */
const MAX_DEPTH = 8;
/** A graph is not grown beyond this many operations by splicing. */
const MAX_OPERATIONS = 20_000;

export function splice(graph: Graph, lookup: MacroLookup): Graph {
  const calls = (operations: readonly Operation[]): boolean =>
    operations.some((o) => o.kind === 'call' && o.callee.op === 'name' && lookup(o.callee.name)?.macro.parameters);
  if (!calls(graph.operations)) return graph;
  const operations: Operation[] = graph.operations.map((o) => ({ ...o }));
  const temps = {
    next: 1 + Math.max(0, ...operations.map((o) => (o.kind === 'call' || o.kind === 'set-temp' ? o.temp : 0))),
  };
  const work = operations.map((_, at) => ({ at, depth: 0 }));
  const values = new Map<number, Expr>();
  for (let item = work.pop(); item; item = work.pop()) {
    const operation = operations[item.at];
    if (operation?.kind !== 'call' || operation.callee.op !== 'name' || item.depth >= MAX_DEPTH) continue;
    const found = lookup(operation.callee.name);
    if (!found?.macro.parameters || found.fragment.broken || operations.length > MAX_OPERATIONS) continue;
    const from = operations.length;
    spliceOne(operations, item.at, operation, found.macro.parameters, found.fragment, { temps, values });
    for (let at = from; at < operations.length; at++) work.push({ at, depth: item.depth + 1 });
  }
  return { operations: operations.map((o) => withValues(o, values)), entry: graph.entry };
}

/** What a spliced macro is worth stands where its temporary stood, so that tests see through it. */
function withValues(operation: Operation, values: ReadonlyMap<number, Expr>): Operation {
  const go = (expr: Expr): Expr => rebuilt(expr, (e) => (e.op === 'temp' ? (values.get(e.id) ?? e) : e));
  switch (operation.kind) {
    case 'call':
      return { ...operation, callee: go(operation.callee), args: operation.args.map(go) };
    case 'assign':
      return { ...operation, target: go(operation.target), value: go(operation.value) };
    case 'set-temp':
      return { ...operation, value: go(operation.value) };
    case 'test':
      return { ...operation, test: go(operation.test) };
    case 'return':
      return { ...operation, value: operation.value && go(operation.value) };
    default:
      return operation;
  }
}

function spliceOne(
  operations: Operation[],
  at: number,
  call: CallOperation,
  parameters: readonly string[],
  fragment: Fragment,
  made: { readonly temps: { next: number }; readonly values: Map<number, Expr> },
): void {
  const offset = operations.length;
  const firstTemp = made.temps.next;
  made.temps.next += fragment.temps;
  const args = new Map<string, Expr>(parameters.map((name, i) => [name, call.args[i] ?? { op: 'unknown' }]));
  if (parameters.at(-1) === '...') args.set('__VA_ARGS__', call.args[parameters.length - 1] ?? { op: 'unknown' });
  const substitute = (expr: Expr): Expr => replaced(expr, args, firstTemp);
  const fall = offset + fragment.graph.operations.length;
  const exit = (to: number): number =>
    to === FALL
      ? fall
      : to === BREAK
        ? (call.breakTo ?? fall)
        : to === CONTINUE
          ? (call.continueTo ?? fall)
          : to + offset;
  for (const operation of fragment.graph.operations) {
    operations.push(moved(operation, substitute, exit, call, firstTemp));
  }
  if (fragment.value) made.values.set(call.temp, substitute(fragment.value));
  operations.push({ kind: 'pass', loop: false, span: call.span, next: call.next });
  operations[at] = { kind: 'pass', loop: false, span: call.span, next: offset };
}

function moved(
  operation: Operation,
  substitute: (expr: Expr) => Expr,
  exit: (to: number) => number,
  use: CallOperation,
  firstTemp: number,
): Operation {
  const { span } = use;
  switch (operation.kind) {
    case 'call':
      return {
        ...operation,
        temp: operation.temp + firstTemp,
        callee: substitute(operation.callee),
        args: operation.args.map(substitute),
        span,
        next: exit(operation.next),
        breakTo: operation.breakTo === null ? use.breakTo : exit(operation.breakTo),
        continueTo: operation.continueTo === null ? use.continueTo : exit(operation.continueTo),
      };
    case 'assign':
      return {
        ...operation,
        target: substitute(operation.target),
        value: substitute(operation.value),
        span,
        next: exit(operation.next),
      };
    case 'set-temp':
      return {
        ...operation,
        temp: operation.temp + firstTemp,
        value: substitute(operation.value),
        span,
        next: exit(operation.next),
      };
    case 'test':
      return {
        ...operation,
        test: substitute(operation.test),
        span,
        then: exit(operation.then),
        otherwise: exit(operation.otherwise),
      };
    case 'return':
      return { ...operation, value: operation.value && substitute(operation.value), span };
    default:
      return { ...operation, span, next: exit(operation.next) };
  }
}

/** The expression with names replaced by arguments and temporaries moved up. */
function replaced(expr: Expr, args: ReadonlyMap<string, Expr>, firstTemp: number): Expr {
  return rebuilt(expr, (e) => {
    if (e.op === 'name') return args.get(e.name) ?? e;
    if (e.op === 'temp') return { op: 'temp', id: e.id + firstTemp };
    if (e.op !== 'member') return e;
    const field = args.get(e.field);
    return field?.op === 'name' ? { ...e, field: field.name } : e;
  });
}

/** The expression rebuilt from the leaves up. What `change` gives for a leaf is not looked into again. */
function rebuilt(expr: Expr, change: (expr: Expr) => Expr): Expr {
  const go = (e: Expr): Expr => rebuilt(e, change);
  switch (expr.op) {
    case 'member':
    case 'deref':
    case 'address':
    case 'unary':
    case 'cast':
      return change({ ...expr, of: go(expr.of) });
    case 'index':
      return { ...expr, of: go(expr.of), at: go(expr.at) };
    case 'binary':
      return { ...expr, left: go(expr.left), right: go(expr.right) };
    case 'choose':
      return { ...expr, test: go(expr.test), then: go(expr.then), otherwise: go(expr.otherwise) };
    case 'sizeof':
      return { ...expr, of: expr.of && go(expr.of) };
    case 'braces':
      return { ...expr, items: expr.items.map((item) => ({ ...item, value: go(item.value) })) };
    default:
      return change(expr);
  }
}
