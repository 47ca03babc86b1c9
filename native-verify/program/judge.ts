// The judging process: isolated where that is possible, told its job by the first line of standard input, answers by one
// line of JSON on standard output. When its input closes before, whoever asked has gone, and it ends with all it started.
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { release } from 'node:os';
import type { Verdict } from '../../analysis/verdict.js';
import { loadLibc } from '../libc.js';
import { driveNamed, driveNames } from './drives.js';
import type { Job, RuleResult } from './entry.js';
import { parseJob } from './job.js';
import { bringLoopbackUp } from './loopback.js';
import { withSession, Fruitless, endSessions } from './session.js';
import type { Session, Stage } from './session.js';
import type { Found, Trial } from './trial.js';
import { trials } from './trials.js';

/** The folder of what was built, which nobody else removes if the one who asked is gone. */
let made: string | null = null;

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  void answer(line);
});
process.stdin.once('close', () => {
  void endSessions().then(() => (made === null ? undefined : rm(made, { recursive: true, force: true })));
});
// Whoever asked may have gone; then there is nobody to tell.
process.stdout.on('error', () => {
  void endSessions();
});

async function answer(line: string): Promise<void> {
  const job = parseJob(line);
  made = job?.out ?? null;
  const results = job === null ? [] : await judge(job);
  process.stdout.write(`${JSON.stringify({ results })}\n`);
}

async function judge(job: Job): Promise<readonly RuleResult[]> {
  const libc = await loadLibc();
  const drive = driveNamed(job.drive);
  const refused =
    'absent' in libc
      ? libc.absent
      : drive === null
        ? `the drive '${job.drive ?? ''}' is not known; there are ${driveNames()}`
        : null;
  if ('absent' in libc || drive === null) return trials.map(({ rule }) => refusal(rule, refused ?? '', job.seed));
  const alone = job.isolated ? bringLoopbackUp(libc) : null;
  if (alone !== null) return trials.map(({ rule }) => refusal(rule, alone, job.seed));
  return judgeAll({ libc, job, drive, deadline: performance.now() + job.limitMilliseconds });
}

async function judgeAll(stage: Stage): Promise<readonly RuleResult[]> {
  const results: RuleResult[] = [];
  for (const trial of trials) {
    // A program that cannot be run for one rule cannot be run for the next one either.
    const hopeless = results.find(
      ({ verdict }) => verdict.state === 'not-executable' && verdict.transcript.length === 0,
    );
    const reason = hopeless?.verdict.reason ?? null;
    results.push(reason === null ? await judgeOne(stage, trial) : refusal(trial.rule, reason, stage.job.seed));
  }
  return results;
}

interface Ran {
  readonly found: Found | null;
  readonly transcript: readonly string[];
  /** Why nothing was found out. */
  readonly failed: string | null;
}

async function judgeOne(stage: Stage, trial: Trial): Promise<RuleResult> {
  const bad = await run(stage, (session) => trial.act(session));
  const control: Ran =
    bad.failed === null
      ? await run(stage, (session) => trial.control(session))
      : { found: null, transcript: [], failed: null };
  const verdict: Verdict = {
    about: 'program',
    tier: 'program',
    ...judged(trial, bad, control, stage),
    transcript: bad.transcript,
    control: control.transcript,
    kernel: release(),
    seed: stage.job.seed,
  };
  const seen = bad.found?.observation ?? null;
  // What was seen and could not be decided stays a suspicion.
  const state = verdict.state === 'not-executable' ? 'suspected' : verdict.state;
  const observation = seen === null ? null : { ...seen, state, story: bad.transcript };
  return { rule: trial.rule, verdict, observation };
}

async function run(stage: Stage, act: (session: Session) => Promise<Found>): Promise<Ran> {
  let transcript: readonly string[] = [];
  try {
    const found = await withSession(stage, async (session) => {
      try {
        return await act(session);
      } finally {
        transcript = session.transcript;
      }
    });
    return { found, transcript, failed: null };
  } catch (error) {
    if (error instanceof Fruitless) return { found: null, transcript, failed: error.message };
    return { found: null, transcript, failed: error instanceof Error ? error.message : String(error) };
  }
}

function judged({ rule }: Trial, bad: Ran, control: Ran, { drive }: Stage): Pick<Verdict, 'state' | 'reason'> {
  if (bad.found === null) return { state: 'not-executable', reason: bad.failed };
  const { left, doubt, undecided } = bad.found;
  if (left === null && rule === 'partial-write-dropped' && drive.missing === null) {
    return { state: 'not-executable', reason: `with the drive '${drive.name}' it is not known what is owed` };
  }
  if (left === null) return { state: 'not-reproduced', reason: 'nothing is left behind' };
  if (doubt !== null)
    return { state: undecided ? 'not-executable' : 'not-reproduced', reason: `${left}, but ${doubt}` };
  if (control.found === null) return { state: 'not-executable', reason: `in the control ${control.failed ?? ''}` };
  if (control.found.left !== null) {
    return { state: 'not-reproduced', reason: `${left}, but the same is left behind without the trigger` };
  }
  return { state: 'confirmed', reason: null };
}

function refusal(rule: Trial['rule'], reason: string, seed: number): RuleResult {
  const verdict: Verdict = {
    about: 'program',
    tier: 'program',
    state: 'not-executable',
    transcript: [],
    control: [],
    reason,
    kernel: release(),
    seed,
  };
  return { rule, verdict, observation: null };
}
