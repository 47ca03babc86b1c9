// A hang-up of a pipe that is reported without POLLIN, and that nobody takes note of.
import { loopStage, pairsNamed, spinsAfterClose } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import type { Kernel } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim:
    'poll reports POLLHUP and no POLLIN for an empty pipe whose writer has gone, and reports it again at every call',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, looks: boolean): Seen => {
    const { ours, peer } = kernel.pair({ kind: 'pipe', ours: 'fd', peer: 'writer' });
    kernel.close(peer);
    const { revents } = kernel.poll(ours, 'POLLIN');
    const bits = revents.split('|');
    const isReported = bits.includes('POLLIN') || (looks && bits.includes('POLLHUP'));
    if (isReported && kernel.read(ours, 1).value === 0) {
      kernel.close(ours);
      return damage(false, 'read tells the end, and the descriptor is closed');
    }
    const { value } = kernel.poll(ours, 'POLLIN');
    return damage(value === 1, 'poll returns again at once');
  };
  return { assumed: [], bad: (kernel) => play(kernel, false), good: (kernel) => play(kernel, true) };
}

/** The writer of the first pipe goes away without a word. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'stop'], 'pipe', 'writer');
  const ends = trigger ? pairs[0] : undefined;
  return loopStage(pairs, (subject) => spinsAfterClose(kernel, ends, subject, 'poll'));
}
