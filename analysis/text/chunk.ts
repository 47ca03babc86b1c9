// The top-level items of a C file: the unit of parsing, caching and invalidation.
import type { Literal } from './conditionals.js';
import { Lexicon } from './lexicon.js';
import { Entries } from './postings.js';
import { scan } from './words.js';

export { literals, type Literal } from './conditionals.js';

export interface Chunk {
  readonly kind: 'code' | 'directive';
  /** Offsets into the file, UTF-16 code units; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly presence: readonly Literal[];
}

/** The chunks of a file in order; regions under `#if 0` are left out. */
export function cut(text: string): Chunk[] {
  return scan(text, 0, new Lexicon(), new Entries())
    .items.filter(({ nested }) => !nested)
    .map(({ chunk }) => chunk);
}
