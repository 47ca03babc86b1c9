import type { Event } from '../analysis/event.js';
import { decidingCall, isWrapper } from '../analysis/exit.js';
import { broken, type Broken, type Obligation, type Open } from '../analysis/obligation.js';
import { returnsToWait, type Project } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { endOf, specimenOf } from '../analysis/story.js';
import type { WalkNode } from '../analysis/walk.js';
import { isAbout, isLetGo, renamed, tracked, type Tracked } from '../analysis/tracked.js';

export default {
  id: 'partial-write-dropped',
  summary: 'rest of a short write is forgotten',
  severity: 'error',
  over: 'walk',
  why: `A write to a non-blocking stream takes what fits into the send buffer and returns how much that was. Whoever
looks only at the sign of the result, or notices the shortfall and keeps nothing of it, drops the rest: the peer gets
a message with its tail missing, and everything after it out of step. Keep the rest and write it when EPOLLOUT comes.`,
  references: ['write(2)', 'send(2)', 'writev(2)', 'sendfile(2)'],
  evidence: { scenario: 'partial-write-dropped' },

  *check(walk, project) {
    for (const story of broken(walk, unsentRest(project))) {
      const { opened, open, broke } = story;
      if (opened.kind !== 'transfer' || (broke.kind === 'close' && !isClosedAnyway(story))) continue;
      const { fd } = opened;
      const end = endOf(broke, walk, project);
      const known = mayCutShort(opened, project) === true;
      yield {
        at: decidingCall(story, (leave) => tellsCaller(leave, open) && isWrapper(leave.callee, project)),
        message: `'${opened.call}' to '${fd.text}' may send less than asked for, and what is left is forgotten`,
        hint: 'keep what was not sent and write it when the descriptor is writable again',
        witness: end ? [end] : [],
        specimen: specimenOf(fd, [{ call: opened.call, size: opened.size, loops: false }], 'epoll', project),
        ...lowered(opened, known),
      };
    }
  },
} as const satisfies Rule;

/** A helper that gives the count, or a failure, has done its part; one that says all is well has not. */
function tellsCaller(leave: Event & { kind: 'leave' }, open: Rest): boolean {
  return (leave.constant ?? 0) < 0 || leave.symbols.some((symbol) => open.progress.includes(symbol));
}

/** What is not known, or seldom happens, makes a hint of it: an unknown mode, and a few constant bytes. */
function lowered(opened: Event & { kind: 'transfer' }, known: boolean): Pick<Report, 'severity' | 'assumes'> {
  if (!known) return { severity: 'hint', assumes: `'${opened.fd.text}' is non-blocking` };
  return opened.literal ? { severity: 'hint', assumes: 'the send buffer has no room for a short text' } : {};
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
function unsentRest(project: Project): Obligation<Rest> {
  return {
    opens: (event) => {
      if (event.kind !== 'transfer' || event.direction !== 'out' || event.outcome !== 'short') return [];
      if (mayCutShort(event, project) === false || event.result === null) return [];
      return [rest(tracked(event.fd), [event.result])];
    },
    meets: (open, event, walk) => {
      const on = renamed(open.on, event);
      if (on && event.kind === 'same') {
        return open.progress.includes(event.gone) ? rest(on, [...open.progress, event.stays]) : rest(on, open.progress);
      }
      if (event.kind === 'close' && isAbout(open.on, event.fd)) return 'broken';
      if (isLetGo(open.on, event)) return 'settled';
      const tells = (symbols: readonly string[]): boolean => symbols.some((s) => open.progress.includes(s));
      switch (event.kind) {
        case 'keep':
          return tells(event.symbols) ? 'settled' : open;
        case 'transfer':
          return event.direction === 'out' && isAbout(open.on, event.fd) ? again(open, event) : open;
        case 'wait':
          return tells(event.held) ? open : 'broken';
        case 'exit':
          if (tells(event.symbols) || project.calling(walk) === 'main') return 'settled';
          return returnsToWait(project.calling(walk)) || (event.constant ?? 0) >= 0 ? 'broken' : 'settled';
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
function isClosedAnyway({ walk, opened, broke }: Broken<Rest>): boolean {
  const at = (event: Event, other: Event): boolean => event.fn === other.fn && event.span.start === other.span.start;
  const seen = new Set<WalkNode>();
  const work = walk.nodes.flatMap((node) =>
    node.edges.flatMap((edge) => {
      const whole = edge.events.some((e) => e.kind === 'transfer' && e.outcome === 'full' && at(e, opened));
      return whole && edge.to ? [edge.to] : [];
    }),
  );
  for (let node = work.pop(); node; node = work.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const edge of node.edges) {
      if (edge.events.some((e) => e.kind === 'close' && at(e, broke))) return true;
      if (edge.to && !edge.events.some((e) => e.kind === 'wait' || (e.kind === 'transfer' && at(e, opened))))
        work.push(edge.to);
    }
  }
  return false;
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
  if (event.flags !== null && (event.flags & MSG_DONTWAIT) !== 0) return true;
  return project.nonblocking(event.fd);
}
