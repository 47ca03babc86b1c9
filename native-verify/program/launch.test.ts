// A program starts as its user would start it: Node's own limits and signals are not its own.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { settled } from '../observer/settled.js';
import { launch, softDescriptors } from './launch.js';

describe('a launched program', () => {
  it.skipIf(process.platform !== 'linux')('has the usual limit of descriptors and default signals', async () => {
    const launched = await launch({ run: 'sleep 1000', folder: '/', out: '/', token: `mux-lint-test-${process.pid}` });
    try {
      expect(await settled(launched.pid, { turns: 0 })).not.toBeNull();
      const limits = readFileSync(`/proc/${launched.pid}/limits`, 'utf8');
      const ours = readFileSync('/proc/self/limits', 'utf8');
      expect(openFiles(limits)).toEqual([Math.min(softDescriptors, openFiles(ours)[1] ?? 0), openFiles(ours)[1]]);
      const status = readFileSync(`/proc/${launched.pid}/status`, 'utf8');
      expect(/^SigIgn:\s*(\w+)$/mu.exec(status)?.[1]).toMatch(/^0+$/u);
      expect(/^SigBlk:\s*(\w+)$/mu.exec(status)?.[1]).toMatch(/^0+$/u);
      expect(readFileSync(`/proc/${launched.pid}/comm`, 'utf8').trim()).toBe('sleep');
    } finally {
      await launched.end();
    }
    expect(launched.family()).toEqual([]);
  });
});

/** Soft and hard. */
function openFiles(limits: string): readonly number[] {
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/mu.exec(limits) ?? [];
  return [Number(soft), Number(hard)];
}
