// What a proof says, as plain data: the verdicts of `verify` and the observations of `run` and `attach`.
// The engine never makes these; they live here because every driver and every format speaks of them.
export type Tier = 'kernel' | 'code' | 'program';

/** `demonstrated` words belong to the kernel tier, `confirmed` words to code and program; `suspected` only to `attach`. */
export type VerdictState =
  'demonstrated' | 'not-demonstrated' | 'confirmed' | 'not-reproduced' | 'not-executable' | 'suspected';

export interface Verdict {
  readonly about: 'pattern' | 'function' | 'program';
  readonly tier: Tier;
  readonly state: VerdictState;
  /** What was executed and what the kernel answered, one line a step. */
  readonly transcript: readonly string[];
  /** The same without the trigger, or with the corrected sequence. */
  readonly control: readonly string[];
  /** Why it could not be executed, or what decided; null when the transcript says it all. */
  readonly reason: string | null;
  /** Kernel release, as uname(2) gives it. */
  readonly kernel: string;
  readonly seed: number;
}

/** What was seen on a running process, from outside. */
export interface Observation {
  readonly kind: string;
  readonly rule: string | null;
  readonly pid: number;
  readonly fd: number;
  readonly peer: string | null;
  /** ISO 8601 time at which it was first seen. */
  readonly since: string;
  /** Bytes in the receive queue (FIONREAD or sock_diag). */
  readonly unread: number;
  /** Bytes in the send queue (SIOCOUTQ or sock_diag). */
  readonly unsent: number;
  /** Event mask of the registration in hexadecimal, as fdinfo shows it. */
  readonly mask: string | null;
  readonly wait: string | null;
  readonly state: VerdictState;
  readonly source: string | null;
  readonly story: readonly string[];
}
