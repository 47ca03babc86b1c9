// Bytes left under an edge: many messages arrive while the program is stopped, and so are one event.
import { speech } from './drives.js';
import type { Peer } from './peer.js';
import type { Session } from './session.js';
import type { Claim, Found, Trial } from './trial.js';
import { looked, nothing, proven } from './trial.js';
import type { Held } from './world.js';
import { isEdgeForInput, registrationOf, sideOf, sleepsIn } from './world.js';

export const readTrial: Trial = {
  rule: 'et-read-not-drained',

  async act(session) {
    return session.drive.party === 2 ? burstTowardsDeaf(session) : burst(session);
  },

  async control(session) {
    const { speaker } = await session.party();
    for (let at = 0; at < 4; at += 1) {
      speaker.say(session.drive.message(session.seed + at));
      await session.rest();
    }
    session.note(`${speaker.name} says 4 messages, each when the one before was read`);
    return looked(leftUnderEdge(session, speaker), await session.rest());
  },
};

async function burst(session: Session): Promise<Found> {
  const { speaker } = await session.party();
  const bytes = speech(session.drive, session.seed, windowBytes);
  await session.stopped(() => {
    speaker.say(bytes);
  });
  session.note(`${speaker.name} says ${bytes.length} bytes while the program is stopped, then it goes on`);
  return proven(session, leftUnderEdge(session, speaker), await session.rest());
}

/** Between two clients a program may have to pause while the second one does not read; it must go on afterwards. */
async function burstTowardsDeaf(session: Session): Promise<Found> {
  const { speaker, hearer } = await session.party(true);
  const bytes = speech(session.drive, session.seed, manyBytes);
  await session.stopped(() => {
    speaker.say(bytes);
  });
  session.note(`${speaker.name} says ${bytes.length} bytes while ${hearer.name} does not read`);
  const claim = leftUnderEdge(session, speaker);
  const deaf = [hearer];
  const paused = await proven(session, claim, await session.rest(deaf), deaf);
  if (paused.left !== null && paused.doubt === null) return paused;
  session.note(`${hearer.name} reads everything`);
  const after = await proven(session, claim, await session.rest());
  if (after.left !== null || paused.left === null) return after;
  return {
    ...nothing,
    left: paused.left,
    doubt: 'they are read as soon as the other client reads: it pauses on purpose',
  };
}

/** As much as the receive window of a fresh connection holds, so that all of it is there at once. */
const windowBytes = 60_000;
/** More than the queues and buffers between two clients hold, when one of them is slow. */
const manyBytes = 400_000;

function leftUnderEdge(session: Session, speaker: Peer): Claim {
  return {
    kind: 'bytes left under an edge',
    rule: 'et-read-not-drained',
    amount: unreadOf,
    words: (left) => `${unreadOf(left)} bytes are left unread under an edge`,
    find: (world) => {
      const side = sideOf(world, speaker);
      if (side === null) {
        session.note(`the program has closed the connection of ${speaker.name}`);
        return null;
      }
      const registration = registrationOf(side);
      const mask = registration === null ? 'is not registered' : `is registered with ${registration.maskHex}`;
      session.note(`asleep in ${sleepsIn(world)}, its side ${mask}, ${unreadOf(side)} bytes unread`);
      return registration !== null && isEdgeForInput(registration) && unreadOf(side) > 0 ? side : null;
    },
    nudge: async (_before, left) => {
      speaker.say(session.drive.poke);
      const side = sideOf(await session.rest(), speaker);
      const now = side === null ? 0 : unreadOf(side);
      session.note(`nudge: ${session.drive.poke.length} more, and ${now} bytes are unread`);
      return now <= unreadOf(left) ? null : 'one more arrival does not make it read them: it may pause on purpose';
    },
  };
}

function unreadOf({ descriptor }: Held): number {
  return descriptor.unread ?? 0;
}
