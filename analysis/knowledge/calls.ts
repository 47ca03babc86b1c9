// What calls do that are known by name: which argument is the descriptor, how much is asked for, what is made. The rows are in
// `known-*.ts`, by the library that a call belongs to. Users add rows of the same form (`models` in the config).
import type { DescriptorKind } from '../finding.js';
import { EVENT_CALLS } from './known-events.js';
import { HELPER_CALLS } from './known-helpers.js';
import { LIBC_CALLS } from './known-libc.js';
import { KERNEL_CALLS, SENDFILE_ELSEWHERE } from './known-kernel.js';
import { TLS_CALLS } from './known-tls.js';

/** A transfer whose result is 0 or -1, and whose count comes back behind a pointer: where the size goes in, or another one. */
export interface Told {
  readonly count: number;
  /** Position of the offset at which it begins: that alone says whether it goes on. */
  readonly offset: number;
}

/** Positions of arguments; null where a call has no such argument. */
export type CallModel =
  | {
      readonly does: 'transfer';
      readonly direction: 'in' | 'out';
      readonly fd: number;
      readonly size: number | null;
      readonly flags: number | null;
      /** Whole messages or many buffers: how much was asked for is not one argument. */
      readonly vector?: boolean;
      /** Position of an offset pointer that the call advances by itself: sendfile(2), splice(2). */
      readonly progress?: number;
      /** sendfile(2) of the BSDs, which no row of a user can describe. */
      readonly told?: Told;
      /** It goes on by itself until all is done, or fails: its count is never short. */
      readonly whole?: boolean;
    }
  | { readonly does: 'accept'; readonly fd: number; readonly flags: number | null }
  | {
      readonly does: 'wait';
      readonly api: 'epoll' | 'poll' | 'select';
      readonly timeout: number;
      readonly subject: readonly number[];
      /** Position of the number of elements that its array has. */
      readonly count?: number;
      /** Position of the highest descriptor and 1. */
      readonly width?: number;
      /** It writes what is left of the time-out behind its pointer. */
      readonly spends?: boolean;
    }
  | {
      readonly does: 'control';
      readonly ep: number;
      readonly operation: number;
      readonly fd: number;
      readonly event: number;
    }
  | { readonly does: 'close'; readonly fd: number }
  | { readonly does: 'shutdown'; readonly fd: number }
  | {
      readonly does: 'make';
      readonly kind: DescriptorKind;
      readonly flags: number | null;
      readonly type?: number;
      readonly into?: number;
      /** Position of a number that must be greater than 0: epoll_create(2). */
      readonly positive?: number;
    }
  | { readonly does: 'mode'; readonly fd: number; readonly command: number; readonly value: number }
  /** Sets O_NONBLOCK, or clears it, whatever else it is given. */
  | { readonly does: 'nonblock'; readonly fd: number; readonly off?: boolean }
  | { readonly does: 'listen'; readonly fd: number }
  | { readonly does: 'duplicate'; readonly fd: number }
  | {
      readonly does: 'set';
      readonly operation: 'zero' | 'add' | 'remove' | 'test';
      readonly set: number;
      readonly fd: number | null;
      /** What it fills is told as a number of bytes. */
      readonly length?: number;
    }
  | { readonly does: 'copy'; readonly to: number; readonly from: number; readonly length?: number }
  | { readonly does: 'thread'; readonly entry: number; readonly argument: number }
  /**
   * Leaves functions with somebody who will call them later, and keeps all that it is given. `gives` are the positions of what they
   * get for their parameters, null for what is not among them.
   */
  | { readonly does: 'callback'; readonly entries: readonly number[]; readonly gives: readonly (number | null)[] }
  /** Sleeps until somebody has work for this thread: a condition variable, a semaphore, a message queue. */
  | { readonly does: 'idle' }
  /** `size` and `count` are the positions of what the object's size in bytes is the product of. */
  | { readonly does: 'allocate'; readonly size?: number; readonly count?: number }
  /** The object is gone, and what it held with it; `memory` where only its memory is, and a descriptor that stood in it stays open. */
  | { readonly does: 'release'; readonly object: number; readonly memory?: boolean }
  /** Ends the process, or with `thread` only the thread. */
  | { readonly does: 'end'; readonly thread?: boolean }
  /** Looks at its arguments and keeps nothing of them. */
  | { readonly does: 'nothing'; readonly length?: number };

/** Position of a number of bytes that the call takes as unsigned, so that -1 means as many as there can be. */
export function lengthOf(model: CallModel): number | null {
  if (model.does === 'transfer') return model.size;
  return 'length' in model ? (model.length ?? null) : null;
}

/** Rows by the name of the call. */
export type KnownCalls = readonly (readonly [string, CallModel])[];

export const CALLS: ReadonlyMap<string, CallModel> = new Map<string, CallModel>([
  ...LIBC_CALLS,
  ...KERNEL_CALLS,
  ...TLS_CALLS,
  ...EVENT_CALLS,
  ...HELPER_CALLS,
]);

/** What a call means; of what other systems spell alike, the one with that number of arguments. */
export function knownCall(name: string, args?: number): CallModel | null {
  const isLinux = name !== 'sendfile' || args === undefined || args === 4;
  return (isLinux ? CALLS.get(name) : SENDFILE_ELSEWHERE.get(args)) ?? null;
}

/** Files are opened and memory is filled everywhere. */
const COMMON =
  /^(open|openat|open64|openat64|creat|creat64|\w*stemp\w*|shm_open|dirfd|memset|bzero|\w*memset\w*|explicit_bzero)$/;

/** The calls whose presence makes a file worth analysing. */
export const MARKS: ReadonlySet<string> = new Set(
  [...CALLS]
    .filter(([, model]) => /^(transfer|accept|wait|control|make|set)$/.test(model.does))
    .map(([name]) => name)
    .filter((name) => !COMMON.test(name)),
);
