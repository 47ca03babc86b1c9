// The tokens of a chunk, for what has to be known before the grammar can read it: brackets, words, and directives.

export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'mark' | 'directive';
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** The first of its line. */
  readonly isFirst: boolean;
}

const LEXEME =
  /(\/\*[^]*?(?:\*\/|$)|\/\/(?:\\\r?\n|[^\n])*)|(\n)|(#(?:\\\r?\n|\/\*[^]*?\*\/|[^\n])*)|((?:L|u8|u|U)?"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?)|([A-Za-z_$][\w$]*)|(\d(?:\w|\.(?!\.))*)|\.\.\.|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^=!<>]=|&&|\|\||\S/g;

export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let isFirst = true;
  const lexeme = new RegExp(LEXEME);
  for (let match = lexeme.exec(text); match; match = lexeme.exec(text)) {
    const [all, comment, newline, directive, literal, word, number] = match;
    if (comment !== undefined) {
      // What follows a comment of many lines is still the first of its line.
      isFirst ||= all.includes('\n');
      continue;
    }
    if (newline !== undefined) {
      isFirst = true;
      continue;
    }
    if (directive !== undefined && !isFirst) {
      lexeme.lastIndex = match.index + 1;
      continue;
    }
    const kind = directive !== undefined ? 'directive' : kindOf(literal, word, number);
    tokens.push({ kind, text: all, start: match.index, end: match.index + all.length, isFirst });
    isFirst = false;
  }
  return tokens;
}

function kindOf(literal: string | undefined, word: string | undefined, number: string | undefined): Token['kind'] {
  if (literal !== undefined) return 'text';
  if (word !== undefined) return 'word';
  return number !== undefined ? 'number' : 'mark';
}

/** How far a place is from the start of its line; a tab goes to the next multiple of eight. */
export function columnOf(text: string, offset: number): number {
  let column = 0;
  for (let at = text.lastIndexOf('\n', offset - 1) + 1; at < offset; at++)
    column = text.charCodeAt(at) === 9 ? column - (column % 8) + 8 : column + 1;
  return column;
}

/** For each bracket the index of its partner, -1 for all else and for what has none. */
export function partnersOf(tokens: readonly Token[]): readonly number[] {
  const partners: number[] = tokens.map(() => -1);
  const open: number[] = [];
  tokens.forEach(({ text }, at) => {
    if (text === '(' || text === '[' || text === '{') open.push(at);
    else if (text === ')' || text === ']' || text === '}') {
      const from = open.pop();
      if (from === undefined) return;
      partners[from] = at;
      partners[at] = from;
    }
  });
  return partners;
}

/** Spaces in place of a part of the text; lines stay lines. */
export function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
