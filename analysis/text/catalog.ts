// The catalogue of a tree: which items define a name, and in which items a word stands, all of it told by the lexer alone.
// Whoever has a question asks here first, and only the items that come of it are parsed.
import type { DefinitionKind } from './head.js';
import { includesOf, type Includes } from './includes.js';
import { Lexicon } from './lexicon.js';
import { madeNames } from '../link/made.js';
import { Entries, PLAIN } from './postings.js';
import type { Setting } from './setting.js';
import { Users, type Deed } from './users.js';
import { scan, type Include, type Item } from './words.js';

export interface Text {
  readonly path: string;
  readonly text: string;
}

export interface Catalog {
  readonly texts: readonly Text[];
  readonly items: readonly Item[];
  readonly includes: Includes;
  fileOf(path: string): number;
  defining(kind: DefinitionKind | 'macro', name: string): readonly Item[];
  /** Functions and tables in which the word stands, itself or by way of macros. */
  naming(word: string): readonly Item[];
  /** Types and variables outside of functions in which the word stands. */
  declaring(word: string): readonly Item[];
  /** Functions and tables in which a name stands that the item defines. */
  users(item: Item): readonly Item[];
  /** Functions that do this to a member, or to a name, of that name: by way of macros, too. */
  doing(what: Deed, name: string): readonly Item[];
  /** Functions that call one of these, by way of macros, too. */
  calling(names: Iterable<string>): readonly Item[];
  /** Functions that call one which the item defines. */
  callersOf(item: Item): readonly Item[];
  /** Functions that call what a member or a variable holds. */
  callingThrough(): ReadonlySet<Item>;
  /** The words that stand in an item in one of these ways. */
  wordsIn(item: Item, flags: number): readonly number[];
  word(id: number): string;
  /** The names in an item that stand for functions, variables or macros of the tree. */
  plainWords(item: Item): readonly number[];
  definingWord(kind: DefinitionKind | 'macro', word: number): readonly Item[];
  readonly wordCount: number;
}

const NO_ITEMS: readonly Item[] = [];

type Definitions = ReadonlyMap<DefinitionKind | 'macro', ReadonlyMap<number, readonly Item[]>>;

/** With a setting, its texts take the place of the files. */
export function catalogOf(files: readonly Text[], setting: Setting | null = null): Catalog {
  const texts = setting?.texts ?? files;
  const lexicon = new Lexicon();
  const entries = new Entries();
  const items: Item[] = [];
  const includes: (readonly Include[])[] = [];
  texts.forEach((text, file) => {
    const found = scan(text.text, file, lexicon, entries);
    for (const item of found.items) if (item.role !== 'directive') items.push(item);
    includes.push(found.includes);
  });
  const made = new Map<Item, readonly number[]>();
  const definitions = definitionsOf(items, texts, lexicon, made);
  const users = new Users(items, entries, lexicon);
  const numbers = new Map(texts.map(({ path }, file) => [path, file]));
  const functionWords = (item: Item): readonly number[] =>
    made.get(item) ?? item.defines.flatMap(({ kind, word }) => (kind === 'function' ? [word] : []));
  const definingWord: Catalog['definingWord'] = (kind, word) => definitions.get(kind)?.get(word) ?? NO_ITEMS;
  return {
    texts,
    items,
    includes: includesOf({
      paths: texts.map(({ path }) => path),
      includes,
      setting,
      mains: () => definingWord('function', lexicon.find('main')).map(({ file }) => file),
    }),
    fileOf: (path) => numbers.get(path) ?? -1,
    defining: (kind, name) => definingWord(kind, lexicon.find(name)),
    definingWord,
    wordCount: lexicon.size,
    naming: (word) => users.naming(word),
    declaring: (word) => users.declaring(word),
    users: (item) => users.of(item),
    doing: (what, name) => users.doing(what, name),
    calling: (names) => users.calling(names),
    callersOf: (item) => users.callersOf(functionWords(item)),
    callingThrough: () => users.callingThrough((word) => definingWord('variable', word).length > 0),
    plainWords: (item) => wordsIn(item, PLAIN, entries),
    wordsIn: (item, flags) => wordsIn(item, flags, entries),
    word: (id) => lexicon.name(id),
  };
}

function wordsIn(item: Item, flags: number, entries: Entries): readonly number[] {
  const words: number[] = [];
  for (let slot = item.from; slot < item.to; slot++) {
    if ((entries.flag(slot) & flags) !== 0) words.push(entries.word(slot));
  }
  return words;
}

/** Tells of each item that a macro makes a function of what that is called. */
function definitionsOf(
  items: readonly Item[],
  texts: readonly Text[],
  lexicon: Lexicon,
  made: Map<Item, readonly number[]>,
): Definitions {
  const all = new Map<DefinitionKind | 'macro', Map<number, Item[]>>();
  const note = (kind: DefinitionKind | 'macro', word: number, item: Item): void => {
    const byWord = all.get(kind) ?? new Map<number, Item[]>();
    all.set(kind, byWord);
    const known = byWord.get(word);
    if (!known) byWord.set(word, [item]);
    else if (known.at(-1) !== item) known.push(item);
  };
  for (const item of items) {
    if (item.macro) note('macro', item.macro.word, item);
  }
  const isMacro = (word: number): boolean =>
    all
      .get('macro')
      ?.get(word)
      ?.some((m) => m.macro?.takesArguments) === true;
  for (const item of items) {
    for (const { kind, word } of item.defines) {
      // `PUBLIC(int) f(void)` defines no PUBLIC.
      if (kind !== 'function' || item.defines.length === 1 || !isMacro(word)) note(kind, word, item);
    }
  }
  for (const item of items) {
    if (!item.bare) continue;
    const names = madeNames(item, (word) => all.get('macro')?.get(word) ?? NO_ITEMS, texts, lexicon);
    const words = names.map((name) => lexicon.add(name));
    for (const word of words) note('function', word, item);
    if (words.length > 0) made.set(item, words);
  }
  return all;
}
