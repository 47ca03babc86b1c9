// A fired one-shot that nobody arms again: a line arrives in two pieces, or many lines arrive at once, and what comes
// next is not even reported.
import { vary } from '../scenario.js';
import { lineOf, linesOf } from './drives.js';
import type { Peer } from './peer.js';
import type { Session } from './session.js';
import type { Claim, Trial } from './trial.js';
import { looked, nothing, proven } from './trial.js';
import type { Held } from './world.js';
import { isDisarmed, registrationOf, sideOf, sleepsIn } from './world.js';

export const oneshotTrial: Trial = {
  rule: 'oneshot-not-rearmed',

  async act(session) {
    const { speaker } = await session.party();
    for (const { words, bytes } of stimuli(session.seed)) {
      speaker.say(bytes);
      session.note(`${speaker.name} says ${words}`);
      const found = await proven(session, leftDisarmed(session, speaker), await session.rest());
      if (found.left !== null) return found;
    }
    return nothing;
  },

  async control(session) {
    const { speaker } = await session.party();
    speaker.say(lineOf(0, 64));
    session.note(`${speaker.name} says one line in one piece`);
    return looked(leftDisarmed(session, speaker), await session.rest());
  },
};

interface Stimulus {
  readonly words: string;
  readonly bytes: Buffer;
}

function stimuli(seed: number): readonly Stimulus[] {
  const line = lineOf(0, 64);
  const cut = vary(seed, 1, line.length - 2);
  return [
    { words: `the first ${cut} bytes of a line`, bytes: line.subarray(0, cut) },
    { words: 'the rest of the line', bytes: line.subarray(cut) },
    { words: 'another line', bytes: lineOf(1, 64) },
    { words: 'many lines at once', bytes: linesOf(seed, 2, 8000) },
    { words: 'one line more', bytes: lineOf(999, 64) },
  ];
}

function leftDisarmed(session: Session, speaker: Peer): Claim {
  return {
    kind: 'unread bytes behind a fired one-shot',
    rule: 'oneshot-not-rearmed',
    amount: unreadOf,
    words: (left) => `${unreadOf(left)} bytes are unread behind a one-shot that was not armed again`,
    find: (world) => {
      const side = sideOf(world, speaker);
      if (side === null) {
        session.note(`the program has closed the connection of ${speaker.name}`);
        return null;
      }
      const registration = registrationOf(side);
      const mask = registration === null ? 'is not registered' : `is registered with ${registration.maskHex}`;
      session.note(`asleep in ${sleepsIn(world)}, its side ${mask}, ${unreadOf(side)} bytes unread`);
      return registration !== null && isDisarmed(registration) && unreadOf(side) > 0 ? side : null;
    },
    nudge: (_before, left) => nudge(session, speaker, left),
  };
}

/** One more byte changes nothing, while a new client is heard: the program is awake to all but this one. */
async function nudge(session: Session, speaker: Peer, left: Held): Promise<string | null> {
  const { speaker: other } = await session.party(false, ['another client', 'its companion']);
  other.say(lineOf(0, 64));
  speaker.say(Buffer.from('\n'));
  const after = await session.rest();
  const side = sideOf(after, speaker);
  const unread = side === null ? 0 : unreadOf(side);
  const isHeard = sideOf(after, other)?.descriptor.unread === 0;
  session.note(`nudge: 1 more byte, and ${unread} bytes are unread; another client is ${isHeard ? '' : 'not '}heard`);
  if (unread <= unreadOf(left)) return 'it took them up again later';
  return isHeard ? null : 'it hears nobody now, so it may be busy with something else';
}

function unreadOf({ descriptor }: Held): number {
  return descriptor.unread ?? 0;
}
