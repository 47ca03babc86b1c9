// What a top-level item defines, told from its tokens: a function by its head, variables and types by their declarators, tags
// and enumerators by their braces. It may name too much, since whoever asks for a name looks at the item before he believes it.
import { BEFORE } from './tokens.js';
import { ENUM, EXTERN, FIRST_OF_TYPE, FIRST_STATEMENT, RETURN, STATIC, STRUCT, TYPEDEF, UNION } from './lexicon.js';

export type DefinitionKind = 'function' | 'variable' | 'typedef' | 'tag' | 'enumerator';

export interface Definition {
  readonly word: number;
  readonly kind: DefinitionKind;
}

/** How far an old-style head has come: `f` `(a, b)` `int a`. */
type OldStyle = 'before' | 'inside' | 'behind' | 'declarations' | 'no';

export class Head {
  /** The keyword that the item begins with; -1 for none. */
  first = -1;
  isStatic = false;
  assigns = false;
  /** Parentheses outside of attributes have been closed: what follows may be a body. */
  closed = false;
  /** Names before parentheses, outside of all braces. */
  readonly calls: number[] = [];
  oldStyle: OldStyle = 'before';
  private readonly declared: number[] = [];
  private readonly inner: Definition[] = [];
  private readonly swallowed: number[] = [];
  private began = false;
  /** Words and types before the first parenthesis. */
  private words = 0;
  private last = -1;
  private tag = -1;
  private tagKeyword = -1;
  private enumDepth = -1;
  private starred = false;
  /** Behind the `=` of a declarator: words there are no declarators. */
  private inValue = false;
  /** Parenthesis depth at an attribute, whose arguments say nothing about the item. */
  private attribute = -1;
  /** A name before a parenthesis on a line that begins in column 0, inside of braces. */
  private marginName = -1;
  private atMargin = false;

  get isFunction(): boolean {
    return this.swallowed.length > 0;
  }

  /** Nothing but storage classes and one `NAME(words)` stands before the body. */
  get bare(): boolean {
    return this.oldStyle === 'behind' && this.words === 1;
  }

  reset(): void {
    this.first = -1;
    this.isStatic = this.assigns = this.closed = this.starred = this.inValue = this.began = this.atMargin = false;
    this.oldStyle = 'before';
    for (const list of [this.calls, this.declared, this.inner, this.swallowed]) if (list.length > 0) list.length = 0;
    this.words = 0;
    this.last = this.tag = this.tagKeyword = this.enumDepth = this.attribute = this.marginName = -1;
  }

  keyword(id: number, isAttribute: boolean, depth: number, atMargin: boolean): void {
    if (id >= FIRST_STATEMENT && id < FIRST_OF_TYPE) this.atMargin = false;
    else if (atMargin) this.beginLine(depth);
    if (!this.began) this.first = id;
    this.began = true;
    if (id === STRUCT || id === UNION || id === ENUM) {
      this.tagKeyword = id;
      this.tag = -1;
    }
    if (depth > 0) return;
    if (id === STATIC) this.isStatic = true;
    if (this.oldStyle === 'before' && id >= FIRST_OF_TYPE) this.words++;
    if (isAttribute || id === TYPEDEF || id === EXTERN || id === RETURN) this.oldStyle = 'no';
    else if (this.oldStyle === 'behind') this.oldStyle = 'declarations';
  }

  word(id: number, before: number, depth: number, atMargin: boolean): void {
    this.began = true;
    this.last = id;
    if (this.tagKeyword >= 0) this.tag = id;
    if (depth === 0) {
      if (this.oldStyle === 'before') this.words++;
      if (this.oldStyle === 'behind') this.oldStyle = 'declarations';
      return;
    }
    if (depth === this.enumDepth && (before === 123 || before === 44))
      this.inner.push({ word: id, kind: 'enumerator' });
    if (atMargin) this.beginLine(depth);
  }

  private beginLine(depth: number): void {
    this.atMargin = depth > 0;
    this.marginName = -1;
  }

  value(): void {
    this.began = true;
    if (this.oldStyle !== 'declarations') this.oldStyle = 'no';
  }

  /** A mark, with the depth of braces and parentheses before it. */
  mark(code: number, before: number, depth: number, parens: number): void {
    this.began = true;
    if (code === 123 && this.tagKeyword >= 0) this.body(depth);
    else if (code === 125 && depth === this.enumDepth) this.enumDepth = -1;
    if (this.tagKeyword >= 0 && before !== BEFORE.attribute && this.attribute < 0) this.tagKeyword = -1;
    if (this.atMargin) this.margin(code, before);
    if (depth === 0) this.outside(code, before, parens);
  }

  private body(depth: number): void {
    if (this.tag >= 0) this.inner.push({ word: this.tag, kind: 'tag' });
    if (this.tagKeyword === ENUM) this.enumDepth = depth + 1;
    this.tagKeyword = -1;
  }

  private margin(code: number, before: number): void {
    if (code === 40 && before === BEFORE.word && this.marginName < 0) this.marginName = this.last;
    else if (code === 123 && this.marginName >= 0) {
      if (before === 41 || before === BEFORE.word) this.swallowed.push(this.marginName);
      this.atMargin = false;
    } else if (code === 59 || code === 61 || code === 125 || (this.marginName < 0 && code !== 42))
      this.atMargin = false;
  }

  private outside(code: number, before: number, parens: number): void {
    if (this.attribute >= 0) {
      if (code === 41 && parens - 1 === this.attribute) this.attribute = -1;
      return;
    }
    if (code === 40 && before === BEFORE.attribute) {
      this.attribute = parens;
      return;
    }
    if (code === 61) this.assigns = true;
    if (this.inValue && parens === 0 && (code === 44 || code === 59)) this.inValue = false;
    else if (before === BEFORE.word && !this.inValue) this.candidate(code, parens);
    if (code === 61 && parens === 0) this.inValue = true;
    if (code === 41 && parens === 1) this.closed = true;
    if (code === 42 && before === 40 && parens === 1) this.starred = true;
    if (code === 41 && parens === 1) this.starred = false;
    this.oldStyle = further(this.oldStyle, code, before, parens);
  }

  private candidate(code: number, parens: number): void {
    const list =
      code === 40 ? this.calls : code === 44 || code === 59 || code === 61 || code === 91 ? this.declared : null;
    if (parens === 0) list?.push(this.last);
    else if (parens === 1 && this.starred) (code === 41 ? this.declared : list)?.push(this.last);
  }

  definitions(isFunction: boolean): Definition[] {
    const { calls, declared, inner, swallowed } = this;
    if (isFunction || swallowed.length > 0) {
      return [...inner, ...[...calls, ...swallowed].map((word): Definition => ({ word, kind: 'function' }))];
    }
    const isTypedef = this.first === TYPEDEF;
    const names = isTypedef ? [...declared, ...calls] : declared;
    return [...inner, ...names.map((word): Definition => ({ word, kind: isTypedef ? 'typedef' : 'variable' }))];
  }
}

/** Words and stars, one list of names, then a word: the head of an old-style definition, or a prototype behind a macro. */
function further(state: OldStyle, code: number, before: number, parens: number): OldStyle {
  if (state === 'before') {
    if (code === 42) return state;
    return code === 40 && before === BEFORE.word ? 'inside' : 'no';
  }
  if (state === 'inside') return code === 41 && parens === 1 ? 'behind' : code === 44 ? state : 'no';
  return state === 'behind' && code !== 123 ? 'no' : state;
}
