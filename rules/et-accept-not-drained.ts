import { decidingCall } from '../analysis/story/exit.js';
import type { Obligation } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { modeOf, specimenOf, witnessOf } from '../analysis/story/story.js';
import { afterEvent, carried, isAbout, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'et-accept-not-drained',
  summary: 'edge-triggered listener not accepted from until it would block',
  severity: 'error',
  over: 'accept',
  why: `Any number of connections may stand behind one edge of a listener. Those that one accept leaves in the queue
raise no further event: their clients are connected, and nobody answers, until one more client happens to come.
Accept until EAGAIN, or leave the listener level-triggered.`,
  references: ['epoll(7)', 'accept(2)'],
  evidence: { scenario: 'et-accept-not-drained' },

  *check(accept, project) {
    if (!project.isUsed('EPOLLET')) return;
    for (const story of project.broken(accept, waitingClients(project))) {
      if (story.opened.kind !== 'accept') continue;
      const { opened, open, broke } = story;
      const { fd } = open;
      if (modeOf(fd, 'EPOLLIN', project) !== 'edge') continue;
      yield {
        at: decidingCall(story, (leave) => leave.direct && !leave.empty),
        message: `'${fd.text}' is edge-triggered, and one '${opened.call}' an event leaves further connections in its queue`,
        hint: 'accept until it fails with EAGAIN',
        witness: witnessOf(fd, broke, 'EPOLLET', project),
        specimen: specimenOf(fd, [{ call: opened.call, size: 1, loops: false }], 'epoll', project),
      };
    }
  },
} as const satisfies Rule;

/** Opened by an accept that got one; settled by one that got none, by a new edge, or by letting the listener go. */
function waitingClients(project: Project): Obligation<Tracked> {
  return {
    needs: ['accept', 'control', 'close', 'wait', 'idle', 'thread', 'end'],
    carry: carried,
    opens: (event) => {
      const got = event.kind === 'accept' && event.outcome === 'full';
      return got && modeOf(event.fd, 'EPOLLIN', project) === 'edge' ? [tracked(event.fd)] : [];
    },
    meets: (open, event) => {
      if (event.kind === 'accept' && isAbout(open, event.fd)) return 'settled';
      return afterEvent(open, event);
    },
  };
}
