// How places are written, and what their texts tell. `2:conn.fd` is a local of the third frame, `g:path/name` a variable outside,
// `*@7.fd[v3]` what is behind a pointer, `!place` a mark that somebody wrote there, `%name` a mark of the walker.

/** A place's text, taken apart once. */
export interface Place {
  /** Of a local: the depth of its frame, and its name; a mark of a local is one, too. Negative for what is no local. */
  readonly depth: number;
  readonly local: string;
  readonly isTemporary: boolean;
  /** A mark that somebody has written there. */
  readonly isMark: boolean;
  /** Behind a pointer: the symbol that the pointer is. */
  readonly base: string | null;
  /** Behind a pointer, or a variable outside of functions. */
  readonly isOutside: boolean;
  /** The name of the member or variable that it is; null for what only its function can assign. */
  readonly name: string | null;
  readonly isElement: boolean;
  /** Symbols, and numbers, in brackets. */
  readonly indexes: readonly string[];
}

export function placeFrom(text: string): Place {
  const isMark = text.startsWith('!');
  const isElement = text.includes('[');
  return {
    ...localIn(text, isMark ? 1 : 0),
    isTemporary: /:\$\d+$/.test(text),
    isMark,
    base: text.startsWith('*') ? baseSymbol(text) : null,
    isOutside: text.startsWith('*') || text.startsWith('g'),
    name: /^[!%\d]/.test(text) ? null : lastName(text),
    isElement,
    indexes: isElement ? [...text.matchAll(/\[([^\]]+)\]/g)].flatMap((match) => match[1] ?? []) : NONE,
  };
}

const NONE: readonly string[] = [];

/** `2:conn` of `2:conn.fd`. */
function localIn(text: string, start: number): { readonly depth: number; readonly local: string } {
  let at = start;
  while (text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= NINE) at++;
  if (at === start || text.charAt(at) !== ':') return { depth: -1, local: '' };
  const depth = Number(text.slice(start, at));
  return { depth, local: text.slice(at + 1, endOfName(text, at + 1)) };
}

function lastName(text: string): string | null {
  return /\.(\w+)(\[[^\]]*\])?$/.exec(text)?.[1] ?? /^g:(?:.*\/)?(\w+)$/.exec(text)?.[1] ?? null;
}

/** `place` is `outer` or a member, element or pointee of it. */
export function within(place: string, outer: string): boolean {
  if (!place.startsWith(outer)) return false;
  const next = place.charAt(outer.length);
  return next === '' || next === '.' || next === '[';
}

/** A symbol in a place's name stands as `*name` at its head or `[name]` inside. */
export function mentions(place: string, name: string): boolean {
  return place.includes(`[${name}]`) || (place.startsWith('*') && baseSymbol(place) === name);
}

export function renamed(place: string, from: string, to: string): string {
  const head = place.startsWith('*') && baseSymbol(place) === from ? `*${to}${place.slice(from.length + 1)}` : place;
  return head.replaceAll(`[${from}]`, `[${to}]`);
}

/** The symbol behind the star of a pointee's place. */
function baseSymbol(place: string): string {
  return place.slice(1, endOfName(place, 1));
}

function endOfName(text: string, from: number): number {
  let end = from;
  while (end < text.length && text.charCodeAt(end) !== DOT && text.charCodeAt(end) !== BRACKET) end++;
  return end;
}

const DOT = 46;
const BRACKET = 91;
const ZERO = 48;
const NINE = 57;
