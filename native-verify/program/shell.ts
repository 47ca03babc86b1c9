// A command line of the configuration as a process: it dies with us, and where it can it takes the place of the shell.
import { spawnSync } from 'node:child_process';

/** The command and its arguments; `before` is done by the shell first. */
export function shellFor(line: string, before = ':'): readonly [string, ...string[]] {
  const shell = ['sh', '-c', `${before}; ${isSimple(line) ? 'eval "exec $0"' : 'exec sh -c "$0"'}`, line] as const;
  return hasDeathSignal() ? ['setpriv', '--pdeathsig', 'KILL', ...shell] : [...shell];
}

/** One command and nothing of the shell's own: signals and looks then meet the program itself. */
function isSimple(line: string): boolean {
  const isOneCommand = /^\s*["'./$\w][^;&|<>()`\n]*$/u.test(line);
  return isOneCommand && !/^\s*(?:\w+=|(?:cd|exec|if|while|until|for|case|export|set|ulimit|true|test)\b)/u.test(line);
}

let deathSignal: boolean | null = null;

/** Where the launcher of util-linux exists, what we start does not outlive us even if we are killed. */
function hasDeathSignal(): boolean {
  deathSignal ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return deathSignal;
}
