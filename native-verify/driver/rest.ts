// Decides from outside when a process is at rest: every thread sleeps, and nothing that is under way will wake it.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface Rest {
  /** The calls in which the threads sleep, the main thread first: `epoll_wait`, `pselect6`. */
  readonly calls: readonly string[];
  /** Every thread is in a wait for events; one that blocks in a read or write is asleep, but not so. */
  readonly waiting: boolean;
  /** A time-out has not passed yet that may still change things. */
  readonly pending: boolean;
}

/** How long a process may take to come to rest, and how long a finite time-out of its is awaited. */
const bound = 1500;
/** Equal looks in a row at a sleep without an end. */
const looks = 3;
/** Turns of a loop with short time-outs after which it has done what it does. */
const enoughTurns = 6;

/** Null when the process spins or has ended. */
export async function restOf(pid: number, over: () => boolean): Promise<Rest | null> {
  const start = performance.now();
  let first: readonly Thread[] | null = null;
  let before: readonly Thread[] | null = null;
  let equal = 0;
  while (!over() && isTimeLeft(pid, performance.now() - start)) {
    const now = threadsOf(pid);
    if (now === null || now.some((thread) => thread.call === null)) {
      equal = 0;
    } else {
      first ??= now;
      equal = before !== null && sameSleep(before, now) ? equal + 1 : 0;
      before = now;
      if (equal >= looks && !now.some(isTimed)) return restFrom(now, false);
      if (turns(first, now) >= enoughTurns) return restFrom(now, false);
      if (performance.now() - start > bound) break;
    }
    await pause(2);
  }
  if (over() || first === null || before === null) return null;
  const passed = turns(first, before);
  return equal >= looks || passed > 0 ? restFrom(before, passed < 2) : null;
}

/** Hundredths of a second of the processor that a spin is watched for, and the bound for that, in milliseconds. */
const burnt = 15;
const spinBound = 15_000;
/** A loop that sleeps between its turns goes to sleep more often than this while it burns so much. */
const fewSleeps = 3;

/** The process burns time of the processor without going to sleep; false once it is at rest or has ended. */
export async function spinOf(pid: number, over: () => boolean): Promise<boolean> {
  const start = performance.now();
  let [ticks, sleeps] = [ticksOf(pid), sleepsOf(pid)];
  while (!over() && performance.now() - start < spinBound) {
    const rest = threadsOf(pid)?.every(({ call }) => call !== null) === true ? await restOf(pid, over) : null;
    if (rest !== null) return false;
    const slept = sleepsOf(pid);
    // Start-up sleeps, too: what counts is one stretch without a sleep.
    if (slept - sleeps > fewSleeps) [ticks, sleeps] = [ticksOf(pid), slept];
    if (!over() && ticksOf(pid) - ticks >= burnt) return true;
    await pause(5);
  }
  return false;
}

/** How often the threads of a process went to sleep of their own will. */
function sleepsOf(pid: number): number {
  return threadsOf(pid)?.reduce((sum, { switches }) => sum + switches, 0) ?? 0;
}

/** On a loaded machine a process may not have had its turn yet: then it has used hardly any time of the processor. */
function isTimeLeft(pid: number, elapsed: number): boolean {
  return elapsed < bound || (elapsed < 4 * bound && ticksOf(pid) < 20);
}

/** Hundredths of a second of user and system time. */
function ticksOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return Infinity;
  }
}

interface Thread {
  readonly id: string;
  /** The system call in which the thread sleeps; null while it runs. */
  readonly call: Call | null;
  readonly switches: number;
}

interface Call {
  readonly name: string;
  readonly waits: boolean;
  readonly timed: boolean;
}

function restFrom(threads: readonly Thread[], pending: boolean): Rest {
  return {
    calls: threads.map(({ call }) => call?.name ?? 'running'),
    waiting: threads.every(({ call }) => call?.waits === true),
    pending,
  };
}

function isTimed({ call }: Thread): boolean {
  return call?.timed === true;
}

function sameSleep(before: readonly Thread[], now: readonly Thread[]): boolean {
  return (
    before.length === now.length &&
    now.every(({ id, switches }, at) => before[at]?.id === id && before[at].switches === switches)
  );
}

