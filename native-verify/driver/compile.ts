// Makes one executable of a C file and the driver. The folder it is made in is removed at once; what stays is an open
// descriptor, so that a killed verifier leaves nothing on the disk.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Callable } from './signature.js';
import { callables } from './signature.js';
import { driverSource, includingSource, recorderFlags, subjectSource } from './source.js';

export interface Executable {
  /** An open descriptor of the executable file. */
  readonly descriptor: number;
  readonly functions: readonly Callable[];
}

export interface NotCompiled {
  readonly reason: string;
}

/** A file, or a text that stands in its place: an unsaved buffer, or the file with a fix applied. */
export interface Source {
  readonly file: string;
  readonly text?: string;
  readonly flags: readonly string[];
  readonly sanitizer?: 'address' | undefined;
}

const compiled = new Map<string, Promise<Executable | NotCompiled>>();

/** The executable of a source as it is now; compiled once for the same text and flags. */
export async function executableOf(source: Source): Promise<Executable | NotCompiled> {
  let text: string;
  try {
    text = source.text ?? (await readFile(source.file, 'utf8'));
  } catch {
    return { reason: `${source.file} cannot be read` };
  }
  const key = createHash('sha256')
    .update(JSON.stringify([resolve(source.file), source.text !== undefined, text, source.flags, source.sanitizer]))
    .digest('hex');
  const known = compiled.get(key) ?? inFolder((folder) => build(folder, source));
  compiled.set(key, known);
  return known;
}

/** Closes all executables; a process that runs one keeps it. */
export async function forgetExecutables(): Promise<void> {
  const all = await Promise.all(compiled.values());
  compiled.clear();
  for (const one of all) if ('descriptor' in one) closeSync(one.descriptor);
}

/** What the driver could call in the source, without compiling it. */
export async function functionsOf(source: Source): Promise<readonly Callable[] | NotCompiled> {
  return inFolder(async (folder) => preprocess(folder, await placed(folder, source)));
}

/** Where the text to compile lies, and the compiler's flags for it. */
interface Placed {
  readonly path: string;
  readonly flags: readonly string[];
}

/** A text without a file of its own still finds the headers beside the file it stands for. */
async function placed(folder: string, { file, text, flags }: Source): Promise<Placed> {
  if (text === undefined) return { path: resolve(file), flags };
  const path = join(folder, basename(file));
  await writeFile(path, text);
  return { path, flags: ['-iquote', dirname(resolve(file)), ...flags] };
}

async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mux-lint-code-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Threads because the file may use them; no optimisation, since an endless loop must stay one.
const always = ['-w', '-g', '-O0', '-pthread'];

async function build(folder: string, source: Source): Promise<Executable | NotCompiled> {
  const place = await placed(folder, source);
  const functions = await preprocess(folder, place);
  if (!isList(functions)) return functions;
  const own = await mkdtemp(join(folder, 'driver-'));
  const subject = join(own, 'subject.c');
  const driver = join(own, 'driver.c');
  const out = join(own, 'subject');
  await writeFile(subject, subjectSource(place.path, functions));
  await writeFile(driver, driverSource);
  const watched = source.sanitizer === undefined ? [] : [`-fsanitize=${source.sanitizer}`, '-fno-omit-frame-pointer'];
  const command = [...always, ...watched, ...place.flags, '-o', out, subject, driver, ...recorderFlags];
  const first = await run(command);
  // Many files leave this macro to their build.
  const done = first.status === 0 ? first : await run(['-D_GNU_SOURCE', ...command]);
  if (done.status !== 0) return { reason: complaint(first, place.path) };
  return { descriptor: openSync(out, 'r'), functions };
}

async function preprocess(folder: string, { path, flags }: Placed): Promise<readonly Callable[] | NotCompiled> {
  const own = await mkdtemp(join(folder, 'preprocess-'));
  const including = join(own, 'including.c');
  await writeFile(including, includingSource(path));
  const done = await run(['-E', '-w', ...flags, including]);
  return done.status === 0 ? callables(done.output, path) : { reason: complaint(done, path) };
}

interface Done {
  readonly status: number | null;
  readonly output: string;
  readonly errors: string;
  readonly absent: boolean;
}

function run(args: readonly string[]): Promise<Done> {
  return new Promise((settle) => {
    const child = spawn('cc', args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      timeout: 20_000,
    });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('error', () => {
      settle({ status: null, output, errors, absent: true });
    });
    child.once('close', (status) => {
      settle({ status, output, errors, absent: false });
    });
  });
}

/** The compiler's first complaint, in one line and without our own paths. */
function complaint({ absent, errors }: Done, file: string): string {
  if (absent) return 'there is no C compiler (cc) on PATH';
  const needed = /undefined reference to [`'"]([^`'"]+)['"]/u.exec(errors)?.[1];
  if (needed !== undefined) return `${basename(file)} needs '${needed}', which is defined elsewhere`;
  const error = /(?:fatal error|error): (.+)/u.exec(errors)?.[1];
  return `${basename(file)} does not compile by itself${error === undefined ? '' : `: ${error}`}`;
}

function isList(value: readonly Callable[] | NotCompiled): value is readonly Callable[] {
  return Array.isArray(value);
}
