// What a path may skip: functions in which nothing happens that matters to the question, and what they write or keep all the
// same. Everything is looked up when it is asked for, and a few calls deep.
import type { Bindings } from '../bind/bind.js';
import type { Doing } from '../knowledge/doing.js';
import { outermost, type Scope } from './evaluate.js';
import type { CallOperation, Expr, Operation } from '../facts/facts.js';
import { calledName } from '../bind/flows.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import { comparedWithErrno, expressionsOf, someExpr, successors, visitExpr } from '../link/liveness.js';

export interface Guide {
  readonly index: Index;
  readonly bindings: Bindings;
  /** Whether the function does one of these, itself or through others. */
  does(fn: LinkedFunction, any: readonly Doing[]): boolean;
  /** Whether it fills a set or registers a descriptor, within a few calls by name. */
  shapes(fn: LinkedFunction): boolean;
  /** Whether it is small and only reckons: its result is known when its arguments are. */
  reckons(fn: LinkedFunction): boolean;
  /** Whether it is small and has neither loops nor calls. */
  isBrief(fn: LinkedFunction): boolean;
  /** Whether it compares errno, itself or in what it calls by name, within a few calls. */
  comparesErrno(fn: LinkedFunction): boolean;
  /** Whether no way leads out of it but the end of the process. */
  ends(fn: LinkedFunction): boolean;
  /** Whether it keeps one of its arguments for later. */
  keepsArgument(fn: LinkedFunction): boolean;
  /** Positions of parameters of which something gets into a member, an element or a global. */
  books(fn: LinkedFunction): ReadonlySet<number>;
  /** Names of fields and globals that it may assign, itself or in what it calls; `*` for what a pointer points to. */
  assigns(fn: LinkedFunction): ReadonlySet<string>;
  /** Whether it may assign one of these, by the words alone. */
  mayAssign(fn: LinkedFunction, names: ReadonlySet<string>): boolean;
}

/** What a question about a function is asked in, before any of its calls is entered. */
export function scopeOf(fn: LinkedFunction, { index, bindings }: Guide): Scope {
  return { frame: outermost(fn), index, bindings };
}

/** So many calls deep a function's own doings are looked into. */
const DEPTH = 3;
const MAX_FUNCTIONS = 12;

/** What a function does to its caller's sets and registrations. */
const SHAPING = ['set', 'control'] as const;

const ENDING = ['end'] as const;

export function guideOf(index: Index, bindings: Bindings): Guide {
  const ending = new Map<LinkedFunction, boolean>();
  const keeping = new Map<LinkedFunction, boolean>();
  const booking = new Map<LinkedFunction, ReadonlySet<number>>();
  const comparing = new Map<LinkedFunction, boolean>();
  const assigned = new Map<LinkedFunction, ReadonlySet<string>>();
  const endsToo =
    (depth: number) =>
    (callee: LinkedFunction): boolean =>
      ends(callee, depth);
  const ends = (fn: LinkedFunction, depth: number): boolean => {
    const known = ending.get(fn);
    if (known !== undefined) return known;
    if (depth > DEPTH || fn.facts.name === 'main') return false;
    ending.set(fn, false);
    const result =
      index.leadsSoonTo(fn, ENDING) && !returns(fn, (call) => endsProcess(call, fn, index, endsToo(depth + 1)));
    ending.set(fn, result);
    return result;
  };
  const shaping = new Map<LinkedFunction, boolean>();
  const reckoning = new Map<LinkedFunction, boolean>();
  const doing = new Map<string, Map<LinkedFunction, boolean>>();
  return {
    index,
    bindings,
    does: (fn, any) => {
      const key = any.join();
      const known = doing.get(key) ?? new Map<LinkedFunction, boolean>();
      doing.set(key, known);
      return once(known, fn, () => doesOne(fn, any, index, bindings));
    },
    shapes: (fn) => once(shaping, fn, () => index.leadsSoonTo(fn, SHAPING) || copiesSet(fn, index)),
    reckons: (fn) => once(reckoning, fn, () => !index.callsByName(fn) && isReckoning(fn)),
    isBrief: (fn) => isBrief(fn),
    comparesErrno: (fn) => once(comparing, fn, () => comparesErrno(fn, bindings, 1)),
    ends: (fn) => ends(fn, 0),
    keepsArgument: (fn) => once(keeping, fn, () => storesParameter(fn) || passesOn(fn, index, bindings)),
    books: (fn) => once(booking, fn, () => bookedParameters(fn)),
    assigns: (fn) => once(assigned, fn, () => assignedNames(fn, index, bindings)),
    mayAssign: (fn, names) => {
      const written = index.writes(fn);
      return names.size > 0 && (written.pointers || [...names].some((name) => written.names.has(name)));
    },
  };
}

