// Everything about tree-sitter: the only file that knows there are two backends. A parsed chunk leaves as plain nodes, so
// that no tree outlives its chunk and nothing else depends on either package.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

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
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldName: string | null | undefined;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

interface Tree {
  walk(): Cursor;
  delete?(): void;
}

const require = createRequire(import.meta.url);

/** Loads the grammar once; without a wish, the native backend where it loads and the WASM one elsewhere. */
export async function loadParser(backend?: Backend): Promise<Parser> {
  if (backend === 'native') return loadNative();
  if (backend === 'wasm') return loadWasm();
  try {
    return loadNative();
  } catch {
    return loadWasm();
  }
}

function loadNative(): Parser {
  const Native = require('tree-sitter') as new () => {
    setLanguage(language: unknown): void;
    parse(text: string, old: undefined, options: { bufferSize: number }): Tree;
  };
  const parser = new Native();
  parser.setLanguage(require('tree-sitter-c'));
  return {
    backend: 'native',
    // The package reads its input in pieces and fails on texts longer than its buffer.
    parse: (text) => plain(parser.parse(text, undefined, { bufferSize: 2 * text.length + 1024 })),
  };
}

async function loadWasm(): Promise<Parser> {
  const { Parser: Wasm, Language } = await import('web-tree-sitter');
  await Wasm.init();
  const language = await Language.load(readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')));
  const parser = new Wasm();
  parser.setLanguage(language);
  return {
    backend: 'wasm',
    parse: (text) => {
      const tree = parser.parse(text);
      if (!tree) throw new Error('the parser gave no tree');
      return plain(tree);
    },
  };
}

function plain(tree: Tree): Syntax {
  const cursor = tree.walk();
  const root = convert(cursor);
  tree.delete?.();
  return root;
}

/** Depth is bounded by the input's nesting; a generated expression of ten thousand levels is cut off, not followed. */
const MAX_DEPTH = 1500;

function convert(cursor: Cursor, depth = 0): Syntax {
  const type = cursor.nodeType;
  const node = { type, field: cursor.currentFieldName ?? null, start: cursor.startIndex, end: cursor.endIndex };
  let error = type === 'ERROR' || cursor.nodeIsMissing;
  const children: Syntax[] = [];
  if (depth < MAX_DEPTH && cursor.gotoFirstChild()) {
    do {
      if (!cursor.nodeIsNamed && !cursor.currentFieldName && !cursor.nodeIsMissing) continue;
      if (cursor.nodeType === 'comment') continue;
      const child = convert(cursor, depth + 1);
      error ||= child.error;
      children.push(child);
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return { ...node, error, children };
}
