// `npm run bench:corpus -- DIR [--labels DIR]`: lints checked-out sources that others wrote, DIR/OWNER+NAME/COMMIT/…, as
// whole trees, and prints per rule how far the findings agree with hand labels. Nothing of the sources is kept here.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Severity } from '../analysis/finding.js';
import { lowerFile } from '../analysis/facts/lower.js';
import { loadParser, type Parser } from '../analysis/text/parse.js';
import { rules } from '../rules/index.js';
import { judge, type Outcome } from './benchmark-judge.js';
import { readLabels, type LabelledFile, type Labels } from './benchmark-labels.js';
import { list, table } from './benchmark-table.js';
import { lintTree, type LintedTree } from './benchmark-tree.js';

export interface Request {
  readonly sources: string;
  readonly labels: string;
  /** Findings that are milder than this are not looked at. */
  readonly severity: Severity;
  /** Only trees with this in their names. */
  readonly only: string;
  readonly list: boolean;
  /** Seconds for one tree; what is labelled in a tree that takes longer is missed. */
  readonly limit: number;
}

export interface Report {
  /** What was asked for. */
  readonly lines: readonly string[];
  /** What stands in the way of the numbers: absent files, failures. */
  readonly warnings: readonly string[];
}

export async function benchmark(request: Request, progress: (line: string) => void): Promise<Report> {
  const known = readLabels(request.labels);
  const parser = await loadParser();
  const trees: JudgedTree[] = [];
  for (const [name, judged] of treesOf(known)) {
    if (!name.includes(request.only)) continue;
    const tree = await judgeTree({ name, judged, known, parser, request });
    trees.push(tree);
    progress(`${name}: ${tree.files} files, ${tree.outcomes.length} outcomes, ${tree.milliseconds} ms`);
  }
  const outcomes = trees.flatMap((tree) => tree.outcomes);
  const results = { outcomes, rules: new Set(rules.map(({ id }) => id)), isCore: known.hazards.isCore };
  const wrong = trees.flatMap(({ name, outcomes }) => list({ ...results, outcomes }, name));
  const sum = (of: (tree: JudgedTree) => number): number => trees.reduce((total, tree) => total + of(tree), 0);
  const [files, gaps] = [sum((tree) => tree.files), sum((tree) => tree.gaps)];
  const total = `${trees.length} trees, ${files} files, ${gaps} gaps in judged files`;
  return {
    lines: [...(request.list ? wrong : []), table(results), `${total}, ${sum((tree) => tree.milliseconds)} ms`],
    warnings: trees.flatMap((tree) => tree.warnings),
  };
}

/** The judged files of each tree, by the tree's name. */
function treesOf({ labels, exhaustive }: Labels): ReadonlyMap<string, ReadonlySet<string>> {
  const trees = new Map<string, Set<string>>();
  for (const file of [...labels, ...exhaustive]) {
    const name = treeOf(file);
    trees.set(name, (trees.get(name) ?? new Set()).add(file.path));
  }
  return new Map([...trees].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function treeOf({ repo, commit }: LabelledFile): string {
  return `${repo.replace('/', '+')}/${commit}`;
}

interface Task {
  readonly name: string;
  /** The paths that carry labels or were judged completely. */
  readonly judged: ReadonlySet<string>;
  readonly known: Labels;
  readonly parser: Parser;
  readonly request: Request;
}

interface JudgedTree {
  readonly name: string;
  readonly outcomes: readonly Outcome[];
  readonly files: number;
  readonly gaps: number;
  readonly milliseconds: number;
  readonly warnings: readonly string[];
}

async function judgeTree({ name, judged, known, parser, request }: Task): Promise<JudgedTree> {
  const folder = resolve(request.sources, name);
  const here = new Set([...judged].filter((path) => existsSync(join(folder, path))));
  const absent = [...judged].filter((path) => !here.has(path)).map((path) => `${name}/${path}: absent, not judged`);
  if (here.size === 0) return { name, outcomes: [], files: 0, gaps: 0, milliseconds: 0, warnings: absent };
  const tree = await lintTree(folder, request.limit);
  const isHere = (file: LabelledFile): boolean => treeOf(file) === name && here.has(file.path);
  const exhaustive = new Set(known.exhaustive.filter(isHere).map(({ path }) => path));
  const gaps = tree.gaps.filter(({ file }) => here.has(file));
  const outcomes = judge(
    {
      labels: known.labels.filter(isHere),
      findings: tree.findings.filter((one) => here.has(one.file) && isAtLeast(one.severity, request.severity)),
      gaps,
      isExhaustive: (path) => exhaustive.has(path),
      functionAt: functionsOf(folder, parser),
    },
    known.hazards,
  );
  const warnings = [...absent, ...obstacles(tree, here).map((line) => `${name}: ${line}`)];
  return { name, outcomes, files: tree.files.length, gaps: gaps.length, milliseconds: tree.milliseconds, warnings };
}

const MILDNESS: Readonly<Record<Severity, number>> = { error: 0, warning: 1, hint: 2 };

function isAtLeast(severity: Severity, wanted: Severity): boolean {
  return MILDNESS[severity] <= MILDNESS[wanted];
}

/** A file is looked at once, and only when somebody asks. */
function functionsOf(folder: string, parser: Parser) {
  const known = new Map<string, readonly { name: string; from: number; to: number }[]>();
  return (path: string, line: number): string | null => {
    const ranges = known.get(path) ?? rangesOf(path, readFileSync(join(folder, path), 'utf8'), parser);
    known.set(path, ranges);
    return ranges.find(({ from, to }) => from <= line && line <= to)?.name ?? null;
  };
}

function rangesOf(path: string, text: string, parser: Parser) {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return lowerFile(path, text, parser).functions.map(({ name, base, span }) => {
    const from = lineOf(base + span.start);
    return { name: `${path}:${from} ${name}`, from, to: lineOf(base + span.end) };
  });
}

function obstacles({ stopped, files, failures }: LintedTree, here: ReadonlySet<string>): readonly string[] {
  if (stopped !== null) return [stopped];
  const linted = new Set(files);
  const skipped = [...here].filter((path) => !linted.has(path)).map((path) => `${path}: not linted`);
  return [...skipped, ...failures.map(({ file, rule, error }) => `${file}: ${rule ?? 'engine'} failed: ${error}`)];
}

const USAGE =
  'usage: npm run bench:corpus -- DIR [--labels DIR] [--list] [--severity error|warning|hint] [--only NAME] [--limit SECONDS]';

/** What the command line asks for, or null when it cannot be understood. */
export function readRequest(args: readonly string[]): Request | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        labels: { type: 'string' },
        severity: { type: 'string', default: 'warning' },
        only: { type: 'string', default: '' },
        list: { type: 'boolean', default: false },
        limit: { type: 'string', default: '600' },
      },
    });
    const [sources, ...more] = positionals;
    const { severity, only, list } = values;
    const limit = Number(values.limit);
    if (sources === undefined || more.length > 0 || !isSeverity(severity) || !(limit > 0)) return null;
    return { sources, labels: values.labels ?? sources, severity, only, list, limit };
  } catch {
    return null;
  }
}

function isSeverity(text: string): text is Severity {
  return text in MILDNESS;
}

async function main(args: readonly string[]): Promise<void> {
  const request = readRequest(args);
  if (request === null) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  try {
    const { lines, warnings } = await benchmark(request, (line) => {
      console.error(line);
    });
    for (const warning of warnings) console.error(`warning: ${warning}`);
    for (const line of lines) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(argv.slice(2));
