// From a command line to an exit code: parses, chooses the command, and loads no more than that command needs.
import { parseArguments, type Arguments } from './arguments.js';
import { errorLine, internalError } from './messages.js';

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a command sees of its process. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type Command = (args: Arguments, around: Surroundings) => Promise<number>;

export async function run(words: readonly string[], around: Surroundings): Promise<number> {
  const args = parseArguments(words);
  if ('mistake' in args) {
    around.stderr.write(errorLine(args.mistake));
    return 2;
  }
  try {
    const command = await commandOf(args);
    return await command(args, around);
  } catch (error) {
    around.stderr.write(internalError(error));
    return 3;
  }
}

async function commandOf({ command, help, version }: Arguments): Promise<Command> {
  if (help) return (await import('./help.js')).help;
  if (version) return (await import('./version.js')).version;
  switch (command) {
    case 'check':
      return (await import('./check.js')).check;
    case 'verify':
      return (await import('./verify.js')).verify;
    case 'explain':
      return (await import('./explain.js')).explain;
    case 'rules':
      return (await import('./rules.js')).rules;
    case 'doctor':
      return (await import('./doctor.js')).doctor;
    case 'lsp':
      return (await import('./lsp.js')).lsp;
  }
}
