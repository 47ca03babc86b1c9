import type { Event } from '../analysis/paths/event.js';
import { decidingCall, isWrapper } from '../analysis/story/exit.js';
import type { Expr } from '../analysis/facts/facts.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { endOf, specimenOf } from '../analysis/story/story.js';
import { carried, isAbout, isLetGo, renamed, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'partial-write-dropped',
  summary: 'rest of a short write is forgotten',
  severity: 'error',
  over: 'transfer',
  why: `A write to a non-blocking stream takes what fits into the send buffer and returns how much that was. Whoever
looks only at the sign of the result, or notices the shortfall and keeps nothing of it, drops the rest: the peer gets
a message with its tail missing, and everything after it out of step. Keep the rest and write it when EPOLLOUT comes.`,
  references: ['write(2)', 'send(2)', 'writev(2)', 'sendfile(2)'],
  evidence: { scenario: 'partial-write-dropped' },

  *check(write, project) {
    for (const story of project.broken(write, unsentRest(write, project))) {
      if (story.opened.kind !== 'transfer') continue;
      const { opened, open, broke } = story;
      const { fd } = open.on;
      const end = endOf(broke);
      const mode = mayCutShort({ ...opened, fd }, project);
      if (mode === false) continue;
      yield {
        at: decidingCall(story, (leave) => tellsCaller(leave, open) && isWrapper(leave.callee, project)),
        message: `'${opened.call}' to '${fd.text}' may send less than asked for, and what is left is forgotten`,
        hint: 'keep what was not sent and write it when the descriptor is writable again',
        witness: end ? [end] : [],
        specimen: specimenOf(fd, [{ call: opened.call, size: opened.size, loops: false }], 'epoll', project),
        ...lowered({ ...opened, fd }, mode === true, write, project),
      };
    }
  },
} as const satisfies Rule;

/** A helper that gives the count, or a failure, has done its part; one that says all is well has not. */
function tellsCaller(leave: Event & { kind: 'leave' }, open: Rest): boolean {
  const isFalse = leave.constant === 0 && /^(bool|_Bool)$/.test(leave.callee.facts.returns.base);
  return isFalse || (leave.constant ?? 0) < 0 || leave.symbols.some((symbol) => open.progress.includes(symbol));
}

/** What is not known, or seldom happens, lowers it: an unknown kind or mode, and a few constant bytes. */
function lowered(
  opened: Event & { kind: 'transfer' },
  known: boolean,
  write: Subject,
  project: Project,
): Pick<Report, 'severity' | 'assumes'> {
  const { text } = opened.fd;
  if (opened.literal) return { severity: 'hint', assumes: 'the send buffer has no room for a short text' };
  const isStream = project.kind(opened.fd) !== 'unknown';
  if (known) return isStream ? {} : { severity: 'warning', assumes: `'${text}' is a stream` };
  if (!project.expectsAgain(write)) return { severity: 'hint', assumes: `'${text}' is non-blocking` };
  const shown = `'${text}' is non-blocking, as the test for EAGAIN says`;
  return isStream || opened.fd.sites.length === 0
    ? { severity: 'warning', assumes: shown }
    : { severity: 'hint', assumes: `${shown}, and a stream` };
}

/** The descriptor, and the values from which the rest can still be told. */
interface Rest extends Open {
  readonly on: Tracked;
  readonly progress: readonly string[];
}

function rest(on: Tracked, progress: readonly string[]): Rest {
  const sorted = [...new Set(progress)].sort();
  return { on, progress: sorted, key: `${on.key}|${sorted.join()}` };
}

