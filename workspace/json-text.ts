// JSON with the place of every key and value, so that a mistake in a configuration can be shown where it stands.
import type { Position } from '../analysis/finding.js';
import { linesOf, type Lines } from './lines.js';

export type JsonValue =
  | { readonly kind: 'object'; readonly at: Position; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly at: Position; readonly items: readonly JsonValue[] }
  | { readonly kind: 'string'; readonly at: Position; readonly value: string }
  | { readonly kind: 'other'; readonly at: Position; readonly value: number | boolean | null };

export interface JsonMember {
  readonly key: string;
  readonly at: Position;
  readonly value: JsonValue;
}

export interface JsonMistake {
  readonly at: Position;
  readonly mistake: string;
}

export function parseJson(text: string): JsonValue | JsonMistake {
  const reader = new Reader(text);
  try {
    return reader.document();
  } catch (error) {
    if (error instanceof Mistake) return { at: reader.position(error.offset), mistake: error.message };
    throw error;
  }
}

/** The value without places, as `JSON.parse` would give it. */
export function plainValue(value: JsonValue): unknown {
  if (value.kind === 'object') return Object.fromEntries(value.members.map((one) => [one.key, plainValue(one.value)]));
  return value.kind === 'array' ? value.items.map(plainValue) : value.value;
}

class Mistake extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

const MAX_DEPTH = 100;

class Reader {
  private offset = 0;
  private readonly lines: Lines;

  constructor(private readonly text: string) {
    this.lines = linesOf(text);
    if (text.startsWith('\ufeff')) this.offset = 1;
  }

  document(): JsonValue {
    const value = this.value(0);
    this.space();
    if (this.offset < this.text.length) this.fail('the text goes on after the end of the value');
    return value;
  }

  position(offset: number): Position {
    return this.lines.position(offset);
  }

  private value(depth: number): JsonValue {
    this.space();
    if (depth > MAX_DEPTH) this.fail('nested too deeply');
    const at = this.position(this.offset);
    const next = this.text[this.offset];
    if (next === '{') return { kind: 'object', at, members: this.members(depth) };
    if (next === '[') return { kind: 'array', at, items: this.items(depth) };
    if (next === '"') return { kind: 'string', at, value: this.string() };
    return { kind: 'other', at, value: this.word() };
  }

  private members(depth: number): readonly JsonMember[] {
    const members: JsonMember[] = [];
    this.list('{', '}', () => {
      const at = this.position(this.offset);
      const start = this.offset;
      if (this.text[this.offset] !== '"') this.fail('a key in double quotes is expected');
      const key = this.string();
      if (members.some((one) => one.key === key)) throw new Mistake(start, `the key '${key}' stands here twice`);
      this.space();
      if (this.text[this.offset] !== ':') this.fail(`':' is expected after the key '${key}'`);
      this.offset++;
      members.push({ key, at, value: this.value(depth + 1) });
    });
    return members;
  }

  private items(depth: number): readonly JsonValue[] {
    const items: JsonValue[] = [];
    this.list('[', ']', () => items.push(this.value(depth + 1)));
    return items;
  }

  private list(open: string, close: string, one: () => void): void {
    this.offset += open.length;
    this.space();
    if (this.text[this.offset] === close) {
      this.offset++;
      return;
    }
    for (;;) {
      this.space();
      one();
      this.space();
      const next = this.text[this.offset];
      if (next === close) {
        this.offset++;
        return;
      }
      if (next !== ',') this.fail(`',' or '${close}' is expected`);
      const comma = this.offset++;
      this.space();
      if (this.text[this.offset] === close)
        throw new Mistake(comma, `a comma before '${close}' is not allowed in JSON`);
    }
  }

  private string(): string {
    const start = this.offset;
    const literal = /"(?:[^"\\\n]|\\[^\n])*"/y;
    literal.lastIndex = start;
    const found = literal.exec(this.text)?.[0];
    if (found === undefined) throw new Mistake(start, 'the string has no end on this line');
    this.offset += found.length;
    const value = parsed(found);
    if (typeof value !== 'string') throw new Mistake(start, 'the string has an escape that JSON does not know');
    return value;
  }

  private word(): number | boolean | null {
    const word = /[^\s,\]}:"[{]*/y;
    word.lastIndex = this.offset;
    const found = word.exec(this.text)?.[0] ?? '';
    if (found === '') this.fail('a value is expected');
    const value = parsed(found);
    if (typeof value !== 'number' && typeof value !== 'boolean' && value !== null)
      this.fail(`'${found}' is no value; text stands in double quotes`);
    this.offset += found.length;
    return value;
  }

  private space(): void {
    while (/\s/.test(this.text[this.offset] ?? 'x')) this.offset++;
    if (this.text.startsWith('//', this.offset) || this.text.startsWith('/*', this.offset))
      this.fail('JSON has no comments');
  }

  private fail(message: string): never {
    const where = this.offset >= this.text.length ? 'the text ends too early: ' : '';
    throw new Mistake(this.offset, `${where}${message}`);
  }
}

/** What the standard parser makes of one literal; undefined when it refuses. */
function parsed(literal: string): unknown {
  try {
    return JSON.parse(literal);
  } catch {
    return undefined;
  }
}
