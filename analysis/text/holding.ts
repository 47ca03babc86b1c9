// Which functions name something of a type, by the words: a member or a variable outside of functions that is declared with it.
// Nothing is parsed for it, and it may name too many.
import type { Catalog } from './catalog.js';
import type { Item } from './words.js';

export function holdingOf(type: string, catalog: Catalog): (item: Item) => boolean {
  let known: ReadonlySet<Item> | null = null;
  return (item) => (known ??= holders(type, catalog)).has(item);
}

function holders(type: string, catalog: Catalog): ReadonlySet<Item> {
  const names = new Set([type]);
  // The set grows while it is gone through: a name that is declared may be a type itself.
  for (const name of names) {
    const declaration = new RegExp(`\\b${name}\\b([^;{}()]*)[;={]`, 'g');
    for (const { file, chunk } of catalog.declaring(name)) {
      const text = catalog.texts[file]?.text.slice(chunk.start, chunk.end) ?? '';
      for (const match of text.matchAll(declaration)) {
        for (const word of match[1]?.match(/[A-Za-z_]\w*/g) ?? []) names.add(word);
      }
    }
  }
  return new Set([...names].flatMap((name) => catalog.naming(name)));
}
