// Descriptors of a run and what calls on them give: the words that scenarios and the kernel speak.

/** A descriptor under the name that the transcript uses; numbers would differ from run to run. */
export interface Descriptor {
  readonly number: number;
  readonly name: string;
}

export interface Outcome {
  readonly value: number;
  readonly error: string | null;
}

/** The first argument of select, and how the transcript calls it. */
export interface Width {
  readonly number: number;
  readonly spoken: string;
}

export interface Ready {
  readonly fd: Descriptor;
  readonly mask: string;
}

export type PairKind = 'unix' | 'tcp' | 'pipe' | 'packet-pipe' | 'datagram' | 'seqpacket';

/** One end is the program's, the other one the peer's; both are nonblocking unless the program's shall block. */
export interface Pair {
  readonly ours: Descriptor;
  readonly peer: Descriptor;
}

export interface PairWish {
  readonly kind: PairKind;
  readonly ours: string;
  readonly peer: string;
  /** Bytes flow from the program to the peer: decides the ends of a pipe. */
  readonly outward?: boolean;
}
