// One compiled function as a running process: started with the staged descriptors, looked at from outside, and ended.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { Descriptor, Kernel } from '../kernel.js';
import type { Entry, Stage } from '../scenario.js';
import { errnoName } from '../libc.js';
import type { Rest } from './rest.js';
import { restOf, spinOf } from './rest.js';

export interface Subject {
  readonly pid: number;
  /** The number that a handed descriptor has in the process. */
  numberOf(fd: Descriptor): number;
  /** Whether the function came back from its only call. */
  returned(): boolean;
  /** Waits until the process is at rest in a wait; null when it spins, blocks elsewhere or has ended. */
  rest(): Promise<Rest | null>;
  /** Waits until the process is at rest, has ended, or has burnt time of the processor without ever going to sleep: true. */
  spins(): Promise<boolean>;
  /** Waits until the process is at rest or has ended, and says by which signal or status it ended; null when it is there. */
  ended(): Promise<string | null>;
  /** The first failure of each call with each error, in order: `epoll_ctl fails with EINVAL`. */
  failures(): readonly string[];
  /** What the sanitizer says it has found, `stack-buffer-overflow`; null when it is silent. */
  sanitized(): string | null;
  /** Stops the process and lets it go on, as a shell or a debugger does: SIGSTOP, SIGCONT. */
  interrupt(): Promise<void>;
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
    stdio: ['ignore', 'ignore', 'pipe', ...handed.map(({ number }) => number), 'pipe'],
    env: { PATH: '/usr/bin:/bin', ASAN_OPTIONS: 'detect_leaks=0:exitcode=99' },
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
  const complaints = listen(child.stdio[2]);
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
    spins: () => spinOf(pid, over),
    ended: async () => {
      if ((await restOf(pid, over)) === null && !over()) await spinOf(pid, over);
      return over() ? fate(child) : null;
    },
    failures: () => told.flatMap((line) => failureIn(line)),
    sanitized: () => /ERROR: AddressSanitizer: ([\w-]+)/u.exec(complaints())?.[1] ?? null,
    interrupt: () => stopAndGo(pid),
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

/** From the driver's line `failed CALL ERRNO`. */
function failureIn(line: string): readonly string[] {
  const [, call, error] = /^failed (\w+) (\d+)$/u.exec(line) ?? [];
  return call === undefined ? [] : [`${call} fails with ${errnoName(Number(error))}`];
}

/** The first 64 KiB of what a stream says; the rest is read and dropped, so that nobody blocks on it. */
function listen(stream: unknown): () => string {
  let text = '';
  readable(stream).on('data', (piece: Buffer) => {
    if (text.length < 1 << 16) text += piece.toString();
  });
  return () => text;
}

/** Sends SIGCONT only once the kernel shows the process as stopped; both reach the process alone. */
async function stopAndGo(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  for (let look = 0; look < 1000 && !/^State:\s*T/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8')); look += 1)
    await pause(2);
  process.kill(pid, 'SIGCONT');
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
