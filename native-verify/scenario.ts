// What a scenario is: one falsifiable claim about the kernel, two sequences of system calls that put it to the proof,
// a stage for functions compiled from C, and one relation that judges both.
import type { Specimen } from '../analysis/finding.js';
import type { Descriptor, Kernel } from './kernel.js';
import type { Subject } from './driver/subject.js';
import type { Seen } from './seen.js';

/** How a function of a fixture is called; the parameter lists are in architecture.md. */
export type Entry = 'handler' | 'turn' | 'loop' | 'server' | 'object';

export interface Scenario {
  readonly claim: string;
  readonly entry: Entry;
  /** The function is compiled with this sanitizer, whose report is what is seen: memory that the kernel does not watch. */
  readonly sanitizer?: 'address';
  /**
   * Nothing that happens from outside decides, so that a run without a trigger would be the same run: why, as a sentence. The
   * corrected sequence of the kernel tier, and the right functions of the fixture, are the control then.
   */
  readonly untriggered?: string;
  /** The pattern with the finding's own numbers, as calls; what cannot be played is refused in words. */
  acts(specimen: Specimen, seed: number): Acts | Refusal;
  /** The descriptors and peers for a compiled function, with the trigger or (as a control) without it. */
  stage(kernel: Kernel, trigger: boolean, seed: number): Stage;
  /** The one judgement of both tiers. It knows no sizes, since they differ from kernel to kernel. */
  relation(seen: Seen): 'reproduced' | 'not';
}

export interface Acts {
  readonly assumed: readonly string[];
  readonly bad: Act;
  /** The corrected sequence: the negative control. */
  readonly good: Act;
}

/** Stages, plays and looks, all through the one kernel, whose transcript is the evidence. */
export type Act = (kernel: Kernel) => Seen;

export interface Refusal {
  readonly refused: string;
}

export interface Stage {
  /** The descriptors of the compiled function, in the order of its parameters; ours are closed once it runs. */
  readonly handed: readonly Descriptor[];
  /** The `n` of a handler: the size of its buffer. */
  readonly size: number;
  /** Whether the driver calls the function again when it returns. */
  readonly again: boolean;
  /** Drives the peers and looks at the process from outside; null when it does not come to rest. */
  observe(subject: Subject): Promise<Seen | null>;
}

/** A number in [low, high] that depends on the seed only. */
export function vary(seed: number, low: number, high: number): number {
  const mixed = Math.imul((seed | 0) ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  return low + (((mixed ^ (mixed >>> 15)) >>> 0) % (high - low + 1));
}

/** A message of lines, so that a function which looks for a line end finds some. */
export function message(size: number): Buffer {
  const bytes = Buffer.alloc(size, 'x');
  for (let at = 63; at < size; at += 64) bytes.writeUInt8(0x0a, at);
  if (size > 0) bytes.writeUInt8(0x0a, size - 1);
  return bytes;
}
