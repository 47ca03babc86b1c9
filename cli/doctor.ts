// `mux-lint doctor`: what a bug report needs, and what the engine believes of some code.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { release, type as systemName, arch, machine } from 'node:os';
import { loadParser } from '../analysis/text/parse.js';
import { paint, type Style } from '../report/style.js';
import { loadConfig, nearestConfig } from '../workspace/config.js';
import { shownPath } from '../workspace/find-files.js';
import { ruleTexts } from '../workspace/rule-texts.js';
import type { Arguments } from './arguments.js';
import { beliefsOf } from './beliefs.js';
import { errorLine, problemLine } from './messages.js';
import { packageFolder, packageVersion } from './package.js';
import type { Surroundings } from './run.js';
import { styleOf } from './terminal.js';

export async function doctor(args: Arguments, around: Surroundings): Promise<number> {
  if (args.words[0] !== undefined && !args.bindings && args.models === null) {
    around.stderr.write(errorLine(`'doctor' takes no path; for one file, 'mux-lint doctor --facts ${args.words[0]}'`));
    return 2;
  }
  const beliefs = beliefsOf(args, around);
  if (beliefs !== null) return beliefs;
  const style = styleOf(around.stdout, around.env, args.colour);
  const configuration = configurationOf(args);
  const rows: readonly Row[] = [
    ['mux-lint', `${packageVersion()}, ${ruleTexts().length} rules`],
    ['node', `${process.version} on ${process.platform} ${arch()}`],
    ['kernel', `${systemName()} ${release()} ${machine()}`],
    ['C library', libraryVersion()],
    ['parser', await parserState(args.backend)],
    ['configuration', configuration.state],
    ['koffi', koffiState()],
    ['cc', compilerState()],
    ['locale', localeOf(around.env)],
  ];
  around.stdout.write(rows.map((row) => line(row, style)).join(''));
  around.stderr.write(configuration.problems);
  return configuration.problems === '' ? 0 : 2;
}

type Row = readonly [name: string, state: string];

function line([name, state]: Row, style: Style): string {
  return `${paint(style, `${name}:`.padEnd(15), 'bold')} ${state}\n`;
}

async function parserState(wish: Arguments['backend']): Promise<string> {
  const states: string[] = [];
  for (const backend of wish === null ? (['native', 'wasm'] as const) : [wish]) {
    const started = performance.now();
    const version = versionOf(backend === 'native' ? 'tree-sitter' : 'web-tree-sitter');
    try {
      (await loadParser(backend)).parse('int main(void) { return 0; }');
      states.push(`${backend} ${version} works (${Math.round(performance.now() - started)} ms)`);
    } catch (error) {
      states.push(`${backend} ${version} does not load: ${firstLine(error)}`);
    }
  }
  return `${states.join('; ')}; grammar ${versionOf('tree-sitter-c')}`;
}

function configurationOf({ config }: Arguments): { readonly state: string; readonly problems: string } {
  const folder = resolve('.');
  const path = config === null ? nearestConfig(folder) : resolve(config);
  if (path === null) return { state: 'none; the defaults hold', problems: '' };
  const loaded = loadConfig(
    path,
    ruleTexts().map(({ id }) => id),
  );
  const { rules, models, programs } = loaded.config;
  const file = shownPath(path, folder);
  const counts = `${rules.size} rules, ${models.size} models, ${programs.length} programs`;
  const problems = loaded.problems.map(({ at, message }) => problemLine({ file, at, message }));
  return { state: `${file}: ${counts}`, problems: problems.join('') };
}

function koffiState(): string {
  // Loaded in a child, since a foreign library that does not fit would end its process.
  const script = 'import("koffi").then((k) => console.log(k.default.version))';
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], { cwd: packageFolder, encoding: 'utf8' });
  return status === 0 ? `${stdout.trim()} works` : 'does not load; the linter works, `verify` does not';
}

function compilerState(): string {
  const { status, stdout } = spawnSync('cc', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? '') : 'none on PATH; `verify --code` needs it';
}

function libraryVersion(): string {
  const { stdout } = spawnSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' });
  return typeof stdout === 'string' && stdout.trim() !== '' ? stdout.trim() : 'not glibc, or unknown';
}

function localeOf({ LC_ALL, LC_CTYPE, LANG, TERM }: Surroundings['env']): string {
  return `${LC_ALL ?? LC_CTYPE ?? LANG ?? 'none'}, terminal ${TERM ?? 'none'}`;
}

function versionOf(name: string): string {
  try {
    const require = createRequire(join(packageFolder, 'package.json'));
    const manifest = findManifest(dirname(require.resolve(name)), name);
    return manifest ?? 'of unknown version';
  } catch {
    return '(not installed)';
  }
}

/** The version in the nearest manifest of that name, since packages may not export theirs. */
function findManifest(folder: string, name: string): string | null {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const isIt = typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === name;
    if (isIt && 'version' in manifest && typeof manifest.version === 'string') return manifest.version;
  } catch {
    // No manifest here; it is further up.
  }
  const parent = dirname(folder);
  return parent === folder ? null : findManifest(parent, name);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
