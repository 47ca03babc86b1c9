import type { Extent } from '../analysis/paths/extent.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { argumentAt, replaced } from '../analysis/story/edit.js';

export default {
  id: 'maxevents-mismatch',
  summary: 'epoll_wait is told of more room than its array has',
  severity: 'error',
  over: 'wait',
  why: `The kernel fills as many entries as it is told that there is room for, 12 bytes each on x86-64. It cannot know
where the array ends: with enough descriptors ready at once it writes over whatever lies behind it, and the call succeeds.
The third argument counts elements, not bytes.`,
  references: ['epoll_wait(2)'],
  evidence: { scenario: 'maxevents-mismatch' },

  *check(wait, project) {
    const { model } = wait;
    const array = model?.does === 'wait' && model.api === 'epoll' ? model.subject[0] : undefined;
    if (model?.does !== 'wait' || array === undefined || model.count === undefined) return;
    for (const extent of project.extents(wait, array, model.count)) {
      if (extent.told <= extent.elements) continue;
      yield {
        at: extent.at,
        message: `${given(extent)}, and '${extent.array}' has room for ${extent.elements}`,
        hint: 'pass the number of elements of the array',
        witness: [],
        specimen: {
          ...UNKNOWN,
          api: 'epoll',
          calls: [
            { call: wait.name ?? 'epoll_wait', size: extent.told, loops: false },
            { call: 'array', size: extent.elements, loops: false },
          ],
        },
        ...withElements(extent, wait, model.count, project),
      };
    }
  },
} as const satisfies Rule;

/** What lies behind the array is never written in a run without the bug, so fewer events at a time change nothing there. */
function withElements({ at, right }: Extent, wait: Subject, count: number, project: Project): Pick<Report, 'fix'> {
  if (right === null || at.fn !== wait.fn || at.span.start !== wait.call.span.start) return {};
  const number = argumentAt(at, count, project);
  if (!number) return {};
  return { fix: { title: `pass '${right}'`, safety: 'safe', edits: [replaced(number, right, project)] } };
}

function given({ told, number }: Extent): string {
  return number === String(told)
    ? `the kernel may fill ${told} events`
    : `'${number}' lets the kernel fill ${told} events`;
}
