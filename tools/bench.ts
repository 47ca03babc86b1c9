// `npm run bench -- DIR...`: what a cold scan of each folder costs beside parsing all of its files, in one process, and what one
// small file costs beside a process that does nothing. Prints numbers and judges none of them.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { argv, execPath, memoryUsage } from 'node:process';
import { fileURLToPath } from 'node:url';
import { catalogOf } from '../analysis/text/catalog.js';
import { loadBareParser, loadParser, type Backend, type Parser } from '../analysis/text/parse.js';
import { lintPaths, readTexts } from '../workspace/lint-paths.js';
import { root } from './repository.js';

export interface TreeCost {
  readonly tree: string;
  readonly backend: Backend;
  readonly files: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly parse: number;
  readonly scan: number;
  /** Texts that were parsed, among all top-level items; and their bytes among all bytes. */
  readonly chunks: number;
  readonly parsedBytes: number;
  readonly findings: number;
  readonly failures: number;
}

export async function costOf(folder: string, wish?: Backend): Promise<TreeCost> {
  const { texts } = readTexts(['.'], folder);
  const bytes = texts.reduce((sum, { text }) => sum + text.length, 0);
  const parser = counting(await loadParser(wish));
  const bare = await loadBareParser(parser.backend);
  const parse = timed(() => {
    for (const { text } of texts) bare(text);
  });
  const started = performance.now();
  const { findings, failures } = await lintPaths(['.'], { folder, parser });
  const scan = performance.now() - started;
  const items = catalogOf(texts).items.length;
  return {
    tree: folder,
    backend: parser.backend,
    files: texts.length,
    bytes,
    parse,
    scan,
    chunks: share(parser.texts(), items),
    parsedBytes: share(parser.bytes(), bytes),
    findings: findings.length,
    failures: failures.length,
  };
}

function counting(parser: Parser): Parser & { texts(): number; bytes(): number } {
  let [texts, bytes] = [0, 0];
  return {
    backend: parser.backend,
    parse: (text) => {
      texts++;
      bytes += text.length;
      return parser.parse(text);
    },
    texts: () => texts,
    bytes: () => bytes,
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function timed(run: () => void): number {
  const started = performance.now();
  run();
  return performance.now() - started;
}

export interface StartCost {
  readonly file: string;
  /** Milliseconds: the median of whole processes, run in turn. */
  readonly lint: number;
  readonly node: number;
}

export function startCost(file: string, turns = 5): StartCost {
  const main = join(root, 'dist/bundle/main.js');
  const lints: number[] = [];
  const nodes: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    lints.push(timed(() => spawnSync(execPath, [main, file])));
    nodes.push(timed(() => spawnSync(execPath, ['-e', '0'])));
  }
  return { file, lint: median(lints), node: median(nodes) };
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

const HEAD = [
  'tree',
  'files',
  'MB',
  'parser',
  'parse ms',
  'scan ms',
  'ratio',
  'chunks',
  'bytes',
  'findings',
  'failures',
];

export function table(costs: readonly TreeCost[], start: StartCost | null): readonly string[] {
  const rows = costs.map((cost) => [
    cost.tree,
    `${cost.files}`,
    (cost.bytes / 1e6).toFixed(1),
    cost.backend,
    cost.parse.toFixed(0),
    cost.scan.toFixed(0),
    share(cost.scan, cost.parse).toFixed(2),
    `${(100 * cost.chunks).toFixed(0)} %`,
    `${(100 * cost.parsedBytes).toFixed(0)} %`,
    `${cost.findings}`,
    `${cost.failures}`,
  ]);
  const lines = costs.length > 0 ? aligned([HEAD, ...rows]) : [];
  if (start === null) return lines;
  const { file, lint, node } = start;
  return [
    ...lines,
    `${file}: ${lint.toFixed(0)} ms, 'node -e 0': ${node.toFixed(0)} ms, ratio ${share(lint, node).toFixed(2)}`,
  ];
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
}

async function main(folders: readonly string[]): Promise<void> {
  const costs: TreeCost[] = [];
  for (const folder of folders) costs.push(await costOf(resolve(folder)));
  for (const line of table(costs, startCost(join(root, 'fixtures/partial-write-dropped.c')))) console.log(line);
  console.log(`resident at the end: ${(memoryUsage.rss() / 1e6).toFixed(0)} MB`);
}

if (argv[1] === fileURLToPath(import.meta.url)) await main(argv.slice(2));
