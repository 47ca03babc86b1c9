// What the bench prints, for one folder of fixtures; the times themselves are nobody's promise here.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costOf, startCost, table } from './bench.js';
import { root } from './repository.js';

describe('a folder', () => {
  it('is parsed, and scanned', async () => {
    const cost = await costOf(join(root, 'fixtures/linking'));
    expect(cost).toMatchObject({ files: 6, failures: 0 });
    expect(cost.parse).toBeGreaterThan(0);
    expect(cost.scan).toBeGreaterThan(0);
    expect(cost.parsedBytes).toBeGreaterThan(0);
    const [head, row] = table([cost], null);
    expect(head).toMatch(/^tree +files +MB +parser +parse ms +scan ms +ratio/);
    expect(row).toMatch(/linking +6 /);
  });

  it('that is small is measured as a process, too', () => {
    const start = startCost('no-such-file.c', 1);
    expect(table([], start)).toEqual([expect.stringMatching(/^no-such-file\.c: \d+ ms, 'node -e 0': \d+ ms, ratio/)]);
  });
});
