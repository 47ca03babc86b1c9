// The C of the fixtures against the kernel: every `bad_*` is confirmed and no `good_*` is, alike in every run.
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Verdict } from '../../analysis/verdict.js';
import { VerifierClient } from '../client.js';
import { scenarioNames } from '../scenarios.js';
import { childProgram, needs, noCode } from '../testing.js';

/** Runs of each function with one seed; the release is tried with 20. */
const repeats = Number(process.env.MUX_LINT_CODE_REPEATS ?? '1');
const folder = new URL('../../fixtures/', import.meta.url);
const present = new Set(readdirSync(folder));
const client = new VerifierClient({ program: childProgram, lanes: availableParallelism() });

afterAll(() => client.close());

describe('fixtures at the code tier', () => {
  beforeEach(needs(noCode));
  describe.each(scenarioNames().filter((rule) => present.has(`${rule}.c`)))('%s', (rule) => {
    const file = fileURLToPath(new URL(`${rule}.c`, folder));
    let verdicts: ReadonlyMap<string, readonly Verdict[]> = new Map();

    beforeAll(async () => {
      const functions = (await client.functions(rule, file)).filter((name) => /^(?:bad|good)_/u.test(name));
      verdicts = new Map(await Promise.all(functions.map((name) => judged(rule, file, name))));
    }, 600_000);

    it('has functions that the driver can call', () => {
      expect([...verdicts.keys()].filter((name) => name.startsWith('bad_')).length).toBeGreaterThan(0);
      expect([...verdicts.keys()].filter((name) => name.startsWith('good_')).length).toBeGreaterThan(0);
    });

    it(`confirms every bad function, ${repeats} of ${repeats}`, () => {
      expect(unlike(verdicts, 'bad_', 'confirmed')).toEqual([]);
    });

    it(`reproduces nothing in a good function, ${repeats} of ${repeats}`, () => {
      expect(unlike(verdicts, 'good_', 'not-reproduced')).toEqual([]);
    });
  });
});

async function judged(rule: string, file: string, name: string): Promise<[string, readonly Verdict[]]> {
  const asked = Array.from({ length: repeats }, () =>
    client.verify({ tier: 'code', rule, file, function: name, seed: 1, flags: [] }),
  );
  return [name, await Promise.all(asked)];
}

/** One line for each verdict that differs from what the function's name says. */
function unlike(
  verdicts: ReadonlyMap<string, readonly Verdict[]>,
  prefix: string,
  state: Verdict['state'],
): readonly string[] {
  return [...verdicts]
    .filter(([name]) => name.startsWith(prefix))
    .flatMap(([name, all]) => all.filter((one) => one.state !== state).map((one) => told(name, one)));
}

function told(name: string, verdict: Verdict): string {
  return `${name}: ${verdict.state} (${verdict.reason ?? 'no reason'}) after ${verdict.transcript.join('; ')}`;
}