/** Opened by a short write; settled when its count is kept or the rest goes out; broken when nobody can tell it any more. */
function unsentRest(write: Subject, project: Project): Obligation<Rest> {
  const fd = project.descriptor(write);
  return {
    effort: project.expectsAgain(write) || (fd && project.nonblocking(fd) === true) ? 'full' : 'little',
    needs: ['write', 'close', 'wait', 'thread', 'end'],
    carry: (open, renaming) => {
      const keys = open.progress.map((name) => renaming.key(name)).filter((key) => key !== null);
      const on = carried(open.on, renaming);
      return on === 'settled' ? on : rest(on, [...open.progress, ...keys]);
    },
    opens: (event) => {
      if (event.kind !== 'transfer' || event.direction !== 'out' || event.outcome !== 'short') return [];
      if (mayCutShort(event, project) === false || event.result === null) return [];
      return [rest(tracked(event.fd), [event.result])];
    },
    meets: (open, event) => {
      const on = renamed(open.on, event);
      if (on && event.kind === 'same') {
        return open.progress.includes(event.gone) ? rest(on, [...open.progress, event.stays]) : rest(on, open.progress);
      }
      if (event.kind === 'close' && isAbout(open.on, event.fd))
        return isClosedAnyway(event, write, project) ? 'broken' : 'settled';
      // Handing the connection on tells nobody how much of the message is missing.
      if (event.kind !== 'escape' && isLetGo(open.on, event)) return 'settled';
      const tells = (symbols: readonly string[]): boolean => symbols.some((s) => open.progress.includes(s));
      switch (event.kind) {
        case 'keep':
          return tells(event.symbols) ? 'settled' : open;
        case 'transfer':
          return event.direction === 'out' && isAbout(open.on, event.fd) ? again(open, event) : open;
        case 'wait':
          return tells(event.held) ? open : 'broken';
        case 'exit':
          if (tells(event.symbols) || event.calling === 'main') return 'settled';
          return event.calling !== 'unknown' || (event.constant ?? 0) >= 0 ? 'broken' : 'settled';
        default:
          return open;
      }
    },
  };
}

/** The next write on the same descriptor: it goes on where the last one stopped, or it does not. */
function again(open: Rest, event: Event & { kind: 'transfer' }): Rest | 'settled' | 'broken' {
  const goesOn = event.from.some((symbol) => open.progress.includes(symbol));
  if (!goesOn) return 'broken';
  // A further short count opens an obligation of its own; an error ends the connection.
  return event.outcome === 'again' ? open : 'settled';
}

/** The same close ends the path on which all went out: it is no answer to the short count. */
function isClosedAnyway(close: Event, write: Subject, project: Project): boolean {
  const whole: Obligation<Rest> = {
    ...unsentRest(write, project),
    opens: (event) => (event.kind === 'transfer' && event.outcome === 'full' ? [rest(tracked(event.fd), [])] : []),
    meets: (open, event) => {
      if (event.kind === 'close' && event.fn === close.fn && event.span.start === close.span.start) return 'broken';
      if (event.kind === 'wait' || event.kind === 'exit' || event.kind === 'end') return 'settled';
      return event.kind === 'transfer' && isAbout(open.on, event.fd) ? 'settled' : open;
    },
  };
  return project.broken(write, whole).length > 0;
}

function isNull(expr: Expr | undefined): boolean {
  return (expr?.op === 'int' && expr.value === 0) || (expr?.op === 'name' && expr.name === 'NULL');
}

const MSG_DONTWAIT = 0x40;
const PIPE_BUF = 4096;

/** Whether the kernel may take less than it is given; null when the descriptor's mode is not known. */
function mayCutShort(event: Event & { kind: 'transfer' }, project: Project): boolean | null {
  const kind = project.kind(event.fd);
  if (kind !== 'stream' && kind !== 'pipe' && kind !== 'unknown') return false;
  if (kind === 'pipe' && event.size !== null && event.size <= PIPE_BUF) return false;
  if (/^[012]$/.test(event.fd.key)) return false;
  if (event.size !== null && event.size <= 8) return false;
  // Whoever names the receiver sends whole messages.
  if (event.call === 'sendto' && !isNull(event.operation.args[4])) return false;
  if (event.flags !== null && (event.flags & MSG_DONTWAIT) !== 0) return true;
  return project.nonblocking(event.fd);
}
