// What a scenario sees when its calls are played or its function has come to rest, and how that is judged and put into words.
// No judgement knows sizes, since they differ from kernel to kernel.

export type Seen = Stranded | Damage;

/** What is left when control is back at the wait. */
export interface Stranded {
  /** The wait reports nothing, or the process sleeps in it: nothing that is there already will wake the program. */
  readonly silent: boolean;
  /** A time-out has not passed yet that may still change this: nothing can be said. */
  readonly pending: boolean;
  /** Unread bytes, connections that nobody accepted, or bytes that the peer never gets. */
  readonly stranded: number;
  /** What the kernel keeps agrees with the claimed cause: the edge, the disarmed entry, the member missing in the set. */
  readonly cause: boolean;
  /** Whether one more byte or connection made the old ones move as well; null where the claim has no nudge. */
  readonly nudged: boolean | null;
}

/** Damage of any other sort: a call that is refused, a spin, a sleep elsewhere than in the wait, a wrong entry, an end. */
export interface Damage {
  readonly happened: boolean;
  /** What was seen, with or without damage; begins in lower case: `epoll_ctl fails with EINVAL`, `it sleeps in epoll_wait`. */
  readonly what: string;
  /** A time-out has not passed yet that may still change this: nothing can be said. */
  readonly pending: boolean;
}

export type Judgement = 'reproduced' | 'not';

/** The judgement of the patterns whose bytes or connections are stranded although the kernel has them. */
export function strandedInSilence(seen: Seen): Judgement {
  if ('happened' in seen) return 'not';
  const { silent, pending, cause, stranded, nudged } = seen;
  return silent && !pending && cause && stranded > 0 && nudged !== false ? 'reproduced' : 'not';
}

/** The judgement of all other patterns: the scenario has looked for the one damage that it claims. */
export function damaged(seen: Seen): Judgement {
  return 'happened' in seen && seen.happened && !seen.pending ? 'reproduced' : 'not';
}

export function damage(happened: boolean, what: string, pending = false): Damage {
  return { happened, what, pending };
}

/** It may still change, so that it proves nothing. */
export function isOpen(seen: Seen): boolean {
  return seen.pending && ('happened' in seen ? seen.happened : seen.stranded > 0);
}

/** The last line of a transcript. */
export function inWords(seen: Seen): string {
  if ('happened' in seen) return `seen: ${seen.what}`;
  const { silent, stranded, nudged } = seen;
  const nudge = nudged === null ? '' : nudged ? '; one more arrival moves it' : '; one more arrival does not move it';
  return `seen: ${stranded} left behind, ${silent ? 'nothing is reported' : 'the wait reports it'}${nudge}`;
}

/** Why a function does not reproduce what is claimed. */
export function whyNot(seen: Seen): string {
  if ('happened' in seen) return seen.what;
  if (seen.stranded === 0) return 'nothing is left behind';
  if (!seen.silent) return 'the function has returned, or sleeps elsewhere than in a wait';
  if (!seen.cause) return 'something is left behind, but the kernel does not show the claimed cause';
  return 'one more arrival does not make it take what is left: it may pause on purpose';
}
