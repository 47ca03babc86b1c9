import type { Control } from '../analysis/paths/effects.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { structureOf } from '../analysis/story/control.js';

export default {
  id: 'epoll-data-union',
  summary: 'two members of the union in an epoll event stored for one registration',
  severity: 'error',
  over: 'control',
  why: `The members of \`epoll_data_t\` share their 8 bytes: \`ptr\`, \`fd\`, \`u32\` and \`u64\` are one place under four names.
Whoever stores a pointer and then a descriptor has overwritten the lower half of the pointer, and the event gives back an
address of nothing. Keep the descriptor in the object that the pointer leads to.`,
  references: ['epoll_ctl(2)'],
  evidence: { scenario: 'epoll-data-union' },

  *check(control, project) {
    for (const event of project.controls(control)) {
      if (event.command !== 'ADD' && event.command !== 'MOD') continue;
      const { replaced = null, member = null } = event.registered ?? {};
      if (replaced === null || member === null) continue;
      yield reportOf(replaced, member, event, control, project);
    }
  },
} as const satisfies Rule;

function reportOf(replaced: string, member: string, event: Control, control: Subject, project: Project): Report {
  const { at, name } = structureOf(control, event);
  const isRead = project.carried(control.fn).has(replaced);
  return {
    at,
    message: `'${name}.data.${member}' is stored over '${name}.data.${replaced}', which is the same memory`,
    hint: 'store one of the two, and reach the other one through it',
    witness: [],
    specimen: {
      ...UNKNOWN,
      api: 'epoll',
      kind: project.kind(event.fd),
    },
    ...(isRead ? {} : { severity: 'hint', assumes: `nobody reads 'data.${replaced}' of an event` }),
  };
}
