// The arms of `#if` that known macros decide: what is not compiled becomes blank, and so do the directives that have no choice
// left in them. Every character that stays keeps its place. What the macros do not decide stays as it is.
import { truth, type Known } from './condition.js';
import { directiveEnd, directiveWord } from './conditionals.js';

export interface Settled {
  readonly text: string;
  /** Macros about which the text changes what is known, for whoever includes it. */
  readonly touched: ReadonlySet<string>;
}

/** `touchedBy` names the macros that an included file changes. */
export type Included = (path: string, isQuoted: boolean) => Iterable<string>;

export function settled(text: string, known: ReadonlyMap<string, Known>, touchedBy: Included): Settled {
  const arms = new Arms(text, new Map(known), touchedBy, (name) => known.has(name));
  return { text: arms.run(), touched: arms.touched };
}

/** What is known of macros behind a header that is read before everything else; its guard is no fact about the file. */
export function learned(text: string, known: ReadonlyMap<string, Known>): ReadonlyMap<string, Known> {
  const macros = new Map(known);
  const arms = new Arms(
    text,
    macros,
    () => [],
    () => true,
  );
  const guard = GUARD.exec(text)?.[1] ?? '';
  if (!known.has(guard)) macros.set(guard, null);
  arms.run();
  macros.delete(guard);
  return macros;
}

const GUARD = /^(?:\s|\/\*[^]*?\*\/|\/\/[^\n]*)*#[ \t]*ifndef[ \t]+(\w+)\s+#[ \t]*define[ \t]+\1\b/;

interface Conditional {
  /** Some arm before stays as a choice: the directives of this conditional are needed. */
  isOpen: boolean;
  /** An arm is compiled for sure: those that follow are not. */
  isTaken: boolean;
  isLive: boolean;
}

/** A comment or a literal, in which there is no directive, or the beginning of one. */
const PIECE = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'|^[ \t]*#/gm;

class Arms {
  readonly touched = new Set<string>();
  private readonly stack: Conditional[] = [];
  private readonly pieces: string[] = [];
  /** Where the text begins that has not been put into a piece. */
  private from = 0;

  constructor(
    private readonly text: string,
    private readonly macros: Map<string, Known>,
    private readonly touchedBy: Included,
    private readonly isOurs: (name: string) => boolean,
  ) {}

  run(): string {
    const { text } = this;
    const pattern = new RegExp(PIECE);
    for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
      if (!found[0].endsWith('#') || found[0].startsWith('/') || /^["']/.test(found[0])) continue;
      const at = pattern.lastIndex - 1;
      const end = directiveEnd(text, at);
      this.directive(directiveWord(text, at), at, end);
      pattern.lastIndex = end;
    }
    this.keepTo(text.length);
    return this.pieces.length === 1 ? text : this.pieces.join('');
  }

  private directive(word: string, at: number, end: number): void {
    if (word.startsWith('if')) this.enter(word, at, end);
    else if (word === 'endif') this.leave(at, end);
    else if (word.startsWith('el')) this.turn(word, at, end);
    else if (this.isLive()) this.plain(word, this.rest(word, at, end));
  }

  private enter(word: string, at: number, end: number): void {
    if (!this.isLive()) {
      this.stack.push({ isOpen: false, isTaken: true, isLive: false });
      return;
    }
    const holds = this.truth(word, at, end);
    this.stack.push({ isOpen: holds === null, isTaken: holds === true, isLive: holds !== false });
    if (holds !== null) this.put(at, end, '');
  }

  private turn(word: string, at: number, end: number): void {
    const top = this.stack.pop();
    if (!top) return;
    const isInLive = this.isLive();
    this.stack.push(top);
    if (!isInLive) return;
    this.keepTo(at, top.isLive);
    top.isLive = !top.isTaken;
    const holds = top.isTaken ? false : word === 'else' ? true : this.truth(`if${word.slice(4)}`, at, end);
    if (holds === false) top.isLive = false;
    if (holds === true && top.isOpen) this.put(at, end, word === 'else' ? null : '#else');
    else if (holds !== null) this.put(at, end, '');
    else if (!top.isOpen) this.put(at, end, this.text.slice(at, end).replace(/el(if(?:n?def)?)/, '$1  '));
    top.isTaken ||= holds === true;
    top.isOpen ||= holds === null;
  }

  private leave(at: number, end: number): void {
    const top = this.stack.pop();
    if (!top || !this.isLive()) return;
    this.keepTo(at, top.isLive);
    if (!top.isOpen) this.put(at, end, '');
  }

  private plain(word: string, rest: string): void {
    if (word === 'include') {
      const [, open, path] = /^([<"])([^>"\n]+)/.exec(rest) ?? [];
      if (path !== undefined) for (const name of this.touchedBy(path, open === '"')) this.change(name, undefined);
      return;
    }
    const [, name, body = ''] = /^(\w+)([^]*)$/.exec(rest) ?? [];
    if (name === undefined || !this.isOurs(name)) return;
    const isSure = this.stack.every(({ isOpen }) => !isOpen);
    if (word === 'define' && body.trim() !== this.macros.get(name)?.trim())
      this.change(name, isSure ? body : undefined);
    if (word === 'undef') this.change(name, isSure ? null : undefined);
  }

  private change(name: string, known: Known): void {
    if (!this.isOurs(name)) return;
    this.macros.set(name, known);
    this.touched.add(name);
  }

  private isLive(): boolean {
    return this.stack.at(-1)?.isLive ?? true;
  }

  private truth(word: string, at: number, end: number): boolean | null {
    return truth(word, this.rest(word === 'if' ? 'if' : word.slice(2), at, end), (name) => this.macros.get(name));
  }

  /** What follows the word, without comments. */
  private rest(word: string, at: number, end: number): string {
    const { text } = this;
    const from = text.indexOf(word, at) + word.length;
    const comment = /\/\*[^]*?\*\/|\/\/.*$|("(?:\\.|[^"\\])*")/g;
    return text
      .slice(from, end)
      .replace(comment, (_, literal?: string) => literal ?? ' ')
      .trim();
  }

  /** The text up to a place, as it is or blank. */
  private keepTo(to: number, isKept = this.isLive()): void {
    const piece = this.text.slice(this.from, to);
    this.pieces.push(isKept ? piece : blank(piece));
    this.from = to;
  }

  /** Writes something in the place of a directive; null leaves it. */
  private put(at: number, end: number, instead: string | null): void {
    if (instead === null) return;
    if (at > this.from) this.keepTo(at, true);
    this.pieces.push(instead, blank(this.text.slice(at + instead.length, end)));
    this.from = end;
  }
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
