// A comparison of all that is reported with one bit, when the peer has written and closed.
import type { Subject } from '../driver/subject.js';
import type { Specimen } from '../../analysis/finding.js';
import { eventBits, maskBits } from '../libc.js';
import type { Kernel } from '../kernel.js';
import { message, vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim:
    'a peer that has written and closed is reported with several bits at once, so a comparison with one of them is false',
  entry: 'handler',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts({ mask }: Specimen, seed: number): Acts {
  const bit = mask !== null && maskBits(mask) !== 0 ? maskBits(mask) : eventBits.EPOLLIN;
  const play = (kernel: Kernel, isMeant: (events: number) => boolean): Seen => {
    const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'conn', peer: 'peer' });
    const ep = kernel.epollCreate();
    kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN|EPOLLOUT|EPOLLRDHUP');
    kernel.write(peer, message(vary(seed, 1, 128)));
    kernel.close(peer);
    const [ready] = kernel.epollWait(ep);
    if (isMeant(ready ? maskBits(ready.mask) : 0)) return damage(false, 'the test holds, and the event is handled');
    const again = kernel.epollWait(ep).length > 0;
    return damage(again, 'the comparison is false, and the same event is reported again');
  };
  return {
    assumed: ['the peer writes and closes'],
    bad: (kernel) => play(kernel, (events) => events === bit),
    good: (kernel) => play(kernel, (events) => (events & bit) !== 0),
  };
}

/** The trigger: the peer closes behind its message. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  kernel.write(peer, message(vary(seed, 8, 128)));
  if (trigger) kernel.close(peer);
  return { handed: [ours], size: 512, again: true, observe: watch };
}

async function watch(subject: Subject): Promise<Seen | null> {
  const spins = await subject.spins();
  return damage(spins, spins ? 'the process spins: the event is reported again and again' : 'it comes to rest');
}
