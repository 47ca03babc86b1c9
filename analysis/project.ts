// What rules ask: the calls to judge, what is known of a descriptor anywhere in the project, and whether an obligation gets broken.
import { setPlace } from './paths/call.js';
import type { CallModel } from './knowledge/calls.js';
import { CONSTANTS, has } from './knowledge/constants.js';
import { describe } from './paths/call-transfer.js';
import { evaluate } from './paths/evaluate.js';
import { within } from './paths/place.js';
import { bind, type Bindings, type Site } from './bind/bind.js';
import { readingsOf, type Reading } from './bind/carried.js';
import { effectsOf, type Control, type Effects, type Registration } from './paths/effects.js';
import { entriesOf, type Entries } from './paths/entry.js';
import { asksTheSame, expectsAgain, othersExpectAgain, repeatsItself, triesAgain } from './paths/evidence.js';
import { extentsOf, type Extent } from './paths/extent.js';
import type { Descriptor, Where } from './paths/event.js';
import { givenTo, type Given } from './paths/given.js';
import type { Expr, Span } from './facts/facts.js';
import { expressionsOf } from './link/liveness.js';
import type { DescriptorKind, Gap, Located } from './finding.js';
import type { CallSite } from './bind/flows.js';
import { guideOf, scopeOf, type Guide } from './paths/guide.js';
import type { Index, LinkedFunction } from './link/link.js';
import { locator } from './link/locate.js';
import type { Broken, Obligation, Open } from './paths/obligation.js';
import { pursue } from './paths/pursue.js';
import { isConstant } from './paths/value.js';

/** What a rule is called for. */
export type Subject = CallSite;
/** What a call does; `read` and `write` are the two directions of a transfer. */
export type Over = CallModel['does'] | 'read' | 'write';

/** A condition, or a value that is computed: the whole expression of an operation. */
export interface Test extends Where {
  /** Position of the operation in the function's graph. */
  readonly at: number;
  readonly expr: Expr;
  /** Control goes one way or another by it. */
  readonly decides: boolean;
  /** It is the right side of `&&` or `||`. */
  readonly joins: boolean;
}

export interface Project {
  readonly index: Index;
  readonly bindings: Bindings;
  readonly guide: Guide;
  readonly entries: Entries;
  readonly effects: Effects;
  /** Whether anybody registers a descriptor with a flag. */
  isUsed(flag: 'EPOLLET' | 'EPOLLONESHOT'): boolean;
  /** The calls of that sort in all functions that were asked for. */
  subjects(over: Over | readonly Over[]): readonly Subject[];
  /** All expressions in the functions in which one of the words stands, itself or by way of macros. */
  tests(words: readonly string[]): readonly Test[];
  /** The descriptor that a call is about; null where control never comes to it. */
  descriptor(site: Subject): Descriptor | null;
  /** The number that a member of the object behind an argument has there; null when not known. */
  member(site: Subject, position: number, name: string): number | null;
  registrationsOf(site: Site): readonly Registration[];
  /** The members of `data` that are read from events in the programs of a function: `fd`, `ptr`, `u32`, `u64`. */
  carried(fn: LinkedFunction): ReadonlySet<string>;
  /** What a registration call does, on each path to it and in each context in which its callers tell them apart. */
  controls(site: Subject): readonly Control[];
  /** O_NONBLOCK of a descriptor: set on some path, never set, or not known. */
  nonblocking(fd: Descriptor): boolean | null;
  /** It is made non-blocking only where a caller says so. */
  isOptional(fd: Descriptor): boolean;
  kind(fd: Pick<Descriptor, 'sites'>): DescriptorKind;
  /** Bounds of a number that a call is given, for each way on which it comes. */
  given(site: Subject, position: number): readonly Given[];
  /**
   * The code behind the call, or behind another one on the same descriptor, looks for EAGAIN: its author knows that the
   * descriptor is non-blocking.
   */
  expectsAgain(site: Subject): boolean;
  /** The function tries the call again by itself when there was no room, and so takes the sending upon itself. */
  triesAgain(site: Subject): boolean;
  /** The call asks for as much as before, whatever became of that, when control comes back to it. */
  asksTheSame(site: Subject): boolean;
  /** The call is all that its loop does, with the same arguments each time. */
  repeatsItself(site: Subject): boolean;
  /** The shortest paths from the call on which the obligation is broken, one for each way up through its callers. */
  broken<T extends Open>(site: Subject, obligation: Obligation<T>): readonly Broken<T>[];
  /** Where members are added to the set at a place of a function. */
  fills(place: string, fn: LinkedFunction): readonly Where[];
  /** How many elements the array has that a call is given at one position, and how many it is told of at another. */
  extents(site: Subject, array: number, number: number): readonly Extent[];
  locate(fn: LinkedFunction, span: Span): Located;
  text(fn: LinkedFunction, span: Span): string;
  /** What was given up so far. */
  gaps(): readonly Gap[];
}

