// What becomes of one transfer in a function: after which outcomes it is done again, how its result reaches the caller, and what
// is done about a rest.
import type { Outcome, Where } from '../paths/event.js';
import type { Deed, Last, Way } from './ledger.js';
import type { LinkedFunction } from '../link/link.js';
import { givenBy, OUTCOMES, siteKey, type Exit, type Given, type Paths } from './summary-paths.js';

/** `some` of the paths through the function, or `all` of them. */
export type Share = 'all' | 'some' | 'no';

/**
 * `once`; `until-short` leaves on a short count; `until-all` goes on after a short count and leaves when all is done;
 * `until-again` leaves only when the call would block, fails, or meets the end of file.
 */
export type Repeats = 'once' | 'until-short' | 'until-all' | 'until-again';

/** By what a caller learns how much was transferred. */
export type Result = 'count' | 'descriptor' | 'status' | 'bool' | 'output' | 'nothing' | 'unknown';

export interface TransferSummary {
  readonly call: string;
  readonly way: Way;
  readonly line: number;
  readonly repeats: Repeats;
  readonly because: string;
  readonly result: Result;
  readonly resultBecause: string;
  /** Whether it tries again when the call would have blocked, and whether it waits before it does. */
  readonly onAgain: 'leaves' | 'tries again' | 'waits and tries again';
  /** What becomes of the rest that a write could not take; null for reads, and where none is left on return. */
  readonly rest: RestSummary | null;
}

export interface RestSummary {
  readonly kept: Share;
  /** Where it can be told from, in the words of a caller. */
  readonly places: readonly string[];
  readonly armsOut: Share;
}

export interface World {
  readonly fn: LinkedFunction;
  readonly paths: Paths;
  lineOf(where: Where): number;
}

/** How a transfer goes on after each way in which it can end. */
interface Course {
  readonly site: Last;
  readonly line: number;
  /** Outcomes after which it is done again, and after which another transfer on the same descriptor is. */
  readonly loops: ReadonlySet<Outcome>;
  readonly others: readonly number[];
  readonly waits: boolean;
  /** Outcomes after which the function returns, each with the ways out. */
  readonly leaves: ReadonlyMap<Outcome, readonly Exit[]>;
}

function courseOf(name: string, site: Last, world: World): Course {
  const { paths } = world;
  const key = siteKey(site);
  const onward = paths.onward.filter(({ label, from }) => label === name && siteKey(from) === key);
  // What comes behind a wait is another event, but for a call that waits until it can go on.
  const same = onward.filter(({ from, to }) => siteKey(to) === key && (!from.waited || from.outcome === 'again'));
  const leaves = new Map<Outcome, Exit[]>();
  for (const exit of paths.exits) {
    const last = lastAt(exit, name, site.way);
    if (last && siteKey(last) === key) leaves.set(last.outcome, [...(leaves.get(last.outcome) ?? []), exit]);
  }
  const again = same.filter(({ from }) => from.outcome === 'again');
  return {
    site,
    line: world.lineOf(site.where),
    loops: new Set(same.map(({ from }) => from.outcome)),
    others: lines(
      onward.filter(({ to }) => siteKey(to) !== key).map(({ to }) => to.where),
      world,
    ),
    waits: again.length > 0 && again.every(({ from }) => from.waited),
    leaves,
  };
}

function lastAt({ ledger }: Exit, name: string, way: Way): Last | undefined {
  return ledger.accounts.get(name)?.last[way];
}

export function transferSummary(name: string, site: Last, world: World): TransferSummary {
  const course = courseOf(name, site, world);
  const { line, loops, waits } = course;
  const [repeats, because] = repetition(course);
  const [result, resultBecause] = resultOf(name, course, world);
  return {
    call: site.call,
    way: site.way,
    line,
    repeats,
    because,
    result,
    resultBecause,
    onAgain: !loops.has('again') ? 'leaves' : waits ? 'waits and tries again' : 'tries again',
    rest: site.way === 'out' ? restOf(name, course, world) : null,
  };
}

const NOUNS: Readonly<Record<Way, { readonly thing: string; readonly all: string; readonly done: string }>> = {
  in: { thing: 'read', all: 'a full buffer', done: 'all that was asked for is there' },
  out: { thing: 'write', all: 'all that it was given', done: 'all is written' },
  accept: { thing: 'accept', all: 'a connection', done: 'a connection is there' },
};

function repetition(course: Course): [Repeats, string] {
  const { site, line, loops, leaves, others } = course;
  const { thing, all, done } = NOUNS[site.way];
  const back = `loops back to the ${thing} on line ${line}`;
  const [full, short] = [loops.has('full'), loops.has('short')];
  const then = others.length > 0 ? `; goes on to line ${others.join(', ')}` : '';
  if (!full && !short) {
    const retries = loops.has('error') ? ', and it is done again only after an error' : '';
    return ['once', `no path leads from what the ${thing} on line ${line} took back to it${retries}${then}`];
  }
  if (full && !short && site.way !== 'accept') {
    return ['until-short', `${back} while it returns ${all}, and leaves on a short count${then}`];
  }
  if (!full) return ['until-all', `${back} after a short count, and leaves when ${done}${then}`];
  const early = leaves.has('full') ? `; it may leave before, with ${all} taken` : '';
  const until = leaves.has('again')
    ? 'until it would block'
    : loops.has('again')
      ? 'even when it would block'
      : 'until it fails';
  return ['until-again', `${back} ${until}${early}${then}`];
}

