// The nearest of some known words to a word that is none of them: what somebody probably meant.

/** The nearest candidate, or null when none is near enough to be worth saying. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = edits(wanted, candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  // Somebody who writes the beginning of a word means the word: `oneshot` for `oneshot-not-rearmed`.
  const begun = candidates.filter((candidate) => candidate.toLowerCase().startsWith(wanted));
  return best ?? (word.length >= 3 && begun.length === 1 ? (begun[0] ?? null) : null);
}

/** `; did you mean 'x'?`, or the words to choose from where they are few, or nothing. */
export function meant(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  if (near !== null) return `; did you mean '${near}'?`;
  return candidates.length > 0 && candidates.length <= 8 ? `; known are ${candidates.join(', ')}` : '';
}

/** Insertions, deletions, substitutions and swaps of neighbours that lead from one word to the other. */
function edits(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
