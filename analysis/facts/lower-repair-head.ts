// Repairs of declarations: words and calls of macros that stand for attributes, before, within and behind a declarator.
import type { Draft } from './lower-repair.js';

const QUALIFIERS: ReadonlySet<string> = new Set(
  (
    'static extern register auto typedef const volatile restrict inline _Noreturn _Thread_local _Atomic ' +
    '__inline __inline__ __restrict __restrict__ __const thread_local noreturn __thread'
  ).split(' '),
);
const PRIMITIVES: ReadonlySet<string> = new Set(
  'void char short int long float double signed unsigned _Bool bool size_t ssize_t'.split(' '),
);
const TAGS: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);
const NOT_TYPES: ReadonlySet<string> = new Set(
  (
    'return goto break continue case default else do if while for switch sizeof asm __asm__ __asm typeof __typeof__ ' +
    '__attribute__ __attribute __extension__ offsetof'
  ).split(' '),
);

export function isTypeWord(word: string): boolean {
  return PRIMITIVES.has(word) || TAGS.has(word) || QUALIFIERS.has(word);
}

export function isKeyword(word: string): boolean {
  return NOT_TYPES.has(word);
}

/** Whether a word looks like one that stands for an attribute. */
function isAttribute(word: string): boolean {
  return /^(?:[A-Z][A-Z0-9_]{2,}|__\w+|\w*(?:inline|unused|noreturn|thread_local|_const|attr)\w*)$/.test(word);
}

/** Repairs what stands before a function's body; gives the index of the token from which on statements stand. */
export function repairHead(draft: Draft): number {
  const { tokens } = draft;
  const open = tokens.findIndex(({ text }) => text === '{');
  const end = open < 0 ? tokens.length : open;
  const assigned = tokens.findIndex(({ text }) => text === '=');
  const isTagged = isTaggedBody(draft, end);
  if (open < 0 || (assigned >= 0 && assigned < open) || isTagged || draft.at(0) === 'typedef') {
    repairRun(draft, 0);
    return open < 0 ? tokens.length : open + 1;
  }
  const list = parameterList(draft, end);
  if (list < 0) return open + 1;
  repairRun(draft, 0, list);
  repairParameters(draft, list);
  // Old-style declarations of parameters stand there as well; they end in semicolons.
  const behind = draft.close(list) + 1;
  if (behind < end && !tokens.slice(behind, end).some(({ text }) => text === ';')) draft.replace(behind, end - 1);
  return open + 1;
}

/** `struct x {`, with attributes anywhere, which go; the parentheses of a function are none of theirs. */
function isTaggedBody(draft: Draft, end: number): boolean {
  let isTagged = false;
  for (let i = 0; i < end; i++) {
    if (TAGS.has(draft.at(i))) isTagged = true;
    if (draft.at(i) !== '(') continue;
    const close = draft.close(i);
    if (close < 0 || !/^__attribute(?:__)?$/.test(draft.at(i - 1))) return false;
    draft.replace(i - 1, close);
    i = close;
  }
  return isTagged;
}

/** The parenthesis that opens a function's parameters: behind the last name that is no attribute's. */
function parameterList(draft: Draft, end: number): number {
  let [found, fallback] = [-1, -1];
  for (let i = 0; i < end; i++) {
    if (draft.at(i) !== '(') continue;
    const close = draft.close(i);
    if (close < 0 || close >= end) return -1;
    if (draft.at(i - 1) === ')' || !draft.isWord(i - 1)) return found;
    if (fallback < 0) fallback = i;
    if (!isAttribute(draft.at(i - 1)) && !isKeyword(draft.at(i - 1))) found = i;
    // What follows in old style are declarations.
    if (
      found === i &&
      draft.isWord(close + 1) &&
      !isAttribute(draft.at(close + 1)) &&
      endsInSemicolon(draft, close, end)
    )
      return found;
    i = close;
  }
  return found >= 0 ? found : fallback;
}

function endsInSemicolon(draft: Draft, from: number, end: number): boolean {
  return draft.at(end - 1) === ';' && from < end;
}

function repairParameters(draft: Draft, open: number): void {
  const close = draft.close(open);
  let start = open + 1;
  for (let i = start; i <= close; i++) {
    if (draft.at(i) === '(' && draft.close(i) > 0) i = draft.close(i);
    else if (i === close || draft.at(i) === ',') {
      repairParameter(draft, start, i);
      start = i + 1;
    }
  }
}

