import type { Edit } from '../analysis/finding.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { replaced } from '../analysis/story/edit.js';

export default {
  id: 'epoll-create-size',
  summary: 'epoll instance asked for with a size that is not positive',
  severity: 'error',
  over: 'make',
  why: `Since Linux 2.6.8 the kernel ignores the size given to epoll_create, but it must be greater than zero: with 0 or
less the call fails with EINVAL and there is no epoll instance. epoll_create1 has no size to get wrong, and can set
close-on-exec at once.`,
  references: ['epoll_create(2)'],
  evidence: { scenario: 'epoll-create-size' },

  *check(create, project) {
    if (create.model?.does !== 'make' || create.model.positive === undefined) return;
    for (const { hi, through } of project.given(create, create.model.positive)) {
      if (hi > 0) continue;
      const size = hi === -Infinity ? 'a negative size' : `the size ${hi}`;
      yield {
        at: { fn: create.fn, span: create.call.span },
        message: `'${create.name ?? 'epoll_create'}' is given ${size}, and fails with EINVAL`,
        hint: 'call epoll_create1, which has no size',
        witness: through.slice(1).map(({ fn, call }) => ({ fn, span: call.span, message: 'the size is given here' })),
        specimen: {
          ...UNKNOWN,
          api: 'epoll',
          kind: 'epoll',
          calls: [{ call: 'epoll_create', size: Math.max(hi, -1), loops: false }],
        },
        fix: { title: "call 'epoll_create1'", safety: 'safe', edits: [withoutSize(create, project)] },
      };
    }
  },
} as const satisfies Rule;

function withoutSize({ fn, call }: Subject, project: Project): Edit {
  return replaced({ fn, span: call.span }, 'epoll_create1(0)', project);
}
