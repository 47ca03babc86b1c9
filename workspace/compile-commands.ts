// `compile_commands.json`, the JSON Compilation Database of LLVM: found above what is linted, or in a `build` folder there, and
// read into what the engine is told about how each file is compiled. What is wrong with an entry costs that entry only.
import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Build, Unit } from '../analysis/build.js';
import type { Position } from '../analysis/finding.js';
import type { Text } from '../analysis/text/catalog.js';
import { candidatesOf, flagsOf, wordsOf, type CompilerFlags } from './compiler-flags.js';
import { realOf, shownPath } from './find-files.js';
import { parseJson } from './json-text.js';
import { readSource } from './read-source.js';

export interface Compiled {
  readonly build: Build;
  /** For the compiler that puts a finding to the proof: flags by the path of the file. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The databases in which linted files were found, absolute. */
  readonly used: readonly string[];
  /** What has to be put right in a database. */
  readonly problems: readonly DatabaseProblem[];
  /** What a database names and is not to be had. */
  readonly missing: readonly DatabaseProblem[];
}

export interface DatabaseProblem {
  /** Absolute path of the database. */
  readonly path: string;
  readonly at: Position | null;
  readonly message: string;
}

export interface CompiledFile {
  readonly path: string;
  readonly absolute: string;
}

export interface Search {
  /** The working folder, to which the paths of files are relative. */
  readonly folder: string;
  /** The database, or its folder, that holds for all files; null where the nearest of each is looked for. */
  readonly named: string | null;
  /** Whether it is to be told what the database names and is not there. */
  readonly isWhole: boolean;
}

export function compiledAs(files: readonly CompiledFile[], { folder, named, isWhole }: Search): Compiled {
  const databases = new Map<string, CompiledFile[]>();
  const nearest = named === null ? nearestDatabases() : (): string => inFolder(named);
  if (named !== null) databases.set(inFolder(named), []);
  for (const file of files) {
    // A buffer that was never saved has no folder.
    const database = isAbsolute(file.absolute) ? nearest(dirname(file.absolute)) : null;
    if (database === null) continue;
    const own = databases.get(database);
    if (own) own.push(file);
    else databases.set(database, [file]);
  }
  const parts = [...databases].map(([path, own]) => new Reading(path, folder, named !== null).part(own, isWhole));
  return {
    build: parts.flatMap(({ units }) => units),
    flags: new Map(parts.flatMap(({ flags }) => [...flags])),
    used: parts.flatMap(({ path, units }) => (units.length > 0 ? [path] : [])),
    problems: parts.flatMap(({ problems }) => problems),
    missing: parts.flatMap(({ missing }) => missing),
  };
}

const NAME = 'compile_commands.json';

function inFolder(named: string): string {
  try {
    return statSync(named).isDirectory() ? join(named, NAME) : named;
  } catch {
    return named;
  }
}

/** For a folder, the database in it, in its `build`, or in those of the folders above. */
function nearestDatabases(): (folder: string) => string | null {
  const known = new Map<string, string | null>();
  const nearest = (folder: string): string | null => {
    const found = known.get(folder);
    if (found !== undefined) return found;
    const here = [join(folder, NAME), join(folder, 'build', NAME)].find((path) => existsSync(path));
    const parent = dirname(folder);
    const result = here ?? (parent === folder ? null : nearest(parent));
    known.set(folder, result);
    return result;
  };
  return nearest;
}

interface Entry {
  readonly index: number;
  readonly directory: string;
  /** Absolute. */
  readonly file: string;
  readonly words: readonly string[] | string;
  readonly output: string | null;
}

interface Part extends Pick<Compiled, 'flags' | 'problems' | 'missing'> {
  readonly path: string;
  readonly units: readonly Unit[];
}

class Reading {
  readonly problems: DatabaseProblem[] = [];
  readonly missing: DatabaseProblem[] = [];
  readonly flags = new Map<string, readonly string[]>();
  private readonly headers = new Map<string, Text | null>();
  private readonly mistakes = new Set<string>();
  private source = '';

  constructor(
    readonly path: string,
    private readonly folder: string,
    private readonly isNamed: boolean,
  ) {}

  part(files: readonly CompiledFile[], isWhole: boolean): Part {
    const names = files.flatMap((file) => [realOf(file.absolute), file.absolute].map((path) => [path, file] as const));
    const byPath = new Map(names);
    const entries = this.entries();
    const others: Entry[] = [];
    const units = entries.flatMap((entry) => {
      const file = byPath.get(entry.file) ?? byPath.get(realOf(entry.file));
      if (!file) others.push(entry);
      return file ? this.unit(entry, file) : [];
    });
    const gone = isWhole ? others.filter(({ file }) => !existsSync(file)) : [];
    if (gone[0]) this.lack(`names ${filesThat(gone.length)} not there: '${shownPath(gone[0].file, this.folder)}'`);
    const { path, problems, missing, flags } = this;
    return { path, units, problems, missing, flags };
  }

