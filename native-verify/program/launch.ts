// Starts the program as its user would: default signals, the usual limit of descriptors, nothing on standard input.
// Limits on memory, output and processor time hold from the first moment, and its end takes all its descendants along.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { familyOf, memoryOf, processesWith } from '../observer/family.js';
import type { Job } from './entry.js';
import { shellFor } from './shell.js';

export interface Launched {
  readonly pid: number;
  /** All processes of the program that run now. */
  family(): readonly number[];
  /** What became of it, in words; null while it runs as it should. */
  fate(): string | null;
  end(): Promise<void>;
}

/** Node raises its own soft limit of descriptors, and children inherit that; this is the usual one. */
export const softDescriptors = 1024;

const mostMemory = 1 << 30;
const mostOutput = 8 << 20;

// Seconds of processor time, blocks of 512 bytes in a file, and no core file; the hard limit of descriptors stays.
const limits = `ulimit -Sn ${softDescriptors} 2>/dev/null; ulimit -t 30; ulimit -f 131072; ulimit -c 0`;

export async function launch(job: Pick<Job, 'run' | 'folder' | 'out' | 'token'>): Promise<Launched> {
  const [command, ...args] = shellFor(job.run, limits);
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: job.folder,
    env: { ...process.env, OUT: job.out, MUX_LINT_RUN: job.token },
    detached: true,
  });
  return follow(child, job.token);
}

async function follow(child: ChildProcess, token: string): Promise<Launched> {
  const over = watchOver(child);
  const closed = new Promise<void>((settle) => {
    child.once('close', () => {
      settle();
    });
  });
  await new Promise<void>((settle, fail) => {
    child.once('spawn', () => {
      settle();
    });
    child.once('error', fail);
  });
  const pid = child.pid ?? 0;
  const family = (): readonly number[] => [...new Set([...familyOf(pid), ...processesWith(token)])];
  const timer = setInterval(() => {
    if (family().reduce((sum, one) => sum + memoryOf(one), 0) <= mostMemory) return;
    over.blame(`it takes more than ${mostMemory >> 20} MB of memory`);
    killAll(family);
  }, 50);
  return {
    pid,
    family,
    fate: () => over.fate(),
    end: async () => {
      clearInterval(timer);
      killAll(family);
      child.stdout?.destroy();
      child.stderr?.destroy();
      await closed;
    },
  };
}

/** Counts the output, keeps the first words of a complaint, and knows how it ended. */
function watchOver(child: ChildProcess): { fate: () => string | null; blame: (why: string) => void } {
  let blamed: string | null = null;
  let output = 0;
  let complaint = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.length;
      if (stream === child.stderr && complaint.length < 400) complaint += chunk.toString('utf8').slice(0, 400);
      if (output <= mostOutput) return;
      blamed ??= `it prints more than ${mostOutput >> 20} MB`;
      child.kill('SIGKILL');
    });
  }
  return {
    fate: () => blamed ?? ended(child, complaint),
    blame: (why) => {
      blamed ??= why;
    },
  };
}

function ended({ exitCode, signalCode }: ChildProcess, complaint: string): string | null {
  const said = complaint.trim().split('\n')[0] ?? '';
  const words = said === '' ? '' : `: ${said.slice(0, 200)}`;
  if (signalCode !== null) return `it was ended by ${signalCode}${words}`;
  // A shell tells the signal that ended its child by a status above 128.
  return exitCode === null ? null : `it ended with status ${exitCode}${words}`;
}

/** One after the other by its number, until nobody is left; a process that forks meanwhile is met in the next turn. */
function killAll(family: () => readonly number[]): void {
  for (let turn = 0; turn < 50; turn += 1) {
    const left = family();
    if (left.length === 0) return;
    for (const pid of left) signalTo(pid, 'SIGKILL');
  }
}

/** False when the process has gone. */
export function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
