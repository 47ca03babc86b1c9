import type { Where } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import { within } from '../analysis/paths/place.js';
import type { Report, Rule } from '../analysis/rule.js';
import { carriedPlaces } from '../analysis/story/places.js';
import { memberIn, replaced } from '../analysis/story/edit.js';
import { specimenOf } from '../analysis/story/story.js';

export default {
  id: 'poll-events-not-revents',
  summary: 'what poll was asked for taken for what it has answered',
  severity: 'error',
  over: 'wait',
  why: `poll(2) leaves \`events\` as it was and writes its answer into \`revents\`. Whoever tests \`events\` finds every
descriptor ready that was asked about: the read of the first one that is not sleeps, and whoever has sent something to another
one waits for as long as that takes.`,
  references: ['poll(2)'],
  evidence: { scenario: 'poll-events-not-revents' },

  *check(wait, project) {
    if (wait.model?.does !== 'wait' || wait.model.api !== 'poll') return;
    for (const { open, broke } of project.broken(wait, UNANSWERED)) {
      if ((broke.kind !== 'transfer' && broke.kind !== 'accept') || !open.asked) continue;
      const { fn, span } = open.asked;
      const member = memberIn(open.asked, 'events', project);
      const edits = member ? [replaced(member, 'revents', project)] : [];
      yield {
        at: { fn, span },
        message: `'events' is what '${open.call}' was asked for, and says nothing of what has come`,
        hint: `test 'revents', which '${open.call}' has written`,
        witness: [{ fn: broke.fn, span: broke.span, message: `'${broke.call}' waits for what has not come` }],
        specimen: specimenOf(broke.fd, [{ call: broke.call, size: null, loops: false }], 'poll', project),
        ...(edits.length > 0 ? { fix: { title: "test 'revents'", safety: 'safe', edits } } : {}),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

/** An answer of poll that nobody has looked at, although the code has decided by what it had asked. */
interface Unanswered extends Open {
  readonly call: string;
  readonly array: string;
  /** Entries whose answers were looked at. */
  readonly looked: readonly string[];
  readonly asked: (Where & { readonly place: string }) | null;
}

function unanswered(open: Omit<Unanswered, 'key'>): Unanswered {
  return { ...open, key: `${open.array}|${open.looked.join()}|${open.asked?.place ?? ''}` };
}

/** Opened by a poll of several entries; settled where the answer is looked at; broken by input that only the question speaks for. */
const UNANSWERED: Obligation<Unanswered> = {
  needs: ['wait', 'read', 'accept', 'end'],
  carry: (open, renaming) => {
    const array = renaming.place(open.array);
    const looked = carriedPlaces(open.looked, renaming);
    const place = open.asked && renaming.place(open.asked.place);
    if (array === null || (open.asked && place === null)) return 'settled';
    return unanswered({
      ...open,
      array,
      looked,
      asked: open.asked && place !== null ? { ...open.asked, place } : null,
    });
  },
  opens: (event) => {
    if (event.kind !== 'wait' || event.outcome !== 'ready' || !event.entries) return [];
    // Of a single entry the result alone tells that there is something.
    if (event.width?.symbol === null && event.width.plus === 1) return [];
    return [unanswered({ call: event.call, array: event.entries.place, looked: [], asked: null })];
  },
  meets: (open, event) => {
    switch (event.kind) {
      case 'asks':
        if (!within(event.place, open.array)) return open;
        if (event.member === 'revents') return open.asked ? 'settled' : look(open, event.place);
        return open.asked || open.looked.includes(event.place) ? open : unanswered({ ...open, asked: event });
      case 'put':
        // A mask that is reckoned from the one before.
        return open.asked && event.place === `${open.asked.place}.events` ? 'settled' : open;
      case 'transfer':
        return open.asked && event.direction === 'in' ? 'broken' : open;
      case 'accept':
        return open.asked ? 'broken' : open;
      case 'wait':
      case 'exit':
      case 'end':
        return 'settled';
      default:
        return open;
    }
  },
};

function look(open: Unanswered, place: string): Unanswered {
  return unanswered({ ...open, looked: [...new Set([...open.looked, place])].sort() });
}
