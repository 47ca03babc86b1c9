// Obligations about places: the same in the words of a caller.
import type { Renaming } from '../paths/lift.js';
import type { Open } from '../paths/obligation.js';

/** Settled where the caller has no name for the place. */
export function carriedPlace<T extends Open & { readonly place: string }>(open: T, renaming: Renaming): T | 'settled' {
  const place = renaming.place(open.place);
  return place === null ? 'settled' : { ...open, place, key: place };
}

/** Those for which the caller has a name. */
export function carriedPlaces(places: readonly string[], renaming: Renaming): readonly string[] {
  return places.map((place) => renaming.place(place)).filter((place) => place !== null);
}
