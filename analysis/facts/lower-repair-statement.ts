// Repairs within a function's body: macros that lack their semicolon, hold a declaration, or take types, operators and
// statements for arguments; and the few extensions of GNU that the grammar does not know.
import { columnOf } from './lower-tokens.js';
import type { Draft } from './lower-repair.js';
import { isKeyword, isTypeWord, repairRun } from './lower-repair-head.js';

export function repairStatements(draft: Draft, from: number): void {
  let isStart = true;
  const conditions = conditionEnds(draft, from);
  for (let i = from; i < draft.tokens.length; i++) {
    const text = draft.at(i);
    if (draft.isWord(i)) {
      if (isStart && !isKeyword(text)) repairStart(draft, i);
      repairWord(draft, i);
      isStart = text === 'else' || text === 'do';
      continue;
    }
    if (text === '...') repairRange(draft, i);
    else if (draft.tokens[i]?.kind === 'text') repairText(draft, i);
    isStart = STARTS.has(text) || conditions.has(i);
  }
}

/** What a statement may follow. */
const STARTS: ReadonlySet<string> = new Set([';', '{', '}', ':']);
const HEADS: ReadonlySet<string> = new Set(['if', 'while', 'for', 'switch']);

/** The parentheses that close the condition of a statement, or a macro's argument that is a statement. */
function conditionEnds(draft: Draft, from: number): ReadonlySet<number> {
  const ends = new Set<number>();
  for (let i = from; i < draft.tokens.length; i++) {
    if (HEADS.has(draft.at(i)) && draft.at(i + 1) === '(') ends.add(draft.close(i + 1));
    if (draft.at(i) === ')' && draft.at(i - 1) === ';') ends.add(i);
  }
  return ends;
}

/** A statement that begins with a word which is no keyword. */
function repairStart(draft: Draft, at: number): void {
  const next = at + 1;
  if (draft.at(next) !== '(') {
    if (isAlone(draft, at) && !isTypeWord(draft.at(at))) draft.replace(at, at);
    else repairRun(draft, at);
    return;
  }
  const close = draft.close(next);
  if (close < 0) return;
  const after = draft.at(close + 1);
  if ((after === ';' || draft.at(close - 1) === ';') && isDeclaration(draft, next + 1, close)) {
    // `VERBOSE(int n = 0);` declares what it is given.
    draft.replace(at, next);
    draft.replace(close, close);
  } else if (after === '{' || ownsNext(draft, at, close)) repairIteration(draft, at, close);
  else if (lacksSemicolon(draft, at, close)) {
    const token = draft.tokens[close];
    if (token) draft.write(token.start, token.end + 1, ');');
  } else repairRun(draft, at);
}

/** A word in capitals that is all of its line, and no part of an expression. */
function isAlone(draft: Draft, at: number): boolean {
  const [token, next] = [draft.tokens[at], draft.tokens[at + 1]];
  if (!token?.isFirst || !next?.isFirst || !/^[A-Z_][A-Z0-9_]+$|^__\w+$/.test(token.text)) return false;
  return next.kind === 'word' || next.text === '}' || next.text === '{';
}

/** `size_t n = 0`, and no call: two words, or a type's word. */
function isDeclaration(draft: Draft, from: number, close: number): boolean {
  if (!draft.isWord(from) || from >= close || isKeyword(draft.at(from)) || bringsComma(draft, from)) return false;
  if (isTypeWord(draft.at(from))) {
    const last = draft.at(close - 1);
    return (
      draft.isWord(close - 1) ||
      last === ']' ||
      last === ';' ||
      draft.tokens.slice(from, close).some(({ text }) => text === '=')
    );
  }
  return draft.isWord(from + 1) && /^[=;)[]$/.test(draft.at(from + 2));
}

/** `stop(EV_A_ w)`: a macro that stands for an argument and the comma behind it, as the parameter was declared by one. */
function bringsComma(draft: Draft, at: number): boolean {
  return /^[A-Z][A-Z0-9_]*_$/.test(draft.at(at)) && (draft.isWord(at + 1) || /^[&*]$/.test(draft.at(at + 1)));
}

/** Before a block a macro is an iteration; read as `while`, the block is its body for sure. */
function repairIteration(draft: Draft, at: number, close: number): void {
  const token = draft.tokens[at];
  if (token && token.text.length >= 5 && close > at + 2) draft.write(token.start, token.end, 'while');
}

/** What a statement begins with. */
function beginsStatement(draft: Draft, at: number): boolean {
  return draft.isWord(at) || /^(?:\*|\+\+|--|\()$/.test(draft.at(at));
}

/** `FOREACH(x)` with a statement for its body: it stands on the next line and is indented further. */
function ownsNext(draft: Draft, at: number, close: number): boolean {
  const [head, next] = [draft.tokens[at], draft.tokens[close + 1]];
  if (!head?.isFirst || !next?.isFirst || !beginsStatement(draft, close + 1)) return false;
  return columnOf(draft.text, next.start) > columnOf(draft.text, head.start);
}

/** `MACRO(x)` on a line of its own, with a statement on the next that is not indented further. */
function lacksSemicolon(draft: Draft, at: number, close: number): boolean {
  const [head, end, next] = [draft.tokens[at], draft.tokens[close], draft.tokens[close + 1]];
  if (!head || !end || !next?.isFirst || !/\s/.test(draft.text[end.end] ?? '')) return false;
  if (next.text === '}') return true;
  return beginsStatement(draft, close + 1) && columnOf(draft.text, next.start) <= columnOf(draft.text, head.start);
}

/** What the grammar wants types or names for, and is given expressions. */
const MEASURES: ReadonlySet<string> = new Set([
  'offsetof',
  '__builtin_offsetof',
  '__alignof__',
  '__alignof',
  '_Alignof',
]);

/** What stands around a word within a statement. */
function repairWord(draft: Draft, at: number): void {
  const text = draft.at(at);
  const isCalled = draft.at(at + 1) === '(';
  if (text === '__attribute__' || text === '__attribute') draft.replace(at, draft.close(at + 1));
  else if (text === '__volatile' || text === '__extension__' || isSuffix(draft, at)) draft.replace(at, at);
  else if (text === 'goto' && draft.at(at + 1) === '*') repairGoto(draft, at);
  else if (isCalled && MEASURES.has(text)) draft.replace(at, draft.close(at + 1), '0');
  else if (isCalled && !isKeyword(text) && !HEADS.has(text) && !isTypeWord(text)) repairCall(draft, at);
}

/** `int n __unused, m;` */
function isSuffix(draft: Draft, at: number): boolean {
  if (!/^__[a-z]/.test(draft.at(at)) || !/^[;,=)]$/.test(draft.at(at + 1))) return false;
  return (draft.isWord(at - 1) && !isKeyword(draft.at(at - 1))) || draft.at(at - 1) === ')' || draft.at(at - 1) === ']';
}

