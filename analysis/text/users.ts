// Who uses a word: the postings turned round, and followed through macros. It may name too many, never too few.
import { KEYWORD_COUNT, type Lexicon } from './lexicon.js';
import { ANY, ASSIGNED, BODY, CALLED, Inverted, STORED, THROUGH, type Entries } from './postings.js';
import type { Item } from './words.js';

/** To a member of a name: store into it, call it; to a name: assign it. Taking the address counts. */
export type Deed = 'store' | 'call' | 'assign';

/** Flags that ask for a deed to a word itself, to a macro that stands for it, and to what a macro with arguments gives. */
const DEEDS = {
  store: { itself: STORED, alias: STORED | ASSIGNED, applied: STORED | ASSIGNED },
  call: { itself: THROUGH, alias: THROUGH | CALLED, applied: THROUGH },
  assign: { itself: ASSIGNED, alias: ASSIGNED | STORED, applied: ASSIGNED | STORED },
} as const;

type Aliases = ReadonlyMap<number, readonly number[]>;

export class Users {
  private turned: Inverted | null = null;
  private readonly closures = new Map<number, ReadonlySet<Item>>();
  private readonly doers = new Map<string, readonly Item[]>();
  private readonly handing = new Map<number, ReadonlySet<Item>>();
  private readonly aliases: Aliases;
  private readonly names: Aliases;
  private readonly withArguments: ReadonlySet<number>;

  constructor(
    private readonly items: readonly Item[],
    private readonly entries: Entries,
    private readonly lexicon: Lexicon,
  ) {
    this.aliases = aliasesOf(items, false);
    this.names = aliasesOf(items, true);
    this.withArguments = new Set(items.flatMap(({ macro }) => (macro?.takesArguments ? [macro.word] : [])));
  }

  naming(word: string): readonly Item[] {
    return inOrder(this.closure(this.lexicon.find(word)));
  }

  /** Functions and tables in which a name stands that the item defines. */
  of(item: Item): readonly Item[] {
    return item.defines.flatMap(({ kind, word }) =>
      kind === 'function' || kind === 'variable' ? [...this.closure(word)] : [],
    );
  }

  /** Types and variables outside of functions in which a word stands. */
  declaring(word: string): readonly Item[] {
    const found = this.inverted.of(this.lexicon.find(word), ANY).flatMap((at) => this.items[at] ?? []);
    return found.filter(({ role }) => role === 'type' || role === 'table');
  }

  /** Functions that call one of these. */
  callersOf(words: readonly number[]): readonly Item[] {
    const found = new Set<Item>();
    for (const word of words) this.addCallers(word, found);
    return [...found];
  }

  /** Functions that call what a member or one of these words holds. */
  callingThrough(isVariable: (word: number) => boolean): ReadonlySet<Item> {
    const found = new Set<Item>();
    for (const item of this.items) {
      if (item.role !== 'function' && !item.macro) continue;
      if (!this.callsThrough(item, isVariable)) continue;
      if (item.macro) for (const user of this.closure(item.macro.word)) found.add(user);
      else found.add(item);
    }
    return found;
  }

  private callsThrough(item: Item, isVariable: (word: number) => boolean): boolean {
    for (let slot = item.from; slot < item.to; slot++) {
      const flag = this.entries.flag(slot);
      if ((flag & THROUGH) !== 0 || ((flag & CALLED) !== 0 && isVariable(this.entries.word(slot)))) return true;
    }
    return false;
  }

  private addCallers(word: number, found: Set<Item>): void {
    for (const one of [word, ...followed(word, this.names)]) {
      for (const item of this.having(one, CALLED)) found.add(item);
    }
  }

  doing(what: Deed, name: string): readonly Item[] {
    const key = `${what} ${name}`;
    const known = this.doers.get(key);
    if (known) return known;
    const found = this.doersOf(what, this.lexicon.find(name));
    this.doers.set(key, found);
    return found;
  }

  private doersOf(what: Deed, word: number): readonly Item[] {
    const { itself, alias, applied } = DEEDS[what];
    const found = new Set(this.having(word, itself));
    for (const other of followed(word, this.aliases)) {
      for (const item of this.having(other, this.withArguments.has(other) ? applied : alias)) found.add(item);
    }
    // A macro may do it to a parameter: whoever uses it and has the word, too, may do it to that.
    const handed = this.handed(itself);
    for (const user of this.closure(word)) if (handed.has(user)) found.add(user);
    return inOrder(found);
  }

  calling(names: Iterable<string>): readonly Item[] {
    const found = new Set<Item>();
    for (const name of names) this.addCallers(this.lexicon.find(name), found);
    return inOrder(found);
  }

  private get inverted(): Inverted {
    return (this.turned ??= new Inverted(this.entries, this.items, this.lexicon.size));
  }

  /** All but macros in which the word stands so, or which use a macro in which it does. */
  private having(word: number, flags: number): ReadonlySet<Item> {
    const found = new Set<Item>();
    for (const at of this.inverted.of(word, flags)) {
      const item = this.items[at];
      if (item?.macro) for (const user of this.closure(item.macro.word)) found.add(user);
      else if (item) found.add(item);
    }
    return found;
  }

  private closure(word: number): ReadonlySet<Item> {
    const known = this.closures.get(word);
    if (known) return known;
    const found = word < KEYWORD_COUNT ? new Set<Item>() : this.closureOf(word);
    this.closures.set(word, found);
    return found;
  }

  /** All but macros in which the word stands, or a macro whose body has it, however deep. */
  private closureOf(word: number): ReadonlySet<Item> {
    const found = new Set<Item>();
    const words = new Set([word]);
    for (const one of words) {
      for (const at of this.inverted.of(one, ANY)) {
        const item = this.items[at];
        if (item?.macro) words.add(item.macro.word);
        else if (item && !isOwnName(item, one)) found.add(item);
      }
      // A function's name in its own head says nothing, in its body it does.
      for (const at of this.inverted.of(one, BODY)) {
        const item = this.items[at];
        if (item && !item.macro) found.add(item);
      }
    }
    return found;
  }

  private handed(flag: number): ReadonlySet<Item> {
    const known = this.handing.get(flag);
    if (known) return known;
    const found = new Set<Item>();
    this.handing.set(flag, found);
    for (const { macro } of this.items) {
      if (macro && (macro.toParameters & flag) !== 0) for (const user of this.closure(macro.word)) found.add(user);
    }
    return found;
  }
}

function inOrder(items: Iterable<Item>): readonly Item[] {
  return [...items].sort((a, b) => a.file - b.file || a.chunk.start - b.chunk.start);
}

function isOwnName(item: Item, word: number): boolean {
  return item.role === 'function' && item.defines.some((one) => one.word === word && one.kind === 'function');
}

/** By the word that they end with, the macros that stand for something, or those that stand for a name alone. */
function aliasesOf(items: readonly Item[], namesOnly: boolean): Aliases {
  const aliases = new Map<number, number[]>();
  for (const { macro } of items) {
    if (!macro || macro.tail < 0 || (namesOnly && (macro.tailIsMember || macro.takesArguments))) continue;
    const known = aliases.get(macro.tail);
    if (known) known.push(macro.word);
    else aliases.set(macro.tail, [macro.word]);
  }
  return aliases;
}

function followed(word: number, aliases: Aliases): ReadonlySet<number> {
  const words = new Set(aliases.get(word) ?? []);
  for (const one of words) for (const next of aliases.get(one) ?? []) words.add(next);
  words.delete(word);
  return words;
}
