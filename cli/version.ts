// `mux-lint --version`.
import type { Arguments } from './arguments.js';
import { packageVersion } from './package.js';
import type { Surroundings } from './run.js';

export function version(_: Arguments, { stdout }: Surroundings): Promise<number> {
  stdout.write(`mux-lint ${packageVersion()}\n`);
  return Promise.resolve(0);
}
