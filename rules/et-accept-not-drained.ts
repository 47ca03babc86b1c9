import { decidingCall } from '../analysis/exit.js';
import { broken } from '../analysis/obligation.js';
import type { Obligation } from '../analysis/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { modeOf, specimenOf, witnessOf } from '../analysis/story.js';
import { afterEvent, isAbout, tracked, type Tracked } from '../analysis/tracked.js';

export default {
  id: 'et-accept-not-drained',
  summary: 'edge-triggered listener not accepted from until it would block',
  severity: 'error',
  over: 'walk',
  why: `Any number of connections may stand behind one edge of a listener. Those that one accept leaves in the queue
raise no further event: their clients are connected, and nobody answers, until one more client happens to come.
Accept until EAGAIN, or leave the listener level-triggered.`,
  references: ['epoll(7)', 'accept(2)'],
  evidence: { scenario: 'et-accept-not-drained' },

  *check(walk, project) {
    for (const story of broken(walk, waitingClients(project))) {
      const { opened, broke } = story;
      if (opened.kind !== 'accept') continue;
      const { fd } = opened;
      yield {
        at: decidingCall(story, (leave) => !leave.empty),
        message: `'${fd.text}' is edge-triggered, and one '${opened.call}' an event leaves further connections in its queue`,
        hint: 'accept until it fails with EAGAIN',
        witness: witnessOf(fd, broke, walk, project),
        specimen: specimenOf(fd, [{ call: opened.call, size: 1, loops: false }], 'epoll', project),
      };
    }
  },
} as const satisfies Rule;

/** Opened by an accept that got one; settled by one that got none, by a new edge, or by letting the listener go. */
function waitingClients(project: Project): Obligation<Tracked> {
  return {
    opens: (event) => {
      const got = event.kind === 'accept' && event.outcome === 'full';
      return got && modeOf(event.fd, 'EPOLLIN', project) === 'edge' ? [tracked(event.fd)] : [];
    },
    meets: (open, event, walk) => {
      if (event.kind === 'accept' && isAbout(open, event.fd)) return 'settled';
      return afterEvent(open, event, project.calling(walk));
    },
  };
}
