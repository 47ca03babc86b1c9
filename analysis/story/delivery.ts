// An event under an open obligation, from the wait that gives it out: what was registered with it, what its descriptor may be, and
// which of its bits a path has seen to be absent.
import { CONSTANTS } from '../knowledge/constants.js';
import type { Site } from '../bind/bind.js';
import type { LinkedFunction } from '../link/link.js';
import type { Descriptor, Event } from '../paths/event.js';
import type { Renaming } from '../paths/lift.js';
import type { Obligation, Open } from '../paths/obligation.js';
import type { Registration } from '../paths/effects.js';
import type { Project } from '../project.js';
import { carried, isLetGo, mayBe, named, renamed, type Tracked } from './tracked.js';

export interface Delivery extends Open {
  /** The wait that gave it out. */
  readonly wait: Event & { kind: 'wait' };
  /** What came; null as long as nobody has looked. */
  readonly on: Tracked | null;
  /** The element of the array whose bits were asked for, and those that it lacks. */
  readonly element: string;
  readonly lacks: number;
}

/**
 * Opened by a wait, once for each of the elements that a path may take out of it; broken where the next wait comes and nothing was
 * done for a descriptor that `matters`. Whoever transfers something has begun to handle it: that is another obligation.
 */
export function undelivered(project: Project, matters: (fd: Descriptor) => boolean): Obligation<Delivery> {
  return {
    needs: ['read', 'write', 'accept', 'control', 'close', 'wait', 'thread', 'end'],
    carry: (open, renaming) => carriedUp(open, renaming),
    opens: (event) =>
      event.kind === 'wait' && event.api === 'epoll' && event.outcome === 'ready'
        ? [keyed({ wait: event, on: null, element: '', lacks: 0 })]
        : [],
    meets: (open, event) => {
      if (event.kind === 'noted') return noted(open, event, project, matters);
      const { on } = open;
      if (event.kind === 'wait') return afterWait(open, event, project);
      if (!on) return event.kind === 'exit' && event.calling !== 'turn' ? 'settled' : open;
      if (event.kind === 'enter' && !event.direct) return inHandler(open, on, event.callee, project, matters);
      if (event.kind === 'same') return narrowed(open, on, event, project, matters);
      return isHandled(on, event) ? 'settled' : open;
    },
  };
}

function keyed(open: Omit<Delivery, 'key'>): Delivery {
  return { ...open, key: `${open.on?.key ?? ''}/${open.element}/${open.lacks}/${sitesKey(open.on)}` };
}

function sitesKey(on: Tracked | null): string {
  return on ? on.fd.sites.map((site) => site.id).join() : '';
}

function carriedUp(open: Delivery, renaming: Renaming): Delivery | 'settled' {
  if (!open.on) return open;
  const on = carried(open.on, renaming);
  return on === 'settled' || on.names.length === 0 ? 'settled' : keyed({ ...open, on });
}

function noted(
  open: Delivery,
  { note, sites }: Event & { kind: 'noted' },
  project: Project,
  matters: (fd: Descriptor) => boolean,
): Delivery | 'settled' {
  const { on } = open;
  switch (note.kind) {
    case 'lacks': {
      const before = open.element === note.element ? open.lacks : 0;
      return keyed({ ...open, element: note.element, lacks: (before | note.bits) >>> 0 });
    }
    case 'delivered': {
      if (note.owner !== null) {
        if (!on?.names.includes(note.owner)) return open;
        return only(keyed({ ...open, on: named(among(on.fd, sites), [...on.names, note.key]) }), matters);
      }
      if (on) return open;
      const fd = { key: note.key, text: 'the descriptor', sites: sites, owner: null };
      const here = sites.length > 0 ? among(fd, sitesOf(onInstance(open.wait, project))) : null;
      const given = here ?? { ...fd, sites: givingPointers(open.wait, project) };
      return only(keyed({ ...open, on: named(given, [note.key]) }), matters);
    }
    case 'tested':
      return on?.names.includes(note.owner) && tellsOfAnEnd(note.field, project) ? 'settled' : open;
  }
}

function only(open: Delivery, matters: (fd: Descriptor) => boolean): Delivery | 'settled' {
  return open.on && matters(open.on.fd) ? open : 'settled';
}

function among(fd: Descriptor, sites: readonly Site[]): Descriptor {
  const fewer = fd.sites.filter((site) => sites.includes(site));
  return { key: fd.key, text: fd.text, owner: fd.owner, sites: fewer.length > 0 ? fewer : fd.sites };
}

