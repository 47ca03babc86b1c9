// The lexer pass: one walk over a file's text gives its top-level items, what they define, the words in them, and what it
// includes. It knows comments, strings, preprocessor lines and braces, and nothing else of the language; after a mistake it
// finds its feet again at a `}` in column 0.
import type { Chunk } from './chunk.js';
import { Conditionals, deadEnd, directiveEnd, directiveWord, literals, type Literal } from './conditionals.js';
import { Head, type Definition } from './head.js';
import { EXTERN, KEYWORD_COUNT, FIRST_ATTRIBUTE, FIRST_STATEMENT, TYPEDEF, type Lexicon } from './lexicon.js';
import { scanMacro, type MacroHead } from '../facts/macros.js';
import { BODY, type Entries } from './postings.js';
import { BEFORE, Tokens, type Listener } from './tokens.js';

/** One top-level item, or a `#define` wherever it stands. */
export interface Item {
  readonly file: number;
  readonly chunk: Chunk;
  /** A table is a variable with an initialiser: it may hold functions. */
  readonly role: 'function' | 'table' | 'type' | 'macro' | 'directive';
  /** Seen in its own file only. */
  readonly isStatic: boolean;
  readonly defines: readonly Definition[];
  /** Where its words begin and end among all entries. */
  readonly from: number;
  readonly to: number;
  readonly macro: MacroHead | null;
  /** A `#define` inside of another item. */
  readonly nested: boolean;
  /** The head is `NAME(args)` alone: a macro that makes a function, or a function without a type. */
  readonly bare: boolean;
}

export interface Include {
  readonly path: string;
  /** Written with quotes: the folder of the file is searched first. */
  readonly isQuoted: boolean;
  readonly presence: readonly Literal[];
}

export interface Scan {
  readonly items: readonly Item[];
  readonly includes: readonly Include[];
}

export function scan(text: string, file: number, lexicon: Lexicon, entries: Entries): Scan {
  return new Scanner(text, file, lexicon, entries).run();
}

const NO_DEFINITIONS: readonly Definition[] = [];

class Scanner implements Listener {
  private depth = 0;
  private parens = 0;
  private start = -1;
  private body = false;
  private readonly tokens: Tokens;
  private readonly macroTokens: Tokens;
  private readonly head = new Head();
  private readonly conditionals = new Conditionals();
  private readonly items: Item[] = [];
  private readonly includes: Include[] = [];
  /** Macros defined inside of the present item: their words are noted behind its own. */
  private waiting: Chunk[] = [];

  constructor(
    private readonly text: string,
    private readonly file: number,
    private readonly lexicon: Lexicon,
    private readonly entries: Entries,
  ) {
    this.tokens = new Tokens(text, lexicon, entries, this);
    this.macroTokens = new Tokens(text, lexicon, entries, null);
  }

  run(): Scan {
    this.tokens.run(0, this.text.length);
    this.finish(this.text.length);
    return { items: this.items, includes: this.includes };
  }

  word(id: number, start: number, atMargin: boolean): void {
    if (this.start < 0) this.begin(start);
    const { head, tokens, depth } = this;
    if (id >= KEYWORD_COUNT) head.word(id, tokens.before, depth, atMargin);
    else head.keyword(id, id >= FIRST_ATTRIBUTE && id < FIRST_STATEMENT, depth, atMargin);
  }

  value(start: number): void {
    if (this.start < 0) this.begin(start);
    if (this.depth === 0) this.head.value();
  }

  punctuation(code: number, at: number, atMargin: boolean): void {
    if (this.start < 0) this.begin(at);
    const { head, tokens } = this;
    if (code === 123 && this.depth === 0 && this.parens === 0) this.open(at);
    if (this.start < 0) return;
    const compares = code === 61 && this.text.charCodeAt(at + 1) === 61;
    if (!compares) head.mark(code, tokens.before, this.depth, this.parens);
    if (code === 123) this.depth++;
    else if (code === 125) {
      this.depth = atMargin ? 0 : Math.max(0, this.depth - 1);
      if (atMargin) this.parens = 0;
    } else if (code === 40) this.parens++;
    else if (code === 41) this.parens = Math.max(0, this.parens - 1);
    tokens.where = this.depth > 0 ? BODY : 0;
  }

  passed(code: number, at: number): void {
    if (code === 125 && this.depth === 0 && this.body) this.finish(at + 1);
    else if (code === 59 && this.depth === 0 && this.parens === 0 && !this.awaitsBody(at)) this.finish(at + 1);
  }

