// What happens on a step of a path, in the words that rules speak.
import type { Site } from '../bind/bind.js';
import type { CallOperation, Span } from '../facts/facts.js';
import type { LinkedFunction } from '../link/link.js';
import type { Note } from './state.js';
import type { Value } from './value.js';

/** A descriptor as one path sees it. */
export interface Descriptor {
  /** Equal keys on one path mean the same descriptor. */
  readonly key: string;
  /** As the code names it. */
  readonly text: string;
  /** The calls that may have made it; empty when not known. */
  readonly sites: readonly Site[];
  /** The object that holds it, as a key. */
  readonly owner: string | null;
  /** The epoll instances that it may have come out of, where a wait gave it; empty when not known. */
  readonly instances?: readonly Site[];
}

/** How a transfer ended: all that was asked for, less, nothing (end of file), would block, or another error. */
export type Outcome = 'full' | 'short' | 'zero' | 'again' | 'error';

export interface Mask {
  readonly on: number;
  /** No bit outside `on` is set. */
  readonly exact: boolean;
}

/** The structure of a registration besides its mask. */
export interface Registered {
  /** Members that nobody has given a value on this path. */
  readonly unset: readonly ('events' | 'data')[];
  /** The member of `data` that was stored last; null where none was seen. */
  readonly member: string | null;
  /** The member that was stored for this registration first and has given way to it. */
  readonly replaced: string | null;
}

export interface Where {
  readonly fn: LinkedFunction;
  readonly span: Span;
}

