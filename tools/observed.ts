// What the kernel showed for the pattern of a page and for its corrected sequence, as the two rows of a table.
// Numbers differ from kernel to kernel, so that rows are words; where the kernel cannot be asked, the page keeps its rows.
import { join } from 'node:path';
import type { Specimen } from '../analysis/finding.js';
import { VerifierClient } from '../native-verify/client.js';
import { root } from './repository.js';

/** Asks the verifier, as `mux-lint verify` does. */
export async function observedRows(rule: string, specimen: Specimen, page: string | null): Promise<string | null> {
  const client = new VerifierClient({ program: join(root, 'dist/native-verify/child.js') });
  try {
    const verdict = await client.verify({ tier: 'kernel', rule, specimen, seed: 1 });
    const [bad, good] = [verdict.transcript, verdict.control].map((lines) =>
      lines.findLast((line) => line.startsWith(SEEN)),
    );
    if (verdict.state === 'not-executable' || bad === undefined || good === undefined) return rowsOf(page);
    return `${HEAD}\n| as found | ${inWords(bad)} |\n| corrected | ${inWords(good)} |`;
  } finally {
    await client.close();
  }
}

const HEAD = '| sequence | what the kernel shows |\n| --- | --- |';
const SEEN = 'seen: ';

function inWords(line: string): string {
  const amount = (count: string): string => (Number(count) === 0 ? 'nothing' : 'something');
  return line.slice(SEEN.length).replace(/^\d+/, amount);
}

function rowsOf(page: string | null): string | null {
  const start = page?.indexOf(HEAD) ?? -1;
  return page === null || start < 0 ? null : (page.slice(start).split('\n\n')[0] ?? null);
}
