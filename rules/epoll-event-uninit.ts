import type { Control } from '../analysis/paths/effects.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { structureOf } from '../analysis/story/control.js';

export default {
  id: 'epoll-event-uninit',
  summary: 'descriptor registered with a structure of which a part has no value',
  severity: 'error',
  over: 'control',
  why: `EPOLL_CTL_ADD and EPOLL_CTL_MOD take over both members of the structure: the mask, and the data that each event
gives back. A member that nobody has set holds what the stack held before, and so does a mask that was only or-ed into. The
kernel keeps that as it is: events come with a pointer or a number of nothing. Compilers do not warn, because the structure
could be filled by the call.`,
  references: ['epoll_ctl(2)', 'epoll_wait(2)'],
  evidence: { scenario: 'epoll-event-uninit' },

  *check(control, project) {
    for (const event of project.controls(control)) {
      if (event.command !== 'ADD' && event.command !== 'MOD') continue;
      const member = event.registered?.unset.find((one) => one === 'events' || isRead(control, project));
      if (member) yield reportOf(member, event, control, project);
    }
  },
} as const satisfies Rule;

/** Where one descriptor is all there is, nobody needs to look at what the event carries. */
function isRead(control: Subject, project: Project): boolean {
  return project.carried(control.fn).size > 0;
}

function reportOf(member: 'events' | 'data', event: Control, control: Subject, project: Project): Report {
  const { at, name } = structureOf(control, event);
  const what = member === 'events' ? 'the mask' : 'the data';
  return {
    at,
    message: `${what} in '${name}' has no value on a way to here, and is registered for '${event.fd.text}'`,
    hint: member === 'events' ? `assign all of '${name}.events'` : `set '${name}.data' as for each other registration`,
    witness: [],
    specimen: {
      ...UNKNOWN,
      api: 'epoll',
      kind: project.kind(event.fd),
      calls: [{ call: `epoll_ctl ${event.command ?? 'MOD'}`, size: null, loops: false }],
    },
  };
}
