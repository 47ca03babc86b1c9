// A descriptor that was put into a set, followed through its names and through the copies of the set.
import type { Descriptor, Event, Named } from '../paths/event.js';
import type { Renaming } from '../paths/lift.js';
import type { Open } from '../paths/obligation.js';
import { within } from '../paths/place.js';
import { carriedPlaces } from './places.js';
import { carried, isAbout, isLetGo, renamed, tracked, type Tracked } from './tracked.js';

export interface Member extends Open {
  readonly on: Tracked;
  /** The sets that it is in. */
  readonly places: readonly string[];
  /** The set that it was put into, as the code names it. */
  readonly set: Named;
}

export function member(fd: Descriptor, set: Named): Member {
  return inside(tracked(fd), [set.place], set);
}

function inside(on: Tracked, places: readonly string[], set: Named): Member {
  const sorted = [...new Set(places)].sort();
  return { on, places: sorted, set, key: `${on.key}|${sorted.join()}` };
}

/** The same in the words of a caller. */
export function carriedMember(open: Member, renaming: Renaming): Member | 'settled' {
  const on = carried(open.on, renaming);
  const places = carriedPlaces(open.places, renaming);
  return on === 'settled' || places.length === 0 ? 'settled' : inside(on, places, open.set);
}

/** What an event does to it: settled where it is in no set any more, or where the descriptor is closed or taken out. */
export function afterChange(open: Member, event: Event): Member | 'settled' {
  if (event.kind === 'same') {
    const on = event.isEqual ? renamed(open.on, event) : open.on;
    return on ? inside(on, open.places, open.set) : open;
  }
  if (event.kind === 'set') return afterSet(open, event);
  return event.kind !== 'escape' && isLetGo(open.on, event) ? 'settled' : open;
}

function afterSet(open: Member, event: Event & { kind: 'set' }): Member | 'settled' {
  switch (event.change) {
    case 'add':
    case 'has':
      return open;
    case 'remove':
      return event.fd === undefined || isAbout(open.on, event.fd) ? without(open, event.place) : open;
    case 'copy': {
      const from = event.from;
      if (from !== undefined && open.places.some((place) => within(place, from))) {
        const copies = open.places.flatMap((place) =>
          within(place, from) ? [`${event.place}${place.slice(from.length)}`] : [],
        );
        return inside(open.on, [...open.places, ...copies], open.set);
      }
      return without(open, event.place);
    }
    case 'given':
      // Who is known to store nothing behind pointers has left it as it is.
      return event.writes === undefined || event.writes.has('*') ? without(open, event.place) : open;
    case 'zero':
      return without(open, event.place);
  }
}

function without(open: Member, outer: string): Member | 'settled' {
  const places = open.places.filter((place) => !within(place, outer));
  if (places.length === open.places.length) return open;
  return places.length === 0 ? 'settled' : inside(open.on, places, open.set);
}
