// What is done to descriptors anywhere in the project: with which mask each is registered, and whether it is made non-blocking.
// A helper that does it for others is looked at once for each of its callers, with what that caller gives.
import type { Site } from '../bind/bind.js';
import type { Event, Mask, Where } from './event.js';
import { eventsFrom, type Start } from './explore.js';
import type { CallSite } from '../bind/flows.js';
import type { Entries } from './entry.js';
import type { Guide } from './guide.js';
import type { LinkedFunction } from '../link/link.js';
import { modesOf, type Modes } from './modes.js';
import { mayCall } from './pursue.js';

/** One epoll_ctl ADD or MOD, with the descriptors that it was seen with. */
export interface Registration extends Where {
  readonly command: 'ADD' | 'MOD';
  readonly mask: Mask;
  readonly sites: readonly Site[];
  /** The instances that it may be on. */
  readonly instances: readonly Site[];
  /** The pointer that its events give back; null for a number, or where nobody knows. */
  readonly data: string | null;
}

export type Control = Extract<Event, { readonly kind: 'control' }> & {
  /** The calls from which on it was looked at, the outermost first: only with them it is clear what is registered. */
  readonly chain: readonly CallSite[];
  /** Bits that the function of the call sets, whoever calls it. */
  readonly ownBits: number;
};

/** Each part is found when somebody asks for it. */
export interface Effects {
  /** All epoll_ctl calls, in each context in which they could be told apart. */
  readonly controls: readonly Control[];
  readonly registrations: readonly Registration[];
  /** What a program does to the mode of what a site makes; null where it does both. */
  readonly modes: Modes;
}

/** Callers of callers that are looked at, and contexts of one function. */
const HEIGHT = 3;
const MAX_CONTEXTS = 60;

export function effectsOf(guide: Guide, entries: Entries): Effects {
  let controls: readonly Control[] | null = null;
  let registrations: readonly Registration[] | null = null;
  let modes: Modes | null = null;
  return {
    get controls() {
      return (controls ??= allControls(guide, entries));
    },
    get registrations() {
      return (registrations ??= registrationsIn(this.controls));
    },
    get modes() {
      return (modes ??= modesOf(guide, entries));
    },
  };
}

function allControls(guide: Guide, entries: Entries): readonly Control[] {
  const { index, bindings } = guide;
  const acting = index.seeds.filter((fn) => bindings.flows(fn).calls.some(({ model }) => model?.does === 'control'));
  return acting.flatMap((fn) => inContexts(fn, guide, entries));
}

/** Masks put together from bits that nobody knows: on each path one combination of them, of which what all have is sure. */
const GUESSES = 3;

function withoutGuesses(events: readonly Control[]): Control[] {
  const byPlace = new Map<string, Control[]>();
  for (const event of events) {
    const key = `${event.span.start} ${event.command ?? ''} ${event.fd.key}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), event]);
  }
  return [...byPlace.values()].flatMap((all) => {
    const masks = new Set(all.flatMap(({ mask }) => (mask ? [mask.on] : [])));
    const [first] = all;
    if (!first || masks.size < GUESSES) return all;
    const on = [...masks].reduce((common, mask) => (common & mask) >>> 0);
    return [{ ...first, mask: { on, exact: false } }];
  });
}

/** The registrations of a function; from its callers on, and theirs, where it is open to them what is registered. */
function inContexts(fn: LinkedFunction, guide: Guide, entries: Entries): Control[] {
  const found: Control[] = [];
  let contexts = 0;
  const own = new Map<number, number>();
  const look = (start: Start): void => {
    if (++contexts > MAX_CONTEXTS) return;
    const all = eventsFrom(start, guide, entries) ?? [];
    const events = all.flatMap((event): Control[] => {
      if (event.kind !== 'control') return [];
      const { start: at } = event.span;
      if (start.chain.length === 0) own.set(at, ((own.get(at) ?? 0xffffffff) & (event.mask?.on ?? 0)) >>> 0);
      return [{ ...event, chain: start.chain, ownBits: own.get(at) ?? 0 }];
    });
    const top = start.chain[0]?.fn ?? fn;
    const above = events.some((event) => isOpen(event, top, entries))
      ? directCallers(top, start.chain, guide, entries)
      : [];
    if (above.length === 0) found.push(...withoutGuesses(events));
    else for (const site of above) look({ fn, chain: [site, ...start.chain] });
  };
  look({ fn, chain: [] });
  return found;
}

function directCallers(
  fn: LinkedFunction,
  chain: readonly CallSite[],
  guide: Guide,
  entries: Entries,
): readonly CallSite[] {
  if (chain.length >= HEIGHT) return [];
  const callers = guide.bindings.callersOf(fn).filter((caller) => {
    if (caller.isHandedOver) return false;
    const before = caller.site.name === null ? entries.before(caller.site.fn, caller.site.at) : null;
    return !before || mayCall(caller, fn, before, guide);
  });
  return callers.map((caller) => caller.site).filter((site) => !chain.some((other) => other.fn === site.fn));
}

/** Whether the callers of the outermost function decide what is registered, and how. */
function isOpen(event: Control, top: LinkedFunction, entries: Entries): boolean {
  if (top.facts.parameters.length === 0) return false;
  const text = entries.names.textOf(event.fd.key);
  if (text !== null && /^0:\w+$/.test(text)) return true;
  return event.command !== 'DEL' && (event.command === null || !event.mask?.exact);
}

function registrationsIn(events: readonly Control[]): Registration[] {
  const found = new Map<string, Registration>();
  for (const event of events) {
    if ((event.command !== 'ADD' && event.command !== 'MOD') || !event.mask) continue;
    if (event.fd.sites.length === 0) continue;
    const { fn, span, mask, command } = event;
    const { sites } = event.fd;
    const { data, ep } = event;
    const key = [fn.id, span.start, command, mask.on, mask.exact, data, ...sites.map((s) => s.id)].join();
    found.set(key, { fn, span, mask, command, sites, data, instances: ep.sites });
  }
  return [...found.values()];
}
