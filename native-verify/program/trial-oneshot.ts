// A fired one-shot that nobody arms again: a message arrives in two pieces, or many arrive at once, and what comes
// next is not even reported.
import { vary } from '../scenario.js';
import type { Drive } from './drives.js';
import { speech } from './drives.js';
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
    for (const { words, bytes } of stimuli(session)) {
      speaker.say(bytes);
      session.note(`${speaker.name} says ${words}`);
      const found = await proven(session, leftDisarmed(session, speaker), await session.rest());
      if (found.left !== null) return found;
    }
    return nothing;
  },

  async control(session) {
    const { speaker } = await session.party();
    speaker.say(session.drive.message(session.seed));
    session.note(`${speaker.name} says one message in one piece`);
    return looked(leftDisarmed(session, speaker), await session.rest());
  },
};

interface Stimulus {
  readonly words: string;
  readonly bytes: Buffer;
}

function stimuli({ drive, seed }: { readonly drive: Drive; readonly seed: number }): readonly Stimulus[] {
  const whole = drive.message(seed);
  const cut = vary(seed, 1, whole.length - 2);
  return [
    { words: `the first ${cut} bytes of a message`, bytes: whole.subarray(0, cut) },
    { words: 'the rest of the message', bytes: whole.subarray(cut) },
    { words: 'another message', bytes: drive.message(seed + 1) },
    { words: 'many messages at once', bytes: speech(drive, seed + 2, 8000) },
    { words: 'one message more', bytes: drive.message(99_999_999) },
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

/** One more arrival changes nothing, while a new client is heard: the program is awake to all but this one. */
async function nudge(session: Session, speaker: Peer, left: Held): Promise<string | null> {
  const { speaker: other } = await session.party(false, ['another client', 'its companion']);
  other.say(session.drive.message(0));
  speaker.say(session.drive.poke);
  const after = await session.rest();
  const side = sideOf(after, speaker);
  const unread = side === null ? 0 : unreadOf(side);
  const isHeard = sideOf(after, other)?.descriptor.unread === 0;
  session.note(
    `nudge: ${session.drive.poke.length} more, and ${unread} bytes are unread; another client is ${isHeard ? '' : 'not '}heard`,
  );
  if (unread <= unreadOf(left)) return 'it took them up again later';
  return isHeard ? null : 'it hears nobody now, so it may be busy with something else';
}

function unreadOf({ descriptor }: Held): number {
  return descriptor.unread ?? 0;
}
