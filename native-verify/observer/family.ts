// A process and all that descends from it, from /proc. A child that lets go of its parent (a daemon) is found by a token
// in its environment.
import { readFileSync, readdirSync } from 'node:fs';

/** The process itself first; those that have ended but were not waited for are left out. */
export function familyOf(pid: number): readonly number[] {
  const found: number[] = [];
  const open = [pid];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (found.includes(next) || isZombie(next)) continue;
    found.push(next);
    open.push(...childrenOf(next));
  }
  return found;
}

/** Every process that was started with `TOKEN` in its environment and still runs. */
export function processesWith(token: string): readonly number[] {
  const wanted = Buffer.from(token);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && (environmentOf(pid)?.includes(wanted) ?? false));
}

/** Resident memory of a process in bytes; 0 when it has ended. */
export function memoryOf(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1] ?? '0');
    return pages * 4096;
  } catch {
    return 0;
  }
}

function isZombie(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.[0];
    return state === 'Z' || state === 'X';
  } catch {
    return true;
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
      readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

function environmentOf(pid: number): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    // It has ended, or belongs to somebody else and so is none of ours.
    return null;
  }
}
