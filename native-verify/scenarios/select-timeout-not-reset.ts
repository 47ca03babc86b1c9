// A time-out that select has counted down to nothing, and that is given to it again.
import { loopStage, pairsNamed } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel } from '../kernel.js';
import { milliseconds, period } from '../libc.js';
import { message, vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'select takes the time that has passed out of its time-out, so that after a time-out nothing of it is left',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(_specimen: Specimen, seed: number): Acts {
  const time = vary(seed, 2, 9);
  const play = (kernel: Kernel, resets: boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
    let left = period(time);
    kernel.select(kernel.fdSet([ours]), left);
    if (resets) left = period(time);
    const given = milliseconds(left);
    const { value } = kernel.select(kernel.fdSet([ours]), left);
    return damage(
      value === 0 && given === 0,
      given === 0 ? 'the second select does not sleep at all' : 'the second select sleeps as long as the first one',
    );
  };
  return {
    assumed: [`the time-out is ${time} ms`],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

/** Silence is the trigger: in the control there is something to read on stop, which ends the loop at once. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'stop']);
  const end = pairs.at(-1);
  if (!trigger && end) kernel.write(end.peer, message(1));
  return loopStage(pairs, watch);
}

async function watch(subject: Subject): Promise<Seen | null> {
  const spins = await subject.spins();
  return damage(spins, spins ? 'it calls select again and again and never sleeps' : 'it sleeps between its turns');
}
