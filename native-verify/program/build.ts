// Builds a program by its own command, which is told by `$OUT` where to put what it makes.
import { spawn } from 'node:child_process';
import type { ProgramEntry } from './entry.js';
import { shellFor } from './shell.js';

/** Null when it is built, otherwise the first complaint, in one line. */
export function build(entry: ProgramEntry, out: string, limitMilliseconds: number): Promise<string | null> {
  const command = entry.build;
  if (command === null) return Promise.resolve(null);
  return new Promise((settle) => {
    const [shell, ...args] = shellFor(command);
    const child = spawn(shell, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: entry.folder,
      env: { ...process.env, LC_ALL: 'C', OUT: out },
      detached: true,
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (told.length < mostTold) told += text.slice(0, mostTold);
      });
    }
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child.pid);
    }, limitMilliseconds);
    child.once('error', (error) => {
      clearTimeout(timer);
      settle(`it does not build: ${error.message}`);
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      // What the command has left running in the background goes with it.
      killGroup(child.pid);
      if (late) settle(`it does not build within ${limitMilliseconds} ms`);
      else settle(status === 0 ? null : `it does not build: ${complaint(told, status)}`);
    });
  });
}

const mostTold = 64_000;

function complaint(told: string, status: number | null): string {
  const lines = told.split('\n').filter((line) => line.trim() !== '');
  const first = lines.find((line) => /\b(?:error|not found)\b/iu.test(line)) ?? lines[0];
  return first?.trim().slice(0, 300) ?? `the command ended with status ${status ?? 'unknown'}`;
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended, as it should.
  }
}
