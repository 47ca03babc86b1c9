// epoll_create with a size that is not positive.
import type { Specimen } from '../../analysis/finding.js';
import { refusalOf } from '../driver/look.js';
import type { Kernel } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'epoll_create refuses a size of 0 or less with EINVAL, whatever else is right',
  entry: 'handler',
  untriggered: 'the argument alone decides',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const REFUSAL = 'epoll_create fails with EINVAL';

function acts({ calls }: Specimen): Acts {
  const size = calls[0]?.size ?? null;
  const play = (kernel: Kernel, given: number): Seen => {
    const { error } = kernel.epollCreateSized(given);
    return damage(
      error === 'EINVAL',
      error === null ? 'there is an epoll instance' : `epoll_create fails with ${error}`,
    );
  };
  return {
    assumed: size === null ? ['the size is 0'] : [],
    bad: (kernel) => play(kernel, size ?? 0),
    good: (kernel) => play(kernel, 1),
  };
}

function stage(kernel: Kernel): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  return {
    handed: [pair.ours],
    size: 512,
    again: false,
    observe: (subject) => refusalOf(subject, REFUSAL, 'no epoll_create fails'),
  };
}
