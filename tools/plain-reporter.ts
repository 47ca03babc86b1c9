// A vitest reporter whose last line is `N passed, N failed, N skipped`, alone and without colour.
// A file that cannot be loaded and an error outside any test count as failed; the reasons of skips are printed once each.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const unloadable = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module)).length;
    const failed = count('failed') + count('pending') + unloadable + errors.length;
    for (const [reason, times] of skipReasons(tests)) process.stdout.write(`skipped ${times}: ${reason}\n`);
    process.stdout.write(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped\n`);
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0;
}

function skipReasons(tests: readonly TestCase[]): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const test of tests) {
    const result = test.result();
    if (result.state !== 'skipped') continue;
    const reason = result.note ?? 'no reason given';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return reasons;
}
