import { CONSTANTS } from '../analysis/knowledge/constants.js';
import type { Event, Where } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { within } from '../analysis/paths/place.js';

export default {
  id: 'poll-hup-ignored',
  summary: 'poll is called again after a hang-up that nobody has looked at',
  severity: 'error',
  over: 'wait',
  why: `Where the writer of a pipe, or the other side of a terminal, has gone and nothing is left to read, poll(2) reports POLLHUP
and no POLLIN, whatever was asked for. A loop that tests only POLLIN sees nothing to do and calls poll again, which returns
at once, for ever. Test for POLLHUP and POLLERR as well, or for any bit at all, and let read(2) tell what it is.`,
  references: ['poll(2)', 'pipe(7)'],
  evidence: { scenario: 'poll-hup-ignored' },

  *check(wait, project) {
    if (wait.model?.does !== 'wait' || wait.model.api !== 'poll') return;
    for (const { opened, open, broke } of project.broken(wait, HUNG_UP)) {
      if (opened.kind !== 'wait' || !open.asked) continue;
      const { fn, span } = open.asked;
      const again = {
        fn: broke.fn,
        span: broke.span,
        message: `'${opened.call}' is called again here, and returns at once`,
      };
      yield {
        at: opened,
        message: `after a hang-up '${opened.call}' returns at once, and nothing on this path ends or reads what has hung up`,
        hint: 'test for POLLHUP and POLLERR as well, and read or close the descriptor',
        witness: [
          { fn, span, message: 'a hang-up without POLLIN is passed over here' },
          ...(broke.span === opened.span ? [] : [again]),
        ],
        specimen: {
          ...UNKNOWN,
          api: 'poll',
          kind: 'pipe',
          mask: 'POLLIN',
          calls: [{ call: opened.call, size: null, loops: true }],
        },
        ...lowered(open, project),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

/** A hang-up that nobody has taken note of yet. */
interface HungUp extends Open {
  readonly array: string;
  readonly watched: (Event & { kind: 'wait' })['entries'];
  /** Where the code has last looked at what came back. */
  readonly asked: Where | null;
}

function hungUp(open: Omit<HungUp, 'key'>): HungUp {
  return { ...open, key: `${open.array}|${open.asked === null}` };
}

/** Opened where poll reports a hang-up, and nothing else, of everything; settled by whatever is done with any of it. */
const HUNG_UP: Obligation<HungUp> = {
  supposes: CONSTANTS.get('POLLHUP') ?? 0,
  needs: ['wait', 'read', 'write', 'accept', 'close', 'control', 'thread', 'end'],
  carry: (open, renaming) => {
    const array = renaming.place(open.array);
    return array === null ? 'settled' : hungUp({ ...open, array });
  },
  opens: (event) => {
    // Who never sleeps in poll does not spin because of it.
    if (event.kind !== 'wait' || event.outcome !== 'ready' || event.timeout === 'zero' || !event.entries) return [];
    const { place } = event.entries;
    return [hungUp({ array: place, watched: event.entries, asked: null })];
  },
  meets: (open, event) => {
    switch (event.kind) {
      case 'wait':
        // Where nobody has looked at what came back, something else decides.
        return event.entries?.place === open.array && open.asked ? 'broken' : 'settled';
      case 'asks':
        return event.member === 'revents' ? hungUp({ ...open, asked: event }) : open;
      case 'put':
        return /\.(fd|events)$/.test(event.place) && within(event.place, open.array) ? 'settled' : open;
      case 'set':
        return within(event.place, open.array) || within(open.array, event.place) ? 'settled' : open;
      case 'transfer':
      case 'accept':
      case 'control':
      case 'close':
      case 'shutdown':
      case 'escape':
      case 'exit':
      case 'end':
        return 'settled';
      default:
        return open;
    }
  },
};

/** On a pipe or a terminal this is how the end looks; sockets say so with POLLIN as well, except for errors. */
function lowered({ watched }: HungUp, project: Project): Pick<Report, 'severity' | 'assumes'> {
  const kinds = (watched?.watched ?? []).map((entry) => project.kind(entry));
  if (kinds.some((kind) => kind === 'pipe' || kind === 'packet-pipe' || kind === 'tty')) return {};
  if (kinds.length > 0 && kinds.every((kind) => kind !== 'unknown'))
    return { severity: 'hint', assumes: 'an error is reported without POLLIN' };
  return { severity: 'warning', assumes: 'one of the descriptors is a pipe or a terminal' };
}
