import type { Obligation, Open } from '../analysis/paths/obligation.js';
import { within } from '../analysis/paths/place.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { carriedPlace } from '../analysis/story/places.js';
import { specimenOf } from '../analysis/story/story.js';

export default {
  id: 'poll-nval-spin',
  summary: 'closed descriptor stays in the array that poll gets',
  severity: 'warning',
  over: 'close',
  why: `For an entry whose descriptor is closed poll(2) returns at once with POLLNVAL, at every call. The loop never sleeps
again, until the number is given to something else, which is then watched in its place. Set the entry's descriptor to -1,
which poll leaves alone, or take the entry out.`,
  references: ['poll(2)', 'close(2)'],
  evidence: { scenario: 'poll-nval-spin' },

  *check(close, project) {
    if (!mayBeEntry(close, project)) return;
    for (const { opened, broke } of project.broken(close, STALE)) {
      if (opened.kind !== 'close' || broke.kind !== 'wait') continue;
      yield {
        at: opened,
        message: `'${opened.fd.text}' is closed, and '${broke.call}' gets its number again and returns at once`,
        hint: 'set the descriptor of the entry to -1, or take the entry out',
        witness: [{ fn: broke.fn, span: broke.span, message: `'${broke.call}' reports the closed number here` }],
        specimen: specimenOf(opened.fd, [{ call: broke.call, size: null, loops: true }], 'poll', project),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

/** A look at the words first: most descriptors that are closed were never polled. */
function mayBeEntry({ fn, call, model }: Subject, { index }: Project): boolean {
  if (index.wordCount('pollfd') === 0 || model?.does !== 'close') return false;
  const arg = call.args[model.fd];
  return (arg?.op === 'member' && arg.field === 'fd') || index.naming('pollfd', fn.facts.file).includes(fn);
}

/** A place that still holds the number of a closed descriptor. */
interface Stale extends Open {
  readonly place: string;
}

/** Opened where an entry's descriptor is closed; settled where an entry of the array changes; broken where poll gets the array. */
const STALE: Obligation<Stale> = {
  needs: ['wait', 'end'],
  carry: carriedPlace,
  opens: (event) => {
    if (event.kind !== 'close') return [];
    return event.held.filter((place) => place.endsWith('].fd')).map((place) => ({ place, key: place }));
  },
  meets: (open, event) => {
    switch (event.kind) {
      case 'put':
        return event.place.endsWith('.fd') && arrayOf(event.place) === arrayOf(open.place) ? 'settled' : open;
      case 'set':
        if (event.writes && !event.writes.has('fd') && !event.writes.has('*')) return open;
        return within(open.place, event.place) || arrayOf(event.place) === arrayOf(open.place) ? 'settled' : open;
      case 'assigns':
        return event.names.has('fd') ? 'settled' : open;
      case 'wait': {
        if (!event.entries || !within(open.place, event.entries.place)) return open;
        // Who never sleeps in poll does not spin because of it.
        if (event.timeout === 'zero') return 'settled';
        // A number of entries that has been stepped may leave this one out.
        return /^[+c]/.test(event.width?.symbol ?? '') ? 'settled' : 'broken';
      }
      case 'exit':
      case 'end':
        return 'settled';
      default:
        return open;
    }
  },
};

/** Of an element, or of a member of one. */
function arrayOf(place: string): string {
  const at = place.lastIndexOf('[');
  return at < 0 ? place : place.slice(0, at);
}
