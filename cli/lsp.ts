// `mux-lint lsp`: the language server on standard input and output. It is loaded by its address, since the command line
// knows nothing of the protocol, and lives until its input ends.
import type { Arguments } from './arguments.js';
import type { Surroundings } from './run.js';

export async function lsp(_: Arguments, __: Surroundings): Promise<number> {
  // The library takes its channel from the command line of the process.
  if (!process.argv.some((word) => /^--(?:stdio|node-ipc|socket|pipe)/.test(word))) process.argv.push('--stdio');
  await import(new URL('../server/main.js', import.meta.url).href);
  return 0;
}
