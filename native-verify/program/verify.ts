// The program tier: builds the user's program, has it run, driven and watched in a judging process of its own, and
// leaves nothing behind, whatever happens.
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { processesWith } from '../observer/family.js';
import { build } from './build.js';
import type { Job, ProgramEntry, ProgramOptions, ProgramReport, RuleResult } from './entry.js';
import { programRules } from './entry.js';
import { parseResults } from './job.js';
import { signalTo, softDescriptors } from './launch.js';

export async function verifyProgram(entry: ProgramEntry, options: ProgramOptions = {}): Promise<ProgramReport> {
  const { seed = 1, limitMilliseconds = 20_000 } = options;
  const isolated = options.isolate !== false && canIsolate();
  const surroundings = inWords(isolated, options.isolate !== false);
  const out = await mkdtemp(join(tmpdir(), 'mux-lint-program-'));
  try {
    const unbuilt = await build(entry, out, limitMilliseconds);
    if (unbuilt !== null) return { results: allRefused(unbuilt, seed), surroundings };
    const { run, folder, drive } = entry;
    const token = `mux-lint-${randomUUID()}`;
    const job = { run, folder, out, drive, seed, limitMilliseconds, token, isolated };
    const results = await judged(job, options.judge ?? judgeBeside());
    return { results: results.map((one) => placed(one, surroundings)), surroundings };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

function inWords(isolated: boolean, isWanted: boolean): string {
  if (isolated) return 'in a network and among processes of its own';
  return `with the network and the processes of this machine, ${isWanted ? 'which could not be' : 'not'} taken away`;
}

/** Where it ran is a part of what was executed. */
function placed(result: RuleResult, surroundings: string): RuleResult {
  const { verdict } = result;
  if (verdict.transcript.length === 0) return result;
  const first = `the program runs ${surroundings}, with ${softDescriptors} descriptors at most`;
  return { ...result, verdict: { ...verdict, transcript: [first, ...verdict.transcript] } };
}

function judgeBeside(): string {
  return fileURLToPath(new URL('./judge.js', import.meta.url));
}

// A namespace of users gives the right to make the others; with that of processes the kernel itself ends whatever the
// program has started, as soon as the judging process ends.
const isolation = ['unshare', '-Urnpf', '--kill-child', '--mount-proc'] as const;

let isolates: boolean | null = null;

function canIsolate(): boolean {
  const [command, ...args] = isolation;
  isolates ??= spawnSync(command, [...args, 'true']).status === 0;
  return isolates;
}

async function judged(job: Job, program: string): Promise<readonly RuleResult[]> {
  const node = [process.execPath, program];
  const [command, ...args] = job.isolated ? [...isolation, ...node] : node;
  const child = spawn(command ?? process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  try {
    return await resultsOf(child, job);
  } finally {
    child.kill('SIGKILL');
    // Without isolation, what has let go of its parent is found by the token in its environment.
    for (let turn = 0; turn < 50; turn += 1) {
      const left = job.isolated ? [] : processesWith(job.token);
      if (left.length === 0) break;
      for (const pid of left) signalTo(pid, 'SIGKILL');
    }
  }
}

function resultsOf(child: ChildProcess, job: Job): Promise<readonly RuleResult[]> {
  return new Promise((settle) => {
    let results: readonly RuleResult[] | null = null;
    let complaint = '';
    // The judge keeps its own time; this one is for a judge that hangs.
    const timer = setTimeout(() => child.kill('SIGKILL'), job.limitMilliseconds + 5000);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint ||= /^(?:\w*Error\b|unshare:).*$/mu.exec(text)?.[0] ?? '';
    });
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        results ??= parseResults(line);
        child.stdin?.end();
      });
    }
    // A write to a judge that has just died fails here; its end is told by 'close'.
    child.stdin?.on('error', () => undefined);
    child.stdin?.write(`${JSON.stringify(job)}\n`);
    child.once('error', (error) => {
      complaint = error.message;
    });
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      const how = [signal ?? `status ${status ?? 'unknown'}`, complaint].filter((part) => part !== '').join(', ');
      settle(results ?? allRefused(`the judging process ended (${how}) before it answered`, job.seed));
    });
  });
}

function allRefused(reason: string, seed: number): readonly RuleResult[] {
  const verdict = { about: 'program', tier: 'program', state: 'not-executable' } as const;
  return programRules.map((rule) => ({
    rule,
    verdict: { ...verdict, transcript: [], control: [], reason, kernel: release(), seed },
    observation: null,
  }));
}
