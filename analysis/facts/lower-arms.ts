// Conditionals of the preprocessor whose arms are not statements by themselves: one opens a brace that another closes, or it
// stands within an expression. Such a chunk is read several times, each time with one consistent choice of arms.
import { literals, type Literal } from '../text/chunk.js';
import { blank, type Token } from './lower-tokens.js';

/** One way to choose arms; the other arms are blank, and offsets stay. */
export interface Choice {
  readonly text: string;
  /** What this choice takes to hold, beyond what holds where the chunk stands. */
  readonly assumed: readonly Literal[];
}

export interface Conditional {
  readonly arms: Arm[];
  /** Positions of its `#if` and `#endif` among the tokens; -1 and their number where they lie outside. */
  readonly from: number;
  to: number;
  readonly parens: number;
}

interface Arm {
  /** Null for `#else`. */
  readonly tests: readonly Literal[] | null;
  /** Positions of the directives around it. */
  readonly from: number;
  to: number;
  readonly inner: Conditional[];
}

/** The outermost conditionals among the tokens. `before` is the test of an arm that began before the first token. */
export function conditionalsOf(tokens: readonly Token[], before: readonly Literal[]): readonly Conditional[] {
  const top: Conditional[] = [];
  const open: Conditional[] = [];
  let parens = 0;
  const enter = (from: number, tests: readonly Literal[]): void => {
    const made: Conditional = {
      arms: [{ tests, from, to: tokens.length, inner: [] }],
      from,
      to: tokens.length,
      parens,
    };
    (open.at(-1)?.arms.at(-1)?.inner ?? top).push(made);
    open.push(made);
  };
  const outside = (): void => {
    // Its `#if` stands before the chunk: all that was met so far belongs to it.
    const inner = top.splice(0);
    enter(-1, before);
    open.at(-1)?.arms[0]?.inner.push(...inner);
  };
  tokens.forEach(({ kind, text }, at) => {
    if (text === '(') parens++;
    else if (text === ')') parens--;
    if (kind !== 'directive') return;
    const [word, rest] = directive(text);
    if (/^(?:if|ifdef|ifndef)$/.test(word)) {
      enter(at, literals(word, rest));
      return;
    }
    if (!/^(?:else|elif|elifdef|elifndef|endif)$/.test(word)) return;
    if (open.length === 0) outside();
    const current = open.at(-1);
    const arm = current?.arms.at(-1);
    if (!current || !arm) return;
    arm.to = at;
    if (word === 'endif') {
      current.to = at;
      open.pop();
    } else {
      parens = current.parens;
      const tests = word === 'else' ? null : literals(word === 'elif' ? 'if' : word.slice(2), rest);
      current.arms.push({ tests, from: at, to: tokens.length, inner: [] });
    }
  });
  return top;
}

function directive(text: string): readonly [string, string] {
  const match = /^#\s*(\w*)([^]*)$/.exec(text);
  const rest = (match?.[2] ?? '').replace(/\/\*[^]*?\*\/|\/\/.*|\\\r?\n/g, ' ');
  return [match?.[1] ?? '', rest.trim()];
}

