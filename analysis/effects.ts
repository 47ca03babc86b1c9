// What is done to descriptors anywhere in the project: with which mask each is registered, and whether it is made non-blocking.
// A helper that does it for others is looked at once for each of its callers, with what that caller gives.
import type { Bindings, Site } from './bind.js';
import type { Event, Mask, Where } from './event.js';
import { eventsFrom, type Start } from './explore.js';
import type { CallSite } from './flows.js';
import type { Entries } from './entry.js';
import type { Guide } from './guide.js';
import type { Index, LinkedFunction } from './link.js';

/** One epoll_ctl ADD or MOD, with the descriptors that it was seen with. */
export interface Registration extends Where {
  readonly command: 'ADD' | 'MOD';
  readonly mask: Mask;
  readonly sites: readonly Site[];
}

type Control = Extract<Event, { readonly kind: 'control' }>;
type Nonblock = Extract<Event, { readonly kind: 'nonblock' }>;

export interface Effects {
  /** All epoll_ctl calls, in each context in which they could be told apart. */
  readonly controls: readonly Control[];
  readonly registrations: readonly Registration[];
  /** What a program does to the mode of what a site makes; null where it does both. */
  readonly modes: ReadonlyMap<Site, boolean | null>;
}

/** Callers of callers that are looked at, and contexts of one function. */
const HEIGHT = 3;
const MAX_CONTEXTS = 60;

export function effectsOf(guide: Guide, entries: Entries): Effects {
  const events = [...acting(guide.index, guide.bindings)].flatMap((fn) => inContexts(fn, guide, entries));
  const controls = events.filter((event) => event.kind === 'control');
  return {
    controls,
    registrations: registrationsIn(controls),
    modes: modesIn(events.filter((event) => event.kind === 'nonblock')),
  };
}

/** Functions that register a descriptor or set its mode themselves. */
function acting(index: Index, bindings: Bindings): ReadonlySet<LinkedFunction> {
  const likely = new Set([...index.seeds, ...index.naming('fcntl'), ...index.naming('ioctl')]);
  return new Set(
    [...likely].filter((fn) =>
      bindings.flows(fn).calls.some(({ model }) => model?.does === 'control' || model?.does === 'mode'),
    ),
  );
}

function inContexts(fn: LinkedFunction, guide: Guide, entries: Entries): (Control | Nonblock)[] {
  const found: (Control | Nonblock)[] = [];
  let contexts = 0;
  const look = (start: Start): void => {
    if (++contexts > MAX_CONTEXTS) return;
    const events = (eventsFrom(start, guide, entries) ?? []).filter(
      (event) => event.kind === 'control' || event.kind === 'nonblock',
    );
    const top = start.chain[0]?.fn ?? fn;
    const above = events.some((event) => isOpen(event, top, entries)) ? directCallers(top, start.chain, guide) : [];
    if (above.length === 0) found.push(...events);
    else for (const site of above) look({ fn, chain: [site, ...start.chain] });
  };
  look({ fn, chain: [] });
  return found;
}

function directCallers(fn: LinkedFunction, chain: readonly CallSite[], guide: Guide): readonly CallSite[] {
  if (chain.length >= HEIGHT) return [];
  const callers = guide.bindings.callersOf(fn).filter((caller) => !caller.isHandedOver);
  return callers.map((caller) => caller.site).filter((site) => !chain.some((other) => other.fn === site.fn));
}

/** Whether the callers of the outermost function decide what the event is about. */
function isOpen(event: Control | Nonblock, top: LinkedFunction, entries: Entries): boolean {
  if (top.facts.parameters.length === 0) return false;
  const text = entries.names.textOf(event.fd.key);
  if (text !== null && /^0:\w+$/.test(text)) return true;
  if (event.kind === 'nonblock') return event.on === null;
  return event.command !== 'DEL' && (event.command === null || !event.mask?.exact);
}

function registrationsIn(events: readonly Control[]): Registration[] {
  const found = new Map<string, Registration>();
  for (const event of events) {
    if ((event.command !== 'ADD' && event.command !== 'MOD') || !event.mask) continue;
    if (event.fd.sites.length === 0) continue;
    const { fn, span, mask, command } = event;
    const { sites } = event.fd;
    const key = [fn.id, span.start, command, mask.on, mask.exact, ...sites.map((s) => s.id)].join();
    found.set(key, { fn, span, mask, command, sites });
  }
  return [...found.values()];
}

function modesIn(events: readonly Nonblock[]): ReadonlyMap<Site, boolean | null> {
  const modes = new Map<Site, boolean | null>();
  for (const event of events) {
    if (event.on === null) continue;
    for (const site of event.fd.sites) {
      const known = modes.get(site);
      modes.set(site, known === undefined || known === event.on ? event.on : null);
    }
  }
  return modes;
}
