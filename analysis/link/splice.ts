// Splices the bodies of macros into the graphs that use them: `NAME(args)` becomes the macro's operations, with the
// arguments in place of its parameters and its typed exits tied to the place of use.
import {
  BREAK,
  CONTINUE,
  ELSEWHERE,
  FALL,
  type CallOperation,
  type Expr,
  type Fragment,
  type Graph,
  type MacroFacts,
  type Operation,
} from '../facts/facts.js';

/** A macro that `name` means, and its lowered body. */
export type MacroLookup = (name: string) => { readonly macro: MacroFacts; readonly fragment: Fragment } | null;

/** Macros that use macros are followed this deep. */
const MAX_DEPTH = 8;
/** A graph is not grown beyond this many operations by splicing. */
const MAX_GROWTH = 20_000;

interface Use {
  readonly at: number;
  /** The macros that this operation came out of: none of them is spliced again. */
  readonly within: readonly string[];
}

interface Made {
  nextTemp: number;
  /** What a spliced macro is worth, by the temporary of its use. */
  readonly values: Map<number, Expr>;
  /** Where the labels of the function are. */
  readonly labels: ReadonlyMap<string, number>;
}

export function splice(graph: Graph, lookup: MacroLookup): Graph {
  const uses: Use[] = [];
  graph.operations.forEach((operation, at) => {
    if (macroOf(operation, lookup)) uses.push({ at, within: [] });
  });
  if (uses.length === 0) return graph;
  const operations = [...graph.operations];
  const made: Made = { nextTemp: firstFreeTemp(operations), values: new Map(), labels: labelsIn(operations) };
  const limit = operations.length + MAX_GROWTH;
  for (let use = uses.pop(); use && operations.length < limit; use = uses.pop()) {
    const operation = operations[use.at];
    const found = operation && macroOf(operation, lookup);
    if (operation?.kind !== 'call' || !found || use.within.includes(found.macro.name)) continue;
    const from = operations.length;
    spliceOne(operations, use.at, operation, found.macro.parameters ?? [], found.fragment, made);
    if (use.within.length + 1 >= MAX_DEPTH) continue;
    const within = [...use.within, found.macro.name];
    for (let at = from; at < operations.length; at++) if (operations[at]?.kind === 'call') uses.push({ at, within });
  }
  const worth = worthOf(made.values);
  return {
    operations: made.values.size > 0 ? operations.map((o) => withValues(o, worth)) : operations,
    entry: graph.entry,
  };
}

function labelsIn(operations: readonly Operation[]): ReadonlyMap<string, number> {
  return new Map(operations.flatMap((o, at) => (o.kind === 'pass' && o.label !== undefined ? [[o.label, at]] : [])));
}

function macroOf(operation: Operation, lookup: MacroLookup): ReturnType<MacroLookup> {
  if (operation.kind !== 'call' || operation.callee.op !== 'name') return null;
  const found = lookup(operation.callee.name);
  return found?.macro.parameters && !found.fragment.broken ? found : null;
}

function firstFreeTemp(operations: readonly Operation[]): number {
  let last = 0;
  for (const o of operations) if (o.kind === 'call' || o.kind === 'set-temp') last = Math.max(last, o.temp);
  return last + 1;
}

/** What a spliced macro is worth stands where its temporary stood, so that tests see through it. */
function withValues(operation: Operation, worth: (expr: Expr) => Expr): Operation {
  const go = (expr: Expr): Expr => rebuilt(expr, worth);
  switch (operation.kind) {
    case 'call': {
      const callee = go(operation.callee);
      const args = all(operation.args, go);
      return callee === operation.callee && args === operation.args ? operation : { ...operation, callee, args };
    }
    case 'assign': {
      const target = go(operation.target);
      const value = go(operation.value);
      return target === operation.target && value === operation.value ? operation : { ...operation, target, value };
    }
    case 'set-temp': {
      const value = go(operation.value);
      return value === operation.value ? operation : { ...operation, value };
    }
    case 'test': {
      const test = go(operation.test);
      return test === operation.test ? operation : { ...operation, test };
    }
    case 'return': {
      const value = operation.value && go(operation.value);
      return value === operation.value ? operation : { ...operation, value };
    }
    default:
      return operation;
  }
}

/** A macro's worth may be told in terms of another macro that stands in its arguments. */
function worthOf(values: ReadonlyMap<number, Expr>): (expr: Expr) => Expr {
  const known = new Map<number, Expr>();
  const worth = (expr: Expr): Expr => {
    if (expr.op !== 'temp') return expr;
    const found = known.get(expr.id);
    if (found) return found;
    known.set(expr.id, expr);
    const value = values.get(expr.id);
    if (!value) return expr;
    const whole = rebuilt(value, worth);
    known.set(expr.id, whole);
    return whole;
  };
  return worth;
}

function spliceOne(
  operations: Operation[],
  at: number,
  call: CallOperation,
  parameters: readonly string[],
  fragment: Fragment,
  made: Made,
): void {
  const offset = operations.length;
  const firstTemp = made.nextTemp;
  made.nextTemp += fragment.temps;
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
    const isAway = operation.kind === 'pass' && operation.next === ELSEWHERE;
    if (!isAway) operations.push(moved(operation, substitute, exit, call, firstTemp));
    else operations.push({ ...operation, span: call.span, next: made.labels.get(operation.label ?? '') ?? fall });
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

/** The expression rebuilt from the leaves up, itself where nothing changes. What `change` gives is not looked into again. */
function rebuilt(expr: Expr, change: (expr: Expr) => Expr): Expr {
  const go = (e: Expr): Expr => rebuilt(e, change);
  switch (expr.op) {
    case 'member':
    case 'deref':
    case 'address':
    case 'unary':
    case 'cast': {
      const of = go(expr.of);
      return change(of === expr.of ? expr : { ...expr, of });
    }
    case 'index': {
      const [of, at] = [go(expr.of), go(expr.at)];
      return of === expr.of && at === expr.at ? expr : { ...expr, of, at };
    }
    case 'binary': {
      const [left, right] = [go(expr.left), go(expr.right)];
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case 'choose': {
      const [test, then, otherwise] = [go(expr.test), go(expr.then), go(expr.otherwise)];
      const same = test === expr.test && then === expr.then && otherwise === expr.otherwise;
      return same ? expr : { ...expr, test, then, otherwise };
    }
    case 'sizeof': {
      const of = expr.of && go(expr.of);
      return of === expr.of ? expr : { ...expr, of };
    }
    case 'braces': {
      const values = expr.items.map((item) => go(item.value));
      if (values.every((value, i) => value === expr.items[i]?.value)) return expr;
      return { ...expr, items: expr.items.map((item, i) => ({ ...item, value: values[i] ?? item.value })) };
    }
    default:
      return change(expr);
  }
}

function all(exprs: readonly Expr[], change: (expr: Expr) => Expr): readonly Expr[] {
  const changed = exprs.map(change);
  return changed.every((expr, i) => expr === exprs[i]) ? exprs : changed;
}
