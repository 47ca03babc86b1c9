import { CONSTANTS, has } from '../analysis/knowledge/constants.js';
import type { Control } from '../analysis/paths/effects.js';
import type { Project } from '../analysis/project.js';
import type { Rule, WitnessStep } from '../analysis/rule.js';
import { maskedAt, refusedSpecimen } from '../analysis/story/control.js';

export default {
  id: 'exclusive-mod',
  summary: 'registration with EPOLLEXCLUSIVE modified',
  severity: 'error',
  over: 'control',
  why: `EPOLLEXCLUSIVE can only be set by EPOLL_CTL_ADD. EPOLL_CTL_MOD with it, and any EPOLL_CTL_MOD of a registration
that was added with it, fail with EINVAL and change nothing. Remove the registration and add it anew.`,
  references: ['epoll_ctl(2)'],
  evidence: { scenario: 'exclusive-mod' },

  *check(control, project) {
    if (project.index.wordCount('EPOLLEXCLUSIVE') === 0) return;
    for (const event of project.controls(control)) {
      if (event.command !== 'MOD') continue;
      const own = isExclusive(event);
      const added = own ? null : addedSo(event, project);
      if (!own && !added) continue;
      yield {
        at: own ? maskedAt(control, event, EXCLUSIVE) : { fn: control.fn, span: control.call.span },
        message: own
          ? `'${event.fd.text}' is modified with EPOLLEXCLUSIVE, which fails with EINVAL`
          : `'${event.fd.text}' was added with EPOLLEXCLUSIVE, and modifying it fails with EINVAL`,
        hint: 'remove it with EPOLL_CTL_DEL and add it again',
        witness: added ? [added] : [],
        specimen: refusedSpecimen(event, project),
      };
    }
  },
} as const satisfies Rule;

const EXCLUSIVE = CONSTANTS.get('EPOLLEXCLUSIVE') ?? 0;

function isExclusive({ mask }: Pick<Control, 'mask'>): boolean {
  return mask !== null && has(mask.on, EXCLUSIVE);
}

/** All that may be registered here was added so, and nothing was added otherwise. */
function addedSo({ fd }: Control, project: Project): WitnessStep | null {
  const added = fd.sites.map((site) => project.registrationsOf(site).filter(({ command }) => command === 'ADD'));
  const first = added[0]?.[0];
  if (!first || !added.every((all) => all.length > 0 && all.every(isExclusive))) return null;
  return { fn: first.fn, span: first.span, message: 'added with EPOLLEXCLUSIVE here' };
}
