// `mux-lint verify [PATH...]`: lints, then puts the findings to the proof in processes of the verifier's own.
import { resolve } from 'node:path';
import type { Finding } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';
import type { Question } from '../native-verify/client.js';
import { reportOf, type ProgramRun } from '../report/report.js';
import { lintPaths, type WorkspaceResult } from '../workspace/lint-paths.js';
import type { Arguments } from './arguments.js';
import { tellTroubles, workspaceOptions } from './check.js';
import { exitCode } from './exit-code.js';
import { errorLine } from './messages.js';
import { writeReports } from './output.js';
import type { Surroundings } from './run.js';

export async function verify(args: Arguments, around: Surroundings): Promise<number> {
  const options = await workspaceOptions(args, around);
  if (options === null) return 2;
  const result = await lintPaths(args.words, options);
  const shown = result.findings.filter(({ severity }) => args.hints || severity !== 'hint');
  const proof = await prove(result, shown, args);
  const report = reportOf(result, { hints: args.hints, ...proof });
  const unwritten = await writeReports(report, args, around);
  tellTroubles(result, args, around);
  around.stderr.write(proof.impossible.map((reason) => errorLine(`not verified: ${reason}`)).join(''));
  return exitCode({
    severities: [...report.findings.map(({ severity }) => severity), ...confirmed(proof.programs ?? [])],
    failLevel: args.failLevel,
    problems: result.problems.length + unwritten,
    failures: result.failures.length,
    incomplete: args.strictComplete && result.gaps.length > 0,
    unverifiable: proof.impossible.length > 0,
  });
}

interface Proof {
  readonly verdicts: ReadonlyMap<Finding, readonly Verdict[]>;
  readonly programs?: readonly ProgramRun[];
  /** What was demanded and could not be executed here, in words. */
  readonly impossible: readonly string[];
}

/** A confirmed bug of a program counts as an error, whether it was found by reading as more than a hint, or not. */
function confirmed(programs: readonly ProgramRun[]): readonly 'error'[] {
  const results = programs.flatMap((one) => one.results);
  return results.some(({ verdict }) => verdict.state === 'confirmed') ? ['error'] : [];
}

async function prove(result: WorkspaceResult, shown: readonly Finding[], args: Arguments): Promise<Proof> {
  const proofs: Proof[] = [];
  if (args.code || !args.program) proofs.push(await proveFindings(shown, result.flags, args));
  if (args.program) proofs.push(await provePrograms(result, args));
  const verdicts = shown.map((finding) => {
    return [finding, proofs.flatMap((proof) => proof.verdicts.get(finding) ?? [])] as const;
  });
  const programs = proofs.at(-1)?.programs;
  return {
    verdicts: new Map(verdicts),
    ...(programs === undefined ? {} : { programs }),
    impossible: proofs.flatMap(({ impossible }) => impossible),
  };
}

/** The kernel tier, or the code tier where it is demanded: one warm child answers for all findings. */
async function proveFindings(
  findings: readonly Finding[],
  flags: WorkspaceResult['flags'],
  { code, seed }: Arguments,
): Promise<Proof> {
  if (findings.length === 0) return { verdicts: new Map(), impossible: [] };
  const { VerifierClient } = await import('../native-verify/client.js');
  const client = new VerifierClient();
  try {
    const asked = findings.map(async (finding) => {
      const question = code ? codeQuestion(finding, flags, seed) : kernelQuestion(finding, seed);
      return [finding, [await client.verify(question)]] as const;
    });
    const verdicts = new Map(await Promise.all(asked));
    const all = [...verdicts.values()].flat();
    const isNone = all.every(({ state }) => state === 'not-executable');
    return { verdicts, impossible: isNone ? [all[0]?.reason ?? 'nothing could be executed'] : [] };
  } finally {
    await client.close();
  }
}

function kernelQuestion({ rule, specimen }: Finding, seed: number): Question {
  return { tier: 'kernel', rule, specimen, seed };
}

/** A finding at file scope names no function, and the verifier says that it cannot call it. */
function codeQuestion(
  { rule, file, function: name }: Finding,
  flags: WorkspaceResult['flags'],
  seed: number,
): Question {
  return { tier: 'code', rule, file: resolve(file), function: name ?? '', seed, flags: flags.get(file) ?? [] };
}

async function provePrograms(result: WorkspaceResult, args: Arguments): Promise<Proof> {
  const { judgePrograms, loadJudge } = await import('./programs.js');
  const { runs, verdicts, notExecuted } = await judgePrograms(result, await loadJudge(), args);
  const none = "'programs' of mux-lint.json names none of these files";
  return { verdicts, programs: runs, impossible: runs.length === 0 ? [none] : notExecuted };
}
