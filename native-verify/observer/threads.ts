// The threads of a process as /proc shows them: which sleep, in which system call, and what that call waits for.
// Nothing here touches the process; a look costs two small files a thread.
import { readFileSync, readdirSync } from 'node:fs';
import type { Memory } from './memory.js';
import { readMemory } from './memory.js';
import type { SystemCall } from './system-calls.js';
import { numberOf, restartedCall, systemCall } from './system-calls.js';

export interface ThreadSnapshot {
  readonly tid: number;
  /** The letter of /proc: R runs, S sleeps, D sleeps without being woken, T is stopped, Z has ended. */
  readonly state: string;
  /** Null while it runs. */
  readonly call: CallSnapshot | null;
  /** How often it went to sleep by itself: unchanged between two looks, it slept through. */
  readonly switches: number;
}

export interface CallSnapshot {
  readonly name: string;
  readonly number: number;
  readonly arguments: readonly bigint[];
  /** It waits for events, for another thread, for a signal or for time; a blocking transfer does not. */
  readonly waits: boolean;
  /** It ends by itself. */
  readonly timed: boolean;
  /** The time-out where it can be read; null when there is none, or its memory is not readable. */
  readonly timeoutMilliseconds: number | null;
  /** The descriptor that it sleeps on: the epoll instance, or that of a blocking transfer. */
  readonly on: number | null;
  /** What a select or poll watches; null for other calls, or when the memory is not readable. */
  readonly watched: Watched | null;
}

export interface Watched {
  readonly read: readonly number[];
  readonly write: readonly number[];
  readonly except: readonly number[];
}

/** Null when the process has ended; a thread that ends between two files is left out. */
export function threadsOf(pid: number): readonly ThreadSnapshot[] | null {
  let ids: readonly string[];
  try {
    ids = readdirSync(`/proc/${pid}/task`);
  } catch {
    return null;
  }
  const threads = ids.flatMap((id) => threadOf(pid, id) ?? []);
  return threads.length === 0 || threads.every(({ state }) => state === 'Z' || state === 'X') ? null : threads;
}

function threadOf(pid: number, id: string): ThreadSnapshot | null {
  const folder = `/proc/${pid}/task/${id}`;
  try {
    const status = readFileSync(`${folder}/status`, 'utf8');
    const state = /^State:\s*(\w)/mu.exec(status)?.[1] ?? '?';
    const switches = Number(/^voluntary_ctxt_switches:\s*(\d+)/mu.exec(status)?.[1] ?? '0');
    const call = state === 'S' || state === 'D' ? callOf(pid, folder) : null;
    return { tid: Number(id), state, call, switches };
  } catch {
    return null;
  }
}

/** Whether the kernel tells us in which calls the process sleeps: that takes the rights of a debugger. */
export function callsAreVisible(pid: number): boolean {
  return syscallLine(`/proc/${pid}`) !== null;
}

function syscallLine(folder: string): string | null {
  try {
    return readFileSync(`${folder}/syscall`, 'utf8');
  } catch {
    return null;
  }
}

function callOf(pid: number, folder: string): CallSnapshot | null {
  const fields = (syscallLine(folder) ?? 'hidden').trim().split(' ');
  const asked = Number(fields[0]);
  // "running", or -1 for a sleep outside of any call (a page fault).
  if (Number.isNaN(asked) || asked < 0) return null;
  const number = asked === restartedCall ? restarted(folder) : asked;
  const call = systemCall(number);
  const args = fields.slice(1, 7).map((field) => BigInt(field));
  const memory = readMemory(pid);
  const timeout = timeoutOf(call, args, memory);
  return {
    name: call.name,
    number,
    arguments: args,
    waits: call.waits,
    timed: timeout.timed,
    timeoutMilliseconds: timeout.milliseconds,
    on: call.descriptor === null ? null : toInt(args[call.descriptor]),
    watched: watchedBy(call.name, args, memory),
  };
}

/** Where the kernel sleeps tells which call was restarted; the number itself is gone. */
function restarted(folder: string): number {
  const place = readFileSync(`${folder}/wchan`, 'utf8');
  const name = place.startsWith('poll_') ? 'poll' : place.includes('nanosleep') ? 'nanosleep' : 'futex';
  return numberOf(name) ?? restartedCall;
}

interface Timeout {
  readonly timed: boolean;
  readonly milliseconds: number | null;
}

function timeoutOf({ timeout }: SystemCall, args: readonly bigint[], memory: Memory): Timeout {
  if (timeout === null) return { timed: false, milliseconds: null };
  const value = args[timeout.argument] ?? 0n;
  if (timeout.form === 'milliseconds') {
    const milliseconds = toInt(value);
    return milliseconds < 0 ? { timed: false, milliseconds: null } : { timed: true, milliseconds };
  }
  // A pointer to a time: null means for ever.
  if (value === 0n) return { timed: false, milliseconds: null };
  const time = memory(value, 16);
  if (time === null) return { timed: true, milliseconds: null };
  const perMillisecond = timeout.form === 'timespec' ? 1_000_000 : 1000;
  return {
    timed: true,
    milliseconds: Number(time.readBigInt64LE(0)) * 1000 + Number(time.readBigInt64LE(8)) / perMillisecond,
  };
}

function watchedBy(name: string, args: readonly bigint[], memory: Memory): Watched | null {
  if (name === 'select' || name === 'pselect6') return selected(args, memory);
  if (name === 'poll' || name === 'ppoll') return polled(args, memory);
  return null;
}

function selected(args: readonly bigint[], memory: Memory): Watched | null {
  const width = toInt(args[0]);
  const [read, write, except] = [1, 2, 3].map((at) => members(args[at] ?? 0n, width, memory));
  return read == null || write == null || except == null ? null : { read, write, except };
}

/** The descriptors in an fd_set; none where the program passed no set. */
function members(at: bigint, width: number, memory: Memory): readonly number[] | null {
  if (at === 0n || width <= 0) return [];
  const set = memory(at, Math.min(Math.ceil(width / 8), mostBytes));
  if (set === null) return null;
  const found: number[] = [];
  for (let fd = 0; fd < Math.min(width, set.length * 8); fd += 1) {
    if ((set.readUInt8(fd >> 3) & (1 << (fd & 7))) !== 0) found.push(fd);
  }
  return found;
}

function polled(args: readonly bigint[], memory: Memory): Watched | null {
  const count = toInt(args[1]);
  const entries = count <= 0 ? Buffer.alloc(0) : memory(args[0] ?? 0n, Math.min(count * 8, mostBytes));
  if (entries === null) return null;
  const watched = { read: none(), write: none(), except: none() };
  for (let at = 0; at + 8 <= entries.length; at += 8) {
    const fd = entries.readInt32LE(at);
    const events = entries.readInt16LE(at + 4);
    if (fd < 0) continue;
    if ((events & 0x1) !== 0) watched.read.push(fd);
    if ((events & 0x4) !== 0) watched.write.push(fd);
    if ((events & 0x2) !== 0) watched.except.push(fd);
  }
  return watched;
}

/** More than any program watches; a width from a broken argument must not become an allocation. */
const mostBytes = 1 << 20;

function toInt(value: bigint | undefined): number {
  return Number(BigInt.asIntN(32, value ?? 0n));
}

function none(): number[] {
  return [];
}
