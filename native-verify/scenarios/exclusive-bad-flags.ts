// EPOLL_CTL_ADD with EPOLLEXCLUSIVE and something that it does not go with.
import type { Specimen } from '../../analysis/finding.js';
import { refusalOf } from '../driver/look.js';
import type { Kernel, Outcome } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'epoll_ctl refuses EPOLLEXCLUSIVE with a bit that it does not go with, or for an epoll instance, with EINVAL',
  entry: 'handler',
  untriggered: 'the arguments alone decide',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const REFUSAL = 'epoll_ctl fails with EINVAL';

function acts({ mask, kind }: Specimen): Acts {
  const usual = 'EPOLLIN|EPOLLRDHUP|EPOLLEXCLUSIVE';
  const bits = kind === 'epoll' ? 'EPOLLIN|EPOLLEXCLUSIVE' : (mask ?? usual);
  const right =
    kind === 'epoll'
      ? 'EPOLLIN'
      : bits
          .split('|')
          .filter((name) => ALLOWED.test(name))
          .join('|');
  const play = (kernel: Kernel, given: string): Seen => {
    const ep = kernel.epollCreate();
    const fd = kind === 'epoll' ? kernel.epollCreate('inner') : kernel.listener();
    return seen(kernel.epollCtl(ep, 'ADD', fd, given));
  };
  return {
    assumed: mask === null ? [`the mask is ${usual}`] : [],
    bad: (kernel) => play(kernel, bits),
    good: (kernel) => play(kernel, right),
  };
}

const ALLOWED = /^EPOLL(IN|OUT|ERR|HUP|ET|WAKEUP|EXCLUSIVE)$/u;

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
