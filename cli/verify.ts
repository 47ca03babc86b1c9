// `mux-lint verify [PATH...]`: lints, then puts every finding to the proof in the verifier's own process.
import { resolve } from 'node:path';
import type { Finding } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';
import type { VerifierClient } from '../native-verify/client.js';
import { reportOf } from '../report/report.js';
import { lintPaths } from '../workspace/lint-paths.js';
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
  const verdicts = await verdictsOf(shown, args);
  const report = reportOf(result, { hints: args.hints, verdicts });
  const unwritten = await writeReports(report, args, around);
  tellTroubles(result, args, around);
  const all = [...verdicts.values()].flat();
  const reason = all.find(({ state }) => state === 'not-executable')?.reason ?? 'nothing could be executed';
  const unverifiable = shown.length > 0 && all.every(({ state }) => state === 'not-executable');
  if (unverifiable) around.stderr.write(errorLine(`no finding could be verified here: ${reason}`));
  return exitCode({
    severities: report.findings.map(({ severity }) => severity),
    failLevel: args.failLevel,
    problems: result.problems.length + unwritten,
    failures: result.failures.length,
    incomplete: args.strictComplete && result.gaps.length > 0,
    unverifiable,
  });
}

async function verdictsOf(
  findings: readonly Finding[],
  args: Arguments,
): Promise<ReadonlyMap<Finding, readonly Verdict[]>> {
  const { VerifierClient } = await import('../native-verify/client.js');
  const client = new VerifierClient();
  try {
    const pairs = await Promise.all(
      findings.map(async (finding) => [finding, await verdictsOn(finding, client, args)] as const),
    );
    return new Map(pairs);
  } finally {
    await client.close();
  }
}

async function verdictsOn(
  finding: Finding,
  client: VerifierClient,
  { code, seed }: Arguments,
): Promise<readonly Verdict[]> {
  const { rule, specimen, file, function: name } = finding;
  const kernel = await client.verify({ tier: 'kernel', rule, specimen, seed });
  if (!code) return [kernel];
  if (name === null) return [kernel, { ...kernel, about: 'function', tier: 'code', ...noFunction }];
  const compiled = await client.verify({ tier: 'code', rule, file: resolve(file), function: name, seed, flags: [] });
  return [kernel, compiled];
}

const noFunction = {
  state: 'not-executable',
  transcript: [],
  control: [],
  reason: 'the finding is in no function',
} as const;