/** What the path learns of the descriptor by comparing it with another, or its object with one that was registered. */
function narrowed(
  open: Delivery,
  on: Tracked,
  event: Event & { kind: 'same' },
  project: Project,
  matters: (fd: Descriptor) => boolean,
): Delivery | 'settled' {
  const known = renamed(on, event) ?? on;
  if (known === on) return open;
  if (/^[&\d-]/.test(event.stays)) {
    const registered = withPointer(event.stays, open.wait, project);
    const only = { key: known.fd.key, text: known.fd.text, owner: known.fd.owner, sites: registered };
    return registered.length > 0 && matters(only) ? keyed({ ...open, on: named(only, known.names) }) : 'settled';
  }
  return only(withSites(open, known, event.sites), matters);
}

function withSites(open: Delivery, on: Tracked, sites: readonly Site[]): Delivery {
  return keyed({ ...open, on: named(among(on.fd, sites), on.names) });
}

/** A handler that is called through a pointer is called for what it handles. */
function inHandler(
  open: Delivery,
  on: Tracked,
  callee: LinkedFunction,
  project: Project,
  matters: (fd: Descriptor) => boolean,
): Delivery | 'settled' {
  const calls = project.bindings
    .flows(callee)
    .calls.filter(({ model }) => /^(transfer|accept)$/.test(model?.does ?? ''));
  const handled = calls.flatMap((site) => project.descriptor(site)?.sites ?? []);
  const sites = on.fd.sites.filter((site) => handled.includes(site));
  if (handled.length === 0) return open;
  return sites.length === 0 ? 'settled' : only(withSites(open, on, sites), matters);
}

function onInstance(wait: Event & { kind: 'wait' }, project: Project): readonly Registration[] {
  const own = wait.ep?.sites ?? [];
  return project.effects.registrations.filter(
    ({ instances }) => own.length === 0 || instances.length === 0 || instances.some((site) => own.includes(site)),
  );
}

/** What is registered with a pointer, other than null, for its events. */
function givingPointers(wait: Event & { kind: 'wait' }, project: Project): readonly Site[] {
  return sitesOf(onInstance(wait, project).filter(({ data }) => data !== null && data !== '0'));
}

function withPointer(key: string, wait: Event & { kind: 'wait' }, project: Project): readonly Site[] {
  return sitesOf(onInstance(wait, project).filter(({ data }) => data === key));
}

function sitesOf(registrations: readonly Registration[]): readonly Site[] {
  return [...new Set(registrations.flatMap(({ sites }) => sites))];
}

/** Somebody has begun to handle it, or has it now, or it is gone. */
function isHandled(on: Tracked, event: Event): boolean {
  if (event.kind === 'transfer' || event.kind === 'accept') return mayBe(on, event.fd) || isLetGo(on, event);
  if (event.kind === 'control') return event.command !== 'ADD' && mayBe(on, event.fd);
  if (event.kind === 'exit') return event.calling !== 'turn';
  return event.kind === 'idle' || isLetGo(on, event);
}

/** A wait that comes back at once finds other events first. */
function afterWait(open: Delivery, event: Event & { kind: 'wait' }, project: Project): Delivery | 'settled' | 'broken' {
  if (event.api !== 'epoll' || !open.on) return 'settled';
  if (event.timeout === 'zero') return open;
  return eventsLeft(open, open.on, project) === 0 ? 'settled' : 'broken';
}

/** Only an error or a hang-up can come so, which for most descriptors comes with something else. */
export function isRare(open: Delivery, project: Project): boolean {
  const left = open.on ? eventsLeft(open, open.on, project) : 0;
  return (left & ~(bit('EPOLLERR') | bit('EPOLLHUP'))) === 0;
}

const bit = (name: string): number => CONSTANTS.get(name) ?? 0;

/**
 * What an event without the bits that it lacks can be: only what was registered comes, and EPOLLERR and EPOLLHUP. A peer that has
 * closed its side makes the descriptor readable as well: epoll_ctl(2), EPOLLRDHUP.
 */
function eventsLeft({ lacks }: Delivery, { fd }: Tracked, project: Project): number {
  const masks = fd.sites.flatMap((site) => project.registrationsOf(site).map(({ mask }) => mask.on));
  const registered = masks.reduce((all, mask) => (all | mask) >>> 0, 0);
  let left = ((registered & EVENTS) | bit('EPOLLERR') | bit('EPOLLHUP')) & ~lacks;
  if ((lacks & bit('EPOLLIN')) !== 0) left &= ~bit('EPOLLRDHUP');
  return left;
}

const EVENTS = ['EPOLLIN', 'EPOLLOUT', 'EPOLLPRI', 'EPOLLRDHUP'].reduce((all, name) => (all | bit(name)) >>> 0, 0);

const MANY = 12;

/** The member is also assigned where descriptors are closed: it may tell that this one is. */
function tellsOfAnEnd(field: string, project: Project): boolean {
  const storing = project.index.storing(field).filter((fn) => fn.facts.name !== 'main');
  return storing.length > MANY || storing.some((fn) => project.guide.does(fn, ['close', 'control']));
}
