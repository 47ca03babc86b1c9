// One compiled function as a running process: started with the staged descriptors, looked at from outside, and ended.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Descriptor, Kernel } from '../kernel.js';
import type { Entry, Stage } from '../scenario.js';
import type { Rest } from './rest.js';
import { restOf } from './rest.js';

export interface Subject {
  readonly pid: number;
  /** The number that a handed descriptor has in the process. */
  numberOf(fd: Descriptor): number;
  /** Whether the function came back from its only call. */
  returned(): boolean;
  /** Waits until the process is at rest in a wait; null when it spins, blocks elsewhere or has ended. */
  rest(): Promise<Rest | null>;
}

export interface Start {
  readonly executable: number;
  readonly index: number;
  readonly entry: Entry;
}

export interface Running extends Subject {
  /** What became of it, in words, where it did not come to rest. */
  fate(): string;
  /** Under which limits it runs, in words. */
  limits(): string;
  end(): Promise<void>;
}

/** The numbers of the standard streams come first, so the handed descriptors start here. */
const firstHanded = 3;

/** The soft limit of most systems: Node raises its own, and children inherit that. */
const softDescriptors = 1024;

export async function startSubject(kernel: Kernel, stage: Stage, start: Start): Promise<Running> {
  const { handed, size, again } = stage;
  const report = firstHanded + handed.length;
  const numbers = handed.map((_, at) => String(firstHanded + at));
  const numeric = [start.index, start.entry, again ? 1 : 0, size, report, softDescriptors, process.pid].map(String);
  const child = spawn(`/proc/${process.pid}/fd/${start.executable}`, [...numeric, ...numbers], {
    stdio: ['ignore', 'ignore', 'ignore', ...handed.map(({ number }) => number), 'pipe'],
    env: { PATH: '/usr/bin:/bin' },
    cwd: '/',
    detached: true,
  });
  const running = await follow(child, report, handed);
  // Only the process may hold them now, as in life: a copy of ours would keep registrations and connections alive.
  kernel.quietly(() => {
    for (const fd of handed) kernel.close(fd);
  });
  return running;
}

async function follow(child: ChildProcess, report: number, handed: readonly Descriptor[]): Promise<Running> {
  const told: string[] = [];
  const ended = new Promise<void>((settle) => {
    child.once('exit', () => {
      settle();
    });
    child.once('error', () => {
      settle();
    });
  });
  const calling = new Promise<void>((settle) => {
    const lines = createInterface({ input: readable(child.stdio[report]) });
    lines.on('line', (line) => {
      told.push(line);
      if (line === 'calling') settle();
    });
  });
  await Promise.race([calling, ended]);
  const pid = child.pid;
  if (pid === undefined) throw new Error('the executable does not start');
  const over = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    numberOf: (fd) => firstHanded + handed.indexOf(fd),
    returned: () => told.includes('returned'),
    rest: () => restOf(pid, over),
    fate: () => fate(child),
    limits: () => limitsIn(told),
    end: async () => {
      // The group: what the function has forked goes with it.
      if (!over()) killGroup(pid);
      await ended;
    },
  };
}

function fate(child: ChildProcess): string {
  if (child.signalCode !== null) return `the process was ended by ${child.signalCode}`;
  if (child.exitCode !== null) return `the process ended with status ${child.exitCode}`;
  return 'the process never comes to rest in a wait';
}

/** From the driver's line `limits SOFT isolated|shared`. */
function limitsIn(told: readonly string[]): string {
  const [, soft, network] = told.find((line) => line.startsWith('limits '))?.split(' ') ?? [];
  const where = network === 'isolated' ? 'without a network' : 'with the network, which could not be taken away';
  return `with ${soft ?? 'unknown'} descriptors at most and ${where}`;
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended by itself between the look and the signal.
  }
}

function readable(stream: unknown): Readable {
  if (isReadable(stream)) return stream;
  throw new Error('the report pipe is missing');
}

function isReadable(stream: unknown): stream is Readable {
  return typeof stream === 'object' && stream !== null && 'on' in stream;
}
