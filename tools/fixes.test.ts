// The fixes that rules offer, tried on their own fixtures: the text parses, the finding is gone and no other has come, and on the
// kernel the fixed function does what a right one does.
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Edit, Finding } from '../analysis/finding.js';
import { lint } from '../analysis/lint.js';
import { loadParser } from '../analysis/text/parse.js';
import { VerifierClient } from '../native-verify/client.js';
import { childProgram, noCode } from '../native-verify/testing.js';
import { rules } from '../rules/index.js';
import { fixtures } from './fixtures.js';
import { root } from './repository.js';

const parser = await loadParser();
const client = new VerifierClient({ program: childProgram, lanes: 2 });
afterAll(() => client.close());

const cases = fixtures()
  .filter(({ name }) => rules.some(({ id }) => id === name))
  .flatMap(({ name, files: [source] }) => {
    if (!source) return [];
    const before = lint([source], rules, parser);
    return before.findings
      .filter((finding) => finding.rule === name && finding.fix !== null)
      .map((finding) => ({
        title: `${finding.function ?? name}: ${finding.fix?.title ?? ''}`,
        source,
        before,
        finding,
      }));
  });

describe('fixes', () => {
  it('are written as the hints are, and stay in their file', () => {
    for (const { finding } of cases) {
      expect(finding.fix?.title).toMatch(/^[a-z'].*[^.]$/);
      expect(finding.fix?.edits.map(({ file }) => file)).toEqual(finding.fix?.edits.map(() => finding.file));
      expect(finding.fix?.edits.length).toBeGreaterThan(0);
    }
  });

  it.for(cases)('$title', async ({ source, before, finding }, context) => {
    const text = applied(source.text, finding.fix?.edits ?? []);
    const after = lint([{ ...source, text }], rules, parser);
    expect(after.gaps.filter(({ reason }) => reason.includes('syntax'))).toEqual([]);
    expect(counted(after.findings, finding)).toBe(counted(before.findings, finding) - 1);
    expect(after.findings.length).toBeLessThan(before.findings.length);
    if (noCode !== null) return context.skip(noCode);
    const file = join(root, source.path);
    const callable = await client.functions(finding.rule, file);
    const name = finding.function ?? '';
    if (!callable.includes(name)) return;
    const verdict = await client.verify({
      tier: 'code',
      rule: finding.rule,
      file,
      function: name,
      text,
      seed: 1,
      flags: [],
    });
    expect(verdict, verdict.transcript.join('\n')).toMatchObject({ state: 'not-reproduced' });
  });
});

function counted(findings: readonly Finding[], { rule, function: name }: Finding): number {
  return findings.filter((one) => one.rule === rule && one.function === name).length;
}

/** The text with the edits in it, the last one first, so that places stay valid. */
function applied(text: string, edits: readonly Edit[]): string {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const offset = ({ line, column }: Edit['range']['start']): number => (starts[line - 1] ?? 0) + column - 1;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce(
      (now, { range, newText }) => now.slice(0, offset(range.start)) + newText + now.slice(offset(range.end)),
      text,
    );
}
