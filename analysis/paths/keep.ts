// Which results of transfers a value is made of: the progress that must not get lost.
import { within, type Draft } from './state.js';
import { symbolsOf, type Value } from './value.js';

/** Symbols of results begin so; see call-transfer.ts. */
export const RESULT = 'r';

/** The symbols that a value depends on, those in the index of an address included. */
export function keepsOf(value: Value): string[] {
  if (value.k !== 'addr') return [...symbolsOf(value)];
  return [...value.place.matchAll(/([a-z@~+]\d+)/g)].flatMap((m) => (m[1] === undefined ? [] : [m[1]]));
}

/** The symbols that live places hold: what the code will still look at. */
export function heldIn(draft: Draft): string[] {
  return [...new Set([...draft.store].flatMap(([place, value]) => (place.startsWith('!') ? [] : keepsOf(value))))];
}

/** What a value stands for, when it is handed over: symbols of descriptors and objects, addresses of places and what is there. */
export function escapees(values: readonly Value[], draft: Draft): string[] {
  return values.flatMap((value) => {
    if (value.k !== 'addr') return [...symbolsOf(value)];
    const inside = [...draft.store].filter(([place]) => within(place, value.place));
    return [`&${value.place}`, ...inside.flatMap(([, held]) => symbolsOf(held))];
  });
}
