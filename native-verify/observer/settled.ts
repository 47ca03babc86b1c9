// Waits until a process has come to rest: every thread sleeps in a wait, and nothing that is under way will wake it.
import { setTimeout as pause } from 'node:timers/promises';
import type { ThreadSnapshot } from './threads.js';
import { threadsOf } from './threads.js';

export interface Settled {
  readonly threads: readonly ThreadSnapshot[];
  /** Every thread is in a wait; false when one sleeps in a blocking transfer, and so is deaf to everything else. */
  readonly waiting: boolean;
  /** Some thread's wait has a time-out that has not passed often enough yet, so that it may still change things. */
  readonly pending: boolean;
}

export interface SettleOptions {
  readonly boundMs?: number;
  /** Looks in a row that must be equal. */
  readonly looks?: number;
  /** How often every time-out has to pass before; with 0 a sleep that will end by itself is good enough. */
  readonly turns?: number;
}

/** Null when the process spins up to the bound, is stopped, or has ended. */
export async function settled(pid: number, options: SettleOptions = {}): Promise<Settled | null> {
  const { boundMs = 1500, looks = 4, turns = enoughTurns } = options;
  const end = performance.now() + boundMs;
  let first: readonly ThreadSnapshot[] | null = null;
  let before: readonly ThreadSnapshot[] | null = null;
  let equal = 0;
  for (;;) {
    const now = threadsOf(pid);
    if (now === null) return null;
    if (now.some(({ call }) => call === null)) {
      equal = 0;
    } else {
      equal = before !== null && sameSleep(before, now) ? equal + 1 : 0;
      first = first !== null && sameThreads(first, now) ? first : now;
      before = now;
      const passed = turnsSince(first, now);
      if (passed >= enoughTurns && passed !== Infinity) return rest(now, false);
      if (equal >= looks && passed >= turns) return rest(now, now.some(isTimed));
    }
    if (performance.now() > end) break;
    await pause(1);
  }
  return before !== null && equal >= looks ? rest(before, before.some(isTimed)) : null;
}

/** Returns of every timed wait after which a loop has done what it does by the clock. */
const enoughTurns = 2;

function rest(threads: readonly ThreadSnapshot[], pending: boolean): Settled {
  return { threads, waiting: threads.every(({ call }) => call?.waits === true), pending };
}

function isTimed({ call }: ThreadSnapshot): boolean {
  return call?.timed === true;
}

/** Nobody woke, not even for a moment: the counter of sleeps would show it. */
function sameSleep(before: readonly ThreadSnapshot[], now: readonly ThreadSnapshot[]): boolean {
  return sameThreads(before, now) && now.every(({ switches }, at) => before[at]?.switches === switches);
}

function sameThreads(before: readonly ThreadSnapshot[], now: readonly ThreadSnapshot[]): boolean {
  return before.length === now.length && now.every(({ tid }, at) => before[at]?.tid === tid);
}

/** How often every thread that has a time-out went to sleep since: without such a thread there is nothing to pass. */
function turnsSince(before: readonly ThreadSnapshot[], now: readonly ThreadSnapshot[]): number {
  const counts = now.flatMap((thread, at) => (isTimed(thread) ? [thread.switches - (before[at]?.switches ?? 0)] : []));
  return counts.length === 0 ? Infinity : Math.min(...counts);
}
