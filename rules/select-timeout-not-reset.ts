import type { Obligation, Open } from '../analysis/paths/obligation.js';
import { within } from '../analysis/paths/place.js';
import type { Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { carriedPlace } from '../analysis/story/places.js';

export default {
  id: 'select-timeout-not-reset',
  summary: 'time-out of select used again after it has run out',
  severity: 'error',
  over: 'wait',
  why: `On Linux select(2) writes what is left of the time-out into the structure it was given: nothing, after a
time-out. The next call with the same structure returns at once, and so do all that follow: the loop that was to wake up a
few times a second never sleeps again. Set the structure before every call, or use pselect(2), which leaves it alone.`,
  references: ['select(2)'],
  evidence: { scenario: 'select-timeout-not-reset' },

  *check(wait, project) {
    if (wait.model?.does !== 'wait' || !wait.model.spends) return;
    for (const { opened, open, broke } of project.broken(wait, RUN_OUT)) {
      if (opened.kind !== 'wait' || broke.kind !== 'wait') continue;
      const again = {
        fn: broke.fn,
        span: broke.span,
        message: `'${broke.call}' is called with it here, and returns at once`,
      };
      yield {
        at: opened,
        message: `'${open.text}' has run out when '${opened.call}' times out, and is passed to it again`,
        hint: 'set the time-out before each call',
        witness: broke.span === opened.span ? [] : [again],
        specimen: {
          ...UNKNOWN,
          api: 'select',
          calls: [{ call: opened.call, size: null, loops: true }],
          assumed: ['the descriptors are stream sockets'],
        },
      };
    }
  },
} as const satisfies Rule;

/** A time-out of which select has left nothing. */
interface RunOut extends Open {
  readonly place: string;
  readonly text: string;
}

/**
 * Opened where select times out; settled by setting the time-out; broken where select gets it again. One that returns early
 * leaves the rest of the time in it: who goes on with that may mean to.
 */
const RUN_OUT: Obligation<RunOut> = {
  needs: ['wait', 'end'],
  carry: carriedPlace,
  opens: (event) => {
    if (event.kind !== 'wait' || event.spends === null || event.outcome !== 'timeout') return [];
    return [{ place: event.spends.place, text: event.spends.text, key: event.spends.place }];
  },
  meets: (open, event) => {
    if (event.kind === 'put') return within(event.place, open.place) ? 'settled' : open;
    if (event.kind === 'set') {
      const isOther = event.writes !== undefined && !mayAssign(event.writes, open.place);
      return within(open.place, event.place) && !isOther ? 'settled' : open;
    }
    // What is behind a pointer, or in a global, may have been set under the name of its members.
    if (event.kind === 'assigns')
      return isElsewhere(open.place) && mayAssign(event.names, open.place) ? 'settled' : open;
    // A time-out of zero is nothing to run out.
    if (event.kind === 'wait' && event.spends?.place === open.place)
      return event.timeout === 'finite' ? 'broken' : 'settled';
    if (event.kind === 'exit' || event.kind === 'end') return 'settled';
    return open;
  },
};

function isElsewhere(place: string): boolean {
  return place.startsWith('*') || place.startsWith('g:');
}

/** Whether one of these names is the time-out's own, of an object that it stands in, of its members, or of anything behind a pointer. */
function mayAssign(names: ReadonlySet<string>, place: string): boolean {
  const [whole = '', ...members] = place.split('.');
  const own = [whole.slice(whole.lastIndexOf('/') + 1), ...members, 'tv_sec', 'tv_usec'];
  return own.some((name) => names.has(name)) || (names.has('*') && !whole.startsWith('g:'));
}
