import type { Where } from '../analysis/paths/event.js';
import type { Broken, Obligation } from '../analysis/paths/obligation.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { fires, specimenOf, witnessOf } from '../analysis/story/story.js';
import { isRare, undelivered } from '../analysis/story/delivery.js';
import { branchAt, decidingCall, exitAfter } from '../analysis/story/exit.js';
import { afterEvent, carried, isAbout, outlived, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'oneshot-not-rearmed',
  summary: 'one-shot registration neither re-armed nor ended after its event',
  severity: 'error',
  over: ['transfer', 'accept', 'wait'],
  why: `After one event EPOLLONESHOT disables the registration: no data, and not even a hang-up, is reported until
EPOLL_CTL_MOD arms it again. A path that goes back to waiting without that, and without closing or handing over the
descriptor, leaves a connection that nobody will ever hear of.`,
  references: ['epoll_ctl(2)', 'epoll(7)'],
  evidence: { scenario: 'oneshot-not-rearmed' },

  *check(use, project) {
    if (!project.isUsed('EPOLLONESHOT')) return;
    if (use.model?.does === 'wait') {
      yield* ignored(use, project);
      return;
    }
    for (const story of project.broken(use, disarmed(project))) {
      if (story.opened.kind !== 'transfer' && story.opened.kind !== 'accept') continue;
      const { opened, open, broke } = story;
      const { fd } = open;
      if (fires(fd, project) !== 'once') continue;
      const size = opened.kind === 'transfer' ? opened.size : 1;
      yield {
        at: addedAgain(story) ?? exitAfter(story) ?? decidingCall(story, (leave) => leave.direct && !leave.empty),
        message: `'${fd.text}' is registered one-shot, and this path neither re-arms nor closes it`,
        hint: 're-arm it with EPOLL_CTL_MOD on every path that keeps it open',
        witness: witnessOf(fd, broke, 'EPOLLONESHOT', project),
        specimen: specimenOf(fd, [{ call: opened.call, size, loops: false }], 'epoll', project),
      };
    }
  },
} as const satisfies Rule;

/** Events for which nothing is done with their descriptors. */
function* ignored(wait: Subject, project: Project): Generator<Report> {
  for (const story of project.broken(
    wait,
    undelivered(project, (fd) => fires(fd, project) === 'once'),
  )) {
    const { fd } = story.open.on ?? {};
    if (!fd) continue;
    const look = story.path.findLast((event) => event.kind === 'noted') ?? story.opened;
    const branch = branchAt(look);
    yield {
      // Nobody has thought of what hardly ever comes.
      severity: isRare(story.open, project) && !branch ? 'hint' : 'warning',
      at: exitAfter(story) ?? branch ?? look,
      message: 'the event of a one-shot registration comes to nothing here, and nobody arms it again',
      hint: 're-arm it with EPOLL_CTL_MOD, or close it, whatever the event was',
      assumes: 'such an event comes, and nothing else tells of its descriptor',
      witness: witnessOf(fd, story.broke, 'EPOLLONESHOT', project),
      specimen: specimenOf(fd, [], 'epoll', project),
    };
  }
}

/** Opened by whatever the handler does with the descriptor; settled by arming it again or letting it go. */
function disarmed(project: Project): Obligation<Tracked> {
  return {
    needs: ['read', 'write', 'accept', 'control', 'close', 'wait', 'idle', 'thread', 'end'],
    // Who had armed it before the call has done so for what happens in it.
    carry: (open, renaming) => {
      const up = carried(open, renaming);
      return up === 'settled' || up.names.some((name) => renaming.isArmed(name)) ? 'settled' : up;
    },
    opens: (event) => {
      if ((event.kind !== 'transfer' && event.kind !== 'accept') || event.armed) return [];
      return fires(event.fd, project) === 'once' ? [tracked(event.fd)] : [];
    },
    meets: (open, event) => {
      // The next transfer opens the same obligation again, nearer to where it breaks.
      if ((event.kind === 'transfer' || event.kind === 'accept') && isAbout(open, event.fd)) return 'settled';
      // No wait brings a disarmed descriptor back, not even one that does not sleep.
      if (event.kind === 'wait') return event.api === 'epoll' ? 'broken' : open;
      return outlived(open, event) ?? afterEvent(open, event);
    },
  };
}

/** Where it was added once more instead of modified: that call was meant to arm it. */
function addedAgain(story: Broken<Tracked>): Where | null {
  const turn = story.path.findIndex((event) => event.kind === 'exit');
  const events = turn < 0 ? story.path : story.path.slice(0, turn);
  return events.find((event) => event.kind === 'control' && isAbout(story.open, event.fd)) ?? null;
}
