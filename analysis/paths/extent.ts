// How many elements the array has that a call is given, and how many the call is told of: both as far as constants tell, in the
// function of the call or in the callers that give them.
import type { CallSite } from '../bind/flows.js';
import { constantValue } from '../link/constant-value.js';
import { typeOf, type LinkedFunction } from '../link/link.js';
import { lends } from '../link/liveness.js';
import type { Entries } from './entry.js';
import { evaluate } from './evaluate.js';
import type { Where } from './event.js';
import type { Expr, Operation, Type } from '../facts/facts.js';
import { printed } from '../facts/print.js';
import { scopeOf, type Guide } from './guide.js';
import { isConstant } from './value.js';

export interface Extent {
  /** The call in the function that decides on the array or on the number. */
  readonly at: Where;
  /** The array as that function names it. */
  readonly array: string;
  readonly elements: number;
  /** So many the call is told that there are. */
  readonly told: number;
  /** The number as that function writes it. */
  readonly number: string;
  /** How that function may write the right number; null where it has only a pointer. */
  readonly right: string | null;
}

interface World {
  readonly guide: Guide;
  readonly entries: Entries;
}

/** The two arguments as a function further up gives them. */
interface Context {
  readonly site: CallSite;
  readonly array: Expr;
  readonly number: Expr;
  readonly height: number;
}

/** Callers of callers that are looked at; functions that store into a field, and callers of one function. */
const LIMITS = { height: 3, storers: 30, callers: 30 } as const;

/** One for each way on which both are known. */
export function extentsOf(site: CallSite, array: number, number: number, world: World): readonly Extent[] {
  const given = { array: site.call.args[array], number: site.call.args[number] };
  return given.array && given.number
    ? extentsIn({ site, array: given.array, number: given.number, height: 0 }, world)
    : [];
}

function extentsIn(context: Context, world: World): readonly Extent[] {
  const { site, array, number } = context;
  const { fn, at } = site;
  const elements = isGiven(array, fn) ? null : elementsOf(array, fn, at, world);
  const told = isGiven(number, fn) ? null : numberAt(number, fn, at, world);
  if (elements !== null && told !== null) {
    const where = { fn, span: site.call.span };
    const name = printed(array).replace(/^&/, '');
    return [{ at: where, array: name, elements, told, number: printed(number), right: rightNumber(array, fn, world) }];
  }
  const isOpen = (elements !== null || isGiven(array, fn)) && (told !== null || isGiven(number, fn));
  return isOpen && context.height < LIMITS.height ? above(context, world) : [];
}

function rightNumber(array: Expr, fn: LinkedFunction, { guide }: World): string | null {
  const of = array.op === 'address' ? array.of : array;
  const { pointers, dimensions } = typeOf(of, fn, guide.index);
  if ((of.op !== 'name' && of.op !== 'member') || pointers > 0) return null;
  if (dimensions.length === 0) return array.op === 'address' ? '1' : null;
  return `sizeof ${printed(of)} / sizeof ${printed(of)}[0]`;
}

/** What the callers give for parameters; what is known here already is put in as a number. */
function above({ site, array, number, height }: Context, world: World): readonly Extent[] {
  const { fn, at } = site;
  const callers = world.guide.bindings.callersOf(fn).filter((caller) => !caller.isHandedOver);
  if (callers.length > LIMITS.callers) return [];
  return callers.flatMap((caller) => {
    const outer = (expr: Expr): Expr | undefined => {
      if (isGiven(expr, fn)) return caller.argumentAt(positionOf(expr, fn));
      const value = numberAt(expr, fn, at, world);
      return value === null ? undefined : { op: 'int', value };
    };
    const given = { array: outer(array), number: outer(number) };
    if (!given.array || !given.number) return [];
    return extentsIn({ site: caller.site, array: given.array, number: given.number, height: height + 1 }, world);
  });
}

/** A parameter that is never assigned: the callers decide. */
function isGiven(expr: Expr, fn: LinkedFunction): boolean {
  return expr.op === 'name' && positionOf(expr, fn) >= 0 && assignmentsTo(expr, fn)?.length === 0;
}

function positionOf(expr: Expr, fn: LinkedFunction): number {
  return expr.op === 'name' ? fn.facts.parameters.findIndex(({ name }) => name === expr.name) : -1;
}

function numberAt(expr: Expr, fn: LinkedFunction, at: number, { guide, entries }: World): number | null {
  if (expr.op === 'int') return expr.value;
  const draft = entries.before(fn, at);
  if (!draft) return null;
  const value = evaluate(expr, draft, scopeOf(fn, guide));
  return isConstant(value) ? value.c : null;
}

/** The elements from where the expression points to on; null where anything of that is unknown. */
function elementsOf(expr: Expr, fn: LinkedFunction, at: number, world: World): number | null {
  switch (expr.op) {
    case 'cast':
      return elementsOf(expr.of, fn, at, world);
    case 'address':
      return pointedTo(expr.of, fn, at, world);
    case 'binary':
      return expr.sign === '+' ? beyond(expr.left, expr.right, fn, at, world) : null;
    case 'name':
    case 'member': {
      const type = typeOf(expr, fn, world.guide.index);
      if (type.pointers === 0 && type.dimensions.length === 1 && positionOf(expr, fn) < 0)
        return dimensionOf(type, expr, fn, world);
      return type.pointers === 1 && type.dimensions.length === 0 ? storedIn(expr, type, fn, world) : null;
    }
    default:
      return null;
  }
}

