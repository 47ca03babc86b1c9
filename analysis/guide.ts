// What the walker may skip: functions in which nothing happens that matters, and what they write or keep all the same.
import type { Bindings } from './bind.js';
import { MARKS } from './calls.js';
import type { CallOperation, Expr } from './facts.js';
import type { Index, LinkedFunction } from './link.js';
import { successors, visitExpr } from './liveness.js';
import type { Guide } from './walk.js';

/** Calls that end, close, or set up: a function that makes one of them is entered too. */
const ALSO = new Set([
  'close',
  'shutdown',
  'fcntl',
  'ioctl',
  'pthread_create',
  'pthread_exit',
  'listen',
  'dup',
  'dup2',
]);

export function guideOf(index: Index, bindings: Bindings): Guide {
  const direct = index.functions.filter((fn) =>
    fn.graph.operations.some((o) => o.kind === 'call' && matters(o, fn, index)),
  );
  const relevant = upward(direct, bindings);
  const ending = endingFunctions(index);
  const storing = index.functions.filter((fn) => storesParameter(fn));
  const keeping = new Set(storing);
  const assigned = new Map<LinkedFunction, ReadonlySet<string>>();
  return {
    index,
    bindings,
    relevant: (fn) => relevant.has(fn),
    ends: (fn) => ending.has(fn),
    keepsArgument: (fn) => keeping.has(fn) || passesOn(fn, index, bindings, keeping),
    assigns: (fn) => {
      const known = assigned.get(fn);
      if (known) return known;
      const names = assignedNames(fn, bindings);
      assigned.set(fn, names);
      return names;
    },
  };
}

function matters(call: CallOperation, fn: LinkedFunction, index: Index): boolean {
  if (call.callee.op !== 'name') return false;
  const alias = index.constant(call.callee.name, fn.facts.file);
  const name = alias?.op === 'name' ? alias.name : call.callee.name;
  const model = index.model(name, fn.facts.file);
  if (model === null || MARKS.has(name) || ALSO.has(name)) return model !== null;
  return !/^(nothing|set|copy|allocate|end)$/.test(model.does);
}

/** Functions that never return, because every way through them ends the process. */
function endingFunctions(index: Index): ReadonlySet<LinkedFunction> {
  const ending = new Set<LinkedFunction>();
  const ends = (call: CallOperation, fn: LinkedFunction): boolean => {
    if (call.callee.op !== 'name') return false;
    const model = index.model(call.callee.name, fn.facts.file);
    if (model) return model.does === 'end' && !model.thread;
    const callee = index.functionNamed(call.callee.name, fn.facts.file);
    return callee !== null && ending.has(callee);
  };
  for (let before = -1; ending.size !== before;) {
    before = ending.size;
    for (const fn of index.functions) {
      if (fn.facts.name !== 'main' && !ending.has(fn) && !returns(fn, (call) => ends(call, fn))) ending.add(fn);
    }
  }
  return ending;
}

function returns(fn: LinkedFunction, ends: (call: CallOperation) => boolean): boolean {
  const { operations, entry } = fn.graph;
  const seen = new Set<number>();
  const work = [entry];
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const operation = operations[at];
    if (seen.has(at) || !operation) continue;
    seen.add(at);
    // A loop without end is no end of the process.
    if (operation.kind === 'return' || (operation.kind === 'pass' && operation.loop)) return true;
    if (operation.kind !== 'call' || !ends(operation)) work.push(...successors(operation));
  }
  return false;
}

function upward(from: readonly LinkedFunction[], bindings: Bindings): Set<LinkedFunction> {
  const reached = new Set(from);
  const work = [...from];
  for (let fn = work.pop(); fn; fn = work.pop()) {
    for (const caller of bindings.callersOf(fn)) {
      if (reached.has(caller)) continue;
      reached.add(caller);
      work.push(caller);
    }
  }
  return reached;
}

/** The function puts one of its parameters, itself and not something in it, where others can find it. */
function storesParameter(fn: LinkedFunction): boolean {
  const names = new Set(fn.facts.parameters.map((p) => p.name));
  return fn.graph.operations.some(
    (o) => o.kind === 'assign' && o.sign === '=' && isOutside(o.target, fn) && isParameter(o.value, names),
  );
}

function isOutside(target: Expr, fn: LinkedFunction): boolean {
  if (target.op === 'name') return !fn.facts.locals.has(target.name);
  return target.op === 'member' || target.op === 'deref' || target.op === 'index';
}

function isParameter(value: Expr, names: ReadonlySet<string>): boolean {
  if (value.op === 'cast' || value.op === 'address') return isParameter(value.of, names);
  if (value.op === 'member' && !value.arrow) return isParameter(value.of, names);
  return value.op === 'name' && names.has(value.name);
}

/** It hands a parameter to a function that keeps it, or that nobody knows. */
function passesOn(fn: LinkedFunction, index: Index, bindings: Bindings, keeping: ReadonlySet<LinkedFunction>): boolean {
  const names = new Set(fn.facts.parameters.map((p) => p.name));
  return fn.graph.operations.some((o) => {
    if (o.kind !== 'call' || !o.args.some((arg) => isParameter(arg, names))) return false;
    const targets = bindings.callees(o, fn);
    if (targets.length > 0) return targets.some((t) => keeping.has(t));
    return o.callee.op !== 'name' || index.model(o.callee.name, fn.facts.file) === null;
  });
}

function assignedNames(fn: LinkedFunction, bindings: Bindings): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<LinkedFunction>([fn]);
  const work = [fn];
  for (let next = work.pop(); next; next = work.pop()) {
    for (const o of next.graph.operations) {
      if (o.kind === 'assign') addName(o.target, next, names);
      if (o.kind !== 'call') continue;
      for (const arg of o.args)
        visitExpr(arg, (e) => {
          if (e.op === 'address') addName(e.of, fn, names);
        });
      for (const callee of bindings.callees(o, next)) {
        if (seen.has(callee) || seen.size > 60) continue;
        seen.add(callee);
        work.push(callee);
      }
    }
  }
  return names;
}

function addName(target: Expr, fn: LinkedFunction, names: Set<string>): void {
  if (target.op === 'member') names.add(target.field);
  else if (target.op === 'index') addName(target.of, fn, names);
  else if (target.op === 'name' && !fn.facts.locals.has(target.name)) names.add(target.name);
}
