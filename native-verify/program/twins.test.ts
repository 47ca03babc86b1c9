// The servers of the fixtures, run for real: every buggy twin is confirmed for its own rule and no other, every right
// one for none, alike in every run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { needs, noCode } from '../testing.js';
import type { ProgramEntry, ProgramReport } from './entry.js';
import { judgeProgram } from './testing.js';
import { verifyProgram } from './verify.js';

/** Runs of each program; the release is tried with 10. */
const repeats = Number(process.env.MUX_LINT_PROGRAM_REPEATS ?? '1');
const folder = fileURLToPath(new URL('../../fixtures/servers/', import.meta.url));
const entries = entriesOf(readFileSync(`${folder}mux-lint.json`, 'utf8'));

describe('the servers at the program tier', () => {
  beforeEach(needs(noCode));

  it.each(entries.map((entry) => [entry.sources[0] ?? '', entry] as const))(
    '%s',
    async (name, entry) => {
      for (let turn = 0; turn < repeats; turn += 1) {
        const report = await verifyProgram(entry, { seed: 1, judge: judgeProgram });
        expect(confirmed(report)).toEqual(wanted(name));
        expect(report.results.map(({ verdict }) => verdict.reason).filter((reason) => reason === null)).toEqual(
          wanted(name).map(() => null),
        );
        for (const { verdict } of report.results) {
          expect(verdict.state).toMatch(/^(?:confirmed|not-reproduced)$/u);
          expect(verdict.transcript.length).toBeGreaterThan(0);
          expect(verdict.control.length).toBeGreaterThan(0);
        }
      }
    },
    60_000 * repeats,
  );

  it('sees the relay pause with bytes left under an edge, and takes that for no proof', async () => {
    const relay = entries.find(({ sources }) => sources[0] === 'relay-good.c');
    expect(relay).toBeDefined();
    if (relay === undefined) return;
    const report = await verifyProgram(relay, { judge: judgeProgram });
    const result = report.results.find(({ rule }) => rule === 'et-read-not-drained');
    expect(result?.verdict.state).toBe('not-reproduced');
    expect(result?.verdict.reason).toMatch(
      /^[1-9]\d* bytes are left unread under an edge, but .* it pauses on purpose$/u,
    );
  });

  it('shows what was seen on the process', async () => {
    const server = entries.find(({ sources }) => sources[0] === 'epoll-et-echo-bad.c');
    expect(server).toBeDefined();
    if (server === undefined) return;
    const report = await verifyProgram(server, { judge: judgeProgram });
    const seen = report.results.flatMap(({ observation }) => observation ?? []);
    expect(seen).toMatchObject([
      {
        rule: 'et-read-not-drained',
        state: 'confirmed',
        wait: 'epoll_wait',
        unsent: 0,
        mask: '8000201d',
        source: null,
      },
    ]);
    expect(seen[0]?.unread).toBeGreaterThan(0);
  });
});

function confirmed(report: ProgramReport): readonly string[] {
  return report.results.flatMap(({ rule, verdict }) => (verdict.state === 'confirmed' ? [rule] : []));
}

/** What the comments in the source want. */
function wanted(name: string): readonly string[] {
  const text = readFileSync(`${folder}${name}`, 'utf8');
  return [...text.matchAll(/\/\/ want (\S+)/gu)].map(([, rule]) => rule ?? '');
}

function entriesOf(text: string): readonly ProgramEntry[] {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('programs' in value) || !Array.isArray(value.programs))
    return [];
  const programs: readonly unknown[] = value.programs;
  return programs.filter(isEntry).map((entry) => ({ ...entry, folder }));
}

function isEntry(value: unknown): value is ProgramEntry {
  return typeof value === 'object' && value !== null && 'sources' in value && 'run' in value && 'build' in value;
}
