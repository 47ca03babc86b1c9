// A short write whose rest never follows: the client that is owed the bytes does not read until the program's send queue
// is full. Then it reads everything, and what comes later shows that the hole stays.
import type { Missing } from './drives.js';
import { speech } from './drives.js';
import type { Peer } from './peer.js';
import type { Session } from './session.js';
import { Fruitless } from './session.js';
import type { Claim, Trial } from './trial.js';
import { looked, nothing, proven } from './trial.js';
import { sideOf, sleepsIn, sumUnsent } from './world.js';

export const writeTrial: Trial = {
  rule: 'partial-write-dropped',

  async act(session) {
    const { speaker, hearer } = await session.party(true);
    const bytes = speech(session.drive, session.seed, floodBytes);
    await session.stopped(() => {
      speaker.say(bytes);
    });
    const full = await session.rest([hearer]);
    session.note(`${speaker.name} says ${bytes.length} bytes while ${hearer.name} does not read`);
    session.note(
      `asleep in ${sleepsIn(full)}, ${sumUnsent(full) > 0 ? 'its send queue is full' : 'nothing is unsent'}, ` +
        `${sideOf(full, speaker)?.descriptor.unread ?? 0} bytes unread`,
    );
    const world = await session.rest();
    if (hearer.ended || sideOf(world, hearer) === null) {
      session.note(`the program has closed the connection of ${hearer.name}, so nothing is owed`);
      return nothing;
    }
    const isRead = sideOf(world, speaker)?.descriptor.unread === 0;
    if (isRead && hearer.heardBytes === 0 && session.drive.missing !== null) {
      throw new Fruitless(`it never answers: the drive '${session.drive.name}' does not fit it`);
    }
    session.note(`${hearer.name} reads everything`);
    return proven(session, neverSent(session, speaker, hearer), world);
  },

  async control(session) {
    const { speaker, hearer } = await session.party();
    const bytes = speech(session.drive, session.seed, floodBytes);
    speaker.say(bytes);
    const world = await session.rest();
    session.note(`${speaker.name} says ${bytes.length} bytes while ${hearer.name} reads all the time`);
    return looked(neverSent(session, speaker, hearer), world);
  },
};

/** Several times what the send queue towards a slow client holds. */
const floodBytes = 400_000;

function neverSent(session: Session, speaker: Peer, hearer: Peer): Claim {
  return {
    kind: 'rest of a short write never sent',
    rule: 'partial-write-dropped',
    amount: ({ descriptor }) => descriptor.unread ?? 0,
    words: () => inWords(owed(session, speaker, hearer)),
    find: (world) => {
      const missing = owed(session, speaker, hearer);
      const unread = sideOf(world, speaker)?.descriptor.unread ?? 0;
      session.note(`asleep in ${sleepsIn(world)}, ${unread} bytes unread: ${inWords(missing)}`);
      // What it has not even read cannot have been lost in a write.
      return missing === null || unread > 0 ? null : sideOf(world, hearer);
    },
    nudge: () => nudge(session, speaker, hearer),
  };
}

function owed({ drive }: Session, speaker: Peer, hearer: Peer): Missing | null {
  const missing = drive.missing?.(speaker.said, hearer.heard) ?? null;
  return missing === null || missing.amount === 0 ? null : missing;
}

function inWords(missing: Missing | null): string {
  return missing === null ? 'nothing is missing' : `${missing.amount} ${missing.unit} were never sent`;
}

/** One message more is answered, and what was missing before it is still missing: lost, and not late. */
async function nudge(session: Session, speaker: Peer, hearer: Peer): Promise<string | null> {
  const before = owed(session, speaker, hearer);
  const length = hearer.heardBytes;
  speaker.say(session.drive.message(99_999_999));
  await session.rest();
  const after = owed(session, speaker, hearer);
  const isAnswered = hearer.heardBytes > length;
  session.note(`nudge: one message more is ${isAnswered ? '' : 'not '}answered, and ${inWords(after)}`);
  const isHole = after !== null && isAnswered && (after.hole ?? after.amount === before?.amount);
  return isHole ? null : 'they are late and not lost: something else holds them back';
}