/** Outcomes in which something was transferred. */
const WORKED: readonly Outcome[] = ['full', 'short'];

function resultOf(name: string, course: Course, world: World): [Result, string] {
  const { site, leaves } = course;
  const table = OUTCOMES.map((outcome) => [outcome, givenAfter(leaves.get(outcome) ?? [], name, site, world)] as const);
  const told = table.filter(([, given]) => given.length > 0);
  const text = told
    .map(([outcome, given]) => `${OUTCOME_WORDS[outcome]}: ${given.map(givenText).join(' or ')}`)
    .join(', ');
  const worked = told.filter(([outcome]) => WORKED.includes(outcome)).flatMap(([, given]) => given);
  const all = told.flatMap(([, given]) => given);
  const places = outputs(name, course);
  if (all.length === 0) return ['nothing', 'it does not return after it'];
  if (worked.some(({ kind }) => kind === 'count')) return ['count', text];
  if (all.some(({ kind }) => kind === 'descriptor')) return ['descriptor', text];
  if (places.length > 0)
    return ['output', `the count is stored in ${places.map((place) => `'${place}'`).join(', ')}; ${text}`];
  return byValues(all, text, world.fn);
}

function byValues(all: readonly Given[], text: string, fn: LinkedFunction): [Result, string] {
  if (all.every(({ kind }) => kind === 'none')) return ['nothing', 'it returns no value and stores none'];
  const constants = new Set(all.flatMap((given) => (given.kind === 'constant' ? [given.value] : [])));
  const isConstant = all.every(({ kind }) => kind === 'constant');
  if (isConstant && constants.size === 1) return ['nothing', `it returns ${[...constants].join()} whatever happens`];
  const isYesOrNo = isConstant && [...constants].every((value) => value === 0 || value === 1);
  if (isYesOrNo || /\bbool\b|_Bool/.test(fn.facts.returns.base)) return ['bool', text];
  return all.some(({ kind }) => kind === 'other') ? ['unknown', text] : ['status', text];
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  full: 'all',
  short: 'a part',
  zero: 'end of file',
  again: 'would block',
  error: 'an error',
};

function givenAfter(exits: readonly Exit[], name: string, site: Last, { paths }: World): readonly Given[] {
  const all = exits.flatMap((exit) => {
    const last = lastAt(exit, name, site.way);
    return last ? [givenBy(exit, last, paths.words)] : [];
  });
  return [...new Map(all.map((given) => [givenText(given), given])).values()];
}

function givenText(given: Given): string {
  switch (given.kind) {
    case 'constant':
      return String(given.value);
    case 'count':
      return 'the count';
    case 'descriptor':
      return 'the new descriptor';
    case 'errno':
      return 'an error number';
    case 'none':
      return 'nothing';
    case 'other':
      return 'a value of its own';
  }
}

/** Places of the caller that hold something made of the count when the function returns. */
function outputs(name: string, { site, leaves }: Course): readonly string[] {
  const all = WORKED.flatMap((outcome) => leaves.get(outcome) ?? []).flatMap((exit) =>
    placesWith(exit, name, site.way),
  );
  return [...new Set(all)].sort();
}

function placesWith(exit: Exit, name: string, way: Way): readonly string[] {
  const progress = lastAt(exit, name, way)?.progress ?? [];
  return exit.stored.filter(([, symbols]) => symbols.some((s) => progress.includes(s))).map(([place]) => place);
}

/** On paths that return after a short count, or after the call would have blocked. */
function restOf(name: string, { leaves, site }: Course, world: World): RestSummary | null {
  const exits = (['short', 'again'] as const).flatMap((outcome) => leaves.get(outcome) ?? []);
  if (exits.length === 0) return null;
  // Before the call that would block, others may have taken a part.
  const parted = exits.filter((exit) => (lastAt(exit, name, site.way)?.progress.length ?? 0) > 0);
  const isKept = (exit: Exit): boolean => {
    const last = lastAt(exit, name, site.way);
    return last !== undefined && (last.kept || givenBy(exit, last, world.paths.words).kind === 'count');
  };
  return {
    kept: parted.length === 0 ? 'all' : share(parted, isKept),
    places: [...new Set(exits.flatMap((exit) => placesWith(exit, name, site.way)))].sort(),
    armsOut: share(exits, (exit) => deedsAt(exit, name).some(({ does }) => does.kind === 'control' && does.out)),
  };
}

export function share<T>(all: readonly T[], has: (one: T) => boolean): Share {
  const having = all.filter(has).length;
  return having === 0 ? 'no' : having === all.length ? 'all' : 'some';
}

export function deedsAt(exit: Exit, name: string): readonly Deed[] {
  return exit.ledger.accounts.get(name)?.deeds ?? [];
}

export function lines(all: readonly Where[], world: World): readonly number[] {
  return [...new Set(all.map((where) => world.lineOf(where)))].sort((a, b) => a - b);
}
