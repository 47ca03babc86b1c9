// Cuts a C file into its top-level items with a small lexer, so that parsing, caching and invalidation work item by item.
// It knows comments, strings, preprocessor lines and braces, and nothing else of the language; after a mistake it finds its
// feet again at a `}` in column 0.

/** One literal of a presence condition: the text of an `#if` test, and whether it holds. */
export interface Literal {
  readonly test: string;
  readonly holds: boolean;
}

export interface Chunk {
  readonly kind: 'code' | 'directive';
  /** Offsets into the file, UTF-16 code units; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly presence: readonly Literal[];
}

/** The chunks of a file in order; regions under `#if 0` are left out. */
export function cut(text: string): Chunk[] {
  const lexer = new Lexer(text);
  return lexer.run();
}

interface Conditional {
  /** Literals of the arms that were passed over, and of the present one. */
  earlier: Literal[];
  current: Literal[];
  /** Brace and parenthesis depth at the `#if`, restored for each further arm. */
  readonly depth: number;
  readonly parens: number;
}

const NEWLINE = 10;
const HASH = 35;
const OPEN = 123;
const CLOSE = 125;

class Lexer {
  private at = 0;
  private depth = 0;
  private parens = 0;
  private start = -1;
  private body = false;
  private lineStart = true;
  private readonly conditionals: Conditional[] = [];
  private readonly chunks: Chunk[] = [];

  constructor(private readonly text: string) {}

