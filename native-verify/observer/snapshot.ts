// One look at a process from outside, as plain data: threads and what they sleep in, epoll instances, descriptors, and
// what waits in the queues of each. The look leaves no trace: nobody waits on an epoll instance of the process, nobody
// reads an error of its sockets, and no copy of a descriptor is held.
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import type { Absent, Libc } from '../libc.js';
import { linux } from '../libc.js';
import type { EpollSnapshot } from './epolls.js';
import { fdinfoOf, registrationsIn } from './epolls.js';
import type { SocketSnapshot } from './sockets.js';
import { socketsOf } from './sockets.js';
import type { ThreadSnapshot } from './threads.js';
import { callsAreVisible, threadsOf } from './threads.js';

export interface ProcessSnapshot {
  readonly pid: number;
  readonly threads: readonly ThreadSnapshot[];
  readonly epolls: readonly EpollSnapshot[];
  readonly descriptors: readonly DescriptorSnapshot[];
  /** What could not be looked at, and why, in words. */
  readonly gaps: readonly string[];
}

export interface DescriptorSnapshot {
  readonly number: number;
  readonly kind: DescriptorKind;
  /** What the link in /proc/PID/fd says. */
  readonly target: string;
  readonly inode: number | null;
  readonly nonblocking: boolean;
  /** Queues of a socket; null for other kinds, or when they could not be seen. */
  readonly socket: SocketSnapshot | null;
  /** Bytes to be read (socket, pipe, inotify), the count of an eventfd, the ticks of a timerfd; null when unknown. */
  readonly unread: number | null;
  /** Bytes that the peer has not taken; null for what is no socket. */
  readonly unsent: number | null;
  /** When an armed timerfd expires next; null for what is none, or not armed. */
  readonly expiresMilliseconds: number | null;
}

export interface SnapshotOptions {
  /**
   * Whether to count what waits in pipes and inotify descriptors too. That takes a copy of the descriptor for the time of
   * one ioctl, and a copy is never quite without effect: see `pipeCounts`. Everything else leaves no trace.
   */
  readonly pipes?: boolean;
}

export type DescriptorKind =
  'socket' | 'pipe' | 'epoll' | 'eventfd' | 'timerfd' | 'signalfd' | 'inotify' | 'tty' | 'file' | 'other';

/** Null when the process has ended, or belongs to somebody else: `whyNoSnapshot` tells which. */
export function snapshot(pid: number, libc: Libc | Absent, options: SnapshotOptions = {}): ProcessSnapshot | null {
  const threads = threadsOf(pid);
  const numbers = numbersOf(pid);
  if (threads === null || numbers === null) return null;
  const sockets = socketsOf(pid, libc);
  const gaps = sockets.gap === null ? [] : [sockets.gap];
  if (!callsAreVisible(pid)) gaps.push('the right to debug it is missing: what its threads sleep in is unknown');
  const raw = numbers.flatMap((number) => rawDescriptor(pid, number) ?? []);
  const counted = options.pipes === true ? pipeCounts(pid, raw, threads, libc) : uncounted;
  if (counted.gap !== null) gaps.push(counted.gap);
  const descriptors = raw.map((one) => described(one, sockets.byInode, counted.unread));
  const epolls = raw
    .filter(({ kind }) => kind === 'epoll')
    .map(({ number, fdinfo }) => ({ fd: number, registrations: registrationsIn(fdinfo) }));
  return { pid, threads, epolls, descriptors, gaps };
}

const uncounted: PipeCounts = { unread: new Map(), gap: null };

export function whyNoSnapshot(pid: number): string {
  if (!existsSync(`/proc/${pid}`)) return `process ${pid} has ended`;
  return `process ${pid} may not be observed: it belongs to another user, or is protected from its own`;
}

function numbersOf(pid: number): readonly number[] | null {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return null;
  }
}

interface RawDescriptor {
  readonly number: number;
  readonly kind: DescriptorKind;
  readonly target: string;
  readonly inode: number | null;
  readonly fdinfo: string;
}

function rawDescriptor(pid: number, number: number): RawDescriptor | null {
  try {
    const target = readlinkSync(`/proc/${pid}/fd/${number}`);
    const inode = /^(?:socket|pipe):\[(\d+)\]$/u.exec(target)?.[1];
    return {
      number,
      kind: kindOf(target),
      target,
      inode: inode === undefined ? null : Number(inode),
      fdinfo: fdinfoOf(pid, number),
    };
  } catch {
    // Closed between the listing and the look.
    return null;
  }
}

