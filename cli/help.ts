// `--help`, of the program and of each command. Short enough to be read, with examples to be copied.
import type { Style } from '../report/style.js';
import { paint } from '../report/style.js';
import { SKIPPED_FOLDERS } from '../workspace/find-files.js';
import { LARGEST_MEGABYTES } from '../workspace/read-source.js';
import type { Arguments, CommandName } from './arguments.js';
import type { Surroundings } from './run.js';
import { styleOf } from './terminal.js';

export function help({ command, isNamed, colour }: Arguments, { stdout, env }: Surroundings): Promise<number> {
  const style = styleOf(stdout, env, colour);
  stdout.write(painted(isNamed ? PAGES[command] : OVERVIEW, style));
  return Promise.resolve(0);
}

/** A heading is a few words with a colon in the first column; `$` begins an example; words to type come before two spaces. */
function painted(page: string, style: Style): string {
  return page
    .split('\n')
    .map((line) => {
      if (/^[A-Z][\w ]{0,20}:$/.test(line)) return paint(style, line, 'bold');
      if (/^ {2}\$ /.test(line))
        return line.replace(/\$ (.*?)(?= {2}|$)/, (_, text: string) => `$ ${paint(style, text, 'green')}`);
      return line.replace(
        /^( {2})(\S.*?)(?= {2,}|$)/,
        (_, space: string, text: string) => `${space}${paint(style, text, 'cyan')}`,
      );
    })
    .join('\n');
}

const OUTPUT = `Output:
  -f, --format NAME[=FILE]   pretty (default), concise, json or sarif; may be given again with a file
      --hints                show hints too: portability, hygiene, scale
      --no-color             no colours and no links; NO_COLOR does the same, --color forces them`;

const COMMON = `${OUTPUT}

What counts:
  -c, --config FILE          this configuration, not the nearest mux-lint.json above each file
      --compile-commands PATH
                             this compile_commands.json, not the nearest above each file or in a 'build' there
      --fail-level LEVEL     what exit code 1 begins with: error, warning (default) or hint
      --strict-complete      exit code 4 when something could not be analysed
      --backend NAME         parser: native or wasm; without it, native where it loads`;

const EXIT = `Exit codes:
  0  clean                          3  internal error, and how to report it
  1  findings                       4  incomplete, under --strict-complete
  2  wrong usage or configuration,  5  verification demanded and not possible here
     or a named path is unreadable`;

const OVERVIEW = `mux-lint finds the bugs that C code makes around select, poll and epoll, and proves them on the real kernel.

Usage:
  mux-lint [PATH...]             lint files, folders and globs; without a path, the current folder
  mux-lint verify [PATH...]      lint, then put every finding to the proof on this kernel
  mux-lint explain RULE          the rule: why, bad and good code, man pages, how it is proven
  mux-lint rules                 all rules
  mux-lint lsp                   language server on standard input and output
  mux-lint doctor                what a bug report needs

Examples:
  $ mux-lint src/                            the bare command is the main job
  $ mux-lint 'src/**/*.c' --hints
  $ mux-lint verify --code src/net.c         compile the flagged functions and watch them
  $ mux-lint --format sarif=out.sarif        a report for code scanning, beside the one on the terminal

${COMMON}
  -h, --help                 this page; 'mux-lint COMMAND --help' says more about one command
  -V, --version

${EXIT}

No compile database and no set-up are needed; a compile_commands.json that is there is used.
To allow a finding, say why, on its line or on the line above:
  /* mux-lint-allow partial-write-dropped: the peer reads one byte */
`;

const CHECK = `mux-lint [check] [PATH...]

Lints C sources and prints each finding with its code, the steps that make it true, and one line of advice.

Paths:
  FILE                       linted whatever its name is
  FOLDER                     all .c and .h files below it
  GLOB                       * ? ** [a-z] {a,b}, quoted so that the shell leaves it alone
  ./rules                    a path that is also the name of a command

A walk leaves out folders whose names begin with a dot, and these, unless they are named themselves:
  ${SKIPPED_FOLDERS.join(', ')}, cmake-build-*, bazel-*
Files of more than ${LARGEST_MEGABYTES} MB are told and not read.

${COMMON}

${EXIT}
`;

const VERIFY = `mux-lint verify [PATH...]

Lints, then executes: each finding gets a verdict with a transcript and a negative control.

Tiers:
  (default)                  kernel: the system calls of the pattern, with the numbers of the finding, on this kernel.
                             It explains; it cannot tell a true finding from a false one.
  --code                     compiles the flagged function and runs it on real descriptors. Needs cc.
  --program                  builds, starts and drives the 'programs' of mux-lint.json, and watches them from outside

Compiling and running your code happens only with --code and --program, in a child process, with limits.

  --seed NUMBER              the same seed gives the same verdict (default 1)

${COMMON}

${EXIT}
`;

const EXPLAIN = `mux-lint explain RULE

What the rule is about, why it matters, bad and good code, the man pages, and how it is proven.

Examples:
  $ mux-lint explain et-read-not-drained
  $ mux-lint rules                           the names to choose from
`;

const RULES = `mux-lint rules

All rules with their severity and one line each.

  -f, --format NAME          pretty (default) or json
      --no-color             no colours and no links
`;

const LSP = `mux-lint lsp

The language server on standard input and output, for any editor that speaks the protocol.
`;

const DOCTOR = `mux-lint doctor

What a bug report needs: versions, parser, configuration, what of the verifier works here.

  -c, --config FILE          look at this configuration
      --compile-commands PATH
                             this compile_commands.json, for these three
      --backend NAME         look at this parser: native or wasm
      --facts FILE           what the engine has read in a file: functions as graphs
      --bindings [PATH...]   for how many registrations and transfers it is known what they are about
      --models FILE [PATH...]
                             what is believed of each function of the file, and why; PATH adds callers and callees
  -f, --format json          the same for a machine, for these three
`;

const PAGES: Readonly<Record<CommandName, string>> = {
  check: CHECK,
  verify: VERIFY,
  explain: EXPLAIN,
  rules: RULES,
  lsp: LSP,
  doctor: DOCTOR,
};
