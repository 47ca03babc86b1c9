// Lints one tree in a thread of its own, so that a tree on which the engine hangs or runs out of memory costs itself only.
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Failure, Finding, Gap } from '../analysis/finding.js';
import { lintPaths } from '../workspace/lint-paths.js';
import { root } from './repository.js';

export interface LintedTree {
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  readonly failures: readonly Failure[];
  readonly files: readonly string[];
  readonly milliseconds: number;
  /** Why there is nothing more; null when the engine came to its end. */
  readonly stopped: string | null;
}

export async function lintTree(folder: string, seconds: number): Promise<LintedTree> {
  const started = performance.now();
  // A thread runs what is compiled, whether the tools themselves are or not.
  const worker = new Worker(join(root, 'dist/tools/benchmark-tree.js'), { workerData: { folder } });
  try {
    return await new Promise<LintedTree>((resolve) => {
      const stop = (why: string): void => {
        resolve({ ...NOTHING, stopped: why, milliseconds: Math.round(performance.now() - started) });
      };
      const limit = setTimeout(stop, seconds * 1000, `not done after ${seconds} s`);
      worker.on('message', (result: LintedTree) => {
        resolve(result);
      });
      worker.on('error', (error) => {
        stop(error instanceof Error ? error.message : String(error));
      });
      worker.on('exit', () => {
        clearTimeout(limit);
        stop('ended without a result');
      });
    });
  } finally {
    await worker.terminate();
  }
}

const NOTHING = { findings: [], gaps: [], failures: [], files: [] } as const;

/** What a thread is asked for. */
function request(data: unknown): string | null {
  if (typeof data !== 'object' || data === null || !('folder' in data)) return null;
  return typeof data.folder === 'string' ? data.folder : null;
}

async function answer(folder: string): Promise<LintedTree> {
  const { findings, gaps, failures, texts, summary } = await lintPaths([folder], { folder });
  const { milliseconds } = summary;
  return { findings, gaps, failures, files: [...texts.keys()], milliseconds, stopped: null };
}

const folder = isMainThread ? null : request(workerData);
if (folder !== null) parentPort?.postMessage(await answer(folder));
