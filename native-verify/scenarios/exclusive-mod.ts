// EPOLL_CTL_MOD of a registration with EPOLLEXCLUSIVE, or to one.
import type { Specimen } from '../../analysis/finding.js';
import { refusalOf } from '../driver/look.js';
import type { Kernel, Outcome } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim:
    'a registration with EPOLLEXCLUSIVE cannot be modified, and none can be modified to have it: epoll_ctl fails with EINVAL',
  entry: 'handler',
  untriggered: 'the arguments alone decide',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const REFUSAL = 'epoll_ctl fails with EINVAL';

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, modifies: boolean): Seen => {
    const ep = kernel.epollCreate();
    const fd = kernel.listener();
    kernel.epollCtl(ep, 'ADD', fd, 'EPOLLIN|EPOLLEXCLUSIVE');
    if (modifies) return seen(kernel.epollCtl(ep, 'MOD', fd, 'EPOLLIN|EPOLLET'));
    kernel.epollCtl(ep, 'DEL', fd, 'EPOLLIN');
    return seen(kernel.epollCtl(ep, 'ADD', fd, 'EPOLLIN|EPOLLET|EPOLLEXCLUSIVE'));
  };
  return { assumed: [], bad: (kernel) => play(kernel, true), good: (kernel) => play(kernel, false) };
}

function seen({ error }: Outcome): Seen {
  return damage(error === 'EINVAL', error === null ? 'epoll_ctl succeeds' : `epoll_ctl fails with ${error}`);
}

function stage(kernel: Kernel): Stage {
  const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  return {
    handed: [ours],
    size: 512,
    again: false,
    observe: (subject) => refusalOf(subject, REFUSAL, 'no epoll_ctl fails with EINVAL'),
  };
}
