// The `#if` directives around a place, as conditions: what must hold for the text there to exist.

/** One literal of a presence condition: the text of an `#if` test, and whether it holds. */
export interface Literal {
  readonly test: string;
  readonly holds: boolean;
}

/** Brace and parenthesis depth at an `#if`, restored for each further arm. */
export interface Depths {
  readonly braces: number;
  readonly parens: number;
  readonly brackets: number;
}

interface Conditional {
  /** Literals of the arms that were passed over, and of the present one. */
  earlier: readonly Literal[];
  current: readonly Literal[];
  readonly depths: Depths;
}

const ALWAYS: readonly Literal[] = [];

/** Conditions deeper than this are not told: nobody writes them, and each item would carry them all. */
const MAX_LITERALS = 32;

export class Conditionals {
  private readonly open: Conditional[] = [];
  /** Shared by all items until a directive changes it. */
  private known: readonly Literal[] | null = ALWAYS;

  get presence(): readonly Literal[] {
    return (this.known ??= this.open
      .slice(0, MAX_LITERALS)
      .flatMap((c) => [...c.earlier, ...c.current])
      .filter((l) => l.test !== '0'));
  }

  enter(current: readonly Literal[], depths: Depths): void {
    this.open.push({ earlier: ALWAYS, current, depths });
    this.known = null;
  }

  /** The other arm of a dead one: under no condition of its own. */
  revive(depths: Depths): void {
    this.enter(ALWAYS, depths);
  }

  /** Turns to the next arm; gives the depths at which it begins. */
  turn(word: string, rest: string): Depths | null {
    const top = this.open.at(-1);
    if (!top) return null;
    // The negation of a conjunction is not a literal; nothing is claimed then.
    if (top.current.length === 1) top.earlier = [...top.earlier, ...negated(top.current)];
    top.current = word === 'else' ? ALWAYS : literals('if', rest);
    this.known = null;
    return top.depths;
  }

  leave(): void {
    this.open.pop();
    this.known = null;
  }
}

function negated(all: readonly Literal[]): Literal[] {
  return all.map(({ test, holds }) => ({ test, holds: !holds }));
}

/** The literals of an `#if` test; a conjunction gives several, anything else stays one opaque text. */
export function literals(word: string, rest: string): Literal[] {
  const name = rest.split(/\s/)[0] ?? '';
  if (word === 'ifdef') return [{ test: name, holds: true }];
  if (word === 'ifndef') return [{ test: name, holds: false }];
  if (rest.includes('||')) return [{ test: rest.replace(/\s+/g, ' '), holds: true }];
  return rest.split('&&').map((part) => literal(part.trim()));
}

function literal(text: string): Literal {
  const match = /^(!?)\s*defined\s*\(?\s*(\w+)\s*\)?$/.exec(text);
  if (match) return { test: match[2] ?? '', holds: match[1] === '' };
  const bare = /^(!?)\s*\(?\s*(\w+)\s*\)?$/.exec(text);
  if (bare && bare[2] !== '0') return { test: bare[2] ?? '', holds: bare[1] === '' };
  return { test: text.replace(/\s+/g, ' '), holds: true };
}

/** Two texts of which at most one exists. */
export function exclusive(a: readonly Literal[], b: readonly Literal[]): boolean {
  return a.some((one) => b.some((other) => one.test === other.test && one.holds !== other.holds));
}

/** The end of a directive: the first line end that neither a backslash nor a comment continues. */
export function directiveEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const end = lineEnd(text, at);
    const comment = commentIn(text, at, end);
    if (comment < 0) return end;
    const close = text.indexOf('*/', comment + 2);
    if (close < 0) return end;
    at = close + 2;
  }
}

/** Where a comment begins that may go on behind the line; -1 for none. */
function commentIn(text: string, from: number, to: number): number {
  let quoted = false;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) quoted = !quoted;
    else if (code === 47 && !quoted) {
      const next = text.charCodeAt(at + 1);
      if (next === 42) return at;
      if (next === 47) return -1;
    }
  }
  return -1;
}

function lineEnd(text: string, from: number): number {
  let at = from;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    const before = text.charCodeAt(end - 1) === 13 ? end - 2 : end - 1;
    if (text.charCodeAt(before) !== 92) return end;
    at = end + 1;
  }
}

/** Steps over the dead arm of `#if 0`: behind its `#endif`, or at the first arm that lives. */
export function deadEnd(text: string, from: number): { readonly at: number; readonly revived: boolean } {
  let nesting = 1;
  let at = from;
  for (;;) {
    const begin = text.indexOf('#', at);
    if (begin < 0) return { at: text.length, revived: false };
    if (!beginsLine(text, begin)) {
      at = begin + 1;
      continue;
    }
    at = lineEnd(text, begin);
    const word = directiveWord(text, begin);
    if (word.startsWith('if')) nesting++;
    else if (word === 'endif' && --nesting === 0) return { at, revived: false };
    else if (nesting === 1 && word === 'else') return { at, revived: true };
    else if (nesting === 1 && word.startsWith('elif')) return { at: begin, revived: true };
  }
}

function beginsLine(text: string, at: number): boolean {
  let i = at - 1;
  while (i >= 0 && (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9)) i--;
  return i < 0 || text.charCodeAt(i) === 10;
}

/** The word behind a `#`, without a regular expression: there is one for every directive. */
export function directiveWord(text: string, at: number): string {
  let from = at + 1;
  while (text.charCodeAt(from) === 32 || text.charCodeAt(from) === 9) from++;
  let to = from;
  for (let code = text.charCodeAt(to); code >= 97 && code <= 122; code = text.charCodeAt(++to));
  return text.slice(from, to);
}
