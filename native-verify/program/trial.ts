// What one experiment on a program is: the same drive with the trigger and without it, and how what is left behind is
// put to the proof.
import type { Observation } from '../../analysis/verdict.js';
import type { ProgramRule } from './entry.js';
import type { Peer } from './peer.js';
import type { Session } from './session.js';
import type { Held, World } from './world.js';
import { excuse, registrationOf, sleepsIn } from './world.js';

export interface Trial {
  readonly rule: ProgramRule;
  /** With the trigger; it nudges when something is left behind. */
  act(session: Session): Promise<Found>;
  /** Without it. */
  control(session: Session): Promise<Found>;
}

export interface Found {
  /** What is left behind, in words; null when nothing is. */
  readonly left: string | null;
  /** Why it proves nothing although it is left; null when it is a proof. */
  readonly doubt: string | null;
  /** The doubt is about what could be seen, not about the program. */
  readonly undecided: boolean;
  readonly observation: Observation | null;
}

export const nothing: Found = { left: null, doubt: null, undecided: false, observation: null };

/** What may be left behind, and what would show that it was not meant to be. */
export interface Claim {
  readonly kind: string;
  readonly rule: ProgramRule;
  /** The descriptor on which something is left; says in the transcript what it sees. */
  find(world: World): Held | null;
  /** Bytes, or connections in the queue of a listener. */
  amount(left: Held): number;
  words(left: Held): string;
  /** Makes the process move once more; null when that leaves no doubt. */
  nudge(before: World, left: Held): Promise<string | null>;
}

/** Left, although every time-out has passed, nothing else is under way, and the nudge leaves no doubt. */
export async function proven(session: Session, claim: Claim, world: World, deaf: readonly Peer[] = []): Promise<Found> {
  const first = claim.find(world);
  if (first === null) return nothing;
  const later = await session.waitedOut(world, deaf);
  const left = later === world ? first : claim.find(later);
  if (left === null) return nothing;
  const words = claim.words(left);
  const observation = sighted(session, claim, later, left);
  const reason = excuse(later);
  if (reason !== null) return { left: words, doubt: reason, undecided: true, observation };
  return { left: words, doubt: await claim.nudge(later, left), undecided: false, observation };
}

/** The control looks only: what is left without the trigger needs no proof. */
export function looked(claim: Claim, world: World): Found {
  const left = claim.find(world);
  return left === null ? nothing : { ...nothing, left: claim.words(left) };
}

function sighted(session: Session, claim: Claim, world: World, left: Held): Observation {
  const { process, descriptor } = left;
  return {
    kind: claim.kind,
    rule: claim.rule,
    pid: process.pid,
    fd: descriptor.number,
    peer: descriptor.socket?.remote ?? null,
    since: new Date().toISOString(),
    unread: claim.amount(left),
    unsent: descriptor.unsent ?? 0,
    mask: registrationOf(left)?.maskHex ?? null,
    wait: sleepsIn(world),
    state: 'suspected',
    source: null,
    story: session.transcript,
  };
}
