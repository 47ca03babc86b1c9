import type { Event } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Rule, WitnessStep } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { carriedPlace } from '../analysis/story/places.js';
import { within } from '../analysis/paths/place.js';

export default {
  id: 'fdset-not-rebuilt',
  summary: 'descriptor set reused after select without being rebuilt',
  severity: 'error',
  over: 'wait',
  why: `select(2) writes its answer into the sets it was given: a descriptor that was not ready is no longer a member.
Passing the same set again watches only those that were ready last time, and after a time-out nothing at all. Build the
set anew, or copy it from one that select never sees, before every call.`,
  references: ['select(2)'],
  evidence: { scenario: 'fdset-not-rebuilt' },

  *check(wait, project) {
    if (wait.model?.does !== 'wait' || wait.model.api !== 'select') return;
    for (const story of project.broken(wait, SPENT)) {
      if (story.opened.kind !== 'wait') continue;
      const { opened, open } = story;
      // A set behind a pointer that was never seen filled may be built through another one; nothing is claimed of it.
      if (open.place.startsWith('*') && !open.isSeen) continue;
      yield {
        at: opened,
        message: `'${open.text}' is passed to '${opened.call}' again with only what was ready last time in it`,
        hint: 'build the set again, or copy it from a master set, before each call',
        witness: filled(open, opened, project),
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

/** A set that select has written into. */
interface Spent extends Open {
  readonly place: string;
  readonly text: string;
  /** It was seen being filled. */
  readonly isSeen: boolean;
  /** It has one member: where that was ready, all of it is still there. */
  readonly isSole: boolean;
}

/** Opened where select takes members out; settled by building or copying; broken at the next select of the same set. */
const SPENT: Obligation<Spent> = {
  needs: ['set', 'wait', 'end'],
  carry: carriedPlace,
  opens: (event) => (event.kind === 'wait' && event.api === 'select' ? emptied(event) : []),
  meets: (open, event) => {
    if (event.kind === 'set' && event.change === 'has')
      return open.isSole && open.place === event.place ? 'settled' : open;
    if (event.kind === 'set' && event.change !== 'remove' && within(open.place, event.place)) return 'settled';
    if (event.kind === 'wait' && event.sets.some((set) => set.place === open.place)) return 'broken';
    if (event.kind === 'exit' || event.kind === 'end') return 'settled';
    return open;
  },
};

/** With one member in all, whatever makes select return leaves it in; a time-out always takes it out. */
function emptied(event: Event & { kind: 'wait' }): Spent[] {
  const counts = event.sets.map((set) => set.members?.length ?? 2);
  const members = counts.reduce((sum, count) => sum + count, 0);
  const takes = event.outcome === 'timeout' ? members > 0 : event.outcome === 'ready' && members > 1;
  return takes
    ? event.sets.map(({ place, text, members: known }) => ({
        place,
        text,
        isSeen: known !== null,
        isSole: known?.length === 1,
        key: place,
      }))
    : [];
}

/** Where the set was filled: in the story because that is what has to move into the loop. */
function filled(set: Spent, opened: Event, project: Project): WitnessStep[] {
  const first = project.fills(set.place, opened.fn)[0];
  return first ? [{ ...first, message: `'${set.text}' is filled here, once` }] : [];
}
