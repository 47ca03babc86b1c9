// Runs the real program, compiled, as a user does.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageFolder } from './package.js';

export const program = join(packageFolder, 'dist', 'cli', 'main.js');

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without a terminal and without the colour settings of whoever runs the tests. */
export function muxLint(folder: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:NO|FORCE)_COLOR$/.test(name)));
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...bare, LC_ALL: 'C.UTF-8', ...env },
    maxBuffer: 64 << 20,
  });
  return { status, stdout, stderr };
}
