// The code tier: the flagged function itself, compiled and called on real descriptors, with the trigger and without it.
import { release } from 'node:os';
import type { Verdict } from '../../analysis/verdict.js';
import { Kernel } from '../kernel.js';
import { notExecutable } from '../kernel-tier.js';
import type { Libc } from '../libc.js';
import type { CodeRequest } from '../protocol.js';
import type { Entry, Scenario } from '../scenario.js';
import { damage, isOpen, whyNot, type Seen } from '../seen.js';
import type { NotCompiled } from './compile.js';
import { executableOf, forgetExecutables, functionsOf } from './compile.js';
import type { Callable } from './signature.js';
import { entryParameters } from './signature.js';
import type { Running, Start } from './subject.js';
import { startSubject } from './subject.js';

export async function judgeFunction(libc: Libc, scenario: Scenario, request: CodeRequest): Promise<Verdict> {
  const { seed } = request;
  const executable = await executableOf({ ...request, sanitizer: scenario.sanitizer });
  if ('reason' in executable) return notExecutable('code', executable.reason, seed);
  const called = calledFor(executable.functions, request.function, scenario.entry);
  if ('reason' in called) return notExecutable('code', called.reason, seed);
  const start = {
    executable: executable.descriptor,
    index: executable.functions.indexOf(called),
    entry: called.entry,
    through: called.name === request.function ? null : called.name,
  };
  const bad = await run(libc, scenario, start, { trigger: true, seed });
  if (bad.seen === null) return { ...notExecutable('code', bad.fate, seed), transcript: bad.transcript };
  const control = await controlOf(libc, scenario, start, seed);
  const told = judged(scenario, bad.seen, control);
  return {
    about: 'function',
    tier: 'code',
    ...told,
    transcript: bad.transcript,
    control: control.transcript,
    kernel: release(),
    seed,
  };
}

/** The function itself where an entry fits it, or the only one that leads to it. */
function calledFor(functions: readonly Callable[], name: string, entry: Entry): Callable | NotCompiled {
  const fitting = functions.filter((one) => one.entry === entry);
  const itself = fitting.find((one) => one.name === name);
  if (itself !== undefined) return itself;
  const leading = fitting.filter(({ reaches }) => reaches.has(name));
  const [only] = leading;
  if (only !== undefined && leading.length === 1) return only;
  const form = `the driver can call only a function of the form ${name} ${entryParameters[entry]}`;
  const names = leading.map((one) => one.name).join(', ');
  return { reason: only === undefined ? form : `${form}, and several lead to ${name}: ${names}` };
}

/** The names of the functions that the driver can call for an entry. */
export async function listFunctions(file: string, entry: Entry): Promise<readonly string[]> {
  const found = await functionsOf({ file, flags: [] });
  return 'reason' in found ? [] : found.filter((one) => one.entry === entry).map(({ name }) => name);
}

/** Ends what runs and lets go of the executables. */
export async function endCodeTier(): Promise<void> {
  await Promise.all([...running].map((subject) => subject.end()));
  await forgetExecutables();
}

const running = new Set<Running>();

type Called = Start & { readonly through: string | null };

interface Ran {
  readonly seen: Seen | null;
  readonly transcript: readonly string[];
  /** Why nothing was seen. */
  readonly fate: string;
}

async function run(
  libc: Libc,
  scenario: Scenario,
  start: Called,
  { trigger, seed }: { readonly trigger: boolean; readonly seed: number },
): Promise<Ran> {
  const kernel = new Kernel(libc);
  let subject: Running | null = null;
  try {
    const stage = scenario.stage(kernel, trigger, seed);
    subject = await startSubject(kernel, stage, start);
    running.add(subject);
    kernel.note(`${start.through ?? 'the function'} runs, ${subject.limits()}`);
    const seen = await stage.observe(subject);
    return { seen, transcript: kernel.transcript, fate: subject.fate() };
  } catch (error) {
    const fate = error instanceof Error ? error.message : String(error);
    return { seen: null, transcript: kernel.transcript, fate };
  } finally {
    if (subject !== null) {
      await subject.end();
      running.delete(subject);
    }
    kernel.closeAll();
  }
}

/** The same without the trigger; where there is none, the reason why is all that can be said. */
async function controlOf(libc: Libc, scenario: Scenario, start: Called, seed: number): Promise<Ran> {
  if (scenario.untriggered === undefined) return run(libc, scenario, start, { trigger: false, seed });
  return { seen: damage(false, scenario.untriggered), transcript: [`no trigger: ${scenario.untriggered}`], fate: '' };
}

function judged(scenario: Scenario, seen: Seen, control: Ran): Pick<Verdict, 'state' | 'reason'> {
  if (isOpen(seen)) {
    return { state: 'not-executable', reason: 'it sleeps with a time-out that did not pass while it was watched' };
  }
  if (scenario.relation(seen) === 'not') return { state: 'not-reproduced', reason: whyNot(seen) };
  if (control.seen === null) return { state: 'not-executable', reason: `in the control ${control.fate}` };
  if (scenario.relation(control.seen) === 'reproduced') {
    return { state: 'not-reproduced', reason: 'the same happens without the trigger, so it has another cause' };
  }
  return { state: 'confirmed', reason: null };
}
