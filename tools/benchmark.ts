// `npm run bench:corpus -- DIR [--labels DIR]`: lints checked-out sources that others wrote, DIR/OWNER+NAME/COMMIT/…, as
// whole trees, and prints per rule how far the findings agree with hand labels. Nothing of the sources is kept here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Finding, Severity } from '../analysis/finding.js';
import { lowerFile } from '../analysis/lower.js';
import { loadParser, type Parser } from '../analysis/parse.js';
import { rules } from '../rules/index.js';
import { lintPaths, type WorkspaceResult } from '../workspace/lint-paths.js';
import { judge, type Outcome } from './benchmark-judge.js';
import { readLabels, type LabelledFile, type Labels } from './benchmark-labels.js';
import { list, table } from './benchmark-table.js';

export interface Request {
  readonly sources: string;
  readonly labels: string;
  /** Findings that are milder than this are not looked at. */
  readonly severity: Severity;
  /** Only trees with this in their names. */
  readonly only: string;
  readonly list: boolean;
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
  const totals = { trees: 0, files: 0, gaps: 0, milliseconds: 0 };
  const outcomes: Outcome[] = [];
  const trees = new Map<Outcome, string>();
  const warnings: string[] = [];
  for (const [name, judged] of treesOf(known)) {
    if (!name.includes(request.only)) continue;
    const folder = join(request.sources, name);
    if (!existsSync(folder)) {
      warnings.push(`${name}: absent, ${judged.size} files not judged`);
      continue;
    }
    const result = await lintPaths([folder], { folder, parser });
    const own = outcomesOf({ name, judged, known, result, severity: request.severity, parser });
    own.forEach((outcome) => trees.set(outcome, name));
    outcomes.push(...own);
    warnings.push(...obstacles(name, judged, result));
    totals.trees += 1;
    totals.files += result.summary.files;
    totals.gaps += result.gaps.filter(({ file }) => judged.has(file)).length;
    totals.milliseconds += result.summary.milliseconds;
    progress(
      `${name}: ${result.summary.files} files, ${result.findings.length} findings, ${result.summary.milliseconds} ms`,
    );
  }
  const results = { outcomes, rules: new Set(rules.map(({ id }) => id)), isCore: known.hazards.isCore };
  const { files, gaps, milliseconds } = totals;
  const total = `${totals.trees} trees, ${files} files, ${gaps} gaps in judged files, ${Math.round(milliseconds)} ms`;
  const wrong = request.list ? list(results, (outcome) => trees.get(outcome) ?? '') : [];
  return { lines: [...wrong, table(results), total], warnings };
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

interface LintedTree {
  readonly name: string;
  readonly judged: ReadonlySet<string>;
  readonly known: Labels;
  readonly result: WorkspaceResult;
  readonly severity: Severity;
  readonly parser: Parser;
}

function outcomesOf({ name, judged, known, result, severity, parser }: LintedTree): readonly Outcome[] {
  const { texts, gaps } = result;
  const isHere = (file: LabelledFile): boolean => treeOf(file) === name && texts.has(file.path);
  const exhaustive = new Set(known.exhaustive.filter(isHere).map(({ path }) => path));
  const counts = (finding: Finding): boolean =>
    judged.has(finding.file) && MILDNESS[finding.severity] <= MILDNESS[severity];
  return judge(
    {
      labels: known.labels.filter(isHere),
      findings: result.findings.filter(counts),
      gaps,
      isExhaustive: (path) => exhaustive.has(path),
      functionAt: functionsOf(texts, parser),
    },
    known.hazards,
  );
}

const MILDNESS: Readonly<Record<Severity, number>> = { error: 0, warning: 1, hint: 2 };

/** A file is looked at once, and only when somebody asks. */
function functionsOf(texts: ReadonlyMap<string, string>, parser: Parser) {
  const known = new Map<string, readonly { name: string; from: number; to: number }[]>();
  return (path: string, line: number): string | null => {
    const ranges = known.get(path) ?? rangesOf(path, texts.get(path) ?? '', parser);
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

function obstacles(name: string, judged: ReadonlySet<string>, result: WorkspaceResult): readonly string[] {
  const unread = [...judged].filter((path) => !result.texts.has(path)).map((path) => `${path}: not linted`);
  const failed = result.failures.map(({ file, rule, error }) => `${file}: ${rule ?? 'engine'} failed: ${error}`);
  return [...unread, ...failed].map((line) => `${name}/${line}`);
}

const USAGE =
  'usage: npm run bench:corpus -- DIR [--labels DIR] [--list] [--severity error|warning|hint] [--only NAME]';

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
      },
    });
    const [sources, ...more] = positionals;
    const { severity } = values;
    if (sources === undefined || more.length > 0 || !isSeverity(severity)) return null;
    return { sources, labels: values.labels ?? sources, severity, only: values.only, list: values.list };
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
