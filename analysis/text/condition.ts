// Whether the test of an `#if` holds, as far as macros are known: true, false, or null where it hangs on something unknown.

/** What follows the name in a macro's `#define`; null where there is no such macro, undefined where nothing is known. */
export type Known = string | null | undefined;

export type Lookup = (name: string) => Known;

/** `word` is the word of the directive, `test` what follows it, without comments. */
export function truth(word: string, test: string, lookup: Lookup): boolean | null {
  if (word.endsWith('def')) {
    const known = lookup(/^\w+/.exec(test)?.[0] ?? '');
    return known === undefined ? null : (known !== null) === !word.endsWith('ndef');
  }
  const value = valueOf(test, lookup, []);
  return value === null ? null : value !== 0n;
}

type Value = bigint | null;

/** The value of a whole expression; what is no expression is unknown. */
function valueOf(text: string, lookup: Lookup, within: readonly string[]): Value {
  const tokens = text.replace(/\\\r?\n/g, ' ').match(TOKEN) ?? [];
  const reader = new Reader(tokens, lookup, within);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof NoExpression) return null;
    throw error;
  }
}

const TOKEN = /[A-Za-z_]\w*|\d[\w.']*|'(?:\\.|[^'\\])+'|"[^"]*"|<<|>>|&&|\|\||[<>=!]=|\S/g;

class NoExpression extends Error {}

/** Operators of two operands, those that bind weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

class Reader {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly lookup: Lookup,
    private readonly within: readonly string[],
  ) {}

  whole(): Value {
    const value = this.choice();
    if (this.at < this.tokens.length) throw new NoExpression();
    return value;
  }

  private choice(): Value {
    const test = this.level(0);
    if (!this.take('?')) return test;
    const yes = this.choice();
    if (!this.take(':')) throw new NoExpression();
    const no = this.choice();
    if (test === null) return yes === no ? yes : null;
    return test === 0n ? no : yes;
  }

  private level(depth: number): Value {
    const signs = LEVELS[depth];
    if (signs === undefined) return this.operand();
    let left = this.level(depth + 1);
    for (;;) {
      const sign = this.tokens[this.at] ?? '';
      if (!signs.includes(sign)) return left;
      this.at++;
      left = applied(sign, left, this.level(depth + 1));
    }
  }

  private operand(): Value {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new NoExpression();
    if (token === '(') {
      const value = this.choice();
      if (!this.take(')')) throw new NoExpression();
      return value;
    }
    if (SIGNS.has(token)) return signed(token, this.operand());
    if (/^\d/.test(token)) return numberOf(token);
    if (/^'.'$/.test(token)) return BigInt(token.charCodeAt(1));
    if (token === 'defined') return this.defined();
    return /^\w/.test(token) ? this.name(token) : null;
  }

  private defined(): Value {
    const isOpen = this.take('(');
    const name = this.tokens[this.at++] ?? '';
    if (!/^[A-Za-z_]/.test(name) || (isOpen && !this.take(')'))) throw new NoExpression();
    const known = this.lookup(name);
    return known === undefined ? null : known === null ? 0n : 1n;
  }

  /** A macro stands for its value only where its text cannot run into what surrounds it. */
  private name(name: string): Value {
    if (this.take('(')) return this.call();
    const known = this.within.includes(name) ? undefined : this.lookup(name);
    if (known === null) return 0n;
    const text = known?.trim() ?? '';
    return /^(?:\(.*\)|[-+~!]?\w+)$/.test(text) ? valueOf(text, this.lookup, [...this.within, name]) : null;
  }

  /** What a call of a macro, or of the compiler's `__has_include`, gives is not looked at. */
  private call(): null {
    for (let open = 1; open > 0;) {
      const token = this.tokens[this.at++];
      if (token === undefined) throw new NoExpression();
      open += token === '(' ? 1 : token === ')' ? -1 : 0;
    }
    return null;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }
}

const SIGNS: ReadonlySet<string> = new Set(['!', '-', '+', '~']);

function signed(sign: string, of: Value): Value {
  if (of === null) return null;
  return sign === '!' ? truthOf(of === 0n) : sign === '-' ? -of : sign === '~' ? ~of : of;
}

function numberOf(token: string): Value {
  const digits = token.replace(/'/g, '').replace(/[uUlL]+$/, '');
  if (/^0[0-7]+$/.test(digits)) return BigInt(`0o${digits.slice(1)}`);
  return /^(?:0[xX][\da-fA-F]+|0[bB][01]+|\d+)$/.test(digits) ? BigInt(digits) : null;
}

function truthOf(holds: boolean): bigint {
  return holds ? 1n : 0n;
}

/** One side may decide what the other does not tell. */
function applied(sign: string, left: Value, right: Value): Value {
  if (sign === '&&' && (left === 0n || right === 0n)) return 0n;
  if (sign === '||' && ((left ?? 0n) !== 0n || (right ?? 0n) !== 0n)) return 1n;
  return left === null || right === null ? null : arithmetic(sign, left, right);
}

function arithmetic(sign: string, left: bigint, right: bigint): Value {
  if (right === 0n && (sign === '/' || sign === '%')) return null;
  if ((right < 0n || right > 63n) && (sign === '<<' || sign === '>>')) return null;
  const compute = OPERATIONS[sign];
  return compute ? BigInt.asIntN(64, compute(left, right)) : null;
}

const OPERATIONS: Readonly<Record<string, (left: bigint, right: bigint) => bigint>> = {
  '&&': (a, b) => truthOf(a !== 0n && b !== 0n),
  '||': (a, b) => truthOf(a !== 0n || b !== 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => truthOf(a === b),
  '!=': (a, b) => truthOf(a !== b),
  '<': (a, b) => truthOf(a < b),
  '>': (a, b) => truthOf(a > b),
  '<=': (a, b) => truthOf(a <= b),
  '>=': (a, b) => truthOf(a >= b),
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
