// What the engine says, as plain data: findings with their story, gaps, and the facts a scenario needs to replay them.
// Lines and columns start at 1; columns count UTF-16 code units; ends are exclusive.

export type Severity = 'error' | 'warning' | 'hint';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Located {
  readonly file: string;
  readonly range: Range;
}

/** One step of the story that makes a finding true. */
export interface Note extends Located {
  readonly message: string;
}

export interface Edit extends Located {
  readonly newText: string;
}

/** `safe` edits cannot change a run without the bug; `suggested` ones need the author's choice. */
export interface Fix {
  readonly title: string;
  readonly safety: 'safe' | 'suggested';
  readonly edits: readonly Edit[];
}

export type DescriptorKind =
  | 'listener'
  | 'stream'
  | 'datagram'
  | 'seqpacket'
  | 'pipe'
  | 'packet-pipe'
  | 'tty'
  | 'eventfd'
  | 'eventfd-semaphore'
  | 'timerfd'
  | 'signalfd'
  | 'inotify'
  | 'epoll'
  | 'regular'
  | 'unknown';

/** One system call of the pattern, in program order, with the sizes that the source gives (bytes; null when unknown). */
export interface SpecimenCall {
  readonly call: string;
  readonly size: number | null;
  readonly loops: boolean;
}

/** The facts of a finding that its kernel scenario needs, so that it can be verified without the source. */
export interface Specimen {
  readonly api: 'epoll' | 'poll' | 'select' | 'none';
  readonly kind: DescriptorKind;
  readonly nonblocking: boolean | null;
  /** Names of the mask's bits in the order of the manual, `EPOLLIN|EPOLLET`; null when unknown. */
  readonly mask: string | null;
  readonly calls: readonly SpecimenCall[];
  /** What was not known and is taken for granted by the scenario, in words: "the descriptor is a stream socket". */
  readonly assumed: readonly string[];
}

export interface Finding extends Located {
  readonly rule: string;
  readonly severity: Severity;
  /** The function that owns the decision; null at file scope. */
  readonly function: string | null;
  readonly message: string;
  readonly hint: string;
  /** What a lowered severity takes for granted; null when nothing. */
  readonly assumes: string | null;
  readonly notes: readonly Note[];
  readonly specimen: Specimen;
  readonly fix: Fix | null;
  /** The flagged statement with white space and comments squeezed: what the fingerprint is taken from. */
  readonly statement: string;
}

/** A place where something relevant could not be understood: never silent. */
export interface Gap extends Located {
  readonly function: string | null;
  readonly reason: string;
}

export interface LintResult {
  readonly findings: readonly Finding[];
  readonly gaps: readonly Gap[];
  /** Files in which a known call occurs; the others are skipped. */
  readonly analysed: readonly string[];
  readonly failures: readonly Failure[];
}

/** A rule or the engine failed on one file; the others went on. */
export interface Failure {
  readonly file: string;
  readonly rule: string | null;
  readonly error: string;
}