  directive(at: number): number {
    const word = directiveWord(this.text, at);
    const end = directiveEnd(this.text, at);
    if (word === 'if' || word === 'ifdef' || word === 'ifndef') return this.enter(word, this.rest(at, word, end), end);
    if (word === 'elif' || word === 'else') this.turn(word, this.rest(at, word, end));
    else if (word === 'endif') this.conditionals.leave();
    else this.plain(word, at, end);
    return end;
  }

  private begin(at: number): void {
    this.start = at;
    this.body = false;
    this.head.reset();
    this.tokens.reset();
    this.tokens.where = 0;
    this.entries.from = this.entries.length;
  }

  /** A body follows a parameter list; a type or an initialiser goes on to its semicolon. */
  private open(at: number): void {
    const { head } = this;
    if (head.first === EXTERN && this.tokens.before === BEFORE.value) {
      if (/^extern\s*"C(\+\+)?"\s*$/.test(this.text.slice(this.start, at))) {
        this.start = -1;
        return;
      }
    }
    this.body = head.first !== TYPEDEF && !head.assigns && head.closed;
  }

  /** An old-style definition has declarations between its parameter list and its body: `int f(a) int a; {`. */
  private awaitsBody(at: number): boolean {
    if (this.head.oldStyle !== 'declarations' || this.body) return false;
    const rest = this.text.slice(at + 1, at + 2000).replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ');
    return /^\s*(?:(?:[A-Za-z_][\w\s*,[\]]*)\s*;\s*)*\{/.test(rest);
  }

  private rest(at: number, word: string, end: number): string {
    const from = this.text.indexOf(word, at) + word.length;
    return this.text
      .slice(from, end)
      .replace(/\/\*[^]*?\*\/|\/\/.*$/g, ' ')
      .trim();
  }

  private enter(word: string, rest: string, end: number): number {
    const current = literals(word, rest);
    if (!current.some((l) => l.test === '0' && l.holds)) {
      this.conditionals.enter(current, this.depths());
      return end;
    }
    const dead = deadEnd(this.text, end);
    if (dead.revived) this.conditionals.revive(this.depths());
    return dead.at;
  }

  private depths(): { braces: number; parens: number; brackets: number } {
    return { braces: this.depth, parens: this.parens, brackets: this.tokens.chains.depth };
  }

  private turn(word: string, rest: string): void {
    const depths = this.conditionals.turn(word, rest);
    if (!depths) return;
    this.depth = depths.braces;
    this.parens = depths.parens;
    this.tokens.where = this.depth > 0 ? BODY : 0;
    this.tokens.chains.shrink(depths.brackets);
  }

  private plain(word: string, start: number, end: number): void {
    const nested = this.start >= 0;
    const { presence } = this.conditionals;
    if (word === 'include') {
      const [, open, path] = /([<"])([^>"\n]+)[>"]/.exec(this.text.slice(start, end)) ?? [];
      if (path !== undefined) this.includes.push({ path, isQuoted: open === '"', presence });
    }
    const chunk: Chunk = { kind: 'directive', start, end, presence };
    if (word === 'define' && nested) this.waiting.push(chunk);
    else if (word === 'define') this.define(chunk, false);
    else if (!nested) {
      this.push(chunk, 'directive', NO_DEFINITIONS, this.entries.length, null);
    }
  }

  private define(chunk: Chunk, nested: boolean): void {
    const from = this.entries.length;
    const macro = scanMacro(this.macroTokens, chunk, this.lexicon);
    this.push(chunk, macro ? 'macro' : 'directive', NO_DEFINITIONS, from, macro, nested);
  }

  private push(
    chunk: Chunk,
    role: Item['role'],
    defines: readonly Definition[],
    from: number,
    macro: MacroHead | null,
    nested = false,
  ): void {
    const { file, head } = this;
    const isCode = chunk.kind === 'code';
    const isStatic = isCode && head.isStatic;
    const bare = isCode && role === 'function' && head.bare;
    this.items.push({ file, chunk, role, isStatic, defines, from, to: this.entries.length, macro, nested, bare });
  }

  private finish(end: number): void {
    if (this.start < 0) return;
    const { head, body, entries } = this;
    const chunk: Chunk = { kind: 'code', start: this.start, end, presence: this.conditionals.presence };
    const isFunction = body || head.isFunction;
    const role = isFunction ? 'function' : head.assigns && head.first !== TYPEDEF ? 'table' : 'type';
    this.push(chunk, role, head.definitions(body), entries.from, null);
    this.start = -1;
    this.body = false;
    this.parens = this.depth = 0;
    this.tokens.reset();
    for (const waiting of this.waiting.splice(0)) this.define(waiting, true);
  }
}