/** Whoever leads to more functions than this by way of pointers may do anything. */
const MANY = 60;

/** What is called by name is told by the words; only where pointers are called has somebody to look. */
function doesOne(fn: LinkedFunction, any: readonly Doing[], index: Index, bindings: Bindings): boolean {
  const seen = new Set<LinkedFunction>([fn]);
  // The set grows while it is gone through.
  for (const next of seen) {
    if (index.leadsTo(next, any)) return true;
    if (any.includes('set') && copiesSet(next, index)) return true;
    if (next !== fn && !index.leadsToPointers(next)) continue;
    if (seen.size > MANY) return true;
    for (const { model, call } of bindings.flows(next).calls) {
      if (!model) for (const callee of bindings.callees(call, next)) seen.add(callee);
    }
  }
  return false;
}

/** `*to = *from` with sets. */
function copiesSet(fn: LinkedFunction, index: Index): boolean {
  if (!index.holdsSet(fn)) return false;
  return fn.graph.operations.some((o) => {
    if (o.kind !== 'assign' || o.sign !== '=' || o.value.op === 'int') return false;
    const type = typeOf(o.target, fn, index);
    return type.base === 'fd_set' && type.pointers === 0;
  });
}

const RECKONING = 30;

function isReckoning(fn: LinkedFunction): boolean {
  const { returns } = fn.facts;
  return returns.pointers === 0 && returns.base !== 'void' && isBrief(fn);
}

function isBrief({ graph }: LinkedFunction): boolean {
  const { operations } = graph;
  return operations.length <= RECKONING && !operations.some((o) => o.kind === 'call' || (o.kind === 'pass' && o.loop));
}

function comparesErrno(fn: LinkedFunction, bindings: Bindings, depth: number): boolean {
  const isCompared = fn.graph.operations.some(
    (operation) =>
      expressionsOf(operation).some((expr) => someExpr(expr, (e) => comparedWithErrno(e) !== null)) ||
      asksOtherSystem(operation),
  );
  if (isCompared || depth === 0) return isCompared;
  return bindings
    .flows(fn)
    .calls.some(({ model, targets }) => !model && targets.some((target) => comparesErrno(target, bindings, depth - 1)));
}

/** Where errno is known under the name that another system has for it, the function tells the reason of a failure. */
function asksOtherSystem(operation: Operation): boolean {
  return operation.kind === 'call' && operation.callee.op === 'name' && operation.callee.name === 'WSAGetLastError';
}

function once<T>(known: Map<LinkedFunction, T>, fn: LinkedFunction, make: () => T): T {
  const before = known.get(fn);
  if (before !== undefined) return before;
  const made = make();
  known.set(fn, made);
  return made;
}

function endsProcess(
  call: CallOperation,
  fn: LinkedFunction,
  index: Index,
  ends: (callee: LinkedFunction) => boolean,
): boolean {
  const name = calledName(call, fn, index);
  if (name === null) return false;
  const model = index.model(name, fn.facts.file);
  if (model) return model.does === 'end' && !model.thread;
  const callees = index.functionsNamed(name, fn.facts.file);
  return callees.length > 0 && callees.every(ends);
}

/** Calls are asked late: most functions have a way out on which nobody needs to be. */
function returns(fn: LinkedFunction, ends: (call: CallOperation) => boolean): boolean {
  const { operations, entry } = fn.graph;
  const seen = new Set<number>();
  const work = [entry];
  const calls: CallOperation[] = [];
  for (;;) {
    const at = work.pop();
    if (at === undefined) {
      const call = calls.pop();
      if (!call) return false;
      if (!ends(call)) work.push(call.next);
      continue;
    }
    const operation = operations[at];
    if (seen.has(at) || !operation) continue;
    seen.add(at);
    // A loop without end is no end of the process.
    if (operation.kind === 'return' || (operation.kind === 'pass' && operation.loop)) return true;
    if (operation.kind === 'call') calls.push(operation);
    else work.push(...successors(operation));
  }
}

