// A read of a connection that was reset, whose -1 is used as if it were a number of bytes.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel, Pair } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { message, vary } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';
import { readSizes } from '../specimen.js';

export default {
  claim: 'a read of a connection that the peer has reset gives -1, and as a length that is more than any call takes',
  entry: 'handler',
  sanitizer: 'address',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(specimen: Specimen): Acts {
  const reads = readSizes(specimen);
  const play = (kernel: Kernel, tests: boolean): Seen => {
    const pair = kernel.pair({ kind: 'unix', ours: 'conn', peer: 'peer' });
    const log = kernel.pair({ kind: 'pipe', ours: 'log', peer: 'reader', outward: true });
    reset(kernel, pair);
    const count = kernel.read(pair.ours, reads.value[0] ?? 1).value;
    if (tests && count < 0) return damage(false, 'nothing is done with -1');
    const { error } = kernel.write(log.ours, message(1), count);
    return damage(error !== null, error === null ? 'write takes it' : `a write of ${count} bytes fails with ${error}`);
  };
  return {
    assumed: [...reads.assumed, 'the peer resets the connection'],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

/** The peer closes with something unread. */
function reset(kernel: Kernel, { ours, peer }: Pair): void {
  kernel.write(ours, message(1));
  kernel.close(peer);
}

function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  if (trigger) reset(kernel, pair);
  else kernel.write(pair.peer, message(vary(seed, 8, 128)));
  return { handed: [pair.ours], size: 512, again: false, observe: (subject) => watch(kernel, subject) };
}

async function watch(kernel: Kernel, subject: Subject): Promise<Seen | null> {
  const ended = await subject.ended();
  if (ended !== null) kernel.note(ended);
  const found = subject.sanitized();
  return damage(
    found !== null,
    found === null ? 'the address sanitizer is silent' : `the address sanitizer reports ${found}`,
  );
}
