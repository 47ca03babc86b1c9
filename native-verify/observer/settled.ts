// Waits until a process has come to rest: every thread sleeps in a wait, and nothing that is under way will wake it.
import { setTimeout as pause } from 'node:timers/promises';
import type { ThreadSnapshot } from './threads.js';
import { threadsOf } from './threads.js';

export interface Settled {
  readonly threads: readonly ThreadSnapshot[];
  /** Every thread is in a wait; false when one sleeps in a blocking transfer, and so is deaf to everything else. */
  readonly waiting: boolean;
  /** Some thread's wait has a time-out that has not passed twice yet, so that it may still change things. */
  readonly pending: boolean;
}

export interface SettleOptions {
  readonly boundMs?: number;
  /** Looks in a row that must be equal. */
  readonly looks?: number;
}

/** Null when the process spins up to the bound, is stopped, or has ended. */
export async function settled(pid: number, options: SettleOptions = {}): Promise<Settled | null> {
  const { boundMs = 1500, looks = 4 } = options;
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
      if (equal >= looks && !now.some(isTimed)) return rest(now, false);
      if (turns(first, now) >= enoughTurns) return rest(now, false);
    }
    if (performance.now() > end) break;
    await pause(1);
  }
  return before !== null && equal >= looks ? rest(before, turns(first ?? before, before) < enoughTurns) : null;
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

/** How often every thread that has a time-out went to sleep since; a process without one has no turns. */
function turns(before: readonly ThreadSnapshot[], now: readonly ThreadSnapshot[]): number {
  const counts = now.flatMap((thread, at) => (isTimed(thread) ? [thread.switches - (before[at]?.switches ?? 0)] : []));
  return counts.length === 0 ? 0 : Math.min(...counts);
}