/** States of all searches that begin in one function. */
const MOST_STATES = 30_000;

export function buildProject(index: Index, texts: ReadonlyMap<string, string>): Project {
  const bindings = bind(index);
  const guide = guideOf(index, bindings);
  const entries = entriesOf(guide);
  const effects = effectsOf(guide, entries);
  const undecided = new Set<LinkedFunction>();
  const locate = locator(texts);
  // Several rules ask for the same calls, and some questions about a mask ask for all waits.
  const subjects = remembered((wanted: string) => subjectsIn(index, bindings, wanted.split(',')));
  return {
    index,
    bindings,
    guide,
    entries,
    effects,
    subjects: (over) => subjects([over].flat().join()),
    tests: remembered((words: readonly string[]) =>
      [...new Set(words.flatMap((word) => index.naming(word)))].flatMap(testsIn),
    ),
    descriptor: (site) => descriptorOf(site, guide, entries),
    member: (site, position, name) => memberOf(site, position, name, guide, entries),
    // A word that stands nowhere needs no look at the registrations.
    isUsed: remembered((flag) => {
      const bit = CONSTANTS.get(flag) ?? 0;
      return index.wordCount(flag) > 0 && effects.registrations.some(({ mask }) => has(mask.on, bit));
    }),
    registrationsOf: (site) => registrationsOf(site, effects.registrations),
    carried: carriedBy(index, bindings),
    controls: ({ fn, call }) => effects.controls.filter((one) => one.fn === fn && one.span.start === call.span.start),
    nonblocking: (fd) => nonblockingOf(fd, effects.modes.of),
    isOptional: (fd) => fd.sites.some((site) => effects.modes.optional.has(site)),
    kind: kindOf,
    given: (site, position) => givenTo(site, position, guide, entries),
    ...aroundCalls(guide, entries, effects),
    broken: searches(guide, entries, undecided),
    fills: (place, fn) => fillsOf(place, place.startsWith('g:') ? index.seeds : [fn], guide, entries),
    extents: (site, array, number) => extentsOf(site, array, number, { guide, entries }),
    locate,
    text: (fn, span) => (texts.get(fn.facts.file) ?? '').slice(fn.facts.base + span.start, fn.facts.base + span.end),
    gaps: () => [
      ...[...entries.gaveUp].map((fn) => gapOf(fn, 'too large to follow', locate)),
      ...[...undecided].map((fn) => gapOf(fn, 'too many paths', locate)),
      ...index.seeds.filter((fn) => fn.facts.errors.length > 0).map((fn) => gapOf(fn, 'syntax not understood', locate)),
    ],
  };
}

/** What the code around a call tells of it. */
function aroundCalls(
  guide: Guide,
  entries: Entries,
  effects: Effects,
): Pick<Project, 'expectsAgain' | 'triesAgain' | 'asksTheSame' | 'repeatsItself'> {
  const { index, bindings } = guide;
  const callsAround = (site: Subject): readonly CallSite[] => bindings.flows(site.fn).calls;
  return {
    expectsAgain: (site) => {
      const calls = callsAround(site);
      if (expectsAgain(site, calls, index)) return true;
      // Where somebody is seen to change the mode, what another call expects may be over.
      const isChanged = descriptorOf(site, guide, entries)?.sites.some((one) => effects.modes.of.has(one));
      return isChanged === false && othersExpectAgain(site, calls, index);
    },
    triesAgain: (site) => triesAgain(site, callsAround(site), index),
    asksTheSame: (site) => asksTheSame(site, callsAround(site)),
    repeatsItself,
  };
}

function testsIn(fn: LinkedFunction): Test[] {
  const { operations } = fn.graph;
  const behind = new Set(operations.flatMap((o) => (o.kind === 'test' ? [o.then, o.otherwise] : [])));
  return operations.flatMap((operation, at): Test[] => {
    const decides = operation.kind === 'test';
    const where = { fn, span: operation.span, at, decides, joins: decides && behind.has(at) };
    return expressionsOf(operation).map((expr) => ({ ...where, expr }));
  });
}

function kindOf(fd: Pick<Descriptor, 'sites'>): DescriptorKind {
  const kinds = new Set(fd.sites.map((site) => site.kind));
  const only = [...kinds][0];
  return kinds.size === 1 && only ? only : 'unknown';
}

function subjectsIn(index: Index, bindings: Bindings, wanted: readonly string[]): readonly Subject[] {
  const isWanted = ({ model }: CallSite): boolean => model !== null && isOver(model, wanted);
  return index.seeds.flatMap((fn) => bindings.flows(fn).calls.filter(isWanted));
}

