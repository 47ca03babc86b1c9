// Parses and lowers items when somebody asks for them, each at most once, and keeps account of how much that was.
import type { Catalog } from '../text/catalog.js';
import type { Chunk } from '../text/chunk.js';
import type { ChunkFacts, Fragment, MacroFacts, Parameter } from '../facts/facts.js';
import type { Failure } from '../finding.js';
import { lowerChunk, lowerFragment, lowerMacro } from '../facts/lower.js';
import { rewritten } from './made.js';
import type { Parser } from '../text/parse.js';
import type { Item } from '../text/words.js';

export interface Share {
  readonly chunks: number;
  readonly ofChunks: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

interface Macro {
  readonly macro: MacroFacts;
  readonly fragment: Fragment;
}

interface Unnamed {
  readonly file: number;
  readonly fields: readonly Parameter[];
}

export class Lowered {
  readonly failures: Failure[] = [];
  private readonly known = new Map<Item, ChunkFacts>();
  private readonly macros = new Map<Item, Macro | null>();
  private readonly structs = new Map<string, Unnamed[]>();
  private bytes = 0;

  constructor(
    private readonly catalog: Catalog,
    private readonly parser: Parser,
  ) {}

  facts(item: Item): ChunkFacts {
    const known = this.known.get(item);
    if (known) return known;
    this.bytes += item.chunk.end - item.chunk.start;
    const { text, chunk } = source(item, this.catalog);
    const facts = this.guarded(item, NOTHING, (path) => lowerChunk(path, text, chunk, this.parser));
    this.known.set(item, facts);
    for (const { name, fields } of facts.structs) {
      if (!name.includes('@')) continue;
      const same = this.structs.get(name) ?? [];
      same.push({ file: item.file, fields });
      this.structs.set(name, same);
    }
    return facts;
  }

  macro(item: Item): Macro | null {
    const known = this.macros.get(item);
    if (known !== undefined) return known;
    // What stands for itself while it is being lowered ends here.
    this.macros.set(item, null);
    const lowered = this.guarded(item, null, (path) => {
      const { text } = this.catalog.texts[item.file] ?? { text: '' };
      const macro = lowerMacro(path, text, item.chunk);
      if (!macro) return null;
      this.bytes += macro.body.length;
      return { macro, fragment: lowerFragment(macro, this.parser) };
    });
    this.macros.set(item, lowered);
    return lowered;
  }

  /** The members of a structure that has no name but its place: of the file, of one that it includes, of any. */
  unnamed(base: string, file: number): readonly Parameter[] | null {
    const all = this.structs.get(base) ?? [];
    const reached = all.length > 1 && file >= 0 ? this.catalog.includes.reached(file) : null;
    const own = all.find((one) => one.file === file) ?? all.find((one) => reached?.has(one.file)) ?? all[0];
    return own?.fields ?? null;
  }

  parsed(): Share {
    return {
      chunks: this.known.size + this.macros.size,
      ofChunks: this.catalog.items.length,
      bytes: this.bytes,
      ofBytes: this.catalog.texts.reduce((sum, { text }) => sum + text.length, 0),
    };
  }

  private guarded<T>(item: Item, otherwise: T, run: (path: string) => T): T {
    const file = this.catalog.texts[item.file]?.path ?? '';
    try {
      return run(file);
    } catch (error) {
      this.failures.push({ file, rule: null, error: error instanceof Error ? error.message : String(error) });
      return otherwise;
    }
  }
}

const NOTHING: ChunkFacts = {
  functions: [],
  structs: [],
  typedefs: new Map(),
  constants: new Map(),
  variables: [],
};

/** The text that holds an item at its chunk: the file's own, or one in which the head of the item is written out. */
function source(item: Item, catalog: Catalog): { readonly text: string; readonly chunk: Chunk } {
  const { text } = catalog.texts[item.file] ?? { text: '' };
  const { chunk } = item;
  if (!item.bare) return { text, chunk };
  const macros = item.defines.flatMap(({ kind, word }) =>
    kind === 'function' ? catalog.definingWord('macro', word) : [],
  );
  const made = rewritten(item, catalog.includes.ordered(macros, item.file), catalog.texts);
  // Offsets behind the head stay, because the longer head reaches back over what stands before the item.
  if (!made || made.shift > chunk.start) return { text, chunk };
  const start = chunk.start - made.shift;
  return { text: text.slice(0, start) + made.text + text.slice(chunk.end), chunk: { ...chunk, start } };
}
