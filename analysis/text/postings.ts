// Which words stand in which item, and how: written once by the lexer, item after item, and turned round when somebody asks.

/** How a word stands in an item. */
export const PLAIN = 1;
/** Behind `.` or `->`. */
export const MEMBER = 2;
/** `f(`. */
export const CALLED = 4;
/** A member that is stored into, or whose address is taken. */
export const STORED = 8;
/** A member that is called. */
export const THROUGH = 16;
/** A name that is assigned, whole or in part, or whose address is taken. */
export const ASSIGNED = 32;
/** Inside of braces, or in a macro: not only in a function's head. */
export const BODY = 64;
/** Wherever it stands. */
export const ANY = 127;

/** Words and flags of all items, one behind the other; an item knows where its own begin and end. */
export class Entries {
  length = 0;
  /** Where the present item begins. */
  from = 0;
  private words = new Int32Array(1 << 14);
  private flags = new Uint8Array(1 << 14);
  /** By word, one more than the place where it was noted last. */
  private last = new Int32Array(1 << 14);

  /** The place of a word in the present item. */
  note(word: number): number {
    if (word >= this.last.length) this.last = grown(this.last, new Int32Array(2 * word));
    const known = (this.last[word] ?? 0) - 1;
    if (known >= this.from) return known;
    const slot = this.length++;
    if (slot >= this.words.length) {
      this.words = grown(this.words, new Int32Array(2 * slot));
      this.flags = grown(this.flags, new Uint8Array(2 * slot));
    }
    this.words[slot] = word;
    this.flags[slot] = 0;
    this.last[word] = slot + 1;
    return slot;
  }

  mark(slot: number, flag: number): void {
    this.flags[slot] = (this.flags[slot] ?? 0) | flag;
  }

  /** The word is none of the item's: a macro's parameter. */
  drop(slot: number): void {
    this.flags[slot] = 0;
  }

  word(slot: number): number {
    return this.words[slot] ?? 0;
  }

  flag(slot: number): number {
    return this.flags[slot] ?? 0;
  }
}

function grown<T extends Int32Array | Uint8Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}

/** The other way round: for each word the items in which it stands. */
export class Inverted {
  private readonly starts: Int32Array;
  private readonly items: Int32Array;
  private readonly how: Uint8Array;

  constructor(entries: Entries, spans: readonly { readonly from: number; readonly to: number }[], words: number) {
    this.starts = new Int32Array(words + 1);
    const { starts } = this;
    for (let slot = 0; slot < entries.length; slot++) {
      const word = entries.word(slot) + 1;
      if (entries.flag(slot) !== 0) starts[word] = (starts[word] ?? 0) + 1;
    }
    for (let word = 0; word < words; word++) starts[word + 1] = (starts[word + 1] ?? 0) + (starts[word] ?? 0);
    this.items = new Int32Array(starts[words] ?? 0);
    this.how = new Uint8Array(starts[words] ?? 0);
    const next = starts.slice();
    spans.forEach(({ from, to }, item) => {
      for (let slot = from; slot < to; slot++) {
        if (entries.flag(slot) === 0) continue;
        const word = entries.word(slot);
        const at = next[word] ?? 0;
        next[word] = at + 1;
        this.items[at] = item;
        this.how[at] = entries.flag(slot);
      }
    });
  }

  /** Numbers of the items in which the word stands in one of these ways, in order. */
  of(word: number, flags: number): number[] {
    const found: number[] = [];
    if (word < 0) return found;
    const end = this.starts[word + 1] ?? 0;
    for (let at = this.starts[word] ?? 0; at < end; at++) {
      if (((this.how[at] ?? 0) & flags) !== 0) found.push(this.items[at] ?? 0);
    }
    return found;
  }
}
