import type { Descriptor, Event } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { carriedPlaces } from '../analysis/story/places.js';
import { isTold } from '../analysis/story/transfer.js';
import { within } from '../analysis/paths/place.js';
import { specimenOf } from '../analysis/story/story.js';

export default {
  id: 'fdset-read-after-error',
  summary: 'set looked at after select has failed',
  severity: 'error',
  over: 'wait',
  why: `Where select(2) fails, it leaves its sets as they were: everything that was asked for is still in them, and
FD_ISSET says that all of it is ready. After a signal a server then reads from a peer that has sent nothing, and sleeps in
that read while others wait. Look at the sets only where select has returned more than 0, or clear them.`,
  references: ['select(2)'],
  evidence: { scenario: 'fdset-read-after-error' },

  *check(wait, project) {
    if (wait.model?.does !== 'wait' || wait.model.api !== 'select') return;
    for (const { opened, open, broke, path } of project.broken(wait, UNANSWERED)) {
      const asked = path.findLast((event) => event.kind === 'set' && event.change === 'has');
      if (opened.kind !== 'wait' || asked?.kind !== 'set' || !open.asked) continue;
      if (broke.kind !== 'transfer' && broke.kind !== 'accept') continue;
      yield {
        at: asked,
        message: `where '${opened.call}' has failed, '${open.asked.text}' is still in '${asked.text ?? 'the set'}' and looks ready`,
        hint: `look at the sets only where '${opened.call}' returned more than 0`,
        witness: [
          { fn: opened.fn, span: opened.span, message: `'${opened.call}' fails here, with EINTR after a signal` },
          { fn: broke.fn, span: broke.span, message: `'${broke.call}' waits for what has not come` },
        ],
        specimen: specimenOf(open.asked, [{ call: broke.call, size: null, loops: false }], 'select', project),
        ...lowered(open.asked, project),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

function lowered(fd: Descriptor, project: Project): Pick<Report, 'severity' | 'assumes'> {
  const nonblocking = project.nonblocking(fd);
  if (nonblocking !== true && !HANDLING.some((call) => project.index.wordCount(call) > 0))
    return { severity: 'warning', assumes: 'a signal is handled, or select fails for another reason' };
  if (nonblocking === false) return {};
  return nonblocking === null
    ? { severity: 'warning', assumes: `'${fd.text}' is blocking` }
    : { severity: 'hint', assumes: `reading '${fd.text}' for nothing does harm, although it does not block` };
}

/** Calls without which no signal interrupts select(2). */
const HANDLING = ['sigaction', 'signal', 'bsd_signal', 'sysv_signal', 'sigset'] as const;

/** Output mostly has room, and what is told not to wait does not. */
function cannotSleep(event: Event & { kind: 'transfer' }): boolean {
  return event.direction === 'out' || isTold(event, 'MSG_DONTWAIT');
}

/** Sets that a failed select has left as they were, and who was taken for ready because of it. */
interface Unanswered extends Open {
  readonly places: readonly string[];
  readonly asked: Descriptor | null;
}

function unanswered(places: readonly string[], asked: Descriptor | null): Unanswered {
  return { places, asked, key: `${places.join()}|${asked?.key ?? ''}` };
}

/** Opened where select fails; settled where the sets are cleared, or select is called again; broken by reading what seems ready. */
const UNANSWERED: Obligation<Unanswered> = {
  needs: ['set', 'wait', 'read', 'accept', 'end'],
  carry: (open, renaming) => {
    const places = carriedPlaces(open.places, renaming);
    return places.length === 0 ? 'settled' : unanswered(places, open.asked);
  },
  opens: (event) => {
    if (event.kind !== 'wait' || event.outcome !== 'interrupted' || event.sets.length === 0) return [];
    return [
      unanswered(
        event.sets.map(({ place }) => place),
        null,
      ),
    ];
  },
  meets: (open, event) => {
    if (event.kind === 'wait' || event.kind === 'exit' || event.kind === 'end') return 'settled';
    if (event.kind === 'transfer' || event.kind === 'accept') {
      if (open.asked?.key !== event.fd.key) return open;
      return event.kind === 'transfer' && cannotSleep(event) ? 'settled' : 'broken';
    }
    if (event.kind === 'same' && open.asked?.key === event.gone)
      return unanswered(open.places, { ...open.asked, key: event.stays });
    if (event.kind !== 'set') return open;
    if (event.change === 'has' && open.places.includes(event.place) && event.fd)
      return unanswered(open.places, event.fd);
    if (event.change === 'add' || event.change === 'remove' || event.change === 'has') return open;
    const left = open.places.filter((place) => !within(place, event.place));
    return left.length === 0 ? 'settled' : unanswered(left, open.asked);
  },
};
