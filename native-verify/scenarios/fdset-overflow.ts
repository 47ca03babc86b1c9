// A descriptor for which an fd_set has no room.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel } from '../kernel.js';
import { period } from '../libc.js';
import { vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'select takes as many bits as its first argument says, and writes its answer behind a set that has fewer',
  entry: 'server',
  sanitizer: 'address',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

/** sizeof(fd_set), and what stands behind it. */
const SET = 128;
const BEHIND = 128;

function acts(_specimen: Specimen, seed: number): Acts {
  const play = (kernel: Kernel, least: number): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
    const { number } = kernel.duplicate(ours, 'high', least);
    const memory = Buffer.alloc(SET + BEHIND);
    // What the macro does for such a number, and what is found there afterwards.
    memory.writeUInt8(1 << (number & 7), number >> 3);
    kernel.note(`FD_SET(high): bit ${least} of a set that has ${8 * SET}`);
    const before = Buffer.from(memory.subarray(SET));
    const touched = before.some((byte) => byte !== 0);
    kernel.select(memory, period(0), { number: number + 1, spoken: 'high + 1' });
    const rewritten = !memory.subarray(SET).equals(before);
    return damage(touched && rewritten, `memory behind the set is ${rewritten ? 'written to' : 'left alone'}`);
  };
  const high = vary(seed, 1100, 2000);
  return {
    assumed: [`the descriptor is ${high}`],
    bad: (kernel) => play(kernel, high),
    good: (kernel) => play(kernel, high - 1000),
  };
}

/** Somebody connects; in the control nobody does. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const listener = kernel.listener();
  const address = kernel.addressOf(listener);
  const stop = kernel.pair({ kind: 'unix', ours: 'stop', peer: 'end of stop' });
  return {
    handed: [listener, stop.ours],
    size: 0,
    again: false,
    observe: (subject) => watch(kernel, trigger ? address : null, subject),
  };
}

async function watch(kernel: Kernel, address: Buffer | null, subject: Subject): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  if (address) kernel.connectTo(address, 'client');
  await subject.ended();
  const found = subject.sanitized();
  return damage(found !== null, found === null ? 'the sanitizer is silent' : `the sanitizer reports a ${found}`);
}
