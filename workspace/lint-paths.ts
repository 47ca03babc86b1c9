// The one entry of all drivers: paths or open texts in, findings with configuration and suppressions applied out.
// A file that cannot be read, and one that makes the engine fail, costs itself only.
import { dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Build } from '../analysis/build.js';
import type { CallModel } from '../analysis/knowledge/calls.js';
import type { Failure, Finding, Gap, LintResult, Position, Severity } from '../analysis/finding.js';
import { lint, namesKnownCall, type SourceFile } from '../analysis/lint.js';
import { loadParser, type Backend, type Parser } from '../analysis/text/parse.js';
import { rules as allRules } from '../rules/index.js';
import { applyAllows, type Allowed } from './allow.js';
import { compiledAs } from './compile-commands.js';
import { defaults, type ConfigProblem } from './config.js';
import { Configs } from './configs.js';
import { findFiles, shownPath, type FoundFile } from './find-files.js';
import type { Program } from './programs.js';
import { readSource } from './read-source.js';
import { ruleTexts } from './rule-texts.js';

export interface WorkspaceOptions {
  /** The working folder, to which all paths are relative; the process's own by default. */
  readonly folder?: string;
  /** A configuration for all files, in place of the nearest of each. */
  readonly config?: string;
  /** A compile database, or its folder, for all files, in place of the nearest of each. */
  readonly compileCommands?: string;
  readonly backend?: Backend;
  readonly rules?: typeof allRules;
  readonly parser?: Parser;
}

/** What the user has to put right: exit code 2. */
export interface Problem {
  readonly file: string;
  readonly at: Position | null;
  readonly message: string;
}

export interface WorkspaceResult {
  /** Sorted by file, line, column, rule; of every severity. */
  readonly findings: readonly Finding[];
  readonly allowed: readonly Allowed[];
  readonly gaps: readonly Gap[];
  /** Those of the gaps that are whole files or folders which could not be read. */
  readonly unread: readonly Gap[];
  readonly problems: readonly Problem[];
  readonly failures: readonly Failure[];
  readonly summary: {
    readonly files: number;
    readonly analysed: number;
    readonly skipped: number;
    readonly milliseconds: number;
    /** The compile databases from which it is known how files are compiled. */
    readonly compileCommands: readonly string[];
  };
  /** How the compiler is to be called for a file, where a compile database says it. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The texts that were linted, by the paths of the findings. */
  readonly texts: ReadonlyMap<string, string>;
  readonly programs: readonly Program[];
}

