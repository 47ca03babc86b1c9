import type { Event } from '../analysis/paths/event.js';
import type { Broken, Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { isTold } from '../analysis/story/transfer.js';
import { CONSTANTS } from '../analysis/knowledge/constants.js';
import { decidingCall } from '../analysis/story/exit.js';
import { endOf, specimenOf } from '../analysis/story/story.js';
import { carried, isAbout, isLetGo, renamed, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'eagain-fatal',
  summary: 'a connection is given up for EAGAIN',
  severity: 'error',
  over: ['transfer', 'accept'],
  why: `On a non-blocking descriptor EAGAIN says that there is nothing left to read, or no room to write just now. Whoever
closes the connection for it, or ends the program, cuts off a peer that is alive: at the end of every drain, or as soon
as the peer reads more slowly than the program writes. Compare errno with EAGAIN first, and go back to the wait.`,
  references: ['read(2)', 'write(2)', 'accept(2)'],
  evidence: { scenario: 'eagain-fatal' },

  *check(use, project) {
    const fd = project.descriptor(use);
    const flagged = use.model?.does === 'transfer' && use.model.flags !== null;
    if (!fd || !ofKernel(use) || (!flagged && project.nonblocking(fd) !== true)) return;
    const found = project.broken(use, cutOff('normal', project));
    const sure = found.length > 0;
    // Nobody ever saw a pipe that is ready and has nothing.
    const others = sure || !SPURIOUS.has(project.kind(fd)) ? [] : project.broken(use, cutOff('spurious', project));
    for (const story of [...found, ...others]) {
      if (story.broke.kind === 'close' && isClosedAnyway(story.broke, use, project)) continue;
      const report = reported(story, sure, project);
      if (report) yield report;
    }
  },
} as const satisfies Rule;

const SPURIOUS: ReadonlySet<string> = new Set(['stream', 'datagram', 'seqpacket', 'listener']);

/** Calls that tell why they failed by errno; those of libraries have ways of their own. */
function ofKernel({ name }: Subject): boolean {
  return /^(read|readv|recv|recvfrom|recvmsg|write|writev|send|sendto|sendmsg|sendfile|accept4?)$/.test(name ?? '');
}

function reported(story: Broken<Failed>, sure: boolean, project: Project): Report | null {
  const { open, broke } = story;
  const { fd } = open.on;
  const opened = story.path.findLast((event) => fails(event));
  if (!opened || !fails(opened)) return null;
  const size = opened.kind === 'transfer' ? opened.size : 1;
  const end = endOf(broke);
  const what = broke.kind === 'close' ? `closes it` : 'ends the program';
  const when = opened.kind === 'transfer' && opened.direction === 'out' ? 'the peer reads slowly' : 'nothing is left';
  return {
    at: decidingCall({ ...story, opened }, (leave) => leave.constant !== null && leave.constant < 0),
    message: `'${opened.call}' on '${fd.text}' fails with EAGAIN when ${when}, and this path then ${what}`,
    hint: 'compare errno with EAGAIN first, and wait for the descriptor again',
    witness: end ? [end] : [],
    specimen: specimenOf(fd, [{ call: opened.call, size, loops: false }], 'epoll', project),
    ...lowered(opened, sure),
  };
}

/** The same close ends the connection when all or a part went through: it is not for EAGAIN that it is closed. */
function isClosedAnyway(close: Event, use: Subject, project: Project): boolean {
  const done: Obligation<Failed> = {
    ...cutOff('normal', project),
    opens: (event) => (got(event) ? [open(tracked(event.fd), true)] : []),
    meets: (one, event) => {
      if (event.kind === 'close')
        return event.fn === close.fn && event.span.start === close.span.start ? 'broken' : one;
      if (event.kind === 'wait' || event.kind === 'exit' || event.kind === 'end') return 'settled';
      const isNext = (event.kind === 'transfer' || event.kind === 'accept') && isAbout(one.on, event.fd);
      return isNext ? 'settled' : one;
    },
  };
  return project.broken(use, done).length > 0;
}

function got(event: Event): event is Event & { kind: 'transfer' | 'accept' } {
  const isTransfer = event.kind === 'transfer' || event.kind === 'accept';
  return isTransfer && (event.outcome === 'full' || event.outcome === 'short');
}

function fails(event: Event): event is Event & { kind: 'transfer' | 'accept' } {
  return (event.kind === 'transfer' || event.kind === 'accept') && event.outcome === 'again';
}

/** A short text finds room nearly always, and what is ready nearly always has something. */
function lowered(opened: Event & { kind: 'transfer' | 'accept' }, sure: boolean): Pick<Report, 'severity' | 'assumes'> {
  if (!sure) return { severity: 'hint', assumes: 'the wait said ready, and there is nothing (select(2), BUGS)' };
  if (opened.kind === 'transfer' && opened.literal)
    return { severity: 'hint', assumes: 'the send buffer has no room for a short text' };
  return {};
}

/** A descriptor that was read from, or that has just failed with EAGAIN. */
interface Failed extends Open {
  readonly on: Tracked;
  readonly failed: boolean;
  /** So many called functions deep: where one of those ends the process, it has reasons of its own. */
  readonly inside: number;
}

function open(on: Tracked, failed: boolean, inside = 0): Failed {
  return { on, failed, inside, key: `${on.key}|${failed}|${inside}` };
}

/**
 * Opened by a write that finds no room, and by a read behind which comes another one without a wait; `spurious` by a read or
 * accept that finds nothing at once. Settled by whoever looks for EAGAIN; broken where the descriptor is closed or the program ends.
 */
function cutOff(when: 'normal' | 'spurious', project: Project): Obligation<Failed> {
  return {
    effort: when === 'normal' ? 'full' : 'little',
    needs: ['read', 'write', 'accept', 'close', 'wait', 'end', 'control'],
    looks: ['errno'],
    carry: (one, renaming) => {
      const on = carried(one.on, renaming);
      return on === 'settled' ? on : open(on, one.failed, one.inside);
    },
    opens: (event) => {
      if (event.kind !== 'transfer' && event.kind !== 'accept') return [];
      if (!wouldBlock(event, project)) return [];
      const isOut = event.kind === 'transfer' && event.direction === 'out';
      const isFirst = isOut || when === 'spurious';
      // What was only looked at is still there.
      const isPeek = event.kind === 'transfer' && isTold(event, 'MSG_PEEK');
      // One wait tells of a listener and of others: the next turn of the loop over its events is no drain.
      const isDrain = event.kind === 'transfer' && got(event) && !isPeek;
      const begins = isFirst ? event.outcome === 'again' : isDrain;
      return begins ? [open(tracked(event.fd), isFirst)] : [];
    },
    meets: (one, event) => {
      const on = renamed(one.on, event);
      if (on) return open(on, one.failed, one.inside);
      if (event.kind === 'transfer' || event.kind === 'accept') return goesOn(one, event);
      if (event.kind === 'wait') return 'settled';
      if (!one.failed) return isLetGo(one.on, event) ? 'settled' : one;
      switch (event.kind) {
        case 'errno':
          return event.with === null || event.with === EAGAIN ? 'settled' : one;
        case 'close':
          return isAbout(one.on, event.fd) ? 'broken' : one;
        case 'end':
          return one.inside > 0 ? 'settled' : 'broken';
        case 'enter':
          return open(one.on, true, one.inside + 1);
        case 'leave':
          return open(one.on, true, Math.max(0, one.inside - 1));
        case 'exit':
          return event.calling === 'main' && (event.constant ?? 0) !== 0 ? 'broken' : 'settled';
        default:
          return isLetGo(one.on, event) ? 'settled' : one;
      }
    },
  };
}

const EAGAIN = CONSTANTS.get('EAGAIN') ?? 11;

/** The next transfer: one that finds nothing any more is the end of a drain. */
function goesOn(one: Failed, event: Event & { kind: 'transfer' | 'accept' }): Failed | 'settled' {
  if (!isAbout(one.on, event.fd)) return isLetGo(one.on, event) ? 'settled' : one;
  const isIn = event.kind === 'accept' || event.direction === 'in';
  return !one.failed && isIn && event.outcome === 'again' ? open(one.on, true) : 'settled';
}

/** Whether it is known that the call does not wait. */
function wouldBlock(event: Event & { kind: 'transfer' | 'accept' }, project: Project): boolean {
  if (event.kind === 'transfer' && isTold(event, 'MSG_DONTWAIT')) return true;
  if (project.isOptional(event.fd)) return false;
  return project.nonblocking(event.fd) === true && !UNLIKELY.has(project.kind(event.fd));
}

/** Counters are written by the program itself. */
const UNLIKELY: ReadonlySet<string> = new Set(['eventfd', 'eventfd-semaphore', 'timerfd', 'signalfd', 'inotify']);