/** `goto *p;` becomes a jump to a label, whose name in the text is a star. */
function repairGoto(draft: Draft, at: number): void {
  let end = at + 1;
  while (end < draft.tokens.length && draft.at(end + 1) !== ';') end++;
  draft.replace(at + 1, end, '_');
}

function repairCall(draft: Draft, at: number): void {
  const open = at + 1;
  const close = draft.close(open);
  if (close < 0) return;
  // `LITERAL(struct point){ … }` is a compound literal.
  if (draft.at(close + 1) === '{' && isType(draft, open + 1, close) && LITERALS.test(draft.at(at - 1))) {
    draft.replace(at, at);
    return;
  }
  // Behind a word stands a declaration, whose list holds parameters.
  if (draft.isWord(at - 1) && !isKeyword(draft.at(at - 1))) return;
  let start = open + 1;
  for (let i = start; i <= close; i++) {
    const inner = i < close ? draft.close(i) : -1;
    if (inner > 0) i = inner;
    else if (i === close || draft.at(i) === ',') {
      repairArgument(draft, start, i);
      start = i + 1;
    }
  }
}

/** What a compound literal may follow. */
const LITERALS = /^(?:[=(,?:&{]|return)$/;
const OPERATORS = /^(?:[<>=!+*/%&|^-]=?|<<|>>|&&|\|\|)$/;
const TYPE_OF = /^(?:__)?typeof(?:__)?$/;
const JUMPS: ReadonlySet<string> = new Set(['break', 'continue', 'goto']);

/** An argument that is no expression stands for nothing that is followed. */
function repairArgument(draft: Draft, from: number, to: number): void {
  const first = draft.at(from);
  // Of two commas with nothing between them, one is too much.
  if (to <= from) {
    if (draft.at(from - 1) === ',') draft.replace(from - 1, from - 1);
  } else if (bringsComma(draft, from)) draft.replace(from, from);
  else if (to === from + 1 && OPERATORS.test(first)) draft.replace(from, from, '0');
  else if (first === 'return' && to > from + 1) draft.replace(from, from);
  else if (first === 'return' || JUMPS.has(first) || TYPE_OF.test(first) || isType(draft, from, to))
    draft.replace(from, to - 1, '0');
}

/** Words and stars that can only be a type: they begin with a word of types, or end in a star. */
function isType(draft: Draft, from: number, to: number): boolean {
  if (!draft.isWord(from) || to <= from) return false;
  // `macOS 10.12` is a version.
  if (to === from + 2 && draft.tokens[from + 1]?.kind === 'number') return true;
  for (let i = from; i < to; i++) if (!draft.isWord(i) && draft.at(i) !== '*') return false;
  if (isTypeWord(draft.at(from)) || draft.at(to - 1) === '*') return true;
  return to === from + 1 ? draft.at(to + 1) === '{' : draft.isWord(from + 1);
}

/** `case 1 ... 3:` is read as an operator; in designators the grammar knows it. */
function repairRange(draft: Draft, at: number): void {
  let i = at - 1;
  while (i >= 0 && i > at - 12 && !/^[;{}:]$/.test(draft.at(i)) && draft.at(i) !== 'case') i--;
  if (draft.at(i) === 'case') draft.replace(at, at, '<<');
}

/** A literal beside words: `"a" NAME "b"`, `"%" NAME`. */
function repairText(draft: Draft, at: number): void {
  for (let i = at + 1; draft.isWord(i) && !isKeyword(draft.at(i)); i++) {
    const to = draft.at(i + 1) === '(' ? draft.close(i + 1) : i;
    if (to < 0) return;
    draft.replace(i, to);
    i = to;
  }
  repairBefore(draft, at);
}

/** `NAME "b"`, `NAME(x) "b"`, within an expression. */
function repairBefore(draft: Draft, at: number): void {
  let from = at;
  const isName = (i: number): boolean => draft.isWord(i) && !isKeyword(draft.at(i)) && !isTypeWord(draft.at(i));
  for (;;) {
    const open = draft.at(from - 1) === ')' ? (draft.partners[from - 1] ?? -1) : -1;
    if (isName(from - 1)) from--;
    else if (open > 0 && isName(open - 1)) from = open - 1;
    else break;
  }
  if (from < at && (/^[=(,?:]$/.test(draft.at(from - 1)) || draft.tokens[from - 1]?.kind === 'text'))
    draft.replace(from, at - 1);
}
