import { CONSTANTS, epollNames, has } from '../analysis/knowledge/constants.js';
import type { Control } from '../analysis/paths/effects.js';
import type { Project } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { maskedAt, refusedSpecimen } from '../analysis/story/control.js';

export default {
  id: 'exclusive-bad-flags',
  summary: 'registration with EPOLLEXCLUSIVE and a bit that it does not go with',
  severity: 'error',
  over: 'control',
  why: `With EPOLLEXCLUSIVE only EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLET and EPOLLWAKEUP may be asked for, and the
descriptor must not be another epoll instance. Anything else, EPOLLONESHOT and EPOLLRDHUP above all, makes epoll_ctl fail with
EINVAL: the descriptor is not watched at all.`,
  references: ['epoll_ctl(2)'],
  evidence: { scenario: 'exclusive-bad-flags' },

  *check(control, project) {
    if (project.index.wordCount('EPOLLEXCLUSIVE') === 0) return;
    for (const event of project.controls(control)) {
      const wrong = wrongWith(event, project);
      if (wrong === null) continue;
      yield {
        at: maskedAt(control, event, (wrong.bits | EXCLUSIVE) >>> 0),
        message: `'${event.fd.text}' is registered with EPOLLEXCLUSIVE and ${wrong.what}, which fails with EINVAL`,
        hint: 'leave out one of the two',
        witness: [],
        specimen: refusedSpecimen(event, project),
      };
    }
  },
} as const satisfies Rule;

const bit = (name: string): number => CONSTANTS.get(name) ?? 0;
const EXCLUSIVE = bit('EPOLLEXCLUSIVE');
const ALLOWED = ['EPOLLIN', 'EPOLLOUT', 'EPOLLERR', 'EPOLLHUP', 'EPOLLWAKEUP', 'EPOLLET', 'EPOLLEXCLUSIVE']
  .map(bit)
  .reduce((all, one) => (all | one) >>> 0);

interface Wrong {
  readonly bits: number;
  readonly what: string;
}

function wrongWith({ command, mask, fd }: Control, project: Project): Wrong | null {
  if (command !== 'ADD' || !mask || !has(mask.on, EXCLUSIVE)) return null;
  const others = (mask.on & ~ALLOWED) >>> 0;
  if (others !== 0) return { bits: others, what: epollNames(others) };
  return project.kind(fd) === 'epoll' ? { bits: 0, what: 'is an epoll instance itself' } : null;
}
