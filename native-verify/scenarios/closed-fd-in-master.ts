// A set that select gets although one of its members has been closed.
import { closedAtRest, loopStage, pairsNamed } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel, Pair } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'select fails with EBADF as long as a closed descriptor is a member, whatever the others have to say',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const REFUSAL = 'select fails with EBADF';

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, clears: boolean): Seen => {
    const pairs = ['fd', 'other'].map((name) => kernel.pair({ kind: 'unix', ours: name, peer: `peer of ${name}` }));
    const [closed, other] = pairs.map(({ ours }) => ours);
    if (!closed || !other) throw new Error('the stage has two members');
    const set = kernel.fdSet(clears ? [other] : [closed, other]);
    if (clears) kernel.note('FD_CLR(fd)');
    kernel.close(closed);
    const { error } = kernel.select(set, undefined, {
      number: Math.max(closed.number, other.number) + 1,
      spoken: 'max + 1',
    });
    return damage(error === 'EBADF', error === null ? 'select watches the others' : `select fails with ${error}`);
  };
  return { assumed: [], bad: (kernel) => play(kernel, false), good: (kernel) => play(kernel, true) };
}

/** The peer of the first member hangs up, which makes the function close it. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'fds[2]', 'stop']);
  const ends = trigger ? pairs[0] : undefined;
  return loopStage(pairs, (subject) => watch(kernel, ends, subject));
}

async function watch(kernel: Kernel, ends: Pair | undefined, subject: Subject): Promise<Seen | null> {
  if ((await closedAtRest(kernel, ends, subject)) === null) return null;
  // It tries again and again, or gives up: both end the look.
  await subject.spins();
  const refused = subject.failures().includes(REFUSAL);
  return damage(refused, refused ? REFUSAL : 'no select fails');
}