/** The test of the arm in which a chunk begins, where its `#if` stands right before it. */
export function testBefore(text: string, start: number): readonly Literal[] {
  const line = /(?:^|\n)[ \t]*(#[^\n]*)\n\s*$/.exec(text.slice(Math.max(0, start - 400), start))?.[1];
  if (line === undefined) return [];
  const [word, rest] = directive(line);
  return /^(?:if|ifdef|ifndef)$/.test(word) ? literals(word, rest) : [];
}

/** No more choices than these are read; what only others show stays unseen. */
const MAX_CHOICES = 6;

/**
 * Choices that show each arm at least once. With `all`, also arms that are whole statements are chosen from. Empty when
 * there is nothing to choose.
 */
export function choicesOf(
  source: string,
  tokens: readonly Token[],
  conditionals: readonly Conditional[],
  known: readonly Literal[],
  all: boolean,
): readonly Choice[] {
  const chooser = new Chooser(source, tokens, all);
  const choices: Choice[] = [];
  while (choices.length < MAX_CHOICES && conditionals.some((one) => chooser.wants(one))) {
    const { size } = chooser.shown;
    choices.push(chooser.choose(conditionals, known));
    if (chooser.shown.size === size) break;
  }
  return choices;
}

/** The text with every directive blank: all arms one after the other, as the alternatives of a table. */
export function allArms(source: string, tokens: readonly Token[]): string {
  return blanked(
    source,
    tokens.filter(({ kind }) => kind === 'directive').map(({ start, end }) => [start, end]),
  );
}

class Chooser {
  /** Arms that some choice shows; a conditional stands for its absence. */
  readonly shown = new Set<Arm | Conditional>();
  private readonly whole = new Map<Conditional, boolean>();
  private decided = new Map<string, boolean>();
  private blanks: (readonly [number, number])[] = [];

  constructor(
    private readonly source: string,
    private readonly tokens: readonly Token[],
    private readonly all: boolean,
  ) {}

  choose(conditionals: readonly Conditional[], known: readonly Literal[]): Choice {
    this.decided = new Map(known.map(({ test, holds }) => [test, holds]));
    const before = this.decided.size;
    this.blanks = [];
    for (const one of conditionals) this.take(one);
    const assumed = [...this.decided].slice(before).map(([test, holds]) => ({ test, holds }));
    return { text: blanked(this.source, this.blanks), assumed };
  }

  /** Whether an arm of it, or of what it holds, was not shown yet. Without an `#else` its absence is one more. */
  wants(conditional: Conditional): boolean {
    if (this.isWhole(conditional)) return conditional.arms.some((arm) => this.holdsWanted(arm));
    if (conditional.arms.some((arm) => !this.shown.has(arm) || this.holdsWanted(arm))) return true;
    return conditional.arms.at(-1)?.tests !== null && !this.shown.has(conditional);
  }

  private holdsWanted(arm: Arm | null): boolean {
    return arm?.inner.some((one) => this.wants(one)) ?? false;
  }

  private take(conditional: Conditional): void {
    const possible = this.possible(conditional);
    if (possible.length > 1 && this.isWhole(conditional)) {
      for (const arm of conditional.arms) for (const one of arm.inner) this.take(one);
      return;
    }
    const wanted = possible.find((arm) => !this.shown.has(arm ?? conditional) || this.holdsWanted(arm));
    const chosen = wanted === undefined ? (possible[0] ?? null) : wanted;
    this.shown.add(chosen ?? conditional);
    this.decide(conditional, chosen);
    this.blankAround(conditional, chosen);
    for (const one of chosen?.inner ?? []) this.take(one);
  }

  /** The arms that nothing decided so far speaks against; null for none of them. */
  private possible({ arms }: Conditional): (Arm | null)[] {
    const result: (Arm | null)[] = [];
    for (const arm of arms) {
      const truth = arm.tests === null ? true : this.truthOf(arm.tests);
      if (truth !== false) result.push(arm);
      if (truth === true) return result;
    }
    return [...result, null];
  }

  private truthOf(tests: readonly Literal[]): boolean | null {
    const truths = tests.map(({ test, holds }) => {
      const value = test === '0' ? false : test === '1' ? true : this.decided.get(test);
      return value === undefined ? null : value === holds;
    });
    if (truths.includes(false)) return false;
    return tests.length > 0 && !truths.includes(null) ? true : null;
  }

  private decide({ arms }: Conditional, chosen: Arm | null): void {
    for (const arm of arms) {
      const isChosen = arm === chosen;
      for (const { test, holds } of arm.tests ?? []) {
        if (test === '0' || test === '1' || this.decided.has(test)) continue;
        if (isChosen || arm.tests?.length === 1) this.decided.set(test, holds === isChosen);
      }
      if (isChosen) return;
    }
  }

  private blankAround({ from, to }: Conditional, chosen: Arm | null): void {
    const [start, end] = [this.startOf(from), this.endOf(to)];
    if (!chosen) this.blanks.push([start, end]);
    else this.blanks.push([start, chosen.from < 0 ? 0 : this.endOf(chosen.from)], [this.startOf(chosen.to), end]);
  }

  private startOf(at: number): number {
    return at < 0 ? 0 : (this.tokens[at]?.start ?? this.source.length);
  }

  private endOf(at: number): number {
    return this.tokens[at]?.end ?? this.source.length;
  }

  /** Whether each arm is a sequence of statements, and stands between statements. */
  private isWhole(conditional: Conditional): boolean {
    const known = this.whole.get(conditional);
    if (known !== undefined) return known;
    const { arms, from, to, parens } = conditional;
    const isBetween = from >= 0 && to < this.tokens.length && parens === 0 && ENDS.has(this.code(from, -1));
    const result = !this.all && isBetween && this.code(to, 1) !== 'else' && arms.every((arm) => this.isSequence(arm));
    this.whole.set(conditional, result);
    return result;
  }

  /** The nearest token in a direction that is no directive; empty at the end. */
  private code(from: number, step: 1 | -1): string {
    let at = from + step;
    while (this.tokens[at]?.kind === 'directive') at += step;
    return this.tokens[at]?.text ?? '';
  }

  private isSequence(arm: Arm): boolean {
    let depth = 0;
    let [first, last] = ['', ''];
    for (let at = arm.from + 1; at < arm.to; at++) {
      const token = this.tokens[at];
      if (!token || token.kind === 'directive') {
        at = this.behindFirstArm(arm, at);
        continue;
      }
      if (first === '') first = token.text;
      last = token.text;
      if (OPENING.has(last)) depth++;
      else if (CLOSING.has(last) && --depth < 0) return false;
    }
    return depth === 0 && first !== 'else' && ENDS.has(last);
  }

  /** Of an inner conditional the first arm is counted; its other arms are alternatives to that. */
  private behindFirstArm({ inner }: Arm, at: number): number {
    const alternative = inner.find(({ arms }) => arms.some((arm, i) => i > 0 && arm.from === at));
    return alternative ? alternative.to : at;
  }
}

const OPENING: ReadonlySet<string> = new Set(['(', '[', '{']);
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}']);
/** What a statement may end with, so that another can follow. */
const ENDS: ReadonlySet<string> = new Set([';', '{', '}', ':', '']);

function blanked(source: string, ranges: readonly (readonly [number, number])[]): string {
  let result = '';
  let at = 0;
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    result += source.slice(at, from) + blank(source.slice(from, end));
    at = end;
  }
  return result + source.slice(at);
}
