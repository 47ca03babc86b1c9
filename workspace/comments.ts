// The comments of a C text and their places, for what is said to the linter in comments.

export interface Comment {
  /** Without its delimiters, white space squeezed. */
  readonly text: string;
  /** Offsets in UTF-16 code units, delimiters included; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** All comments in order. Quotes that do not end on their line are prose of an `#error` or of a region under `#if 0`. */
export function comments(text: string): readonly Comment[] {
  const found: Comment[] = [];
  const token =
    /\/\*[\s\S]*?(?:\*\/|$(?![\s\S]))|\/\/(?:[^\n\\]|\\[\s\S])*|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/g;
  for (const match of text.matchAll(token)) {
    const [whole] = match;
    if (!whole.startsWith('/')) continue;
    const body = whole.startsWith('//') ? whole.slice(2) : whole.slice(2).replace(/\*\/$/, '');
    found.push({ text: body.replace(/\s+/g, ' ').trim(), start: match.index, end: match.index + whole.length });
  }
  return found;
}
