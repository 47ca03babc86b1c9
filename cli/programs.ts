// `verify --program`: runs the configured programs through the verifier, and ties what it saw to the findings.
import { resolve } from 'node:path';
import type { Finding } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';
import type { ProgramEntry, ProgramOptions, ProgramReport } from '../native-verify/program/entry.js';
import type { ProgramRun } from '../report/report.js';
import type { Arguments } from './arguments.js';
import { findFiles, shownPath } from '../workspace/find-files.js';
import type { WorkspaceResult } from '../workspace/lint-paths.js';

export interface ProgramOutcome {
  readonly runs: readonly ProgramRun[];
  readonly verdicts: ReadonlyMap<Finding, readonly Verdict[]>;
  /** Sources of programs that could not be executed, with the reason. */
  readonly notExecuted: readonly string[];
}

export type Judge = (entry: ProgramEntry, options: ProgramOptions) => Promise<ProgramReport>;

/** One program after the other, since they share the machine on which they are watched. */
export async function judgePrograms(
  result: WorkspaceResult,
  judge: Judge,
  { seed, hints }: Pick<Arguments, 'seed' | 'hints'>,
): Promise<ProgramOutcome> {
  const runs: ProgramRun[] = [];
  const verdicts = new Map<Finding, Verdict[]>();
  const notExecuted: string[] = [];
  for (const { entry, files } of programsOf(result)) {
    const { results, surroundings } = await judge(entry, { seed });
    const judged = results.map(({ rule, verdict }) => {
      const own = result.findings.filter((finding) => finding.rule === rule && files.has(finding.file));
      for (const finding of own) verdicts.set(finding, [...(verdicts.get(finding) ?? []), verdict]);
      const allowed = result.allowed.filter(({ finding }) => finding.rule === rule && files.has(finding.file));
      const hidden = own.filter(({ severity }) => severity === 'hint' && !hints).length;
      return { rule, verdict, findings: own.length - hidden + allowed.length, hints: hidden };
    });
    runs.push({ sources: [...files].sort(), run: entry.run, surroundings, results: judged });
    const failed = results.every(({ verdict }) => verdict.state === 'not-executable');
    if (failed) notExecuted.push(`${[...files].join(' ')}: ${results[0]?.verdict.reason ?? 'it was not executed'}`);
  }
  return { runs, verdicts, notExecuted };
}

/** The verifier's starter of programs, by its address: the command line compiles against its types only. */
export async function loadJudge(): Promise<Judge> {
  const loaded: unknown = await import(new URL('../native-verify/program/verify.js', import.meta.url).href);
  const judge =
    typeof loaded === 'object' && loaded !== null && 'verifyProgram' in loaded ? loaded.verifyProgram : null;
  if (!isJudge(judge)) throw new Error('the verifier has no program tier');
  return judge;
}

function isJudge(value: unknown): value is Judge {
  return typeof value === 'function';
}

interface Chosen {
  readonly entry: ProgramEntry;
  /** Paths of its sources, as the findings name them. */
  readonly files: ReadonlySet<string>;
}

/** The programs of which at least one source was linted. */
function programsOf({ programs, texts }: WorkspaceResult): readonly Chosen[] {
  const here = resolve('.');
  return programs.flatMap((entry) => {
    const files = findFiles(entry.sources, entry.folder).files.map(({ absolute }) => shownPath(absolute, here));
    return files.some((file) => texts.has(file)) ? [{ entry, files: new Set(files) }] : [];
  });
}
