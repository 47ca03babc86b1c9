// The set of a select that has failed: it still holds whom nobody has heard of.
import { loopStage, pairsNamed, sleepsInRead } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import { setTimeout as pause } from 'node:timers/promises';
import type { Subject } from '../driver/subject.js';
import type { Kernel } from '../kernel.js';
import { message, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'where select fails its sets keep all their members, so that an idle descriptor looks ready',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, clears: boolean): Seen => {
    const [idle, closed] = pairsNamed(kernel, ['fd', 'closed']);
    if (!idle || !closed) throw new Error('the stage has two members');
    const set = kernel.fdSet([idle.ours, closed.ours]);
    kernel.close(closed.ours);
    const width = { number: Math.max(idle.ours.number, closed.ours.number) + 1, spoken: 'max + 1' };
    const failed = kernel.select(set, undefined, width).error !== null;
    if (clears) {
      set.fill(0);
      kernel.note('FD_ZERO');
    }
    const looksReady = kernel.members(set).includes(idle.ours);
    const isIdle = kernel.recv(idle.ours, 1, 'MSG_DONTWAIT').error === 'EAGAIN';
    return damage(
      failed && looksReady && isIdle,
      `the idle descriptor ${looksReady ? 'looks ready' : 'does not look ready'}`,
    );
  };
  return {
    assumed: ['a closed descriptor makes select fail; after a signal it does the same'],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

/** A timer of the function's own interrupts select while nothing has come. In the control it ends before that. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'stop']);
  for (const { ours } of pairs) kernel.setNonblocking(ours, false);
  const end = pairs.at(-1);
  if (!trigger && end) kernel.write(end.peer, message(1));
  return loopStage(pairs, watch);
}

/** How often a look is taken for the signal to come, every few milliseconds. */
const LOOKS = 400;

async function watch(subject: Subject): Promise<Seen | null> {
  for (let look = 0; look < LOOKS && !subject.returned(); look += 1) {
    if (subject.failures().includes('select fails with EINTR')) break;
    await pause(5);
  }
  const rest = await subject.rest();
  if (rest === null) return null;
  return damage(sleepsInRead(rest), `it sleeps in ${rest.calls.join(', ')}`);
}