function repairParameter(draft: Draft, from: number, to: number): void {
  // `UNUSED(int fd)` is what it is given.
  const isWrapped = draft.isWord(from) && draft.at(from + 1) === '(' && draft.close(from + 1) === to - 1;
  if (isWrapped && (isTypeWord(draft.at(from + 2)) || draft.isWord(from + 3))) {
    draft.replace(from, from + 1);
    draft.replace(to - 1, to - 1);
  } else repairRun(draft, from);
}

interface Unit {
  readonly kind: 'type' | 'word' | 'group';
  readonly from: number;
  readonly to: number;
  readonly isAttribute: boolean;
}

/**
 * Repairs the specifiers and the first declarator of a declaration, as far as they are words, stars and calls. `list` is the
 * parenthesis of its parameters, whose name is before it.
 */
export function repairRun(draft: Draft, from: number, list = -1): void {
  const before: Unit[] = [];
  let behind: Unit[] | null = null;
  let i = from;
  while (i !== list) {
    if (draft.at(i) === '*') {
      behind = [];
      i++;
      continue;
    }
    const unit = i + 1 === list ? wordAt(draft, i) : unitAt(draft, i);
    if (unit === 'none') break;
    if (unit !== 'qualifier') (behind ?? before).push(unit);
    i = unit === 'qualifier' ? i + 1 : unit.to + 1;
  }
  const isNamed = list >= 0;
  if (isNamed ? i !== list : !/^[;=,)[:]?$/.test(draft.at(i))) return;
  keep(draft, before, behind ? 1 : 2, isNamed && !behind);
  if (behind) keep(draft, behind, 1, isNamed);
}

function wordAt(draft: Draft, at: number): Unit {
  return { kind: 'word', from: at, to: at, isAttribute: isAttribute(draft.at(at)) };
}

function unitAt(draft: Draft, at: number): Unit | 'qualifier' | 'none' {
  const word = draft.at(at);
  if (!draft.isWord(at)) return 'none';
  if (word === '__attribute__' || word === '__attribute' || word === '__declspec') {
    const to = draft.close(at + 1);
    if (to < 0) return 'none';
    return { kind: 'group', from: at, to, isAttribute: true };
  }
  if (isKeyword(word)) return 'none';
  if (QUALIFIERS.has(word)) return 'qualifier';
  if (TAGS.has(word)) {
    return draft.isWord(at + 1) ? { kind: 'type', from: at, to: at + 1, isAttribute: false } : 'none';
  }
  if (PRIMITIVES.has(word)) {
    let to = at;
    while (PRIMITIVES.has(draft.at(to + 1))) to++;
    return { kind: 'type', from: at, to, isAttribute: false };
  }
  if (draft.at(at + 1) === '(') {
    const to = draft.close(at + 1);
    return to < 0 ? 'none' : { kind: 'group', from: at, to, isAttribute: isAttribute(word) };
  }
  return wordAt(draft, at);
}

/** Leaves `count` units, those that look least like attributes; with `isNamed` the last one is the name of a function. */
function keep(draft: Draft, units: readonly Unit[], count: number, isNamed: boolean): void {
  const left = [...units];
  const drop = (unit: Unit): void => {
    left.splice(left.indexOf(unit), 1);
    draft.replace(unit.from, unit.to);
  };
  // An attribute of the compiler is never a type.
  for (const unit of units) if (unit.kind === 'group' && /^__(?:attr|decl)/.test(draft.at(unit.from))) drop(unit);
  while (left.length > count) {
    const victim = spare(left, isNamed ? left.at(-1) : undefined);
    if (!victim) return;
    drop(victim);
  }
  // `API_EXPORT(int) f(…)`: the macro's argument is the type.
  const [type] = left;
  if (type?.kind !== 'group' || !isNamed || left.length !== 2) return;
  draft.replace(type.from, type.from + 1);
  draft.replace(type.to, type.to);
}

/** The unit that a declaration can best do without. */
function spare(units: readonly Unit[], name: Unit | undefined): Unit | undefined {
  const type = units.find(({ kind }) => kind === 'type');
  const others = units.filter((unit) => unit.kind !== 'type' && unit !== name);
  return (
    others.find(({ kind }) => kind === 'group') ??
    others.find((unit) => unit.isAttribute) ??
    others.find((unit) => type && unit.from < type.from) ??
    others.at(type ? -1 : 0)
  );
}
