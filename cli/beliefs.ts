// `mux-lint doctor --facts | --bindings | --models`: what the engine believes of some code, before any rule looks at it.
import { resolve } from 'node:path';
import { bindingReport } from '../analysis/beliefs/describe-bindings.js';
import { beliefText, functionBeliefs } from '../analysis/beliefs/describe-functions.js';
import { bindingText } from '../analysis/beliefs/describe-report.js';
import { describeFacts } from '../analysis/facts/describe.js';
import { shownPath } from '../workspace/find-files.js';
import { lookAt, type EngineView } from '../workspace/engine.js';
import { workspaceOptions } from './check.js';
import type { Arguments } from './arguments.js';
import { errorLine, problemLine, unreadLine } from './messages.js';
import type { Surroundings } from './run.js';

/** Null when the command line asks for nothing of the kind. */
export function beliefsOf(args: Arguments, around: Surroundings): Promise<number> | null {
  const asked = [args.facts === null ? '' : '--facts', args.bindings ? '--bindings' : '', args.models && '--models'];
  const several = asked.filter((one) => one !== '' && one !== null);
  if (several.length === 0) return null;
  if (several.length === 1) return print(args, around);
  around.stderr.write(errorLine(`${several.join(' and ')} do not go together; ask one at a time`));
  return Promise.resolve(2);
}

async function print(args: Arguments, around: Surroundings): Promise<number> {
  const options = await workspaceOptions(args, around);
  if (options === null) return 2;
  const file = args.facts ?? args.models;
  const view = await lookAt(file === null ? args.words : [file, ...args.words], {
    ...options,
    ...(file === null ? {} : { always: shown(file) }),
  });
  const isLost = view.problems.some((problem) => problem.at === null && problem.file === file);
  if (!isLost) around.stdout.write(textOf(view, args));
  for (const problem of view.problems) around.stderr.write(problemLine(problem));
  for (const gap of view.unread) around.stderr.write(unreadLine(gap));
  return view.problems.length > 0 ? 2 : 0;
}

function textOf({ project }: EngineView, { facts, models, formats }: Arguments): string {
  const isJson = formats.some(({ name }) => name === 'json');
  if (facts !== null) {
    const own = project.index.fileFacts(shown(facts));
    return isJson ? json(own) : describeFacts(own, project.index);
  }
  if (models !== null) {
    const beliefs = functionBeliefs(project, shown(models));
    return isJson ? json(beliefs) : beliefText(beliefs);
  }
  const report = bindingReport(project);
  return isJson ? json(report) : bindingText(report);
}

/** The name under which the engine speaks of a file that was named. */
function shown(file: string): string {
  return shownPath(resolve(file), resolve('.'));
}

function json(value: object): string {
  return `${JSON.stringify(value, plainly, 2)}\n`;
}

/** Maps as objects, which JSON knows. */
function plainly(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
