// `mux-lint [check] [PATH...]`: lints and reports.
import { loadParser } from '../analysis/text/parse.js';
import { reportOf } from '../report/report.js';
import { lintPaths, type WorkspaceOptions, type WorkspaceResult } from '../workspace/lint-paths.js';
import { COMMANDS, type Arguments } from './arguments.js';
import { exitCode } from './exit-code.js';
import { errorLine, failureLines, problemLine, unreadLine } from './messages.js';
import { writeReports } from './output.js';
import type { Surroundings } from './run.js';
import { closest } from '../workspace/closest.js';

export async function check(args: Arguments, around: Surroundings): Promise<number> {
  const options = await workspaceOptions(args, around);
  if (options === null) return 2;
  const result = await lintPaths(args.words, options);
  const report = reportOf(result, { hints: args.hints });
  const unwritten = await writeReports(report, args, around);
  tellTroubles(result, args, around);
  return exitCode({
    severities: report.findings.map(({ severity }) => severity),
    failLevel: args.failLevel,
    problems: result.problems.length + unwritten,
    failures: result.failures.length,
    incomplete: args.strictComplete && result.gaps.length > 0,
    unverifiable: false,
  });
}

/** Null, and told, when the parser that was asked for does not load here. */
export async function workspaceOptions(
  { config, compileCommands, backend }: Arguments,
  { stderr }: Surroundings,
): Promise<WorkspaceOptions | null> {
  const chosen = {
    ...(config === null ? {} : { config }),
    ...(compileCommands === null ? {} : { compileCommands }),
  };
  if (backend === null) return chosen;
  try {
    return { ...chosen, parser: await loadParser(backend) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    stderr.write(errorLine(`the ${backend} parser does not load here: ${reason}`));
    return null;
  }
}

/** What could not be linted, on standard error; the reports say what could. */
export function tellTroubles(result: WorkspaceResult, args: Arguments, { stderr }: Surroundings): void {
  const lines = [
    ...result.problems.map((problem) => problemLine(withCommand(problem, args))),
    ...result.unread.map(unreadLine),
    failureLines(result.failures),
  ];
  const text = lines.join('');
  if (text !== '') stderr.write(text);
}

/** A first word that is neither a path nor a command is often a misspelt command. */
function withCommand(problem: WorkspaceResult['problems'][number], args: Arguments): typeof problem {
  const isFirst = !args.isNamed && args.words[0] === problem.file && !problem.message.includes('did you mean');
  const command = isFirst ? closest(problem.file, COMMANDS) : null;
  if (command === null) return problem;
  return { ...problem, message: `${problem.message}; did you mean the command '${command}'?` };
}
