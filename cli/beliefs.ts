// `mux-lint doctor --facts FILE`: what the engine has read in a file, before any rule looks at it.
import { lowerFile } from '../analysis/lower.js';
import { loadParser } from '../analysis/parse.js';
import { readSource } from '../workspace/read-source.js';
import type { Arguments } from './arguments.js';
import { errorLine } from './messages.js';
import type { Surroundings } from './run.js';

/** Null when the command line asks for nothing of the kind. */
export function beliefsOf({ facts, backend }: Arguments, around: Surroundings): Promise<number> | null {
  return facts === null ? null : printFacts(facts, backend, around);
}

async function printFacts(
  file: string,
  backend: Arguments['backend'],
  { stdout, stderr }: Surroundings,
): Promise<number> {
  const source = readSource(file);
  if ('refused' in source) {
    stderr.write(errorLine(`'${file}' ${source.refused}`));
    return 2;
  }
  const parser = await loadParser(backend ?? undefined);
  stdout.write(`${JSON.stringify(lowerFile(file, source.text, parser), plainly, 2)}\n`);
  return 0;
}

/** Maps as objects, which JSON knows. */
function plainly(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value;
}
