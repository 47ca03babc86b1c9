// Who leads to a function by the words in the items: its callers, the tables and functions that name it, and theirs. Nothing is
// parsed for it.
import type { Catalog } from './catalog.js';
import type { Item } from './words.js';

export interface Reach {
  /** Whether some function leads to both, one of them perhaps. */
  near(one: Item, other: Item): boolean;
}

export function reachOf(catalog: Catalog): Reach {
  const above = new Map<Item, ReadonlySet<Item>>();
  const ancestors = (item: Item): ReadonlySet<Item> => {
    const known = above.get(item);
    if (known) return known;
    const all = new Set([item]);
    // The set grows while it is gone through.
    for (const one of all) {
      for (const user of catalog.users(one)) if (!one.isStatic || user.file === one.file) all.add(user);
    }
    above.set(item, all);
    return all;
  };
  return {
    near: (one, other) => {
      if (one === other) return true;
      const [a, b] = [ancestors(one), ancestors(other)];
      const [few, many] = a.size < b.size ? [a, b] : [b, a];
      for (const item of few) if (many.has(item)) return true;
      return false;
    },
  };
}
