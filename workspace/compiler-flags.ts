// The arguments of one compiler command as facts about its file: macros, folders of headers, what the object becomes a part of.
// All paths come out absolute. Options of gcc and clang are known, and the few of cl that say the same.
import { basename, join, resolve } from 'node:path';
import { split } from 'shlex';
import { readSource } from './read-source.js';

export interface CompilerFlags {
  /** What follows the name in a `#define`; null for what is undefined. */
  readonly macros: ReadonlyMap<string, string | null>;
  /** `-include` and `-imacros`, as they are written. */
  readonly forced: readonly string[];
  readonly quoted: readonly string[];
  readonly folders: readonly string[];
  /** The program or library that the object becomes a part of; null where the command does not tell. */
  readonly program: string | null;
  /** What another compiler needs to understand the file in the same way. */
  readonly kept: readonly string[];
  /** In words, what could not be understood. */
  readonly mistakes: readonly string[];
}

/** The words of a command line, with quotes and backslashes as the shell takes them and nothing expanded; null when a quote has no end. */
export function wordsOf(command: string): readonly string[] | null {
  try {
    return split(command);
  } catch {
    return null;
  }
}

/** `output` is the file that the database names; the one of the command itself says more. */
export function flagsOf(words: readonly string[], directory: string, output: string | null): CompilerFlags {
  const command = new Command(directory);
  const [compiler = '', ...rest] = words.slice(words.findIndex((word) => !LAUNCHERS.test(basename(word))));
  const name = compiler.slice(Math.max(compiler.lastIndexOf('/'), compiler.lastIndexOf('\\')) + 1);
  if (!COMPILERS.test(name)) {
    command.mistakes.push(`'${name}' is no compiler that is known here; its options are taken for those of cc`);
  }
  command.read(rest, /^(?:clang-)?cl(?:\.exe)?$/i.test(name), 0);
  const { macros, forced, quoted, folders, kept, mistakes } = command;
  return { macros, forced, quoted, folders, kept, mistakes, program: command.program(output) };
}

const LAUNCHERS = /^(?:ccache|sccache|distcc|icecc|buildcache|gomacc|env|\w+=.*)$/;
const COMPILERS =
  /^(?:.*-)?(?:gcc|cc|clang|[cg]\+\+|clang\+\+|(?:clang-)?cl|icc|icx|tcc|pcc|emcc|zig|armclang|nvcc)(?:-[\d.]+)?(?:\.exe)?$/i;

/** Response files may name each other; a circle ends here. */
const MAX_NESTING = 10;

/** Options with a value, in the next word or in the same. */
const VALUED = ['-D', '-U', '-isystem', '-idirafter', '-iquote', '-include', '-imacros', '-I', '-o'] as const;
type Valued = (typeof VALUED)[number];

const LONG: readonly (readonly [option: string, short: Valued])[] = [
  ['--define-macro', '-D'],
  ['--undefine-macro', '-U'],
  ['--include-directory', '-I'],
  ['--include', '-include'],
  ['--output', '-o'],
  ['/D', '-D'],
  ['/U', '-U'],
  ['/I', '-I'],
  ['/FI', '-include'],
];

/** Options whose value is the next word, and none of our business. */
const SKIPPED =
  /^-(?:x|MF|MT|MQ|MJ|T|u|z|A|arch|target|isysroot|iprefix|iwithprefix|iwithprefixbefore|L|l|aux-info|dumpbase|dumpdir|Xclang|Xlinker|Xassembler|Xpreprocessor|mllvm|-param|-sysroot|-serialize-diagnostics)$/;
const KEPT = /^-(?:std=.*|ansi|pthread|m\w[\w=,.+-]*|f(?:un)?signed-char|fshort-enums)$/;

class Command {
  readonly macros = new Map<string, string | null>();
  readonly forced: string[] = [];
  readonly quoted: string[] = [];
  readonly kept: string[] = [];
  readonly mistakes: string[] = [];
  private readonly searched: Record<'-I' | '-isystem' | '-idirafter', string[]> = {
    '-I': [],
    '-isystem': [],
    '-idirafter': [],
  };
  private written: string | null = null;
  private compilesOnly = false;

  constructor(private readonly directory: string) {}

  get folders(): readonly string[] {
    return [...this.searched['-I'], ...this.searched['-isystem'], ...this.searched['-idirafter']];
  }

