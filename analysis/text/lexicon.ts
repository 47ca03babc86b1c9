// The words of all files, each once, as small numbers: postings and definitions are kept by number, and the text of a word is
// cut out of its file only when it is seen for the first time.

/** Numbers of the keywords come first, so that a comparison tells them from names. */
const KEYWORDS: readonly string[] = [
  ...['typedef', 'extern', 'static', 'struct', 'union', 'enum', 'return'],
  ...['__attribute__', '__attribute', '__declspec', '_Alignas', 'alignas', 'asm', '__asm__', '__asm', '__THROW'],
  ...[
    'if',
    'else',
    'for',
    'while',
    'do',
    'switch',
    'case',
    'default',
    'goto',
    'break',
    'continue',
    'sizeof',
    '_Alignof',
  ],
  ...['typeof', '__typeof__', '__typeof', '__extension__', '_Static_assert', '_Generic', 'auto', 'register', 'inline'],
  ...['__inline', '__inline__', '_Noreturn', '_Atomic', '_Thread_local', '__thread', 'const', '__const', 'volatile'],
  ...['restrict', '__restrict', '__restrict__', 'void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed'],
  ...['unsigned', '_Bool', 'bool'],
];

export const KEYWORD_COUNT = KEYWORDS.length;
export const [TYPEDEF, EXTERN, STATIC, STRUCT, UNION, ENUM, RETURN, FIRST_ATTRIBUTE] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
export const FIRST_STATEMENT = KEYWORDS.indexOf('if');
/** Keywords from here on may stand in a type. */
export const FIRST_OF_TYPE = KEYWORDS.indexOf('auto');

export class Lexicon {
  private readonly names: string[] = [];
  private hashes = new Int32Array(1 << 15);
  /** Open addressing: the number of a word plus one, or 0. */
  private table = new Int32Array(1 << 16);

  constructor() {
    for (const word of KEYWORDS) this.add(word);
  }

  get size(): number {
    return this.names.length;
  }

  name(id: number): string {
    return this.names[id] ?? '';
  }

  /** The number of a word that stands at `start`; `hash` is `step` over its characters. */
  intern(text: string, start: number, end: number, hash: number): number {
    const { names, hashes, table } = this;
    const mask = table.length - 1;
    let at = spread(hash) & mask;
    for (let entry = table[at] ?? 0; entry !== 0; entry = table[at] ?? 0) {
      const id = entry - 1;
      if (hashes[id] === hash && same(names[id] ?? '', text, start, end)) return id;
      at = (at + 1) & mask;
    }
    const id = names.length;
    names.push(text.slice(start, end));
    table[at] = id + 1;
    this.remember(id, hash);
    return id;
  }

  /** The number of a word, or -1 where no file has it. */
  find(word: string): number {
    const hash = hashOf(word);
    const mask = this.table.length - 1;
    for (let at = spread(hash) & mask; ; at = (at + 1) & mask) {
      const entry = this.table[at] ?? 0;
      if (entry === 0) return -1;
      if (this.names[entry - 1] === word) return entry - 1;
    }
  }

  add(word: string): number {
    return this.intern(word, 0, word.length, hashOf(word));
  }

  private remember(id: number, hash: number): void {
    if (id >= this.hashes.length) {
      const grown = new Int32Array(2 * this.hashes.length);
      grown.set(this.hashes);
      this.hashes = grown;
    }
    this.hashes[id] = hash;
    if (2 * id < this.table.length) return;
    this.table = new Int32Array(2 * this.table.length);
    const mask = this.table.length - 1;
    for (let other = 0; other <= id; other++) {
      let at = spread(this.hashes[other] ?? 0) & mask;
      while (this.table[at] !== 0) at = (at + 1) & mask;
      this.table[at] = other + 1;
    }
  }
}

/** One character more of a word's hash. */
export function step(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

function hashOf(word: string): number {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = step(hash, word.charCodeAt(i));
  return hash;
}

function spread(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 8;
}

function same(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word.charCodeAt(i) !== text.charCodeAt(start + i)) return false;
  return true;
}
