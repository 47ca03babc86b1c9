// Functions whose head is a macro: `DEFINE_HANDLER(name) {`. The macro's text says what the function is called; where no macro
// of the tree is meant, it is a function without a type, as old C has them.
import type { Text } from '../text/catalog.js';
import type { Lexicon } from '../text/lexicon.js';
import type { Item } from '../text/words.js';

/** The names that such an item may define besides the macro's own. */
export function madeNames(
  item: Item,
  macros: (word: number) => readonly Item[],
  texts: readonly Text[],
  lexicon: Lexicon,
): readonly string[] {
  const names = new Set<string>();
  for (const { kind, word } of item.defines) {
    if (kind !== 'function') continue;
    for (const macro of macros(word)) {
      const head = expandedHead(item, macro, texts, lexicon.name(word));
      for (const match of head?.matchAll(/([A-Za-z_]\w*)\s*\(/g) ?? []) names.add(match[1] ?? '');
    }
  }
  return [...names];
}

/** A text to parse in place of an item's own: it is longer by `shift` at its beginning. */
export interface Rewritten {
  readonly text: string;
  readonly shift: number;
}

/** The item with its head written out, so that it is a function like others; null where it cannot be. */
export function rewritten(item: Item, macros: readonly Item[], texts: readonly Text[]): Rewritten | null {
  const text = sourceOf(item, texts);
  const name = /^[^(]*?(\w+)\s*\(/.exec(text)?.[1] ?? '';
  for (const macro of macros) {
    const head = expandedHead(item, macro, texts, name);
    const end = head === null ? -1 : headEnd(text);
    // What comes before the last declaration are prototypes.
    const last = head?.slice(head.lastIndexOf(';') + 1).trim() ?? '';
    if (end < 0 || !last.includes('(')) continue;
    const whole = `${/^\s*static\b/.test(text) ? 'static ' : ''}${last}`.padStart(end);
    return { text: whole + text.slice(end), shift: whole.length - end };
  }
  return macros.length > 0 ? null : { text: `int ${text}`, shift: 4 };
}

function sourceOf(item: Item, texts: readonly Text[]): string {
  return texts[item.file]?.text.slice(item.chunk.start, item.chunk.end) ?? '';
}

/** Where the parenthesis of `NAME(args)` has closed. */
function headEnd(text: string): number {
  let depth = 0;
  for (let at = text.indexOf('('); at >= 0 && at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return at + 1;
  }
  return -1;
}

function expandedHead(item: Item, macro: Item, texts: readonly Text[], name: string): string | null {
  const source = sourceOf(item, texts);
  const definition = sourceOf(macro, texts);
  if (!macro.macro?.takesArguments) return null;
  const body = definition
    .slice(macro.macro.body - macro.chunk.start)
    .replace(/\\\r?\n/g, ' ')
    .trimEnd();
  if (!body.endsWith(')')) return null;
  const parameters = argumentsOf(definition, name);
  const given = argumentsOf(source, name);
  const values = new Map(parameters.map((parameter, i) => [parameter, given[i] ?? '']));
  return body.replace(/\w+/g, (word) => values.get(word) ?? word).replace(/\s*##\s*/g, '');
}

function argumentsOf(text: string, name: string): string[] {
  const from = text.indexOf('(', text.indexOf(name));
  return text
    .slice(from + 1, text.indexOf(')', from))
    .split(',')
    .map((one) => one.trim());
}
