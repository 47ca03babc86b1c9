import type { Event } from '../analysis/paths/event.js';
import { decidingCall, isWrapper } from '../analysis/story/exit.js';
import type { Broken, Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Rule } from '../analysis/rule.js';
import { doubts, mayCutShort } from '../analysis/story/short-write.js';
import { endOf, specimenOf } from '../analysis/story/story.js';
import { carried, isAbout, isLetGo, renamed, tracked, type Tracked } from '../analysis/story/tracked.js';

export default {
  id: 'partial-write-dropped',
  summary: 'rest of a short write is forgotten',
  severity: 'error',
  over: 'write',
  why: `A write to a non-blocking stream takes what fits into the send buffer and returns how much that was. Whoever
looks only at the sign of the result, or notices the shortfall and keeps nothing of it, drops the rest: the peer gets
a message with its tail missing, and everything after it out of step. Keep the rest and write it when EPOLLOUT comes.`,
  references: ['write(2)', 'send(2)', 'writev(2)', 'sendfile(2)'],
  evidence: { scenario: 'partial-write-dropped' },

  *check(write, project) {
    const stories = project.broken(write, unsentRest(write, project));
    const isHelpers = isHelpersOwn(stories, write, project);
    for (const story of stories) {
      if (story.opened.kind !== 'transfer') continue;
      const { open, broke } = story;
      const { fd } = open.on;
      const opened = { ...story.opened, fd };
      if (mayCutShort(opened, project) === false) continue;
      // Who writes the same until there is no room wants the buffer full, and no message told.
      if (broke.kind === 'transfer' && project.repeatsItself(write)) continue;
      const end = endOf(broke);
      yield {
        at: isHelpers
          ? opened
          : decidingCall(story, (leave) => tellsCaller(leave, open) && isWrapper(leave.callee, project)),
        message: `'${opened.call}' to '${fd.text}' may send less than asked for, and what is left is forgotten`,
        hint: 'keep what was not sent and write it when the descriptor is writable again',
        witness: end ? [end] : [],
        specimen: specimenOf(fd, [{ call: opened.call, size: opened.size, loops: false }], 'epoll', project),
        ...doubts(opened, broke, write, project),
      };
    }
  },
} as const satisfies Rule;

/** A helper that waits for room by itself, and of whose callers none looks at the count: one defect, and it is the helper's. */
function isHelpersOwn(stories: readonly Broken<Rest>[], write: Subject, project: Project): boolean {
  if (!project.triesAgain(write)) return false;
  const dropping = stories.flatMap(({ path }) => {
    const left = path.find((event) => event.kind === 'leave' && event.callee === write.fn);
    return left?.kind === 'leave' ? [`${left.call.fn.id}:${left.call.span.start}`] : [];
  });
  const many = new Set(dropping).size;
  return many > 1 && many >= project.bindings.callersOf(write.fn).length;
}

/** A helper that gives the count, or a failure, has done its part; one that says all is well has not. */
function tellsCaller(leave: Event & { kind: 'leave' }, open: Rest): boolean {
  const isFalse = leave.constant === 0 && /^(bool|_Bool)$/.test(leave.callee.facts.returns.base);
  return isFalse || (leave.constant ?? 0) < 0 || leave.symbols.some((symbol) => open.progress.includes(symbol));
}

/** The descriptor, and the values from which the rest can still be told. */
interface Rest extends Open {
  readonly on: Tracked;
  readonly progress: readonly string[];
  /** What was asked for, where a variable says it and control is still in its function. */
  readonly asked: string | null;
  /** How many calls were entered since the rest was refused with EAGAIN; null when it was not. */
  readonly since: number | null;
}

function rest({ on, progress, asked, since }: Omit<Rest, 'key'>): Rest {
  const sorted = [...new Set(progress)].sort();
  return { on, progress: sorted, asked, since, key: `${on.key}|${sorted.join()}|${asked ?? ''}|${since ?? ''}` };
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
      if (on === 'settled') return on;
      return rest({ on, progress: [...open.progress, ...keys], asked: null, since: open.since });
    },
    opens: (event) => {
      if (event.kind !== 'transfer' || event.direction !== 'out' || event.outcome !== 'short') return [];
      if (mayCutShort(event, project) === false || event.result === null) return [];
      const asked = event.size === null ? event.asks : null;
      return [rest({ on: tracked(event.fd), progress: [event.result], asked, since: null })];
    },
    meets: (open, event) => {
      const on = renamed(open.on, event);
      if (on && event.kind === 'same') {
        const progress = open.progress.includes(event.gone) ? [...open.progress, event.stays] : open.progress;
        return rest({ ...open, on, progress, asked: open.asked === event.gone ? event.stays : open.asked });
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
          return event.direction === 'out' ? again(open, event, write, project) : open;
        case 'enter':
        case 'leave':
          return waiting(open, event);
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

/** The next write on the same descriptor, whatever its name is there: it goes on where the last one stopped, or it does not. */
function again(
  open: Rest,
  event: Event & { kind: 'transfer' },
  write: Subject,
  project: Project,
): Rest | 'settled' | 'broken' {
  const goesOn = event.from.some((symbol) => open.progress.includes(symbol));
  if (!goesOn) return isAbout(open.on, event.fd) ? 'broken' : open;
  // From further on, but as much as before: that reaches beyond the end, and the sum never comes out right.
  const isBack = event.fn === write.fn && event.span.start === write.call.span.start;
  if (isBack && open.asked !== null && event.asks === open.asked && project.asksTheSame(write)) return 'broken';
  // A further short count opens an obligation of its own; an error ends the connection.
  return event.outcome === 'again' ? rest({ ...open, since: 0 }) : 'settled';
}

/** The rest was refused, and a function is called to wait for room: where that fails, the connection is over. */
function waiting(open: Rest, event: Event & { kind: 'enter' | 'leave' }): Rest | 'settled' {
  if (open.since === null) return open;
  if (event.kind === 'enter') return rest({ ...open, since: open.since + 1 });
  if (open.since === 0) return open;
  return (event.constant ?? 0) < 0 ? 'settled' : rest({ ...open, since: open.since - 1 });
}

/** The same close ends the path on which all went out: it is no answer to the short count. */
function isClosedAnyway(close: Event & { kind: 'close' }, write: Subject, project: Project): boolean {
  const whole: Obligation<Rest> = {
    ...unsentRest(write, project),
    opens: (event) =>
      event.kind === 'transfer' && event.outcome === 'full'
        ? [rest({ on: tracked(event.fd), progress: [], asked: null, since: null })]
        : [],
    meets: (open, event) => {
      if (event.kind === 'close' && event.activation === close.activation && event.span.start === close.span.start)
        return 'broken';
      if (event.kind === 'wait' || event.kind === 'exit' || event.kind === 'end') return 'settled';
      return event.kind === 'transfer' && isAbout(open.on, event.fd) ? 'settled' : open;
    },
  };
  return project.broken(write, whole).length > 0;
}
