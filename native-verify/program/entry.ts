// The `programs` of a configuration, as the program tier executes them, and what it answers.
//
//   { "sources": ["server.c", "net/*.c"],          files the program is made of: findings in them are judged by it
//     "build": "cc -O1 -o \"$OUT/server\" *.c",    shell, in the configuration's folder; $OUT is an empty folder that
//                                                  is removed afterwards; absent or null when nothing is to be built
//     "run": "\"$OUT/server\" 0",                  shell, in the same folder; it has to stay in the foreground
//     "drive": "echo" }                            how its clients speak, see below; absent or null for `talk`
//
// The port is not configured: it is that of the first TCP listener which the program or a child of it opens.
//
// Drives, all on lines that end in '\n':
//   echo   the program sends back every byte to the client it came from
//   lines  the program answers every line by one line to the client it came from
//   chat   every line goes to all other clients, maybe with something before or after it, and one may be shut out
//   relay  clients are paired in the order of their coming, and all bytes of one go to the other
//   talk   nothing is known of the answers, so that losses of them cannot be judged
import type { Observation, Verdict } from '../../analysis/verdict.js';

export interface ProgramEntry {
  readonly sources: readonly string[];
  readonly build: string | null;
  readonly run: string;
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
