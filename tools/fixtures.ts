// The fixtures of the repository: one C file a rule, engine fixtures (a folder is one project), and whole servers as twins.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '../analysis/build.js';
import type { LintResult } from '../analysis/finding.js';
import type { SourceFile } from '../analysis/lint.js';
import { compiledAs } from '../workspace/compile-commands.js';
import { compare } from './match.js';
import { names, read, root } from './repository.js';
import { readWants, type Problem, type Wants } from './want.js';

export interface Fixture {
  /** `et-read-not-drained`, `servers/chat-bad`, or the name of a folder. */
  readonly name: string;
  readonly files: readonly SourceFile[];
  /** How it is compiled, where the folder has a compile database. */
  readonly build: Build;
}

export function fixtures(): readonly Fixture[] {
  return [
    ...names('fixtures', '.c').map((name) => single(name)),
    ...names('fixtures/servers', '.c').map((name) => single(`servers/${name}`)),
    ...projects().map((name) => project(name)),
  ];
}

function single(name: string): Fixture {
  return { name, files: [source(`fixtures/${name}.c`)], build: [] };
}

function projects(): readonly string[] {
  return readdirSync(join(root, 'fixtures'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'servers')
    .map((entry) => entry.name)
    .sort();
}

function project(name: string): Fixture {
  const files = readdirSync(join(root, 'fixtures', name), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[ch]$/.test(path))
    .sort();
  const sources = files.map((path) => source(`fixtures/${name}/${path}`));
  return { name, files: sources, build: buildOf(join(root, 'fixtures', name, 'compile_commands.json'), sources) };
}

function buildOf(named: string, files: readonly SourceFile[]): Build {
  if (!existsSync(named)) return [];
  const places = files.map(({ path }) => ({ path, absolute: join(root, path) }));
  const { build, problems, missing } = compiledAs(places, { folder: root, named, isWhole: true });
  const wrong = [...problems, ...missing].map(({ message }) => message);
  if (wrong.length > 0) throw new Error(`${named}: ${wrong.join('; ')}`);
  return build;
}

function source(path: string): SourceFile {
  return { path, text: read(path) };
}

export function wantsOf(fixture: Fixture, rules: ReadonlySet<string>): Wants {
  const wants = fixture.files.map((file) => readWants(file, rules));
  return {
    expectations: wants.flatMap(({ expectations }) => expectations),
    gaps: wants.flatMap(({ gaps }) => gaps),
    problems: wants.flatMap(({ problems }) => problems),
  };
}

/** What is wrong between a fixture and what the engine says about it, one line a problem, in the words `file:line: …`. */
export function judge(
  fixture: Fixture,
  { findings, gaps }: Pick<LintResult, 'findings' | 'gaps'>,
  rules: ReadonlySet<string>,
  own: ReadonlySet<string>,
): readonly string[] {
  const { expectations, gaps: expectedGaps, problems } = wantsOf(fixture, rules);
  // Engine fixtures and servers are about whether something is found; the rule's own fixture is about its story.
  const told = new Set([fixture.name].filter((name) => rules.has(name)));
  const isGood = isRightTwin(fixture) ? () => true : (name: string | null) => name?.startsWith('good_') ?? false;
  const compared = compare({ files: fixture.files, findings, gaps, expectations, expectedGaps, own, told, isGood });
  return [...problems, ...compared].map(({ file, line, message }: Problem) => `${file}:${line}: ${message}`);
}

/** A right server is one big good function. */
export function isRightTwin({ name }: Fixture): boolean {
  return name.startsWith('servers/') && name.endsWith('-good');
}

/**
 * The rules about which a fixture must be complete: the one of its name, those it wants, and for a server also
 * those that any buggy server wants.
 */
export function ownRules(fixture: Fixture, all: readonly Fixture[], rules: ReadonlySet<string>): ReadonlySet<string> {
  const isServer = fixture.name.startsWith('servers/');
  const relatives = isServer ? all.filter(({ name }) => name.startsWith('servers/')) : [fixture];
  const wanted = relatives
    .flatMap((one) => wantsOf(one, rules).expectations)
    .filter(({ verb }) => verb === 'want')
    .map(({ rule }) => rule);
  return new Set(rules.has(fixture.name) ? [fixture.name, ...wanted] : wanted);
}
