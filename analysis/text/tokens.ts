// Splits C text into tokens: one pass over character codes, without regular expressions. Words go into the postings of the
// present item at once; whoever cuts items listens to the tokens.
import { Chains, type Access } from './chains.js';
import { FIRST_OF_TYPE, FIRST_STATEMENT, FIRST_ATTRIBUTE, KEYWORD_COUNT, step, type Lexicon } from './lexicon.js';
import { BODY, type Entries } from './postings.js';

/** What stood before: the code of a punctuation character, or one of these. */
export const BEFORE = {
  nothing: 0,
  word: 256,
  keyword: 257,
  attribute: 258,
  value: 259,
  arrow: 260,
  cast: 261,
  sign: 262,
};

/** Told of each token before it is noted. */
export interface Listener {
  word(id: number, start: number, atMargin: boolean): void;
  /** A number or a quoted text. */
  value(start: number, atMargin: boolean): void;
  punctuation(code: number, at: number, atMargin: boolean): void;
  /** After a bracket, a comma or a semicolon was noted. */
  passed(code: number, at: number): void;
  /** A `#` that begins a line; gives where to go on. */
  directive(at: number): number;
}

const [BLANK, WORD, NEWLINE, DIGIT, QUOTE, MARK] = [0, 1, 2, 3, 4, 5];
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  if (/\w/.test(char)) return /\d/.test(char) ? DIGIT : WORD;
  if (code === 10) return NEWLINE;
  return char === '"' || char === "'" ? QUOTE : /[!#%&()*+,\-./:;<=>?[\]^{|}~]/.test(char) ? MARK : BLANK;
});

function kindOf(code: number): number {
  return code < 128 ? (KINDS[code] ?? BLANK) : BLANK;
}

export class Tokens {
  before = BEFORE.nothing;
  /** BODY, or nothing. */
  where = BODY;
  readonly chains: Chains;
  private at = 0;
  private lineStart = true;
  /** The last keyword may stand in a type. */
  private type = false;

  constructor(
    readonly text: string,
    private readonly lexicon: Lexicon,
    readonly entries: Entries,
    private readonly listener: Listener | null,
  ) {
    this.chains = new Chains(entries);
  }

  run(from: number, to: number): void {
    const { text } = this;
    this.at = from;
    while (this.at < to) {
      const code = text.charCodeAt(this.at);
      const kind = kindOf(code);
      if (kind === BLANK) this.at++;
      else if (kind === WORD) this.word(code);
      else if (kind === NEWLINE) {
        this.lineStart = true;
        this.at++;
      } else if (kind === DIGIT) this.number();
      else if (kind === QUOTE) this.quoted(code);
      else if (code === 47 && this.comment()) continue;
      else if (code === 35 && this.lineStart && this.listener) this.at = this.listener.directive(this.at);
      else this.mark(code);
    }
  }

  /** Nothing before matters any more. */
  reset(): void {
    this.before = BEFORE.nothing;
    this.chains.reset();
  }

  private margin(): boolean {
    const begins = this.lineStart && (this.at === 0 || this.text.charCodeAt(this.at - 1) === 10);
    this.lineStart = false;
    return begins;
  }

  private word(first: number): void {
    const { text, at: start } = this;
    let hash = 0;
    let code = first;
    let at = start;
    do {
      hash = step(hash, code);
      code = text.charCodeAt(++at);
    } while (code < 128 && (KINDS[code] === WORD || KINDS[code] === DIGIT));
    const id = this.lexicon.intern(text, start, at, hash);
    this.listener?.word(id, start, this.margin());
    this.at = at;
    if (id < KEYWORD_COUNT) this.keyword(id);
    else {
      const access: Access = this.before === 46 ? 'dot' : this.before === BEFORE.arrow ? 'arrow' : 'none';
      const slot = this.entries.note(id);
      this.entries.mark(slot, this.where);
      this.chains.word(slot, access);
      this.before = BEFORE.word;
    }
  }

  private keyword(id: number): void {
    this.chains.end();
    this.type = id >= FIRST_OF_TYPE;
    this.before = id >= FIRST_ATTRIBUTE && id < FIRST_STATEMENT ? BEFORE.attribute : BEFORE.keyword;
  }

  private number(): void {
    const { text } = this;
    this.listener?.value(this.at, this.margin());
    let code = text.charCodeAt(++this.at);
    for (; kindOf(code) === DIGIT || kindOf(code) === WORD || code === 46; code = text.charCodeAt(++this.at));
    this.value();
  }

  private quoted(quote: number): void {
    const { text } = this;
    this.listener?.value(this.at, this.margin());
    let at = this.at + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 92) at++;
      else if (code === quote || code === 10) break;
    }
    this.at = text.charCodeAt(at) === quote ? at + 1 : at;
    this.value();
  }

  private value(): void {
    this.chains.end();
    this.before = BEFORE.value;
  }

  private comment(): boolean {
    const next = this.text.charCodeAt(this.at + 1);
    if (next !== 42 && next !== 47) return false;
    const end = next === 47 ? this.text.indexOf('\n', this.at) : this.text.indexOf('*/', this.at + 2);
    this.at = end < 0 ? this.text.length : next === 47 ? end : end + 2;
    return true;
  }

  private mark(code: number): void {
    const { at } = this;
    this.listener?.punctuation(code, at, this.margin());
    this.at = at + 1;
    if (code === 40) this.open();
    else if (code === 41) this.close();
    else if (code === 91) this.chains.openIndex();
    else if (code === 93) this.chains.closeIndex();
    else if (code === 44 || code === 59 || code === 123 || code === 125) this.chains.end();
    else {
      this.sign(code);
      return;
    }
    if (code !== 41) this.before = code;
    this.listener?.passed(code, at);
  }

  private get afterValue(): boolean {
    return this.before >= BEFORE.word && this.before <= BEFORE.value
      ? this.before !== BEFORE.keyword
      : this.before === 41 || this.before === 93;
  }

  private open(): void {
    this.chains.open(this.afterValue, this.before === BEFORE.word);
    this.type = false;
  }

  /** `(int)&x` and `(struct a *)&x` take an address, `(a)&x` may. */
  private close(): void {
    const cast = this.before === 42 || (this.before === BEFORE.keyword && this.type);
    this.chains.close();
    this.before = cast ? BEFORE.cast : 41;
  }

  private sign(code: number): void {
    const { text, chains } = this;
    const next = text.charCodeAt(this.at);
    if (code === 46) this.before = 46;
    else if (code === 45 && next === 62) this.long(BEFORE.arrow);
    else if ((code === 43 || code === 45) && next === code) {
      chains.stepped(this.afterValue);
      // What stands before the sign stands before what follows it, too.
      this.at++;
    } else if (code === 61 && next !== 61) {
      chains.assign();
      this.before = 61;
    } else if (next === 61 && ASSIGNING.has(code)) {
      chains.assign();
      this.long(BEFORE.sign);
    } else if ((code === 60 || code === 62) && next === code && text.charCodeAt(this.at + 1) === 61) {
      chains.assign();
      this.at++;
      this.long(BEFORE.sign);
    } else if (code === 38 && next !== 38 && !this.afterValue) {
      chains.prefix();
      this.before = 38;
    } else {
      chains.end();
      this.before = code === 42 ? 42 : BEFORE.sign;
      if (next === code || next === 61) this.at++;
    }
  }

  private long(before: number): void {
    this.at++;
    this.before = before;
  }
}

/** Signs that assign when `=` follows: `+ - * / % & | ^`. */
const ASSIGNING: ReadonlySet<number> = new Set([43, 45, 42, 47, 37, 38, 124, 94]);