/** An open buffer, which counts in place of what the disk holds. */
export interface OpenText {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

export async function lintPaths(paths: readonly string[], options: WorkspaceOptions = {}): Promise<WorkspaceResult> {
  const started = performance.now();
  const folder = resolve(options.folder ?? '.');
  const { texts, problems, unread } = readTexts(paths, folder);
  const places = [...paths.map((path) => resolve(folder, path)), folder];
  if (options.parser === undefined) hastenStart(texts);
  return lintAll(texts, { ...options, folder }, { started, problems, unread, places, isWhole: true });
}

/** What paths lead to, and what of it cannot be read. */
export function readTexts(paths: readonly string[], folder: string): TextsRead {
  const found = findFiles(paths, folder);
  const problems: Problem[] = found.problems.map(({ path, reason }) => ({ file: path, at: null, message: reason }));
  const unread: Gap[] = found.gaps.map(({ path, reason }) => wholeFile(path, reason));
  const texts: Text[] = [];
  for (const file of found.files) {
    const source = readSource(file.absolute);
    if ('text' in source) texts.push({ path: file.path, text: source.text, absolute: file.absolute });
    else if (isProblem(file, source.because)) problems.push({ file: file.path, at: null, message: source.refused });
    else unread.push(wholeFile(file.path, source.refused));
  }
  return { texts, problems, unread };
}

export interface TextsRead {
  readonly texts: readonly Text[];
  readonly problems: readonly Problem[];
  readonly unread: readonly Gap[];
}

export async function lintTexts(texts: readonly OpenText[], options: WorkspaceOptions = {}): Promise<WorkspaceResult> {
  const started = performance.now();
  const folder = resolve(options.folder ?? '.');
  const all = texts.map(({ path, text }) => ({ path: shownPath(path, folder), text, absolute: path }));
  return lintAll(all, { ...options, folder }, { started, problems: [], unread: [], places: [], isWhole: false });
}

/**
 * For little text the compiler's second pass over the WASM parser costs more than it gains: it holds up a run of 0.1 s for
 * as long again. The flag is for the whole process, so that a driver which stays brings its own parser.
 */
function hastenStart(texts: readonly Text[]): void {
  const size = texts.reduce((sum, { text }) => sum + text.length, 0);
  if (size < 1e6) setFlagsFromString('--liftoff-only');
}

interface Text extends SourceFile {
  readonly absolute: string;
}

interface Before {
  readonly started: number;
  readonly problems: readonly Problem[];
  readonly unread: readonly Gap[];
  /** Absolute paths whose configuration is read even where no file is linted. */
  readonly places: readonly string[];
  /** Whether all that belongs together was asked for, so that what is not there is told. */
  readonly isWhole: boolean;
}

/** A cap is ours, not the user's mistake; everything else that was named and cannot be read is one. */
function isProblem({ named }: FoundFile, because: 'unreadable' | 'binary' | 'large'): boolean {
  return named && because !== 'large';
}

function wholeFile(file: string, reason: string): Gap {
  const at = { line: 1, column: 1 };
  return { file, range: { start: at, end: at }, function: null, reason };
}

async function lintAll(
  texts: readonly Text[],
  options: WorkspaceOptions & { readonly folder: string },
  before: Before,
): Promise<WorkspaceResult> {
  const { folder } = options;
  const known = ruleTexts().map(({ id }) => id);
  const configs = new Configs(known, options.config === undefined ? null : resolve(folder, options.config));
  for (const place of before.places) configs.above(place);
  const configOf = new Map(texts.map(({ path, absolute }) => [path, configs.above(dirname(absolute))]));
  const named = options.compileCommands === undefined ? null : resolve(folder, options.compileCommands);
  const compiled = compiledAs(texts, { folder, named, isWhole: before.isWhole });
  const engine = await lintSafely(texts, options, { models: configs.models(), build: compiled.build });
  const missing = compiled.missing.map(({ path, message }) => wholeFile(shownPath(path, folder), message));
  const unread = [...before.unread, ...missing];
  const failed = new Set(engine.failures.map(({ file }) => file));
  const byFile = grouped(engine.findings);
  const gapsByFile = grouped(engine.gaps);
  const findings: Finding[] = [];
  const allowed: Allowed[] = [];
  for (const text of texts) {
    const own = byFile.get(text.path) ?? [];
    // Where a file failed, nothing can be said about suppressions that found nothing.
    const gaps = failed.has(text.path) ? [everywhere(text)] : (gapsByFile.get(text.path) ?? []);
    const after = applyAllows(text, own, gaps, known);
    const levels = (configOf.get(text.path) ?? defaults).rules;
    findings.push(...after.findings.flatMap((finding) => atLevel(finding, levels)));
    allowed.push(...after.allowed.filter(({ finding }) => levels.get(finding.rule) !== 'off'));
  }
  const shown = [...configs.problems, ...compiled.problems].map((problem) => shownProblem(problem, folder));
  const analysed = new Set(engine.analysed).size;
  return {
    findings: findings.sort(byPlace),
    allowed,
    gaps: [...unread, ...engine.gaps].sort(byPlace),
    unread,
    problems: [...before.problems, ...shown],
    failures: engine.failures,
    summary: {
      files: texts.length,
      analysed,
      skipped: texts.length - analysed,
      milliseconds: Math.round(performance.now() - before.started),
      compileCommands: compiled.used.map((path) => shownPath(path, folder)),
    },
    flags: compiled.flags,
    texts: new Map(texts.map(({ path, text }) => [path, text])),
    programs: configs.programs(),
  };
}

export function shownProblem({ path, at, message }: ConfigProblem, folder: string): Problem {
  return { file: shownPath(path, folder), at, message };
}

interface Known {
  readonly models: ReadonlyMap<string, CallModel>;
  readonly build: Build;
}

/** All files together; when the engine fails as a whole, one by one, so that only the poisonous file is lost. */
async function lintSafely(texts: readonly Text[], options: WorkspaceOptions, known: Known): Promise<LintResult> {
  // Most trees have folders in which nothing is of interest; they should not wait for a parser.
  if (!texts.some(({ text }) => namesKnownCall(text))) return { findings: [], gaps: [], analysed: [], failures: [] };
  const parser = options.parser ?? (await loadParser(options.backend));
  const rules = options.rules ?? allRules;
  const files = texts.map(({ path, text }) => ({ path, text }));
  const together = lintGuarded(files, rules, parser, known);
  const isLost = together === null || (together.findings.length === 0 && together.failures.length > 0);
  return isLost ? joined(files.map((file) => lintAlone(file, rules, parser, known))) : together;
}

function lintGuarded(
  files: readonly SourceFile[],
  rules: typeof allRules,
  parser: Parser,
  known: Known,
): LintResult | null {
  try {
    return lint(files, rules, parser, known);
  } catch {
    return null;
  }
}

function lintAlone(file: SourceFile, rules: typeof allRules, parser: Parser, known: Known): LintResult {
  try {
    return lint([file], rules, parser, known);
  } catch (error) {
    const failure = { file: file.path, rule: null, error: error instanceof Error ? error.message : String(error) };
    return { findings: [], gaps: [], analysed: [file.path], failures: [failure] };
  }
}

function joined(results: readonly LintResult[]): LintResult {
  return {
    findings: results.flatMap(({ findings }) => findings),
    gaps: results.flatMap(({ gaps }) => gaps),
    analysed: results.flatMap(({ analysed }) => analysed),
    failures: results.flatMap(({ failures }) => failures),
  };
}

function grouped<T extends { readonly file: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.file);
    if (group === undefined) groups.set(one.file, [one]);
    else group.push(one);
  }
  return groups;
}

function everywhere({ path, text }: Text): Gap {
  const range = { start: { line: 1, column: 1 }, end: { line: text.split('\n').length, column: 1 } };
  return { file: path, range, function: null, reason: '' };
}

/** The configured level takes the place of the rule's own; what the engine has lowered is never raised. */
function atLevel(finding: Finding, levels: ReadonlyMap<string, Severity | 'off'>): readonly Finding[] {
  const level = levels.get(finding.rule);
  if (level === 'off') return [];
  if (level === undefined) return [finding];
  return [{ ...finding, severity: finding.assumes === null ? level : lower(finding.severity, level) }];
}

const ORDER: readonly Severity[] = ['hint', 'warning', 'error'];

function lower(a: Severity, b: Severity): Severity {
  return ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b;
}

function byPlace(a: Gap | Finding, b: Gap | Finding): number {
  const [from, to] = [a.range.start, b.range.start];
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return from.line - to.line || from.column - to.column || compare(ruleOf(a), ruleOf(b));
}

function ruleOf(one: Gap | Finding): string {
  return 'rule' in one ? one.rule : '';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
