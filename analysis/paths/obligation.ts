// Obligations: opened by an event, discharged or handed on by others, broken where control gets to a point with one still
// open. A rule says which is which; the engine follows the paths from where it opens, into what is called and back to callers,
// and gives the shortest one on which it goes wrong.
import type { Doing } from '../knowledge/doing.js';
import type { Event } from './event.js';
import type { Renaming } from './lift.js';

/** What an open obligation remembers; equal keys mean the same memory. */
export interface Open {
  readonly key: string;
}

/** `little` for what would be a hint only. */
export type Effort = 'full' | 'little';

/** Events that are told only where they are asked for. */
export type Look = 'use' | 'errno';

export interface Obligation<T extends Open> {
  readonly effort?: Effort;
  /** The mask that everything reports that is looked at after the wait that opens it. */
  readonly supposes?: number;
  /** What a called function must do, itself or through others, to matter to it. */
  readonly needs: readonly Doing[];
  /** Events that cost something and that few ask for. */
  readonly looks?: readonly Look[];
  /** The failure it is about: where nothing holds that any more, the path is of no interest. */
  failure?(open: T): string;
  /** The obligations that an event opens: mostly none, seldom more than one. */
  opens(event: Event): readonly T[];
  /** What an event does to it: keeps it open (perhaps changed), settles it, or breaks it. */
  meets(open: T, event: Event): T | 'settled' | 'broken';
  /** The same obligation in the words of a caller. */
  carry(open: T, renaming: Renaming): T | 'settled';
}

export interface Broken<T extends Open> {
  readonly opened: Event;
  readonly open: T;
  readonly broke: Event;
  /** All events between the two, in order, both included. */
  readonly path: readonly Event[];
}

export interface Pursued<T extends Open> {
  /** One for each way up through callers. */
  readonly stories: readonly Broken<T>[];
  /** A limit was hit on the way: that no story was found proves nothing. */
  readonly undecided: boolean;
  /** States that it took. */
  readonly states: number;
}
