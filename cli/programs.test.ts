// Which programs are run for which findings, and how their verdicts come together; what runs them is tested where it is.
import { afterAll, describe, expect, it } from 'vitest';
import type { Verdict, VerdictState } from '../analysis/verdict.js';
import type { ProgramEntry, ProgramReport } from '../native-verify/program/entry.js';
import { lintPaths } from '../workspace/lint-paths.js';
import { READS_ALL, READS_ONCE, temporaryTree } from '../workspace/testing.js';
import { judgePrograms } from './programs.js';

const tree = temporaryTree({
  'mux-lint.json': JSON.stringify({
    programs: [
      { sources: ['bad/*.c'], build: null, run: './bad' },
      { sources: 'good.c', run: './good', drive: 'echo' },
      { sources: ['elsewhere.c'], run: './elsewhere' },
    ],
  }),
  'bad/main.c': READS_ONCE,
  'good.c': READS_ALL,
  'other/elsewhere.c': READS_ALL,
});
afterAll(tree.remove);

function verdict(state: VerdictState): Verdict {
  const reason = state === 'not-executable' ? 'cc is not there' : null;
  return { about: 'program', tier: 'program', state, transcript: [], control: [], reason, kernel: '6', seed: 1 };
}

const wish = { seed: 1, hints: false };

/** A judge that gives these states to two rules, and remembers whom it was asked about. */
function judge(states: readonly [VerdictState, VerdictState], asked: ProgramEntry[] = []) {
  return (entry: ProgramEntry): Promise<ProgramReport> => {
    asked.push(entry);
    const rules = ['et-read-not-drained', 'oneshot-not-rearmed'] as const;
    const results = rules.map((rule, i) => ({
      rule,
      verdict: verdict(states[i] ?? 'not-reproduced'),
      observation: null,
    }));
    return Promise.resolve({ results, surroundings: 'isolated' });
  };
}

describe('verify --program', () => {
  it('runs the programs of which a source was linted, and no other', async () => {
    const asked: ProgramEntry[] = [];
    await judgePrograms(await lintPaths([tree.folder]), judge(['confirmed', 'not-reproduced'], asked), wish);
    expect(asked).toMatchObject([
      { run: './bad', build: null, drive: null, folder: tree.folder },
      { run: './good', drive: 'echo' },
    ]);
    const fewer: ProgramEntry[] = [];
    await judgePrograms(await lintPaths([tree.path('good.c')]), judge(['confirmed', 'not-reproduced'], fewer), wish);
    expect(fewer.map(({ run }) => run)).toEqual(['./good']);
  });

  it('gives the verdict to the findings of its rule in its sources, and counts them', async () => {
    const result = await lintPaths([tree.folder]);
    const { runs, verdicts, notExecuted } = await judgePrograms(result, judge(['confirmed', 'confirmed']), wish);
    const [finding] = result.findings;
    expect(result.findings).toHaveLength(1);
    expect([...verdicts.keys()]).toEqual([finding]);
    expect(verdicts.get(finding ?? never())).toMatchObject([{ state: 'confirmed' }]);
    expect(runs.map(({ results }) => results.map(({ findings }) => findings))).toEqual([
      [1, 0],
      [0, 0],
    ]);
    expect(notExecuted).toEqual([]);
  });

  it('says of a program that could not be executed why', async () => {
    const states = ['not-executable', 'not-executable'] as const;
    const { notExecuted } = await judgePrograms(await lintPaths([tree.folder]), judge(states), wish);
    expect(notExecuted).toHaveLength(2);
    expect(notExecuted[0]).toMatch(/bad\/main\.c: cc is not there$/);
  });
});

function never(): never {
  throw new Error('there is a finding');
}
