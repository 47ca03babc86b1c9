// A test of an event mask that is decided before the mask is looked at, on an event without input.
import type { Subject } from '../driver/subject.js';
import { eventBits, maskBits } from '../libc.js';
import type { Kernel } from '../kernel.js';
import { message, vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim:
    'an event that comes without EPOLLIN passes a test that binds its operators in the wrong order, and the read finds nothing',
  entry: 'handler',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const REFUSAL = 'read fails with EAGAIN';

function acts(): Acts {
  const play = (kernel: Kernel, hasInput: (mask: number) => boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'conn', peer: 'peer' });
    const ep = kernel.epollCreate();
    kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN|EPOLLOUT');
    const [ready] = kernel.epollWait(ep);
    const reads = hasInput(ready ? maskBits(ready.mask) : 0);
    const error = reads ? kernel.read(ours, 512).error : null;
    return damage(error === 'EAGAIN', error === null ? 'nothing is read' : `read fails with ${error}`);
  };
  return {
    assumed: ["the test is '!events & EPOLLIN'"],
    bad: (kernel) => play(kernel, (mask) => (Number(mask === 0) & eventBits.EPOLLIN) === 0),
    good: (kernel) => play(kernel, (mask) => (mask & eventBits.EPOLLIN) !== 0),
  };
}

/** The trigger is that there is no input: only room for output is reported. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  if (!trigger) kernel.write(peer, message(vary(seed, 8, 128)));
  return { handed: [ours], size: 512, again: false, observe: watch };
}

async function watch(subject: Subject): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  const isRead = subject.failures().includes(REFUSAL);
  return damage(isRead, isRead ? `${REFUSAL}: no input was reported` : 'it reads nothing that is not there');
}
