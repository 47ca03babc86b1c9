import type { Event } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import { within } from '../analysis/paths/place.js';
import type { Report, Rule } from '../analysis/rule.js';
import { carriedPlaces } from '../analysis/story/places.js';
import { specimenOf } from '../analysis/story/story.js';
import { carried, isAbout, isLetGo, renamed, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'closed-fd-in-master',
  summary: 'closed descriptor stays in the set that select gets',
  severity: 'error',
  over: 'set',
  why: `A set holds numbers, and close(2) takes none out of it. While the number is closed, every select(2) of the set
fails with EBADF and reports nobody. Once the number is given to something else, that is watched instead. Take the
descriptor out with FD_CLR where it is closed.`,
  references: ['select(2)', 'close(2)'],
  evidence: { scenario: 'closed-fd-in-master' },

  *check(test, project) {
    if (test.model?.does !== 'set' || test.model.operation !== 'test') return;
    for (const { open, broke, path } of project.broken(test, REPORTED)) {
      const closed = path.find((event) => event.kind === 'close' && isAbout(open.on, event.fd));
      if (broke.kind !== 'wait' || closed?.kind !== 'close') continue;
      yield {
        at: closed,
        message: `'${closed.fd.text}' is closed and stays in the set that '${broke.call}' gets next`,
        hint: `take '${closed.fd.text}' out with FD_CLR`,
        witness: [{ fn: broke.fn, span: broke.span, message: `'${broke.call}' fails with EBADF here` }],
        specimen: specimenOf(open.on.fd, [{ call: broke.call, size: null, loops: true }], 'select', project),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

/** A descriptor that was found in a set. */
interface Reported extends Open {
  readonly on: Tracked;
  /** The sets that it is in. */
  readonly places: readonly string[];
  /** Sets that were built anew since: who copies them copies others. */
  readonly rebuilt: readonly string[];
  readonly isClosed: boolean;
}

function reported(open: Omit<Reported, 'key'>): Reported {
  const { on, places, rebuilt, isClosed } = open;
  return { ...open, key: `${on.key}|${places.join()}|${rebuilt.join()}|${isClosed}` };
}

/**
 * Opened where a descriptor is found in a set; settled where it is taken out of any; broken where it has been closed since and
 * select gets the set again, or a copy of the one that it was copied from.
 */
const REPORTED: Obligation<Reported> = {
  needs: ['set', 'wait', 'close', 'end'],
  carry: (open, renaming) => {
    const on = carried(open.on, renaming);
    if (on === 'settled') return on;
    const [places, rebuilt] = [carriedPlaces(open.places, renaming), carriedPlaces(open.rebuilt, renaming)];
    return reported({ ...open, on, places, rebuilt });
  },
  opens: (event) => {
    if (event.kind !== 'set' || event.change !== 'has' || !event.fd) return [];
    return [reported({ on: tracked(event.fd), places: [event.place], rebuilt: [], isClosed: false })];
  },
  meets: (open, event) => {
    switch (event.kind) {
      case 'same':
        return event.isEqual ? reported({ ...open, on: renamed(open.on, event) ?? open.on }) : open;
      case 'close':
        return isAbout(open.on, event.fd) ? reported({ ...open, isClosed: true }) : open;
      case 'wait':
        if (event.api !== 'select') return open;
        return open.isClosed && event.sets.some(({ place }) => open.places.includes(place)) ? 'broken' : 'settled';
      case 'set':
        return afterSet(open, event);
      case 'escape':
        return isLetGo(open.on, event) ? 'settled' : open;
      case 'exit':
      case 'end':
        return 'settled';
      default:
        return open;
    }
  },
};

function afterSet(open: Reported, event: Event & { kind: 'set' }): Reported | 'settled' {
  const { change, place, from, writes } = event;
  if (change === 'has') return open;
  // Whoever takes any out, or may do anything with a set, may have taken out this one.
  if (change === 'remove' || (change === 'given' && (writes === undefined || writes.has('*')))) return 'settled';
  if (change === 'add') return event.fd && isAbout(open.on, event.fd) ? 'settled' : open;
  if (change === 'given') return open;
  const left = open.places.filter((one) => !within(one, place));
  const isStale = from !== undefined && !open.rebuilt.some((one) => within(one, from) || within(from, one));
  if (change === 'copy' && isStale) return reported({ ...open, places: [...left, place].sort() });
  return reported({ ...open, places: left, rebuilt: [...new Set([...open.rebuilt, place])].sort() });
}
