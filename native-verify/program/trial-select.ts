// A watched set that lost a descriptor: two clients come, one speaks, the other one speaks. What select returned for one
// of them must not be what is watched next.
import type { Peer } from './peer.js';
import type { Session } from './session.js';
import type { Claim, Trial } from './trial.js';
import { looked, nothing, proven } from './trial.js';
import type { Held, World } from './world.js';
import { held, selectedBy, sideOf } from './world.js';

export const selectTrial: Trial = {
  rule: 'fdset-not-rebuilt',

  async act(session) {
    const watched = new Set<string>();
    remember(watched, await session.rest());
    const first = session.connect('client 1');
    remember(watched, await session.rest());
    const second = session.connect('client 2');
    remember(watched, await session.rest());
    session.note('client 1 connects, then client 2');
    for (const speaker of [first, second, first]) {
      speak(session, speaker);
      const world = await session.rest();
      const other = speaker === first ? second : first;
      const found = await proven(session, lostFromSet(session, watched, other), world);
      if (found.left !== null) return found;
      remember(watched, world);
    }
    session.connect('client 3');
    session.note('client 3 connects');
    return proven(session, lostFromSet(session, watched, first), await session.rest());
  },

  async control(session) {
    const watched = new Set<string>();
    const only = session.connect('client 1');
    remember(watched, await session.rest());
    session.note('client 1 connects, alone');
    speak(session, only);
    const world = await session.rest();
    // The listener may be the one that is lost, but without a second client nobody misses it.
    return sideOf(world, only)?.descriptor.unread === 0 ? nothing : looked(lostFromSet(session, watched, only), world);
  },
};

function speak(session: Session, peer: Peer): void {
  peer.say(session.drive.message(session.seed));
  session.note(`${peer.name} says something`);
}

function identity({ process, descriptor }: Held): string {
  return `${process.pid} ${descriptor.number} ${descriptor.inode ?? 0}`;
}

/** Collects what the program has watched for input at any time. */
function remember(watched: Set<string>, world: World): void {
  for (const one of held(world)) {
    if (selectedBy(one.process)?.read.includes(one.descriptor.number) === true) watched.add(identity(one));
  }
}

/** A descriptor that was watched before and is not now, although something waits on it. */
function lostFromSet(session: Session, watched: ReadonlySet<string>, other: Peer): Claim {
  return {
    kind: 'descriptor lost from the set of select',
    rule: 'fdset-not-rebuilt',
    amount: waitsOn,
    words: (left) => {
      const what = left.descriptor.socket?.state === 'listen' ? 'connections' : 'bytes';
      return `${waitsOn(left)} ${what} wait on a descriptor that select watched before and does not watch now`;
    },
    find: (world) => {
      const sets = world.processes.flatMap((process) => selectedBy(process) ?? []);
      if (sets.length === 0) {
        session.note('no thread of it sleeps in select');
        return null;
      }
      const waiting = held(world).filter((one) => waitsOn(one) > 0);
      const sizes = sets.map(({ read }) => read.length).join(' and ');
      session.note(`asleep in select, which watches ${sizes} descriptors; something waits on ${waiting.length}`);
      return waiting.find((one) => isLost(one, watched)) ?? null;
    },
    nudge: (before, left) => nudge(session, before, left, other),
  };
}

function isLost(one: Held, watched: ReadonlySet<string>): boolean {
  const now = selectedBy(one.process);
  return now !== null && watched.has(identity(one)) && !now.read.includes(one.descriptor.number);
}

/** Unread bytes, or connections that nobody accepted. */
function waitsOn({ descriptor: { socket } }: Held): number {
  return socket === null ? 0 : socket.unread + socket.queued;
}

/**
 * Another client speaks, so that select returns and is called again; then all clients go that are watched, so that a
 * program which serves one after the other has its hands free. The set does not find back to what it was.
 */
async function nudge(session: Session, before: World, left: Held, other: Peer): Promise<string | null> {
  if (sideOf(before, other) !== null) other.say(session.drive.message(session.seed));
  const spoken = await session.rest();
  const isBackThen = isTaken(spoken, left);
  session.note(`nudge: ${other.name} says something; what waited ${isBackThen ? 'is taken' : 'still waits'}`);
  if (isBackThen) return 'it was watched again after the next event';
  for (const peer of [...session.peers]) {
    const side = sideOf(spoken, peer);
    if (side !== null && identity(side) !== identity(left)) session.dismiss(peer);
  }
  const isBackAtLast = isTaken(await session.rest(), left);
  session.note(`nudge: the other clients go; what waited ${isBackAtLast ? 'is taken' : 'still waits'}`);
  return isBackAtLast ? 'it was watched again after other clients had gone' : null;
}

function isTaken(world: World, left: Held): boolean {
  const now = held(world).find((one) => identity(one) === identity(left));
  return now === undefined || waitsOn(now) < waitsOn(left);
}
