// The `programs` of a configuration, as the program tier executes them, and what it answers.
// The shape of an entry and its drives are told below; nothing else has to be configured, least of all a port.
import type { Observation, Verdict } from '../../analysis/verdict.js';

/**
 *     { "sources": ["server.c", "net"],
 *       "build": "cc -O1 -o \"$OUT/server\" server.c",
 *       "run": "\"$OUT/server\" 0",
 *       "drive": "echo" }
 *
 * The port is that of the first TCP listener which the program or a child of it opens. The drives say what the
 * program owes its clients; all but http speak lines that end in '\n':
 *
 * - echo: every byte goes back to the client it came from
 * - lines: every line is answered by one line to the client it came from
 * - chat: every line goes to all other clients, maybe with something around it; a slow client may be shut out
 * - relay: clients are paired in the order of their coming, and all bytes of one go to the other
 * - http: every GET is answered by one response, on a connection that is kept open
 * - talk: nothing is known of the answers, so that a loss of them cannot be judged
 */
export interface ProgramEntry {
  /** What the program is made of: files, folders and globs. Findings in them are judged by its run. */
  readonly sources: readonly string[];
  /** For the shell; `$OUT` is an empty folder that is removed afterwards. Null when nothing has to be built. */
  readonly build: string | null;
  /** For the shell, with the same `$OUT`; the program has to stay in the foreground. */
  readonly run: string;
  /** One of the drives; null is `talk`. */
  readonly drive: string | null;
  /** Absolute folder of the configuration, in which the commands run. */
  readonly folder: string;
}

export interface ProgramOptions {
  readonly seed?: number;
  /** For building, and again for all of running and driving. */
  readonly limitMilliseconds?: number;
  /** The compiled `judge.js`; that beside this file by default. */
  readonly judge?: string;
  /** False leaves the program in the network and among the processes of this machine. */
  readonly isolate?: boolean;
}

export interface ProgramReport {
  /** One for each rule of the program tier, in the order of `programRules`. */
  readonly results: readonly RuleResult[];
  /** In which surroundings it ran, in words. */
  readonly surroundings: string;
}

export interface RuleResult {
  readonly rule: ProgramRule;
  readonly verdict: Verdict;
  /** What was seen on the process, where something was. */
  readonly observation: Observation | null;
}

export const programRules = [
  'fdset-not-rebuilt',
  'et-read-not-drained',
  'et-accept-not-drained',
  'oneshot-not-rearmed',
  'partial-write-dropped',
] as const;

export type ProgramRule = (typeof programRules)[number];

/** What the judging process is told on its standard input, as one line of JSON. */
export interface Job {
  readonly run: string;
  readonly folder: string;
  /** The folder of `$OUT`. */
  readonly out: string;
  readonly drive: string | null;
  readonly seed: number;
  readonly limitMilliseconds: number;
  /** In the environment of all that the program starts, so that nothing can hide from the end. */
  readonly token: string;
  readonly isolated: boolean;
}