function isOver(model: CallModel, wanted: readonly string[]): boolean {
  if (wanted.includes(model.does)) return true;
  return model.does === 'transfer' && wanted.includes(model.direction === 'in' ? 'read' : 'write');
}

function carriedBy(index: Index, bindings: Bindings): Project['carried'] {
  let readings: readonly Reading[] | null = null;
  return remembered((fn) => {
    readings ??= readingsOf(index, bindings);
    return new Set(readings.filter((one) => index.near(one.fn, fn)).map(({ member }) => member));
  });
}

function remembered<K, V>(ask: (key: K) => V): (key: K) => V {
  const answers = new Map<K, V>();
  return (key) => {
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(key);
    answers.set(key, answer);
    return answer;
  };
}

/** Searches, and an account of what they cost each function and of what they left open. */
function searches(guide: Guide, entries: Entries, undecided: Set<LinkedFunction>): Project['broken'] {
  const spent = new Map<LinkedFunction, number>();
  return (site, obligation) => {
    const before = spent.get(site.fn) ?? 0;
    if (before > MOST_STATES) {
      undecided.add(site.fn);
      return [];
    }
    const { stories, undecided: open, states } = pursue(site, obligation, { guide, entries });
    spent.set(site.fn, before + states);
    if (open && stories.length === 0) undecided.add(site.fn);
    return stories;
  };
}

/** In the functions themselves, or in what is called with the set's address. */
function fillsOf(place: string, fns: readonly LinkedFunction[], guide: Guide, entries: Entries): Where[] {
  return fns.flatMap((fn) =>
    guide.bindings.flows(fn).calls.flatMap((site) => {
      const { model, call, at } = site;
      const targets = model ? [] : guide.bindings.callees(call, fn).filter((callee) => guide.does(callee, ['set']));
      if (!isAddition(model) && targets.length === 0) return [];
      const draft = entries.before(fn, at);
      if (!draft) return [];
      const scope = scopeOf(fn, guide);
      const given = call.args.findIndex((arg) => contains(setPlace(evaluate(arg, draft, scope)), place));
      if (given < 0) return [];
      return isAddition(model) ? [{ fn, span: call.span }] : targets.flatMap((target) => additionsIn(target, guide, 2));
    }),
  );
}

function isAddition(model: CallSite['model']): boolean {
  return model?.does === 'set' && model.operation === 'add';
}

function contains(outer: string | null, place: string): boolean {
  return outer !== null && within(place, outer);
}

function additionsIn(fn: LinkedFunction, guide: Guide, depth: number): Where[] {
  return guide.bindings.flows(fn).calls.flatMap(({ model, call }) => {
    if (isAddition(model)) return [{ fn, span: call.span }];
    if (model || depth === 0) return [];
    return guide.bindings.callees(call, fn).flatMap((callee) => additionsIn(callee, guide, depth - 1));
  });
}

function descriptorOf(site: CallSite, guide: Guide, entries: Entries): Descriptor | null {
  const { model, call, fn, at } = site;
  const position = model && 'fd' in model ? model.fd : null;
  const draft = position === null ? null : entries.before(fn, at);
  if (position === null || !draft) return null;
  const scope = scopeOf(fn, guide);
  const args = call.args.map((arg) => evaluate(arg, draft, scope));
  return describe(position, { operation: call, name: site.name ?? '', args, scope, at: fn.id }, draft);
}

function memberOf(site: CallSite, position: number, name: string, guide: Guide, entries: Entries): number | null {
  const draft = entries.before(site.fn, site.at);
  const arg = site.call.args[position];
  if (!draft || !arg) return null;
  const place = setPlace(evaluate(arg, draft, scopeOf(site.fn, guide)));
  const value = place === null ? undefined : draft.store.get(`${place}.${name}`);
  return value && isConstant(value) ? value.c : null;
}

/** Those of this site alone, where there are any: a call seen with several may be about another one. */
function registrationsOf(site: Site, all: readonly Registration[]): readonly Registration[] {
  const touching = all.filter((r) => r.sites.includes(site));
  const own = touching.filter((r) => r.sites.length === 1);
  return own.length > 0 ? own : touching;
}

function nonblockingOf(fd: Descriptor, modes: ReadonlyMap<Site, boolean | null>): boolean | null {
  const answers = new Set(fd.sites.map((site) => (modes.has(site) ? (modes.get(site) ?? null) : site.nonblocking)));
  if (answers.has(true)) return true;
  return answers.size === 1 && answers.has(false) ? false : null;
}

function gapOf(fn: LinkedFunction, reason: string, locate: Project['locate']): Gap {
  return { ...locate(fn, fn.facts.span), function: fn.facts.name, reason };
}
