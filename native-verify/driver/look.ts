// What is asked about the descriptors of a running function: its registrations, and what waits on a descriptor.
import type { Descriptor, Kernel } from '../kernel.js';
import { eventBits } from '../libc.js';
import { allRegistrations } from '../registrations.js';
import { damage, type Seen } from '../seen.js';
import type { Rest } from './rest.js';
import type { Subject } from './subject.js';

/** The masks under which any epoll instance of the process has the descriptor registered. */
export function registeredMasks(pid: number, fd: number): readonly number[] {
  return allRegistrations(pid).flatMap(({ number, mask }) => (number === fd ? [Number.parseInt(mask, 16)] : []));
}

/** Asks for input, and only when it changes. */
export function isEdgeForInput(mask: number): boolean {
  return (mask & eventBits.EPOLLIN) !== 0 && (mask & eventBits.EPOLLET) !== 0;
}

/** An entry that has fired keeps its flags (one-shot, edge, wake-up, exclusive) and loses all its events. */
export function isDisarmed(mask: number): boolean {
  return (mask & eventBits.EPOLLONESHOT) !== 0 && (mask & 0x0fffffff) === 0;
}

export function hexadecimal(masks: readonly number[]): string {
  return masks.length === 0 ? 'none' : masks.map((mask) => mask.toString(16)).join(', ');
}

/** Bytes that wait on a descriptor of the process; 0 when it has closed it. */
export function unreadOf(kernel: Kernel, pid: number, number: number): number {
  return kernel.quietly(() => kernel.borrow(pid, number, 'fd', (copy) => kernel.unread(copy))) ?? 0;
}

export function acceptQueueOf(kernel: Kernel, pid: number, number: number): number {
  return kernel.quietly(() => kernel.borrow(pid, number, 'listener', (copy) => kernel.acceptQueue(copy))) ?? 0;
}

/** The process comes to rest, and one of its calls has failed so: `epoll_ctl fails with EINVAL`. */
export async function refusalOf(subject: Subject, refusal: string, otherwise: string): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  const refused = subject.failures().includes(refusal);
  return damage(refused, refused ? refusal : otherwise);
}

/** The process at rest with no answer of its waiting for the peer. */
export async function restAnswered(kernel: Kernel, peer: Descriptor, subject: Subject): Promise<Rest | null> {
  for (let turn = 0; turn < 100; turn += 1) {
    const rest = await subject.rest();
    if (rest === null || takeAnswers(kernel, peer) === 0) return rest;
  }
  return null;
}

/** What the function has answered is read by its peer, so that it never pauses for want of room. */
function takeAnswers(kernel: Kernel, peer: Descriptor): number {
  let taken = 0;
  kernel.quietly(() => {
    for (let got = kernel.read(peer, 1 << 16).value; got > 0; got = kernel.read(peer, 1 << 16).value) taken += got;
  });
  return taken;
}