export type Event = Where &
  (
    | {
        readonly kind: 'transfer';
        readonly call: string;
        readonly direction: 'in' | 'out';
        readonly operation: CallOperation;
        readonly fd: Descriptor;
        readonly outcome: Outcome;
        /** Its registration was set, or set anew, since the last event. */
        readonly armed: boolean;
        /** The buffer is a text that stands in the code. */
        readonly literal: boolean;
        /** Bytes asked for, when constant. */
        readonly size: number | null;
        /** Bytes asked for, as a key; null where no argument says it. */
        readonly asks: string | null;
        /** It names the receiver: a whole message goes there. */
        readonly addressed: boolean;
        readonly flags: number | null;
        /** The symbol that is the result, on this outcome; values made of it are progress. */
        readonly result: string | null;
        /** Where it failed, the name by which its -1 is known wherever it goes. */
        readonly failed: string | null;
        /** Values that stand in the buffer: descriptors and objects that are written to somebody. */
        readonly contents: readonly string[];
        /** Symbols in buffer, size and offset arguments. */
        readonly from: readonly string[];
      }
    | {
        readonly kind: 'accept';
        readonly call: string;
        readonly fd: Descriptor;
        readonly outcome: Outcome;
        readonly armed: boolean;
        readonly failed: string | null;
      }
    | {
        readonly kind: 'wait';
        readonly call: string;
        /** The epoll instance. */
        readonly ep: Descriptor | null;
        readonly api: 'epoll' | 'poll' | 'select';
        readonly outcome: 'ready' | 'timeout' | 'interrupted';
        readonly timeout: 'none' | 'zero' | 'finite' | 'unknown';
        readonly operation: CallOperation;
        readonly sets: readonly WatchedSet[];
        /** The array of a poll. */
        readonly entries: Entries | null;
        /** The place of the time-out from which it takes what has passed: select(2), and no other. */
        readonly spends: Named | null;
        /** The number of descriptors, or the highest one and 1; null where it is neither a number nor one value and a number. */
        readonly width: Width | null;
        /** Symbols that the code will still look at after it. */
        readonly held: readonly string[];
      }
    /** The thread sleeps until somebody has work for it. `held` are the keys of values that are still named somewhere. */
    | { readonly kind: 'idle'; readonly call: string; readonly held: ReadonlySet<string> }
    | {
        readonly kind: 'control';
        readonly command: 'ADD' | 'MOD' | 'DEL' | null;
        /** The epoll instance. */
        readonly ep: Descriptor;
        /** The key of the pointer that an event gives back; null where it gives back a number, or nobody knows what. */
        readonly data: string | null;
        readonly fd: Descriptor;
        readonly mask: Mask | null;
        /** What else stands in the structure; null where none is given. */
        readonly registered: Registered | null;
      }
    /** `activation` names the calls by which control came to it, `held` are the places that still hold its number. */
    | {
        readonly kind: 'close';
        readonly fd: Descriptor;
        readonly activation: string;
        readonly held: readonly string[];
      }
    | { readonly kind: 'shutdown' | 'listen'; readonly fd: Descriptor }
    /** `on` is null where the flags are not known. */
    | { readonly kind: 'nonblock'; readonly fd: Descriptor; readonly on: boolean | null }
    | {
        readonly kind: 'set';
        readonly change: 'zero' | 'add' | 'remove' | 'copy' | 'given' | 'has';
        readonly place: string;
        /** What is added, removed or asked for, and what the code calls the set. */
        readonly fd?: Descriptor;
        readonly text?: string;
        /** The place that was copied. */
        readonly from?: string;
        /** Names of the members that whoever it is given to may assign, `*` for any; not there when nobody knows. */
        readonly writes?: ReadonlySet<string>;
      }
    /** The code decides by a mask: the one that it asked with, or the one that came back. */
    | {
        readonly kind: 'asks';
        /** The entry or event that the mask is a member of. */
        readonly place: string;
        readonly member: 'events' | 'revents';
        /** The bits that it looks at; null when not known, or all. */
        readonly bits: number | null;
      }
    /** A member of an object gets a value. */
    | { readonly kind: 'put'; readonly place: string; readonly value: Value }
    /** A value made of a result leaves the function's own variables. */
    | { readonly kind: 'keep'; readonly symbols: readonly string[] }
    /** Somebody else has these values now: descriptors and objects, by key. `memory` where only the memory of them is gone. */
    | { readonly kind: 'escape'; readonly keys: readonly string[]; readonly to: string; readonly memory?: boolean }
    /**
     * A symbol is another one from now on: they turned out to be equal, or the one that stays is made of the other. `sites` is what
     * the one that stays may be.
     */
    | {
        readonly kind: 'same';
        readonly gone: string;
        readonly stays: string;
        readonly isEqual: boolean;
        readonly sites: readonly Site[];
      }
    /** Something of what came out of a wait was looked at; see `Note`. `sites` are those of a descriptor. */
    | { readonly kind: 'noted'; readonly note: Note; readonly sites: readonly Site[] }
    /** A function that was not entered may have assigned these fields and globals; its text is read for them. */
    | { readonly kind: 'assigns'; readonly names: ReadonlySet<string> }
    /** `direct` as in `leave`. */
    | { readonly kind: 'enter'; readonly callee: LinkedFunction; readonly direct: boolean }
    /** `symbols` are in the value that it gives back; `empty` when it gives none. */
    | {
        readonly kind: 'leave';
        readonly callee: LinkedFunction;
        /** The call that it returns to. */
        readonly call: Where;
        /** Called by its name, and not through a pointer. */
        readonly direct: boolean;
        readonly symbols: readonly string[];
        readonly constant: number | null;
        readonly empty: boolean;
        readonly implicit: boolean;
      }
    /** A function returns to whom nobody sees. `symbols` are in the value that it gives back. */
    | {
        readonly kind: 'exit';
        readonly calling: Calling;
        readonly symbols: readonly string[];
        readonly constant: number | null;
        readonly implicit: boolean;
      }
    /** The -1 of a failed call is used as if it were a number of bytes. This and the next are told to whom looks for them. */
    | { readonly kind: 'use'; readonly failed: string; readonly as: 'index' | 'length' }
    /** The reason of a failure is compared with a constant; null where it is told to somebody who may judge it. */
    | { readonly kind: 'errno'; readonly with: number | null }
    /** A `break`, `continue` or `goto` that stands in the text. */
    | { readonly kind: 'end' | 'jump' }
  );

/** How a function whose callers are not seen is called: `turn` waits once itself and is called again for more. */
export type Calling = 'main' | 'thread' | 'callback' | 'turn' | 'unknown';

/** An array of poll(2), with the entries that this path knows. */
export interface Entries {
  readonly place: string;
  readonly watched: readonly {
    readonly place: string;
    /** Of the descriptor. */
    readonly key: string;
    readonly mask: Mask | null;
    readonly sites: readonly Site[];
  }[];
}

/** `symbol + plus`; without a symbol `plus` alone, a number that stands in the code. */
export interface Width {
  readonly symbol: string | null;
  readonly plus: number;
  /** It is a local that gets numbers and steps, and nothing else: a count. */
  readonly isCount: boolean;
}

/** A place, and what the code calls it. */
export interface Named {
  readonly place: string;
  readonly text: string;
}

export interface WatchedSet extends Named {
  readonly members: readonly string[] | null;
}