/** The function puts one of its parameters, itself and not something in it, where others can find it. */
function storesParameter(fn: LinkedFunction): boolean {
  const names = parameterNames(fn);
  return fn.graph.operations.some(
    (o) => o.kind === 'assign' && o.sign === '=' && isOutside(o.target, fn) && isParameter(o.value, names),
  );
}

/** `buf->pos += n`. What goes behind a pointer parameter itself is an answer to the caller, who may look at it or not. */
function bookedParameters(fn: LinkedFunction): ReadonlySet<number> {
  const found = new Set<number>();
  const { parameters } = fn.facts;
  for (const o of fn.graph.operations) {
    if (o.kind !== 'assign' || !isOutside(o.target, fn) || o.target.op === 'deref') continue;
    visitExpr(o.value, (e) => {
      const position = e.op === 'name' ? parameters.findIndex(({ name }) => name === e.name) : -1;
      if (position >= 0) found.add(position);
    });
  }
  return found;
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
function passesOn(fn: LinkedFunction, index: Index, bindings: Bindings): boolean {
  const names = parameterNames(fn);
  return fn.graph.operations.some((o) => {
    if (o.kind !== 'call' || !o.args.some((arg) => isParameter(arg, names))) return false;
    const targets = bindings.callees(o, fn);
    if (targets.length > 0) return targets.slice(0, MAX_FUNCTIONS).some(storesParameter);
    const name = calledName(o, fn, index);
    const model = name === null ? null : index.model(name, fn.facts.file);
    return model === null || model.does === 'release' || model.does === 'callback';
  });
}

/** What the function says itself, and what the words say of the others: only those that get its pointers are read, too. */
function assignedNames(fn: LinkedFunction, index: Index, bindings: Bindings): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<LinkedFunction>([fn]);
  // The set grows while it is gone through.
  for (const next of seen) {
    const parameters = parameterNames(next);
    for (const o of next.graph.operations) {
      if (o.kind === 'assign') addName(o.target, next, names);
      if (o.kind !== 'call') continue;
      for (const arg of o.args) addLent(arg, next, names);
      if (fillsParameter(o, next, bindings)) names.add('*');
      const isRead = next === fn || o.args.some((arg) => isParameter(arg, parameters));
      for (const callee of isRead ? bindings.callees(o, next) : []) {
        for (const name of index.writes(callee).names) names.add(name);
        if (seen.size <= MAX_FUNCTIONS && o.args.some((arg) => isParameter(arg, parameters))) seen.add(callee);
      }
    }
  }
  return names;
}

function addLent(arg: Expr, fn: LinkedFunction, names: Set<string>): void {
  visitExpr(arg, (e) => {
    if (e.op === 'address') addName(e.of, fn, names);
  });
}

/** It gives a pointer parameter to a call that writes there, or of which nothing is known. */
function fillsParameter(call: CallOperation, fn: LinkedFunction, bindings: Bindings): boolean {
  const names = parameterNames(fn);
  if (!call.args.some((arg) => isParameter(arg, names))) return false;
  const site = bindings.flows(fn).site(call);
  if (!site?.model) return bindings.callees(call, fn).length === 0;
  const { does } = site.model;
  return does === 'copy' || (does === 'transfer' && site.model.direction === 'in') || does === 'make';
}

function parameterNames({ facts }: LinkedFunction): ReadonlySet<string> {
  return new Set(facts.parameters.map((p) => p.name));
}

function addName(target: Expr, fn: LinkedFunction, names: Set<string>): void {
  if (target.op === 'member') names.add(target.field);
  else if (target.op === 'deref' || (target.op === 'index' && isParameter(target.of, parameterNames(fn))))
    names.add('*');
  else if (target.op === 'index') addName(target.of, fn, names);
  else if (target.op === 'name' && !fn.facts.locals.has(target.name)) names.add(target.name);
}