  private entries(): readonly Entry[] {
    const source = readSource(this.path);
    if ('refused' in source) {
      // The cap of sizes is ours, not the user's mistake.
      if (source.because === 'large' && !this.isNamed) this.lack(source.refused);
      else this.problems.push({ path: this.path, at: null, message: source.refused });
      return [];
    }
    this.source = source.text;
    const list = parsed(this.path, source.text);
    if (Array.isArray(list)) return list.flatMap((value: unknown, index) => this.entry(value, index));
    const root = parseJson(source.text);
    if ('mistake' in root) this.problems.push({ path: this.path, at: root.at, message: root.mistake });
    else this.problems.push({ path: this.path, at: root.at, message: 'a compile database is an array of commands' });
    return [];
  }

  private entry(value: unknown, index: number): readonly Entry[] {
    const { directory, file, command, arguments: list, output } = fieldsOf(value);
    const words = Array.isArray(list) && list.every((word) => typeof word === 'string') ? list : command;
    if (typeof directory !== 'string' || typeof file !== 'string' || !isWords(words)) {
      this.complain(index, "a command needs 'directory', 'file', and 'arguments' or 'command'");
      return [];
    }
    const home = resolve(dirname(this.path), directory);
    const written = typeof output === 'string' ? output : null;
    return [{ index, directory: home, file: resolve(home, file), words, output: written }];
  }

  private unit({ index, directory, words, output }: Entry, { path }: CompiledFile): readonly Unit[] {
    const list = typeof words === 'string' ? wordsOf(words) : words;
    if (list === null) {
      this.complain(index, "a quote in 'command' has no end");
      return [];
    }
    const flags = flagsOf(list, directory, output);
    const forced = flags.forced.flatMap((header) => this.header(header, flags, directory) ?? []);
    for (const mistake of flags.mistakes) this.lack(`is understood in part: ${mistake}`);
    // Of several commands for one file, the first tells how it is compiled to be proven.
    if (!this.flags.has(path)) this.flags.set(path, keptOf(flags, directory));
    const shown = (absolute: string): string => shownPath(absolute, this.folder);
    const { macros, quoted, folders, program } = flags;
    return [{ file: path, macros, forced, quoted: quoted.map(shown), folders: folders.map(shown), program }];
  }

  private header(header: string, flags: CompilerFlags, directory: string): Text | null {
    const path = headerOf(header, flags, directory);
    const known = this.headers.get(path);
    if (known !== undefined) return known;
    const source = readSource(path);
    const shown = shownPath(path, this.folder);
    if ('refused' in source) this.lack(`names with -include '${shown}', which ${source.refused}`);
    const text = 'text' in source ? { path: shown, text: source.text } : null;
    this.headers.set(path, text);
    return text;
  }

  /** Thousands of commands may share a mistake; it is told once. */
  private lack(message: string): void {
    if (!this.mistakes.has(message)) this.missing.push({ path: this.path, at: null, message });
    this.mistakes.add(message);
  }

  private complain(index: number, message: string): void {
    if (this.mistakes.has(message)) return;
    this.mistakes.add(message);
    const root = parseJson(this.source);
    const at = 'kind' in root && root.kind === 'array' ? (root.items[index]?.at ?? null) : null;
    this.problems.push({ path: this.path, at, message });
  }
}

function headerOf(header: string, flags: CompilerFlags, directory: string): string {
  return candidatesOf(header, flags, directory).find((one) => existsSync(one)) ?? resolve(directory, header);
}

/** A forced header is looked for in the folder of the command, which the other compiler does not run in. */
function keptOf(flags: CompilerFlags, directory: string): readonly string[] {
  const { kept } = flags;
  return kept.map((word, at) =>
    /^-i(?:nclude|macros)$/.test(kept[at - 1] ?? '') ? headerOf(word, flags, directory) : word,
  );
}

function filesThat(count: number): string {
  return count === 1 ? 'a file that is' : `${count} files that are`;
}

function isWords(value: unknown): value is readonly string[] | string {
  return typeof value === 'string' || (Array.isArray(value) && value.length > 0);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** A server reads the same database with every key that is pressed; what it holds is taken from its text once. */
const recent = new Map<string, { readonly text: string; readonly value: unknown }>();
const MAX_RECENT = 4;

/** Undefined where the text is no JSON; the reader of configurations then finds the place of the mistake. */
function parsed(path: string, text: string): unknown {
  const known = recent.get(path);
  if (known?.text === text) return known.value;
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    if (recent.size >= MAX_RECENT) recent.clear();
    recent.set(path, { text, value });
    return value;
  } catch {
    return undefined;
  }
}
