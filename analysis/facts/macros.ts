// What the lexer tells of a macro: its parameters, the word that it ends with, and what it does to its parameters. That is
// enough to find who stores into a field, or calls through it, by way of a macro.
import type { Chunk } from '../text/chunk.js';
import { step, type Lexicon } from '../text/lexicon.js';
import { ASSIGNED, STORED, THROUGH } from '../text/postings.js';
import type { Tokens } from '../text/tokens.js';

export interface MacroHead {
  readonly word: number;
  readonly takesArguments: boolean;
  /** The word that the body ends with, as `b` in `(a)->b`: what stores into the macro stores into that; -1 for none. */
  readonly tail: number;
  readonly tailIsMember: boolean;
  /** What happens to parameters, as flags: STORED and THROUGH for members of such a name, ASSIGNED for themselves. */
  readonly toParameters: number;
  /** Where the body begins in the file. */
  readonly body: number;
}

/** Notes the words of a `#define` as those of an item; null when it defines nothing. */
export function scanMacro(tokens: Tokens, chunk: Chunk, lexicon: Lexicon): MacroHead | null {
  const { text, entries } = tokens;
  const begin = wordAfter(text, text.indexOf('define', chunk.start) + 6);
  const end = wordEnd(text, begin);
  if (end === begin || end > chunk.end) return null;
  const word = internAt(text, begin, end, lexicon);
  const takesArguments = text.charCodeAt(end) === 40;
  const close = takesArguments ? text.indexOf(')', end) + 1 : end;
  const body = close === 0 || close > chunk.end ? chunk.end : close;
  entries.from = entries.length;
  const parameters = takesArguments ? parametersOf(text, end + 1, body - 1, lexicon).map((id) => entries.note(id)) : [];
  tokens.reset();
  tokens.run(body, chunk.end);
  const { tail, tailIsMember } = tokens.chains;
  tokens.chains.end();
  let toParameters = 0;
  for (const slot of parameters) {
    toParameters |= entries.flag(slot) & (STORED | THROUGH | ASSIGNED);
    entries.drop(slot);
  }
  return { word, takesArguments, tail, tailIsMember, toParameters, body };
}

function parametersOf(text: string, from: number, to: number, lexicon: Lexicon): number[] {
  const found: number[] = [];
  for (let at = from; at < to;) {
    const end = wordEnd(text, at);
    if (end > at) found.push(internAt(text, at, end, lexicon));
    at = Math.max(end, at + 1);
  }
  return found;
}

function internAt(text: string, from: number, to: number, lexicon: Lexicon): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = step(hash, text.charCodeAt(at));
  return lexicon.intern(text, from, to, hash);
}

function wordAfter(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 32 || code === 9 || code === 92 || code === 10 || code === 13;)
    code = text.charCodeAt(++at);
  return at;
}

function wordEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isWord(code); code = text.charCodeAt(++at));
  return at;
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}
