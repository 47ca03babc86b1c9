// Whether a descriptor has room in an fd_set: what the code compares with the size of a set, where descriptors get a place in a
// table of their own, and whether the process may have more of them than a set has room for.
import { CONSTANTS } from '../knowledge/constants.js';
import type { Expr, Operation } from '../facts/facts.js';
import type { Site } from '../bind/site.js';
import { constantValue } from '../link/constant-value.js';
import { expressionsOf, someExpr, visitExpr } from '../link/liveness.js';
import { typeOf, type LinkedFunction } from '../link/link.js';
import type { Project } from '../project.js';

/** `lowered` to what a set has room for, `raised` beyond it, or as it was given. */
export type TableLimit = 'lowered' | 'raised' | 'given';

/** So many numbers a set has room for, from 0 on: FD_SET(3). */
export const ROOM = CONSTANTS.get('FD_SETSIZE') ?? 0;
/** A limit that is smaller than this is about something else than descriptors. */
const FEWEST = 8;

/** It is an fd_set itself, or a parameter that points to one: what is allocated may be larger than the type says. */
export function isPlainSet(set: Expr | undefined, fn: LinkedFunction): boolean {
  const { facts, graph } = fn;
  if (set?.op === 'cast') return isPlainSet(set.of, fn);
  if (set?.op === 'address') return true;
  if (set?.op !== 'name') return false;
  if (facts.parameters.some(({ name }) => name === set.name)) return true;
  const given = graph.operations.flatMap((o) =>
    o.kind === 'assign' && o.target.op === 'name' && o.target.name === set.name ? [o.value] : [],
  );
  return given.length > 0 && given.every((value) => value.op === 'address');
}

/** Descriptors that are kept below the size of a set, or get one of a fixed number of places. */
export interface Confined {
  readonly sites: ReadonlySet<Site>;
  /** Something else than a descriptor is kept below it: how many there are, or a limit of the whole program. */
  readonly isCounted: boolean;
}

const confined = new WeakMap<Project, Confined>();

export function confinedSites(project: Project): Confined {
  const known = confined.get(project);
  if (known) return known;
  const { index, bindings } = project;
  const sites = new Set<Site>();
  let isCounted = false;
  for (const fn of new Set([...index.seeds, ...index.naming('FD_SETSIZE')])) {
    fn.graph.operations.forEach((operation, at) => {
      for (const { expr, limit } of comparedWithLimit(operation, fn, project)) {
        const compared = bindings.sitesAt(expr, fn, at);
        for (const site of compared) sites.add(site);
        isCounted ||= compared.length === 0 && namesRoom(limit) && !(expr.op === 'name' && fn.counters.has(expr.name));
      }
      for (const expr of placedInTable(operation, fn, at, project))
        for (const site of bindings.sitesAt(expr, fn, at)) sites.add(site);
    });
  }
  const found = { sites, isCounted };
  confined.set(project, found);
  return found;
}

function comparedWithLimit(
  operation: Operation,
  fn: LinkedFunction,
  { index }: Project,
): { expr: Expr; limit: Expr }[] {
  const found: { expr: Expr; limit: Expr }[] = [];
  for (const whole of expressionsOf(operation)) {
    visitExpr(whole, (e) => {
      if (e.op !== 'binary' || !/^[<>]=?$/.test(e.sign)) return;
      const { left, right } = e;
      // Under this name any number is meant for the same: what a tree defines is for systems that lack it.
      const limits = (side: Expr): boolean => namesRoom(side) || isLimit(constantValue(side, fn, index));
      if (limits(right)) found.push({ expr: left, limit: right });
      else if (limits(left)) found.push({ expr: right, limit: left });
    });
  }
  return found;
}

function namesRoom(limit: Expr): boolean {
  return someExpr(limit, (e) => e.op === 'name' && e.name === 'FD_SETSIZE');
}

/** `clients[i] = fd`: so many may there be, unless the descriptor is the index. */
function placedInTable(operation: Operation, fn: LinkedFunction, at: number, project: Project): Expr[] {
  if (operation.kind !== 'assign' || operation.sign !== '=' || operation.value.op === 'int') return [];
  const slot = operation.target.op === 'member' && !operation.target.arrow ? operation.target.of : operation.target;
  if (slot.op !== 'index') return [];
  const [size] = typeOf(slot.of, fn, project.index).dimensions;
  if (!size || !isLimit(constantValue(size, fn, project.index))) return [];
  const { bindings } = project;
  const sites = bindings.sitesAt(operation.value, fn, at);
  return bindings.sitesAt(slot.at, fn, at).some((site) => sites.includes(site)) ? [] : [operation.value];
}

function isLimit(value: number | null): boolean {
  return value !== null && value >= FEWEST && value <= ROOM;
}

/** It names the size of a set by way of a macro that says something else here: that is a guard under other conditions. */
export function asksElsewhere(fn: LinkedFunction, { index }: Project): boolean {
  if (!index.naming('FD_SETSIZE', fn.facts.file).includes(fn)) return false;
  return !fn.graph.operations.some((operation) => expressionsOf(operation).some(namesRoom));
}

/** How many descriptors the programs of a function may have, as far as they say so themselves: setrlimit(2), RLIMIT_NOFILE. */
export function tableLimit(fn: LinkedFunction, project: Project): TableLimit {
  const { index, bindings } = project;
  const programs = index.programsOf(fn);
  const calls = index
    .naming('RLIMIT_NOFILE')
    .filter((one) => one.facts.file === fn.facts.file || index.programsOf(one).some((id) => programs.includes(id)))
    .flatMap((one) => bindings.flows(one).calls.filter(({ name }) => name !== null && LIMITING.test(name)));
  if (calls.length === 0) return 'given';
  const isLow = calls.every((site) => {
    const soft = project.member(site, 1, 'rlim_cur');
    return soft !== null && soft <= ROOM;
  });
  return isLow ? 'lowered' : 'raised';
}

const LIMITING = /^(set|p)rlimit(64)?$/;