function kindOf(target: string): DescriptorKind {
  if (target.startsWith('socket:')) return 'socket';
  if (target.startsWith('pipe:')) return 'pipe';
  if (/^\/dev\/(?:pts\/|tty)/u.test(target)) return 'tty';
  if (target.startsWith('/')) return 'file';
  return anonymous.get(target) ?? 'other';
}

const anonymous: ReadonlyMap<string, DescriptorKind> = new Map([
  ['anon_inode:[eventpoll]', 'epoll'],
  ['anon_inode:[eventfd]', 'eventfd'],
  ['anon_inode:[timerfd]', 'timerfd'],
  ['anon_inode:[signalfd]', 'signalfd'],
  ['anon_inode:inotify', 'inotify'],
]);

function described(
  { number, kind, target, inode, fdinfo }: RawDescriptor,
  sockets: ReadonlyMap<number, SocketSnapshot>,
  counts: ReadonlyMap<number, number>,
): DescriptorSnapshot {
  const flags = Number.parseInt(/^flags:\s*([0-7]+)/mu.exec(fdinfo)?.[1] ?? '0', 8);
  const socket = kind === 'socket' && inode !== null ? (sockets.get(inode) ?? null) : null;
  const unread = socket?.unread ?? counts.get(number) ?? countIn(fdinfo);
  const nonblocking = (flags & linux.O_NONBLOCK) !== 0;
  const expiresMilliseconds = expiryIn(fdinfo);
  return {
    number,
    kind,
    target,
    inode,
    nonblocking,
    socket,
    unread,
    unsent: socket?.unsent ?? null,
    expiresMilliseconds,
  };
}

/** What fdinfo tells by itself: the count of an eventfd in hexadecimal, the ticks of a timer. */
function countIn(fdinfo: string): number | null {
  const count = /^eventfd-count:\s*([0-9a-f]+)/mu.exec(fdinfo)?.[1];
  if (count !== undefined) return Number.parseInt(count, 16);
  const ticks = /^ticks:\s*(\d+)/mu.exec(fdinfo)?.[1];
  return ticks === undefined ? null : Number(ticks);
}

/** `it_value: (1, 500000000)`: seconds and nanoseconds, both 0 when the timer is not armed. */
function expiryIn(fdinfo: string): number | null {
  const [, seconds, nanoseconds] = /^it_value:\s*\((\d+),\s*(\d+)\)/mu.exec(fdinfo) ?? [];
  const milliseconds = Number(seconds ?? '0') * 1000 + Number(nanoseconds ?? '0') / 1_000_000;
  return milliseconds === 0 ? null : milliseconds;
}

interface PipeCounts {
  readonly unread: ReadonlyMap<number, number>;
  readonly gap: string | null;
}

/**
 * FIONREAD of pipes and the like, which only a copy of the descriptor can answer. The copy would keep a registration
 * alive that the process means to end by closing, so it exists only while every thread sleeps, for one ioctl; what remains
 * is that we lose the processor in between. Opening
 * /proc/PID/fd/N is no way round: closing such a second opening wakes the readers of a pipe whose writer has gone.
 */
function pipeCounts(
  pid: number,
  raw: readonly RawDescriptor[],
  threads: readonly ThreadSnapshot[],
  libc: Libc | Absent,
): PipeCounts {
  const unread = new Map<number, number>();
  const wanted = raw.filter(({ kind, fdinfo }) => kind === 'inotify' || (kind === 'pipe' && isReadEnd(fdinfo)));
  if (wanted.length === 0) return uncounted;
  if ('absent' in libc) return { unread, gap: `${libc.absent}: what waits in pipes is unknown` };
  if (threads.some(({ call }) => call === null)) return { unread, gap: 'it runs: what waits in pipes was not counted' };
  const pidfd = libc.pidfdOpen(pid);
  if (pidfd < 0) return { unread, gap: 'pidfd_open is refused: what waits in pipes is unknown' };
  const answer = Buffer.alloc(4);
  let refused = false;
  for (const { number } of wanted) {
    const copy = libc.pidfdGetfd(pidfd, number);
    const result = copy < 0 ? -1 : libc.ioctl(copy, linux.FIONREAD, 'void *', answer);
    if (copy >= 0) libc.close(copy);
    if (result >= 0) unread.set(number, answer.readInt32LE(0));
    refused ||= copy < 0;
  }
  libc.close(pidfd);
  return { unread, gap: refused ? 'pidfd_getfd is refused: what waits in some pipes is unknown' : null };
}

function isReadEnd(fdinfo: string): boolean {
  return /^flags:\s*[0-7]*[02]$/mu.test(fdinfo);
}
