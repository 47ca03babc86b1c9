import { decidingCall, isWrapper } from '../analysis/story/exit.js';
import type { Obligation } from '../analysis/paths/obligation.js';
import type { Event } from '../analysis/paths/event.js';
import type { Project } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { isTold } from '../analysis/story/transfer.js';
import { awaitsEdge, specimenOf, witnessOf } from '../analysis/story/story.js';
import { afterEvent, carried, isAbout, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'et-read-not-drained',
  summary: 'edge-triggered descriptor not read until it would block',
  severity: 'error',
  over: 'read',
  why: `EPOLLET reports a change of readiness, not readiness itself. A read that got all it asked for may have left
bytes behind, and bytes left behind raise no second event: the peer waits for an answer that never comes, until it
happens to send more. Read until EAGAIN (or, on a stream, until a short count), or make a new edge with EPOLL_CTL_MOD.`,
  references: ['epoll(7)', 'read(2)'],
  evidence: { scenario: 'et-read-not-drained' },

  *check(read, project) {
    if (!project.isUsed('EPOLLET')) return;
    for (const story of project.broken(read, unreadRest(project))) {
      if (story.opened.kind !== 'transfer') continue;
      const { opened, open, broke } = story;
      const { fd } = open;
      if (!awaitsEdge(fd, 'EPOLLIN', project)) continue;
      yield {
        at: decidingCall(story, (leave) => leave.direct && !leave.empty && isWrapper(leave.callee, project)),
        message: `'${fd.text}' is edge-triggered, and this '${opened.call}' can leave bytes that no further event announces`,
        hint: 'read until it fails with EAGAIN',
        witness: witnessOf(fd, broke, 'EPOLLET', project),
        specimen: specimenOf(fd, [{ call: opened.call, size: opened.size, loops: false }], 'epoll', project),
      };
    }
  },
} as const satisfies Rule;

/** Opened by a read that may have left something; settled by one that cannot have, by a new edge, or by letting go. */
function unreadRest(project: Project): Obligation<Tracked> {
  return {
    needs: NEEDS,
    carry: carried,
    opens: (event) => (leavesRest(event, project) ? [tracked(event.fd)] : []),
    meets: (open, event) => {
      if (event.kind === 'transfer' && event.direction === 'in' && isAbout(open, event.fd)) return 'settled';
      // Reading pauses until the other side takes more: the event that says so brings the reader back.
      if (event.kind === 'transfer' && event.direction === 'out' && paused(event)) return 'settled';
      return afterEvent(open, event);
    },
  };
}

/** What can read on, make a new edge, let the descriptor go, or go back to waiting. */
const NEEDS = ['read', 'write', 'control', 'close', 'wait', 'idle', 'thread', 'end'] as const;

function paused(event: Event & { kind: 'transfer' }): boolean {
  return event.outcome === 'again' || event.outcome === 'short';
}

/** Counters, and sources whose records are a matter of their own. */
const ONE_READ: ReadonlySet<string> = new Set([
  'eventfd',
  'eventfd-semaphore',
  'timerfd',
  'signalfd',
  'inotify',
  'regular',
]);

function leavesRest(event: Event, project: Project): event is Event & { kind: 'transfer' } {
  if (event.kind !== 'transfer' || event.direction !== 'in' || isTold(event, 'MSG_PEEK')) return false;
  const kind = project.kind(event.fd);
  // One read resets a counter; what is left of it is nothing.
  if (ONE_READ.has(kind)) return false;
  const whole = kind === 'datagram' || kind === 'seqpacket' || kind === 'packet-pipe';
  const more = event.outcome === 'full' || (event.outcome === 'short' && whole);
  return more && awaitsEdge(event.fd, 'EPOLLIN', project);
}
