// Findings as the command line prints them, for pages and the README: the same words, without the fixture's expectations.
import type { Finding } from '../analysis/finding.js';
import type { SourceFile } from '../analysis/lint.js';
import { pretty } from '../report/pretty.js';
import { reportOf } from '../report/report.js';
import { plain } from '../report/style.js';
import { withoutExpectation } from './want.js';

export function rendered(finding: Finding, files: readonly SourceFile[]): string {
  const texts = new Map(files.map(({ path, text }) => [path, text.split('\n').map(withoutExpectation).join('\n')]));
  const summary = { files: files.length, analysed: files.length, skipped: 0, milliseconds: 0, compileCommands: [] };
  const linted = { findings: [finding], allowed: [], gaps: [], failures: [], summary, texts };
  const output = pretty(reportOf(linted, { hints: true }), { ...plain, width: 100 }).trimEnd();
  // The last paragraph sums up a run, which this is not.
  return output.slice(0, output.lastIndexOf('\n\n'));
}
