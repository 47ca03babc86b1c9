// Everything about tree-sitter: the only file that knows there are two backends. A parsed chunk leaves as plain nodes, so
// that no tree outlives its chunk and nothing else depends on either package.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';

export type Backend = 'native' | 'wasm';

/** A node of the grammar. Anonymous tokens are kept only where a field names them (operators). */
export interface Syntax {
  readonly type: string;
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  readonly error: boolean;
  readonly children: readonly Syntax[];
}

export interface Parser {
  readonly backend: Backend;
  /** Never throws on any text; what the grammar does not know becomes ERROR nodes. Offsets are UTF-16 code units. */
  parse(text: string): Syntax;
}

/** The part of a tree cursor that both packages share. */
interface Cursor {
  readonly nodeType: string;
  readonly nodeTypeId: number;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldId: number | undefined;
  readonly currentFieldName: string | null | undefined;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

interface Tree {
  readonly rootNode: { readonly hasError: boolean };
  walk(): Cursor;
  delete?(): void;
}

const require = createRequire(import.meta.url);

/**
 * Loads the grammar once; without a wish, the native backend where it loads and the WASM one elsewhere. For a `small` amount
 * of text the WASM code is compiled quickly rather than well, which pays below about 1 MB.
 */
export async function loadParser(backend?: Backend, size: 'small' | 'large' = 'large'): Promise<Parser> {
  if (backend === 'native') return loadNative();
  if (backend === 'wasm') return loadWasm(size);
  try {
    return loadNative();
  } catch {
    return loadWasm(size);
  }
}

/** The parser alone: trees are made, and nobody looks at them. For measuring what everything else costs beside it. */
export async function loadBareParser(backend: Backend): Promise<(text: string) => void> {
  const parse = backend === 'native' ? nativeTrees() : await wasmTrees('large');
  return (text) => parse(text).delete?.();
}

function loadNative(): Parser {
  const parse = nativeTrees();
  const vocabulary = new Vocabulary();
  return { backend: 'native', parse: (text) => plain(parse(text), vocabulary) };
}

async function loadWasm(size: 'small' | 'large'): Promise<Parser> {
  const parse = await wasmTrees(size);
  const vocabulary = new Vocabulary();
  return { backend: 'wasm', parse: (text) => plain(parse(text), vocabulary) };
}

function nativeTrees(): (text: string) => Tree {
  const Native = require('tree-sitter') as new () => {
    setLanguage(language: unknown): void;
    parse(text: string, old: undefined, options: { bufferSize: number }): Tree;
  };
  const parser = new Native();
  const grammar = require('tree-sitter-c') as object;
  // Without a description of the nodes the package makes no class for each kind of them: nobody would see one of those.
  parser.setLanguage({ ...grammar, nodeTypeInfo: [] });
  // The package reads its input in pieces and fails on texts longer than its buffer.
  return (text) => parser.parse(text, undefined, { bufferSize: 2 * text.length + 1024 });
}

async function wasmTrees(size: 'small' | 'large'): Promise<(text: string) => Tree> {
  if (size === 'small') setFlagsFromString('--liftoff-only');
  const { Parser: Wasm, Language } = await import('web-tree-sitter');
  await Wasm.init();
  const language = await Language.load(readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')));
  const parser = new Wasm();
  parser.setLanguage(language);
  return (text) => {
    const tree = parser.parse(text);
    if (!tree) throw new Error('the parser gave no tree');
    return tree;
  };
}

function plain(tree: Tree, vocabulary: Vocabulary): Syntax {
  const converter = new Converter(tree.walk(), vocabulary, tree.rootNode.hasError);
  const root = converter.convert(0, null);
  tree.delete?.();
  return root;
}

/** What a kind of node is to us: asked for once, since every question to a cursor crosses into foreign code. */
interface Kind {
  readonly type: string;
  readonly role: 'kept' | 'token' | 'punctuation' | 'dropped';
  /** Never has children. */
  readonly leaf: boolean;
}

const LEAVES = /^((field_|type_|statement_)?identifier|primitive_type|number_literal|string_content|preproc_arg)$/;
/** Tokens that no field of the grammar names. */
const PUNCTUATION = /^[(){}[\],;:]$/;

/** The names behind the numbers of one grammar, learnt as they come by. */
class Vocabulary {
  private readonly kinds: (Kind | undefined)[] = [];
  private readonly fields: (string | undefined)[] = [];

  kind(cursor: Cursor): Kind {
    const id = cursor.nodeTypeId;
    return (this.kinds[id] ??= kindOf(cursor));
  }

  field(cursor: Cursor): string | null {
    const id = cursor.currentFieldId;
    if (!id) return null;
    return (this.fields[id] ??= cursor.currentFieldName ?? '');
  }
}

function kindOf(cursor: Cursor): Kind {
  const type = cursor.nodeType;
  if (type === 'comment') return { type, role: 'dropped', leaf: true };
  if (cursor.nodeIsNamed) return { type, role: 'kept', leaf: LEAVES.test(type) };
  return { type, role: PUNCTUATION.test(type) ? 'punctuation' : 'token', leaf: true };
}

/** Depth is bounded by the input's nesting; a generated expression of ten thousand levels is cut off, not followed. */
const MAX_DEPTH = 1500;

const LEAF: readonly Syntax[] = [];

class Converter {
  constructor(
    private readonly cursor: Cursor,
    private readonly vocabulary: Vocabulary,
    /** A tree without errors has no missing tokens either. */
    private readonly broken: boolean,
  ) {}

  convert(depth: number, field: string | null, kind = this.vocabulary.kind(this.cursor)): Syntax {
    const { cursor, broken } = this;
    const { type, leaf } = kind;
    const start = cursor.startIndex;
    const end = cursor.endIndex;
    let error = broken && (type === 'ERROR' || cursor.nodeIsMissing);
    if (leaf || depth >= MAX_DEPTH || !cursor.gotoFirstChild())
      return { type, field, start, end, error, children: LEAF };
    const children: Syntax[] = [];
    do {
      const child = this.child(depth + 1);
      if (!child) continue;
      error ||= child.error;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
    return { type, field, start, end, error, children };
  }

  private child(depth: number): Syntax | null {
    const { cursor, broken } = this;
    const kind = this.vocabulary.kind(cursor);
    if (kind.role === 'dropped') return null;
    const field = kind.role === 'punctuation' ? null : this.vocabulary.field(cursor);
    if (field === null && kind.role !== 'kept' && !(broken && cursor.nodeIsMissing)) return null;
    return this.convert(depth, field, kind);
  }
}
