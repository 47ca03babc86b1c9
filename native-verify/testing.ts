// What the tests of the verifier share: the compiled child, and whether this machine can compile C.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';
import { loadLibc } from './libc.js';

/** The child runs compiled, as it does for users; `npm test` builds first. */
export const childProgram = fileURLToPath(new URL('../dist/native-verify/child.js', import.meta.url));

const libc = await loadLibc();

/** Why no scenario can be staged here; null where it can. */
export const noKernel: string | null = 'absent' in libc ? libc.absent : null;

/** Why functions cannot be executed here; null where they can. */
export const noCode: string | null = noKernel ?? (hasCompiler() ? null : 'no C compiler (cc) on PATH');

/** For `beforeEach`: skips with the reason, which the last lines of a run repeat. */
export function needs(absent: string | null): (context: TestContext) => void {
  return (context) => {
    if (absent !== null) context.skip(absent);
  };
}

function hasCompiler(): boolean {
  return spawnSync('cc', ['--version']).status === 0;
}

/** Polls a condition with a bound, since a process takes its time to end. */
export async function eventually(holds: () => boolean, milliseconds = 5000): Promise<boolean> {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    if (holds()) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return holds();
}

/** A process that has ended but was not waited for still has a folder; its state says so. */
export function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}