function pointedTo(expr: Expr, fn: LinkedFunction, at: number, world: World): number | null {
  if (expr.op === 'index') return beyond(expr.of, expr.at, fn, at, world);
  const type = typeOf(expr, fn, world.guide.index);
  if (type.base === '?' || type.pointers > 0) return null;
  return type.dimensions.length === 0 ? 1 : dimensionOf(type, expr, fn, world);
}

function beyond(array: Expr, offset: Expr, fn: LinkedFunction, at: number, world: World): number | null {
  const elements = elementsOf(array, fn, at, world);
  const skipped = elements === null ? null : numberAt(offset, fn, at, world);
  return elements === null || skipped === null || skipped < 0 || skipped > elements ? null : elements - skipped;
}

/** An array at the end of a structure may be as long as its author made room for. */
function dimensionOf(type: Type, expr: Expr, fn: LinkedFunction, world: World): number | null {
  const [dimension] = type.dimensions;
  const elements = dimension ? constantValue(dimension, fn, world.guide.index) : null;
  return elements === null || (expr.op === 'member' && elements <= 1) ? null : elements;
}

/** The most that is ever allocated for a pointer; null where somebody puts something else there. */
function storedIn(expr: Expr, type: Type, fn: LinkedFunction, world: World): number | null {
  let most: number | null = null;
  for (const storer of storersOf(expr, fn, world) ?? []) {
    const assignments = assignmentsTo(expr, storer, ownerOf(expr, fn, world), world);
    if (!assignments) return null;
    for (const { value, at } of assignments) {
      if (value.op === 'int' && value.value === 0) continue;
      const elements = value.op === 'temp' ? allocated(value.id, type, storer, world) : null;
      const known =
        value.op === 'name' && value.name !== printed(expr) ? elementsOf(value, storer, at, world) : elements;
      if (known === null) return null;
      most = Math.max(most ?? 0, known);
    }
  }
  return most;
}

function ownerOf(expr: Expr, fn: LinkedFunction, { guide }: World): string | null {
  return expr.op === 'member' ? typeOf(expr.of, fn, guide.index).base : null;
}

/** The functions that may give the pointer its value; null where they are too many. */
function storersOf(expr: Expr, fn: LinkedFunction, { guide }: World): readonly LinkedFunction[] | null {
  const { index } = guide;
  if (expr.op === 'member') return index.storerCount(expr.field) > LIMITS.storers ? null : index.storing(expr.field);
  if (expr.op !== 'name' || fn.facts.locals.has(expr.name)) return [fn];
  const variable = index.variableNamed(expr.name, fn.facts.file);
  const isOwn = variable?.isStatic === true && !variable.file.endsWith('.h');
  const found = index.assigning(expr.name, isOwn ? variable.file : undefined);
  return found.length > LIMITS.storers ? null : found;
}

interface Assignment {
  readonly value: Expr;
  readonly at: number;
}

/** All that a function assigns to a name, or to a member of such a structure; null where it may do so in another way. */
function assignmentsTo(
  expr: Expr,
  fn: LinkedFunction,
  owner: string | null = null,
  world: World | null = null,
): readonly Assignment[] | null {
  const isIt = (other: Expr): boolean => {
    if (expr.op === 'name') return other.op === 'name' && other.name === expr.name;
    if (expr.op !== 'member' || other.op !== 'member' || other.field !== expr.field || !world) return false;
    return owner === null || typeOf(other.of, fn, world.guide.index).base === owner;
  };
  const found: Assignment[] = [];
  for (const [at, operation] of fn.graph.operations.entries()) {
    if (lends(operation, isIt) || initialises(operation, expr, owner, fn, world)) return null;
    if (operation.kind !== 'assign' || !isIt(operation.target)) continue;
    if (operation.sign !== '=') return null;
    found.push({ value: operation.value, at });
  }
  return found;
}

/** An initialiser in braces of the whole structure says something of the member as well, unless all it names are others. */
function initialises(
  operation: Operation,
  expr: Expr,
  owner: string | null,
  fn: LinkedFunction,
  world: World | null,
): boolean {
  if (expr.op !== 'member' || !world || operation.kind !== 'assign' || operation.value.op !== 'braces') return false;
  if (owner !== null && typeOf(operation.target, fn, world.guide.index).base !== owner) return false;
  return operation.value.items.some(
    ({ path, value }) => (path.length === 0 && !(value.op === 'int' && value.value === 0)) || path[0] === expr.field,
  );
}

/** Elements of that type in what a call has allocated. */
function allocated(temp: number, pointer: Type, fn: LinkedFunction, world: World): number | null {
  const { guide } = world;
  const site = guide.bindings.flows(fn).calls.find(({ call }) => call.temp === temp);
  if (site?.model?.does !== 'allocate') return null;
  const { size, count } = site.model;
  const argument = (position: number | undefined): number | null => {
    const arg = position === undefined ? undefined : site.call.args[position];
    return arg ? numberAt(arg, fn, site.at, world) : null;
  };
  const [bytes, times] = [argument(size), count === undefined ? 1 : argument(count)];
  const each = constantValue({ op: 'sizeof', type: { ...pointer, pointers: 0 }, of: null }, fn, guide.index);
  return bytes === null || times === null || each === null ? null : Math.floor((bytes * times) / each);
}
