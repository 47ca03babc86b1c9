// What is known of a program at rest, and the questions that decide between a pause on purpose and a stall.
import { eventBits } from '../libc.js';
import type { RegistrationSnapshot } from '../observer/epolls.js';
import type { DescriptorSnapshot, ProcessSnapshot } from '../observer/snapshot.js';
import type { ThreadSnapshot, Watched } from '../observer/threads.js';
import type { Peer } from './peer.js';

export interface World {
  readonly processes: readonly ProcessSnapshot[];
  /** A time-out has not passed yet that may still change things. */
  readonly pending: boolean;
  /** All time-outs and timers have had their turns before this look. */
  readonly waitedOut: boolean;
  /** The addresses of our clients. */
  readonly peers: readonly string[];
}

/** A descriptor in the place where it was seen. */
export interface Held {
  readonly process: ProcessSnapshot;
  readonly descriptor: DescriptorSnapshot;
}

export function held(world: World): readonly Held[] {
  return world.processes.flatMap((process) => process.descriptors.map((descriptor) => ({ process, descriptor })));
}

/** The program's side of a client's connection; null when it has closed or not yet accepted it. */
export function sideOf(world: World, peer: Peer): Held | null {
  return likeliest(held(world).filter(({ descriptor }) => descriptor.socket?.remote === peer.address));
}

/** Of one socket that several processes hold, the one that is registered matters. */
function likeliest(all: readonly Held[]): Held | null {
  return all.find((one) => registrationOf(one) !== null) ?? all[0] ?? null;
}

/** A registration of the descriptor, and no stale one of its number. */
export function registrationOf({ process, descriptor }: Held): RegistrationSnapshot | null {
  const all = process.epolls.flatMap(({ registrations }) => registrations);
  return (
    all.find(({ tfd, inode }) => tfd === descriptor.number && (inode === null || inode === descriptor.inode)) ?? null
  );
}

export interface Listener {
  readonly port: number;
  /** It takes connections to `::1` only. */
  readonly sixth: boolean;
}

export function listenersOf({ descriptors }: ProcessSnapshot): readonly Listener[] {
  return descriptors.flatMap(({ socket }) => {
    if (socket?.protocol !== 'tcp' || socket.state !== 'listen' || socket.local === null) return [];
    return [{ port: Number(socket.local.split(':').at(-1)), sixth: socket.local.startsWith('[0:0:0:0:0:0:0:1]') }];
  });
}

export function listeningSide(world: World): Held | null {
  return likeliest(held(world).filter(({ descriptor }) => descriptor.socket?.state === 'listen'));
}

export function sumUnsent(world: World): number {
  return held(world).reduce((sum, { descriptor }) => sum + (descriptor.unsent ?? 0), 0);
}

/** Asks for input, and only when it changes. */
export function isEdgeForInput({ mask }: RegistrationSnapshot): boolean {
  return (mask & eventBits.EPOLLIN) !== 0 && (mask & eventBits.EPOLLET) !== 0;
}

/** A one-shot that has fired keeps its flags and loses all its events. */
export function isDisarmed({ mask }: RegistrationSnapshot): boolean {
  return (mask & eventBits.EPOLLONESHOT) !== 0 && (mask & 0x0fffffff) === 0;
}

export function isAsleep(world: World): boolean {
  return threads(world).every(({ call }) => call !== null);
}

/** A time-out or a timer that is still running; what it does when it passes is not known yet. */
export function isPending(world: World): boolean {
  return world.pending || held(world).some(({ descriptor }) => descriptor.expiresMilliseconds !== null);
}

/** Why what was left behind may be on purpose, or may still be taken; null when nothing speaks for that. */
export function excuse(world: World): string | null {
  if (isPending(world) && !world.waitedOut) return 'a time-out has not passed yet while it was watched';
  const deaf = threads(world).find(({ call }) => call === null || !(call.waits || isAccept(call.name)));
  if (deaf !== undefined) return `a thread sleeps in ${deaf.call?.name ?? 'no call'} instead of a wait`;
  const unsent = sumUnsent(world);
  if (unsent > 0) return `${unsent} bytes of it are not sent yet, so it may pause on purpose`;
  for (const { descriptor } of held(world)) {
    const { socket } = descriptor;
    if (socket?.protocol !== 'tcp') continue;
    if (socket.state === 'connecting') return 'a connect of its own is not finished';
    if (isStranger(socket.remote, world))
      return `it speaks with ${socket.remote ?? 'somebody'}, who is no client of ours`;
  }
  return null;
}

/** Asleep until somebody connects: as good as a wait. */
function isAccept(name: string): boolean {
  return name === 'accept' || name === 'accept4';
}

/** A connection of which the program holds both ends is no stranger either. */
function isStranger(remote: string | null, world: World): boolean {
  if (remote === null || world.peers.includes(remote)) return false;
  return !held(world).some(({ descriptor }) => descriptor.socket?.local === remote);
}

function threads(world: World): readonly ThreadSnapshot[] {
  return world.processes.flatMap((process) => process.threads);
}

/** The calls in which it sleeps, each once: `epoll_wait, futex`. */
export function sleepsIn(world: World): string {
  return [...new Set(threads(world).map(({ call }) => call?.name ?? 'nothing'))].join(', ');
}

/** What the selects of a process watch for input now; null when none of its threads sleeps in one, or it is unreadable. */
export function selectedBy(process: ProcessSnapshot): Watched | null {
  const call = process.threads.find((thread) => isSelect(thread.call?.name))?.call;
  return call?.watched ?? null;
}

function isSelect(name: string | undefined): boolean {
  return name === 'select' || name === 'pselect6';
}
