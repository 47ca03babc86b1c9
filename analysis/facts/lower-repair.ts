// Makes a text that only a preprocessor could read readable for the grammar: what macros put where the grammar has no place
// for it is overwritten, and offsets stay. The text is not C any more; names are read from the original.
import { repairHead } from './lower-repair-head.js';
import { repairStatements } from './lower-repair-statement.js';
import { blank, partnersOf, tokensOf, type Token } from './lower-tokens.js';

/** The tokens of a text, and what is to be written over it. */
export class Draft {
  readonly tokens: readonly Token[];
  /** For each bracket the index of its partner, -1 for the rest. */
  readonly partners: readonly number[];
  private readonly edits: { readonly start: number; readonly end: number; readonly put: string }[] = [];

  constructor(readonly text: string) {
    this.tokens = tokensOf(text).filter(({ kind }) => kind !== 'directive');
    this.partners = partnersOf(this.tokens);
  }

  at(i: number): string {
    return this.tokens[i]?.text ?? '';
  }

  isWord(i: number): boolean {
    return this.tokens[i]?.kind === 'word';
  }

  /** The index of the bracket that closes the one at `i`, or -1. */
  close(i: number): number {
    const partner = this.partners[i] ?? -1;
    return partner > i ? partner : -1;
  }

  /** Overwrites tokens, both ends included, with `put` and spaces behind it. */
  replace(from: number, to: number, put = ''): void {
    const [first, last] = [this.tokens[from], this.tokens[to]];
    if (first && last) this.write(first.start, last.end, put);
  }

  write(start: number, end: number, put: string): void {
    if (put.length <= end - start) this.edits.push({ start, end, put });
  }

  /** The repaired text; of edits that overlap the first counts. */
  result(): string {
    let [result, at] = ['', 0];
    for (const { start, end, put } of [...this.edits].sort((a, b) => a.start - b.start)) {
      if (start < at) continue;
      result += this.text.slice(at, start) + put + blank(this.text.slice(start + put.length, end));
      at = end;
    }
    return result + this.text.slice(at);
  }
}

export function repaired(text: string): string {
  const draft = new Draft(text);
  const body = repairHead(draft);
  repairStatements(draft, body);
  return draft.result();
}
