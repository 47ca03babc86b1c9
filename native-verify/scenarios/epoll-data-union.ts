// A pointer and a descriptor stored in the union of one event: what the event gives back is neither.
import { refusalOf } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel } from '../kernel.js';
import { message, vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim:
    'the kernel gives back 8 bytes as they were stored, so a pointer of which the lower half was overwritten leads nowhere',
  entry: 'handler',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

/** The address of an object as it may be. */
const ADDRESS = 0x5604_8397_6800;
const LOWER_HALF = 2 ** 32;

function acts(): Acts {
  const play = (kernel: Kernel, overwrites: boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'conn', peer: 'peer' });
    const ep = kernel.epollCreate();
    const data = overwrites ? ADDRESS - (ADDRESS % LOWER_HALF) + ours.number : ADDRESS;
    kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN', data);
    const kept = kernel.registered(ep, ours)?.data ?? 0n;
    const isWhole = kept === BigInt(ADDRESS);
    return damage(!isWhole, isWhole ? 'the pointer is whole' : 'the pointer has lost its lower half');
  };
  return {
    assumed: [`the object lies at ${ADDRESS.toString(16)}`],
    bad: (kernel) => play(kernel, true),
    good: (kernel) => play(kernel, false),
  };
}

/** The trigger is a message: its event gives back what was stored. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  if (trigger) kernel.write(peer, message(vary(seed, 8, 128)));
  return { handed: [ours], size: 512, again: false, observe: watch };
}

const REFUSAL = 'read fails with EBADF';

async function watch(subject: Subject): Promise<Seen | null> {
  const end = await subject.ended();
  if (end !== null) return damage(true, end);
  return refusalOf(subject, REFUSAL, 'it reads from what was registered');
}
