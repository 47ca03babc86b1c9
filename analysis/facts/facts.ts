// The facts of a file, as plain data: what lowering takes from the text and everything else is computed from.
// A fact is a pure function of its chunk's text; spans are relative to the chunk, whose base offset stands beside them.
import type { Literal } from '../text/chunk.js';

/** Offsets relative to the base of the function or macro that holds them; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Type {
  /** `struct conn`, `int`, a typedef's name, or `?`. */
  readonly base: string;
  readonly pointers: number;
  readonly dimensions: readonly (Expr | null)[];
  readonly isFunction: boolean;
}

export type Expr =
  | { readonly op: 'int'; readonly value: number }
  | { readonly op: 'text'; readonly length: number }
  | { readonly op: 'name'; readonly name: string; readonly span: Span }
  | { readonly op: 'member'; readonly of: Expr; readonly field: string; readonly arrow: boolean; readonly span: Span }
  | { readonly op: 'index'; readonly of: Expr; readonly at: Expr; readonly span: Span }
  | { readonly op: 'deref'; readonly of: Expr; readonly span: Span }
  | { readonly op: 'address'; readonly of: Expr; readonly span: Span }
  | { readonly op: 'unary'; readonly sign: '!' | '-' | '~'; readonly of: Expr }
  | { readonly op: 'binary'; readonly sign: string; readonly left: Expr; readonly right: Expr }
  | { readonly op: 'choose'; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr }
  /** The value of the operation with this temporary's number. */
  | { readonly op: 'temp'; readonly id: number }
  | { readonly op: 'sizeof'; readonly type: Type | null; readonly of: Expr | null }
  | { readonly op: 'cast'; readonly type: Type; readonly of: Expr }
  | { readonly op: 'braces'; readonly items: readonly BraceItem[]; readonly span: Span }
  | { readonly op: 'unknown' };

export interface BraceItem {
  /** `.data.fd` as ['data', 'fd']; empty for an item that is named by its position only. */
  readonly path: readonly string[];
  /** `[3]` behind the path; further designators stand in the value, as braces of their own. */
  readonly at?: Expr;
  /** The end of `[1 ... 3]`, which belongs to it. */
  readonly to?: Expr;
  readonly value: Expr;
}

/** One operation of a control-flow graph. `next`, `then` and `otherwise` are positions in the graph. */
export type Operation =
  | CallOperation
  | {
      readonly kind: 'assign';
      readonly target: Expr;
      readonly sign: string;
      readonly value: Expr;
      /** The initialiser of a static local: it holds when control comes by for the first time. */
      readonly once?: boolean;
      readonly span: Span;
      next: number;
    }
  | { readonly kind: 'set-temp'; readonly temp: number; readonly value: Expr; readonly span: Span; next: number }
  | { readonly kind: 'declare'; readonly name: string; readonly span: Span; next: number }
  | TestOperation
  | { readonly kind: 'return'; readonly value: Expr | null; readonly span: Span; readonly implicit: boolean }
  /** A meeting point, a loop's head, a label, or a `break`, `continue` or `goto` that stands in the text. */
  | {
      readonly kind: 'pass';
      readonly loop: boolean;
      readonly jump?: boolean;
      readonly label?: string;
      readonly span: Span;
      next: number;
    }
  /** Control is here, and what it does could not be understood. */
  | { readonly kind: 'opaque'; readonly reason: string; readonly span: Span; next: number };

export interface CallOperation {
  readonly kind: 'call';
  readonly temp: number;
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly span: Span;
  next: number;
  /** Where `break` and `continue` of a macro that is spliced here go. */
  readonly breakTo: number | null;
  readonly continueTo: number | null;
  /** The block that follows `NAME(args)` without a semicolon, entered there and left to `next`. */
  block: number | null;
}

export interface TestOperation {
  readonly kind: 'test';
  readonly test: Expr;
  readonly span: Span;
  then: number;
  otherwise: number;
  /** A loop whose body only builds a set: it is taken to run at least once, as its author does. */
  builds: boolean;
}

export interface Graph {
  readonly operations: readonly Operation[];
  readonly entry: number;
}

export interface Parameter {
  readonly name: string;
  readonly type: Type;
}

export interface FunctionFacts {
  readonly name: string;
  readonly file: string;
  readonly isStatic: boolean;
  readonly base: number;
  readonly span: Span;
  readonly returns: Type;
  readonly parameters: readonly Parameter[];
  /** Every local by its unique name: a name declared again in an inner scope is `name@2`. */
  readonly locals: ReadonlyMap<string, Local>;
  readonly graph: Graph;
  readonly presence: readonly Literal[];
  readonly errors: readonly Span[];
}

export interface Local {
  readonly type: Type;
  readonly isStatic: boolean;
}

export interface MacroFacts {
  readonly name: string;
  readonly file: string;
  readonly base: number;
  /** Null for an object-like macro. */
  readonly parameters: readonly string[] | null;
  readonly body: string;
  readonly presence: readonly Literal[];
}

/** A macro's body as operations; control falls through to FALL. */
export interface Fragment {
  readonly graph: Graph;
  /** Value of the last expression, where the body ends in one. */
  readonly value: Expr | null;
  readonly temps: number;
  /** What the body declares, by unique name. */
  readonly locals?: ReadonlyMap<string, Local>;
  /** The body is not statements by itself: `else if (x) {`. */
  readonly broken: boolean;
}

/** Typed exits of a macro's fragment, as negative positions. */
export const FALL = -1;
export const BREAK = -2;
export const CONTINUE = -3;
/** Behind a label that is not in the macro: the function that uses it has one of that name. */
export const ELSEWHERE = -4;

export interface StructFacts {
  readonly name: string;
  readonly fields: readonly Parameter[];
}

export interface VariableFacts {
  readonly name: string;
  readonly type: Type;
  readonly isStatic: boolean;
  /** Declared only: `extern int x;`. */
  readonly isExtern: boolean;
  readonly value: Expr | null;
  readonly base: number;
}

/** What one chunk of code says. */
export interface ChunkFacts {
  readonly functions: readonly FunctionFacts[];
  readonly structs: readonly StructFacts[];
  readonly typedefs: ReadonlyMap<string, Type>;
  readonly constants: ReadonlyMap<string, Expr>;
  readonly variables: readonly VariableFacts[];
}

export interface FileFacts extends ChunkFacts {
  readonly file: string;
  readonly macros: readonly MacroFacts[];
}
