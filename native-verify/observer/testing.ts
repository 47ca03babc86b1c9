// For tests: a small C program, compiled and run as a child, to be looked at.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CompiledSubject {
  readonly pid: number;
  /** The first line that it prints. */
  readonly firstLine: Promise<string>;
  /** All lines, once it has ended by itself. */
  readonly allLines: Promise<readonly string[]>;
  end(): Promise<void>;
}

export function startCompiled(source: string): CompiledSubject {
  const folder = mkdtempSync(join(tmpdir(), 'mux-lint-subject-'));
  try {
    const file = join(folder, 'subject.c');
    writeFileSync(file, source);
    const cc = spawnSync('cc', ['-w', '-O1', '-pthread', '-o', join(folder, 'subject'), file], { encoding: 'utf8' });
    if (cc.status !== 0) throw new Error(cc.stderr);
    return follow(spawn(join(folder, 'subject'), [], { stdio: ['pipe', 'pipe', 'inherit'] }));
  } finally {
    // The child holds its executable; the name is not needed any more once it runs.
    rmSync(folder, { recursive: true, force: true });
  }
}

function follow(child: ChildProcess): CompiledSubject {
  const lines: string[] = [];
  const ended = new Promise<void>((settle) => {
    child.once('close', () => {
      settle();
    });
  });
  const firstLine = new Promise<string>((settle) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      settle(line);
    });
  });
  return {
    pid: child.pid ?? 0,
    firstLine,
    allLines: ended.then(() => lines),
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