  run(): Chunk[] {
    const { text } = this;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at);
      if (code === NEWLINE) {
        this.lineStart = true;
        this.at++;
      } else if (code === 32 || code === 9 || code === 13 || code === 12 || code === 0xfeff) this.at++;
      else if (code === HASH && this.lineStart) this.directive();
      else if (code === 47 && this.comment()) continue;
      else this.token(code);
    }
    this.finish(text.length);
    return this.chunks;
  }

  private token(code: number): void {
    const column0 = this.lineStart && (this.at === 0 || this.text.charCodeAt(this.at - 1) === NEWLINE);
    this.lineStart = false;
    if (this.start < 0) this.begin();
    if (code === 34 || code === 39) this.quoted(code);
    else if (code === OPEN) this.open();
    else if (code === CLOSE) this.close(column0);
    else if (code === 40) this.parens++;
    else if (code === 41) this.parens = Math.max(0, this.parens - 1);
    else if (code === 59 && this.depth === 0 && this.parens === 0) {
      if (!this.awaitsBody()) this.finish(this.at + 1);
    }
    this.at++;
  }

  private begin(): void {
    this.start = this.at;
    this.body = false;
  }

  private open(): void {
    if (this.depth === 0 && this.parens === 0) this.body = this.looksLikeFunction();
    this.depth++;
  }

  private close(column0: boolean): void {
    this.depth = column0 ? 0 : Math.max(0, this.depth - 1);
    if (column0) this.parens = 0;
    if (this.depth === 0 && this.body) this.finish(this.at + 1);
  }

  /** A body follows a parameter list; a type or an initialiser goes on to its semicolon. */
  private looksLikeFunction(): boolean {
    const head = this.text.slice(this.start, this.at);
    if (/^\s*extern\s*"C(\+\+)?"\s*$/.test(head)) {
      this.start = -1;
      this.depth--;
      return false;
    }
    const bare = head.replace(/__attribute__\s*\(\(.*?\)\)/gs, '').replace(/\/\*.*?\*\//gs, '');
    if (/^\s*typedef\b/.test(bare) || /(^|[^=!<>])=[^=]/.test(bare)) return false;
    return /\)[^)]*$/.test(bare) && !/^\s*(struct|union|enum)\s+\w*\s*$/.test(bare);
  }

  /** An old-style definition has declarations between its parameter list and its body: `int f(a) int a; {`. */
  private awaitsBody(): boolean {
    const head = this.text.slice(this.start, this.at);
    if (!/^[A-Za-z_][\w\s*]*\([\w\s,]*\)\s*[A-Za-z_]/.test(head) || /^\s*(typedef|extern|return)\b/.test(head))
      return false;
    const rest = this.text.slice(this.at + 1, this.at + 2000);
    return (
      /^\s*(?:(?:[A-Za-z_][\w\s*,[\]]*)\s*;\s*)*\{/.test(rest) && !/\)\s*(__attribute__|__asm__|asm|__THROW)/.test(head)
    );
  }

  private quoted(quote: number): void {
    const { text } = this;
    let i = this.at + 1;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 92) i++;
      else if (code === quote || code === NEWLINE) break;
    }
    this.at = text.charCodeAt(i) === NEWLINE ? i - 1 : i;
  }

  private comment(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    if (next === 47) {
      const end = this.text.indexOf('\n', this.at);
      this.at = end < 0 ? this.text.length : end;
      return true;
    }
    if (next !== 42) return false;
    const end = this.text.indexOf('*/', this.at + 2);
    this.at = end < 0 ? this.text.length : end + 2;
    return true;
  }

  private directive(): void {
    const begin = this.at;
    const end = lineEnd(this.text, begin);
    this.at = end;
    this.lineStart = true;
    const match = /^#\s*(\w+)\s*([^]*)$/.exec(this.text.slice(begin, end));
    const word = match?.[1] ?? '';
    const rest = (match?.[2] ?? '').replace(/\/\*[^]*?\*\/|\/\/.*$/g, ' ').trim();
    if (word === 'if' || word === 'ifdef' || word === 'ifndef') this.enter(word, rest);
    else if (word === 'elif' || word === 'else') this.turn(word, rest);
    else if (word === 'endif') this.conditionals.pop();
    else if (this.start < 0) this.push('directive', begin, end);
  }

  private enter(word: string, rest: string): void {
    const current = literals(word, rest);
    if (this.start < 0 && current.some((l) => l.test === '0' && l.holds)) {
      this.skipDead(current);
      return;
    }
    this.conditionals.push({ earlier: [], current, depth: this.depth, parens: this.parens });
  }

  private turn(word: string, rest: string): void {
    const top = this.conditionals.at(-1);
    if (!top) return;
    // The negation of a conjunction is not a literal; nothing is claimed then.
    if (top.current.length === 1) top.earlier.push(...top.current.map((l) => ({ test: l.test, holds: !l.holds })));
    top.current = word === 'else' ? [] : literals('if', rest);
    this.depth = top.depth;
    this.parens = top.parens;
  }

  /** Steps over the dead arm of `#if 0`; an `#else` of it lives on under no condition. */
  private skipDead(current: Literal[]): void {
    let nesting = 1;
    while (this.at < this.text.length) {
      const begin = this.text.indexOf('#', this.at);
      if (begin < 0) break;
      const first = /(?:^|\n)[ \t]*$/.test(this.text.slice(Math.max(0, begin - 40), begin));
      this.at = first ? lineEnd(this.text, begin) : begin + 1;
      if (!first) continue;
      const word = /^#\s*(\w+)/.exec(this.text.slice(begin, begin + 20))?.[1] ?? '';
      if (word.startsWith('if')) nesting++;
      else if (word === 'endif' && --nesting === 0) return;
      else if ((word === 'else' || word === 'elif') && nesting === 1) {
        const opposite = current.map((l) => ({ test: l.test, holds: !l.holds }));
        this.conditionals.push({ earlier: opposite, current: [], depth: this.depth, parens: this.parens });
        return;
      }
    }
    this.at = this.text.length;
  }

  private finish(end: number): void {
    if (this.start < 0) return;
    this.push('code', this.start, end);
    this.start = -1;
    this.body = false;
    this.parens = 0;
    this.depth = 0;
  }

  private push(kind: Chunk['kind'], start: number, end: number): void {
    const presence = this.conditionals.flatMap((c) => [...c.earlier, ...c.current]).filter((l) => l.test !== '0');
    this.chunks.push({ kind, start, end, presence });
  }
}

/** The end of a directive: the first line end that no backslash continues. */
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
