// An entry of a poll array whose descriptor has been closed.
import { loopStage, pairsNamed, spinsAfterClose } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import type { Descriptor, Kernel } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'poll returns at once, and at every call, as long as an entry names a closed descriptor',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const NOBODY: Descriptor = { number: -1, name: '-1' };

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, marks: boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
    kernel.close(ours);
    const entry = marks ? NOBODY : ours;
    const turns = [1, 2, 3].map(() => kernel.poll(entry, 'POLLIN').value);
    const returns = turns.every((value) => value === 1);
    return damage(returns, returns ? 'poll returns at once, again and again' : 'poll has nothing to report');
  };
  return { assumed: [], bad: (kernel) => play(kernel, false), good: (kernel) => play(kernel, true) };
}

/** The first peer hangs up, which makes the function close its descriptor. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'fds[2]', 'stop']);
  const ends = trigger ? pairs[0] : undefined;
  return loopStage(pairs, (subject) => spinsAfterClose(kernel, ends, subject, 'poll'));
}
