// A registration with a structure that was not filled: the kernel keeps what the stack held.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel } from '../kernel.js';
import { allRegistrations } from '../registrations.js';
import { message, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'epoll_ctl takes over the mask and the data as they stand, so an event gives back what nobody has stored',
  entry: 'handler',
  untriggered: 'what the structure holds is the only thing that decides',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

/** What a stack may hold: the handler cannot know it. */
const LEFT_OVER = 0x5a5a5a5a;

function acts({ calls }: Specimen): Acts {
  const command = calls[0]?.call.endsWith('ADD') === true ? 'ADD' : 'MOD';
  const play = (kernel: Kernel, fills: boolean): Seen => {
    const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'conn', peer: 'peer' });
    const ep = kernel.epollCreate();
    if (command === 'MOD') kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN');
    kernel.epollCtl(ep, command, ours, 'EPOLLIN', fills ? ours.number : LEFT_OVER);
    kernel.write(peer, message(16));
    const [ready] = kernel.epollWait(ep);
    return damage(ready?.fd !== ours, `the event names ${ready?.fd.name ?? 'nothing'}`);
  };
  return {
    assumed: ['the structure holds 5a5a5a5a where nothing was stored'],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

function stage(kernel: Kernel): Stage {
  const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  return { handed: [ours], size: 512, again: false, observe: (subject) => watch(kernel, ours, subject) };
}

/** In the fixture the stack holds a5 in all bytes; whatever registers an address or the descriptor itself has none of them. */
async function watch(kernel: Kernel, fd: Descriptor, subject: Subject): Promise<Seen | null> {
  const rest = await subject.rest();
  if (rest === null) return null;
  const own = allRegistrations(subject.pid).filter(({ number }) => number === subject.numberOf(fd));
  const words = own.map(({ mask, data }) => `events ${mask}, data ${data.toString(16)}`);
  kernel.note(`at rest in ${rest.calls.join(', ')}: fd is registered with ${words.join('; ')}`);
  const soiled = own.some(({ mask, data }) => data.toString(16).includes('a5a5a5a5') || mask.includes('a5a5'));
  return damage(soiled, soiled ? 'the kernel keeps what the stack held' : 'the kernel keeps what was stored');
}