  read(words: readonly string[], isCl: boolean, nesting: number): void {
    for (let at = 0; at < words.length; at++) {
      const word = words[at] ?? '';
      if (word === '--') return;
      if (word.startsWith('@')) this.respond(word.slice(1), isCl, nesting);
      else if (word.startsWith('-Wp,')) this.read(word.slice(4).split(','), false, nesting);
      else if (SKIPPED.test(word)) at++;
      else if (/^-(?:c|S|E|M|MM|fsyntax-only)$/.test(word) || (isCl && word === '/c')) this.compilesOnly = true;
      else if (KEPT.test(word)) this.kept.push(word);
      else if (word.startsWith('-') || isCl) at += this.valued(word, words[at + 1] ?? '');
    }
  }

  private take(option: Valued, value: string): void {
    if (option === '-D') this.define(value);
    else if (option === '-U') this.undefine(value);
    else if (option === '-o') this.written = value;
    else if (option === '-include' || option === '-imacros') this.force(option, value);
    else this.search(option, value);
  }

  private define(value: string): void {
    const [, name, parameters = '', body = ' 1'] = /^([A-Za-z_]\w*)(\([^)]*\))?(?:=([^]*))?$/.exec(value) ?? [];
    if (name === undefined) {
      this.mistakes.push(`'-D${value}' defines no macro`);
      return;
    }
    this.macros.set(name, `${parameters} ${body.trim()}`);
    this.kept.push(`-D${value}`);
  }

  private undefine(value: string): void {
    this.macros.set(value, null);
    this.kept.push(`-U${value}`);
  }

  private force(option: '-include' | '-imacros', value: string): void {
    this.forced.push(value);
    this.kept.push(option, value);
  }

  private search(option: '-I' | '-isystem' | '-idirafter' | '-iquote', value: string): void {
    // The compiler's own root of headers is not searched: nothing of the tree is there.
    if (value.startsWith('=')) return;
    const path = resolve(this.directory, value);
    (option === '-iquote' ? this.quoted : this.searched[option]).push(path);
    this.kept.push(option, path);
  }

  /** The target in whose folder CMake or Meson put the object, or what a command links that compiles, too. */
  program(output: string | null): string | null {
    const path = this.written ?? output;
    const target = /^(?:.*\/)?(?:CMakeFiles\/[^/]+\.dir|[^/]+\.p|[^/]+@(?:exe|sta|sha|cus))(?=\/)/.exec(
      path ?? '',
    )?.[0];
    if (target !== undefined) return resolve(this.directory, target);
    return this.compilesOnly || /\.(?:o|obj|lo)$/.test(path ?? '') ? null : resolve(this.directory, path ?? 'a.out');
  }

  /** Gives how many further words are taken. */
  private valued(word: string, next: string): number {
    const long = LONG.find(([option]) => word.startsWith(option));
    const option = long?.[1] ?? VALUED.find((one) => isJoined(word, one));
    if (option === undefined) return 0;
    const joined = word.slice((long?.[0] ?? option).length);
    this.take(option, joined === '' ? next : long ? joined.replace(/^[=:]/, '') : joined);
    return joined === '' ? 1 : 0;
  }

  private respond(path: string, isCl: boolean, nesting: number): void {
    const source = readSource(resolve(this.directory, path));
    const words = 'text' in source ? wordsOf(source.text) : null;
    const reason = 'refused' in source ? source.refused : words === null ? 'has a quote without an end' : '';
    if (words === null) this.mistakes.push(`the response file '${path}' ${reason}`);
    else if (nesting < MAX_NESTING) this.read(words, isCl, nesting + 1);
    else this.mistakes.push(`the response file '${path}' names itself`);
  }
}

/** `-Iinclude` is an `-I`; `-openmp` is no `-o`, and no file that a compiler writes has such a name. */
function isJoined(word: string, option: string): boolean {
  return word.startsWith(option) && (option !== '-o' || word === option || /[./]/.test(word));
}

/** Where a forced header is: beside the command, then in its folders. */
export function candidatesOf(header: string, { quoted, folders }: CompilerFlags, directory: string): readonly string[] {
  return [resolve(directory, header), ...[...quoted, ...folders].map((folder) => join(folder, header))];
}
