// Which results of transfers a value is made of: the progress that must not get lost.
import { isLive } from './alive.js';
import type { Frame } from './evaluate.js';
import { within } from './place.js';
import type { Draft } from './state.js';
import { keyOf, symbolsOf, type Value } from './value.js';

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

/** The keys of all values that somebody can still get at behind an operation. */
export function namedIn(draft: Draft, frame: Frame, next: number): ReadonlySet<string> {
  const later = draft.copy();
  const live = frame.fn.live[next];
  later.prune((place, text) => isLive(place, text, frame, live));
  // A slot of a table is nobody's name for what was once in it.
  const named = [...later.store].filter(([place]) => !/^[!%]|^[*g].*\[/.test(place));
  return new Set(named.flatMap(([place, value]) => [keyOf(value), `&${place}`, ...symbolsOf(value)]));
}

/** What a value stands for, when it is handed over: symbols of descriptors and objects, addresses of places and what is there. */
export function escapees(values: readonly Value[], draft: Draft): string[] {
  return values.flatMap((value) => {
    if (value.k !== 'addr') return [...symbolsOf(value)];
    const inside = [...draft.store].filter(([place]) => within(place, value.place));
    return [`&${value.place}`, ...inside.flatMap(([, held]) => symbolsOf(held))];
  });
}
