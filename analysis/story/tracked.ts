// A descriptor under an open obligation, followed through the names it has on a path.
import type { Descriptor, Event } from '../paths/event.js';
import type { Renaming } from '../paths/lift.js';
import type { Open } from '../paths/obligation.js';

export interface Tracked extends Open {
  readonly fd: Descriptor;
  /** Values that are this descriptor, and objects that hold it. */
  readonly names: readonly string[];
}

export function tracked(fd: Descriptor): Tracked {
  return named(fd, fd.owner === null ? [fd.key] : [fd.key, fd.owner]);
}

/** The same descriptor under these names. */
export function named(fd: Descriptor, names: readonly string[]): Tracked {
  const sorted = [...new Set(names)].sort();
  return { fd, names: sorted, key: sorted.join() };
}

/** The same descriptor in the words of a caller, who may know better where it comes from. */
export function carried(open: Tracked, renaming: Renaming): Tracked | 'settled' {
  if (!renaming.meets(open.fd.sites)) return 'settled';
  const keys = open.names.map((name) => renaming.key(name));
  const names = keys.filter((key) => key !== null);
  const own = renaming.key(open.fd.key);
  if (own !== null) renaming.learnOpen(own);
  const sites = own === null ? [] : renaming.sites(own);
  const fewer = sites.filter((site) => open.fd.sites.includes(site));
  const instances = own === null ? [] : renaming.instances(own);
  const known = instances.length > 0 ? { ...open.fd, instances } : open.fd;
  return named(fewer.length > 0 ? { ...known, sites: fewer } : known, names);
}

/** Whether an event's descriptor is this one. */
export function isAbout(open: Tracked, fd: Descriptor): boolean {
  if (open.names.includes(fd.key)) return true;
  if (fd.owner !== null && open.names.includes(fd.owner)) return fd.sites.some((site) => open.fd.sites.includes(site));
  return sameSingle(open.fd, fd);
}

/** Whether an event's descriptor may be this one under another name: what the same call has made. */
export function mayBe(open: Tracked, fd: Descriptor): boolean {
  return isAbout(open, fd) || fd.sites.some((site) => open.fd.sites.includes(site));
}

/** Both can only be the one descriptor that one call outside of accept(2) made. */
function sameSingle(a: Descriptor, b: Descriptor): boolean {
  const [x, y] = [a.sites[0], b.sites[0]];
  return a.sites.length === 1 && b.sites.length === 1 && x === y && (x?.kind === 'listener' || x?.name === 'parameter');
}

/** The obligation after an event that only renames, or null when the event is none of that. */
export function renamed(open: Tracked, event: Event): Tracked | null {
  if (event.kind !== 'same') return null;
  return open.names.includes(event.gone) ? named(open.fd, [...open.names, event.stays]) : open;
}

/** The descriptor, or the object that holds it, is somebody else's now, or is gone. */
export function isLetGo(open: Tracked, event: Event): boolean {
  switch (event.kind) {
    case 'close':
    case 'shutdown':
      return mayBe(open, event.fd);
    case 'escape':
      return event.keys.some((key) => open.names.some((name) => isOf(key, name)));
    case 'transfer':
      // Its number or its object is written to somebody: a pipe to a worker.
      return event.direction === 'out' && event.contents.some((name) => open.names.includes(name));
    case 'end':
      return true;
    default:
      return false;
  }
}

/** The memory of an object that held it is gone, and the descriptor is as open as before: whoever has its number still has it. */
export function outlived(open: Tracked, event: Event): Tracked | null {
  if (event.kind !== 'escape' || event.memory !== true || !open.names.includes(open.fd.key)) return null;
  const names = open.names.filter((name) => name === open.fd.key || !event.keys.includes(name));
  return named(open.fd, names);
}

/** A key is this name, or the address of something inside of its object: a link of a list, a slot that it is the index of. */
function isOf(key: string, name: string): boolean {
  return key === name || key.startsWith(`&*${name}.`) || (key.startsWith('&') && key.includes(`[${name}]`));
}

/** A wait that cannot sleep comes back by itself: whoever does that has more to do first. Other waits watch it otherwise. */
function afterWait(open: Tracked, event: Event & { kind: 'wait' }): Tracked | 'settled' | 'broken' {
  if (event.api !== 'epoll') return 'settled';
  return event.timeout === 'zero' ? open : 'broken';
}

/** Control returns: to an event loop, to the end of the process, or to somebody who will call again. */
function afterExit(open: Tracked, event: Event & { kind: 'exit' }): Tracked | 'settled' | 'broken' {
  if (event.calling === 'turn') return open;
  return event.calling === 'callback' || event.calling === 'thread' ? 'broken' : 'settled';
}

/**
 * A registration call about the descriptor: MOD looks at it afresh, and what is removed is watched no more. Adding what is
 * there already fails with EEXIST and changes nothing.
 */
function afterControl(open: Tracked, event: Event & { kind: 'control' }): Tracked | 'settled' {
  return event.command === 'ADD' || !mayBe(open, event.fd) ? open : 'settled';
}

/** What any event does to a descriptor that waits for its handler to do more; rules put what is their own before it. */
export function afterEvent(open: Tracked, event: Event): Tracked | 'settled' | 'broken' {
  const same = renamed(open, event);
  if (same) return same;
  if (isLetGo(open, event)) return 'settled';
  if (event.kind === 'control') return afterControl(open, event);
  if (event.kind === 'wait') return afterWait(open, event);
  // A worker that has forgotten it goes on to its next job.
  if (event.kind === 'idle') return open.names.some((name) => event.held.has(name)) ? open : 'broken';
  return event.kind === 'exit' ? afterExit(open, event) : open;
}
