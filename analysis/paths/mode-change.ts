// Whether a call makes a descriptor non-blocking, or blocking, as far as its own function tells without a look at paths.
import { constantValue } from '../link/constant-value.js';
import { CONSTANTS, has } from '../knowledge/constants.js';
import type { Expr, Operation } from '../facts/facts.js';
import type { CallSite } from '../bind/flows.js';
import type { Index, LinkedFunction } from '../link/link.js';
import { someExpr } from '../link/liveness.js';

/** `irrelevant` for a command that changes no mode; `unknown` where paths or callers decide. */
export type ModeChange = 'on' | 'off' | 'irrelevant' | 'unknown';

export function modeChange({ model, call, fn }: CallSite, index: Index): ModeChange {
  if (model?.does === 'nonblock') return model.off ? 'off' : 'on';
  if (model?.does !== 'mode') return 'irrelevant';
  const command = call.args[model.command];
  const value = call.args[model.value];
  if (!command || !value) return 'irrelevant';
  const code = constantValue(command, fn, index);
  if (code === null) return isGiven(command, fn) ? 'unknown' : 'irrelevant';
  if (code === CONSTANTS.get('FIONBIO')) return value.op === 'address' ? pointed(value.of, fn, index) : 'unknown';
  return code === CONSTANTS.get('F_SETFL') ? flags(value, fn, index) : 'irrelevant';
}

/** Somebody else chooses the command; a name that nobody defines is one of the many that change no mode. */
function isGiven(command: Expr, fn: LinkedFunction): boolean {
  return someExpr(command, (e) =>
    e.op === 'name' ? fn.facts.locals.has(e.name) : e.op !== 'int' && e.op !== 'binary' && e.op !== 'cast',
  );
}

/** `int on = 1; ioctl(fd, FIONBIO, &on)`: all that is ever assigned says the same. */
function pointed(of: Expr, fn: LinkedFunction, index: Index): ModeChange {
  if (of.op !== 'name') return 'unknown';
  const values = valuesOf(of.name, fn)?.map((value) => constantValue(value, fn, index));
  if (!values || values.length === 0 || values.includes(null)) return 'unknown';
  if (values.every((value) => value !== 0)) return 'on';
  return values.every((value) => value === 0) ? 'off' : 'unknown';
}

/** `flags | O_NONBLOCK`, written here or assigned before. */
function flags(value: Expr, fn: LinkedFunction, index: Index): ModeChange {
  const here = combined(value, fn, index);
  if (here !== 'unknown' || value.op !== 'name') return here;
  const values = valuesOf(value.name, fn);
  const only = values?.[0];
  return only && values.length === 1 ? combined(only, fn, index) : 'unknown';
}

const NONBLOCK = CONSTANTS.get('O_NONBLOCK') ?? 0;

/** A mask whose part that is written out settles the bit; one that leaves it as it is changes nothing. */
function combined(value: Expr, fn: LinkedFunction, index: Index): ModeChange {
  if (value.op === 'cast') return combined(value.of, fn, index);
  const known = constantValue(value, fn, index);
  if (known !== null) return has(known, NONBLOCK) ? 'on' : 'off';
  if (value.op !== 'binary' || (value.sign !== '|' && value.sign !== '&')) return 'unknown';
  const [left, right] = [value.left, value.right].map((side) => constantValue(side, fn, index));
  const mask = left ?? right ?? null;
  if (mask === null) return 'unknown';
  if (value.sign === '|' && has(mask, NONBLOCK)) return 'on';
  if (value.sign === '&' && !has(mask, NONBLOCK)) return 'off';
  const rest = combined(left === null ? value.left : value.right, fn, index);
  return rest === 'unknown' ? 'irrelevant' : rest;
}

/** What is assigned to a local, as a whole; null where something else may change it. */
function valuesOf(name: string, fn: LinkedFunction): readonly Expr[] | null {
  const { facts, graph } = fn;
  if (!facts.locals.has(name) || facts.parameters.some((parameter) => parameter.name === name)) return null;
  const changes = graph.operations.filter((operation) => isAbout(operation, name));
  const values = changes.flatMap((operation) =>
    operation.kind === 'assign' && operation.sign === '=' ? [operation.value] : [],
  );
  return values.length === changes.length ? values : null;
}

function isAbout(operation: Operation, name: string): boolean {
  return operation.kind === 'assign' && operation.target.op === 'name' && operation.target.name === name;
}