/** How often every thread that has a time-out went to sleep since. */
function turns(before: readonly Thread[], now: readonly Thread[]): number {
  const counts = now
    .filter(isTimed)
    .map(({ id, switches }) => switches - (before.find((thread) => thread.id === id)?.switches ?? switches));
  return counts.length === 0 ? 0 : Math.min(...counts);
}

function threadsOf(pid: number): readonly Thread[] | null {
  try {
    return readdirSync(`/proc/${pid}/task`).map((id) => threadOf(`/proc/${pid}/task/${id}`, id));
  } catch {
    // A thread or the process has just ended.
    return null;
  }
}

function threadOf(folder: string, id: string): Thread {
  const status = readFileSync(`${folder}/status`, 'utf8');
  const switches = Number(/^voluntary_ctxt_switches:\s*(\d+)/mu.exec(status)?.[1] ?? '0');
  const sleeps = /^State:\s*S/mu.test(status);
  return { id, call: sleeps ? callOf(readFileSync(`${folder}/syscall`, 'utf8')) : null, switches };
}

/** A line of `/proc/PID/syscall`: the number and its arguments in hexadecimal, or `running`. */
function callOf(line: string): Call | null {
  const fields = line.trim().split(' ');
  const number = Number(fields[0]);
  if (Number.isNaN(number)) return null;
  const wait = waits.get(number);
  if (wait === undefined) return { name: others.get(number) ?? `system call ${number}`, waits: false, timed: false };
  const [name, at, isFinite] = wait;
  return { name, waits: true, timed: at !== null && isFinite(BigInt(fields[1 + at] ?? '0x0')) };
}

/** The name of a wait, which argument holds the time-out, and whether a value of it is finite. */
type Wait = readonly [string, number | null, (argument: bigint) => boolean];

/** Milliseconds in an int: negative means for ever. */
const milliseconds = (argument: bigint): boolean => BigInt.asIntN(32, argument) >= 0n;
/** A pointer to a time: null means for ever. */
const pointer = (argument: bigint): boolean => argument !== 0n;

const onX64: readonly (readonly [number, Wait])[] = [
  [232, ['epoll_wait', 3, milliseconds]],
  [281, ['epoll_pwait', 3, milliseconds]],
  [441, ['epoll_pwait2', 3, pointer]],
  [7, ['poll', 2, milliseconds]],
  [271, ['ppoll', 2, pointer]],
  [23, ['select', 4, pointer]],
  [270, ['pselect6', 4, pointer]],
  [202, ['futex', 3, pointer]],
  [34, ['pause', null, pointer]],
  [35, ['nanosleep', 0, pointer]],
  [230, ['clock_nanosleep', 2, pointer]],
];

/** arm64, riscv64 and loong64 share the generic table. */
const onOthers: readonly (readonly [number, Wait])[] = [
  [22, ['epoll_pwait', 3, milliseconds]],
  [441, ['epoll_pwait2', 3, pointer]],
  [73, ['ppoll', 2, pointer]],
  [72, ['pselect6', 4, pointer]],
  [98, ['futex', 3, pointer]],
  [101, ['nanosleep', 0, pointer]],
  [115, ['clock_nanosleep', 2, pointer]],
];

const waits: ReadonlyMap<number, Wait> = new Map(process.arch === 'x64' ? onX64 : onOthers);

const others: ReadonlyMap<number, string> = new Map(
  process.arch === 'x64'
    ? [
        [0, 'read'],
        [1, 'write'],
        [20, 'writev'],
        [40, 'sendfile'],
        [43, 'accept'],
        [44, 'sendto'],
        [45, 'recvfrom'],
        [46, 'sendmsg'],
        [47, 'recvmsg'],
        [288, 'accept4'],
      ]
    : [
        [63, 'read'],
        [64, 'write'],
        [66, 'writev'],
        [71, 'sendfile'],
        [202, 'accept'],
        [206, 'sendto'],
        [207, 'recvfrom'],
        [211, 'sendmsg'],
        [212, 'recvmsg'],
        [242, 'accept4'],
      ],
);
