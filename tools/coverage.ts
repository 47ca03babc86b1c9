// `node dist/tools/coverage.js [--list] DIR...`: counts, with a lexer of its own, the places in C sources that call a known
// system call, and for how many of them the facts hold a call operation. A tree's share says how much of it the engine sees.
import { readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { MARKS } from '../analysis/knowledge/calls.js';
import type { FileFacts, FunctionFacts } from '../analysis/facts/facts.js';
import { lowerFile } from '../analysis/facts/lower.js';
import { loadParser, type Parser } from '../analysis/text/parse.js';
import { findFiles } from '../workspace/find-files.js';

export interface Coverage {
  readonly tokens: number;
  readonly covered: number;
  readonly lacking: readonly Lack[];
}

/** A call in the text that no fact tells of. */
export interface Lack {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface Token {
  readonly name: string;
  /** Offset into the file, UTF-16 code units. */
  readonly start: number;
}

export function coverage(file: string, text: string, parser: Parser): Coverage {
  const tokens = callTokens(text);
  if (tokens.length === 0) return { tokens: 0, covered: 0, lacking: [] };
  const facts = lowerFile(file, text, parser);
  const called = placesOf(facts);
  const lacking = tokens
    .filter(({ start }) => !called.has(start))
    .map(({ name, start }) => ({ name, line: lineOf(text, start), reason: reasonFor(start, facts) }));
  return { tokens: tokens.length, covered: tokens.length - lacking.length, lacking };
}

/** Where the functions of a file call something by its name. */
function placesOf(facts: FileFacts): ReadonlySet<number> {
  const places = new Set<number>();
  for (const fn of facts.functions) {
    for (const operation of fn.graph.operations) {
      if (operation.kind === 'call' && operation.callee.op === 'name')
        places.add(fn.base + operation.callee.span.start);
    }
  }
  return places;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

function reasonFor(start: number, { functions }: FileFacts): string {
  const inside = (fn: FunctionFacts): boolean => fn.base + fn.span.start <= start && start < fn.base + fn.span.end;
  const around = functions.filter(inside);
  if (around.length === 0) return 'no function was found around it';
  const broken = around.some(({ base, errors }) =>
    errors.some((span) => base + span.start <= start && start < base + span.end),
  );
  return broken ? 'it stands in syntax that is not understood' : 'its function lacks it';
}

/** The known calls that a text makes; neither declarations nor directives nor what `#if 0` switches off. */
export function callTokens(text: string): readonly Token[] {
  return new Lexer(text).run();
}

/** Words after which a name with a parenthesis is still a call. */
const BEFORE_CALLS = new Set(['return', 'else', 'do', 'case', 'sizeof', 'goto', '__extension__', 'and', 'or', 'not']);
/** Brace depth and whether braces at file level hold values, as they are at an `#if` and again at each of its arms. */
interface Depth {
  readonly braces: number;
  readonly inValue: boolean;
}

/** Comments, literals, preprocessor lines and words: all that is needed to tell a call from other text. */
class Lexer {
  private readonly tokens: Token[] = [];
  private readonly lexeme =
    /\/\*[^]*?(?:\*\/|$)|\/\/(?:\\\r?\n|[^\n])*|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|\n[ \t]*#(?:\\\r?\n|\/\*[^]*?\*\/|[^\n])*|\n|[A-Za-z_]\w*|\d[\w.]*|->|[^\s]/g;
  private readonly opened: Depth[] = [];
  private depth: Depth = { braces: 0, inValue: false };
  private previous = '';

  constructor(private readonly text: string) {}

  run(): readonly Token[] {
    // A directive is known by the line end before it.
    const text = `\n${this.text.replace(/^\uFEFF/, ' ')}`;
    for (let match = this.lexeme.exec(text); match; match = this.lexeme.exec(text)) {
      const lexeme = match[0];
      if (lexeme.startsWith('/*') || lexeme.startsWith('//') || lexeme === '\n') continue;
      if (lexeme.startsWith('\n')) this.directive(lexeme, text);
      else this.word(lexeme, match.index - 1, text);
    }
    return this.tokens;
  }

  private word(lexeme: string, start: number, text: string): void {
    if (lexeme === '{') this.open();
    else if (lexeme === '}') this.close(start === 0 || text[start] === '\n');
    else if (this.depth.braces === 0 && (lexeme === '=' || lexeme === ';'))
      this.depth = { braces: 0, inValue: lexeme === '=' };
    else if (MARKS.has(lexeme) && this.isCall() && /^\s*\(/.test(text.slice(start + 1 + lexeme.length, start + 81)))
      this.tokens.push({ name: lexeme, start });
    this.previous = lexeme;
  }

  private isCall(): boolean {
    if (this.depth.braces === 0 && !this.depth.inValue) return false;
    if (/^(?:->|\.|#)$/.test(this.previous)) return false;
    return !/^[A-Za-z_]/.test(this.previous) || BEFORE_CALLS.has(this.previous);
  }

  private open(): void {
    // The braces of `extern "C" {` hold a file's items, not statements.
    if (this.depth.braces === 0 && this.previous.startsWith('"')) return;
    this.depth = { ...this.depth, braces: this.depth.braces + 1 };
  }

  private close(inFirstColumn: boolean): void {
    const braces = inFirstColumn ? 0 : Math.max(0, this.depth.braces - 1);
    this.depth = { braces, inValue: braces > 0 && this.depth.inValue };
  }

  private directive(line: string, text: string): void {
    const word = /#\s*(\w*)/.exec(line)?.[1] ?? '';
    if (word === 'if' && /^\s*#\s*if\s+0\s*(?:\/[*/][^]*)?$/.test(line)) this.skip(text);
    else if (word.startsWith('if')) this.opened.push(this.depth);
    else if (word === 'else' || word.startsWith('elif')) this.depth = this.opened.at(-1) ?? this.depth;
    else if (word === 'endif') this.opened.pop();
  }

  /** Goes on behind the dead arm of `#if 0`. */
  private skip(text: string): void {
    const line = /\n[ \t]*#\s*(\w+)(?:\\\r?\n|[^\n])*/g;
    line.lastIndex = this.lexeme.lastIndex;
    let nesting = 1;
    for (let match = line.exec(text); match; match = line.exec(text)) {
      const word = match[1] ?? '';
      if (word.startsWith('if')) nesting++;
      else if (word === 'endif') nesting--;
      const turns = nesting === 1 && (word === 'else' || word.startsWith('elif'));
      if (nesting > 0 && !turns) continue;
      if (turns) this.opened.push(this.depth);
      this.lexeme.lastIndex = line.lastIndex;
      return;
    }
    this.lexeme.lastIndex = text.length;
  }
}

if (fileURLToPath(import.meta.url) === argv[1]) await main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ options: { list: { type: 'boolean' } }, allowPositionals: true });
  const parser = await loadParser();
  const total = { tokens: 0, covered: 0 };
  for (const folder of positionals) {
    const tree = { tokens: 0, covered: 0 };
    for (const { path, absolute } of findFiles([folder], folder).files) {
      const { tokens, covered, lacking } = coverage(path, readFileSync(absolute, 'utf8'), parser);
      tree.tokens += tokens;
      tree.covered += covered;
      if (values.list)
        for (const { name, line, reason } of lacking) console.log(`${folder}/${path}:${line}: ${name}: ${reason}`);
    }
    total.tokens += tree.tokens;
    total.covered += tree.covered;
    console.log(row(folder, tree));
  }
  if (positionals.length > 1) console.log(row('all', total));
}

function row(name: string, { tokens, covered }: { readonly tokens: number; readonly covered: number }): string {
  const share = tokens === 0 ? '-' : `${((100 * covered) / tokens).toFixed(2)} %`;
  return `${name}: ${tokens} tokens, ${covered} with facts, ${share}`;
}
