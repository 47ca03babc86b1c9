import { decidingCall } from '../analysis/story/exit.js';
import type { Descriptor, Event } from '../analysis/paths/event.js';
import type { Obligation, Open } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { isTold } from '../analysis/story/transfer.js';
import { specimenOf } from '../analysis/story/story.js';

export default {
  id: 'read-error-unhandled',
  summary: 'the -1 of a failed read is used as a number of bytes',
  severity: 'error',
  over: 'read',
  why: `A read of a connection that the peer has reset gives -1, and one that is not ready on a non-blocking descriptor
does, too. As an index that is the byte before the buffer, and as a length it is as large as a length can be: memory is
overwritten, or what stands behind the buffer is sent. Test the result before it is used.`,
  references: ['read(2)', 'recv(2)'],
  evidence: { sanitizer: 'address' },

  *check(read, project) {
    for (const story of project.broken(read, untested(project))) {
      if (story.opened.kind !== 'transfer' || story.broke.kind !== 'use') continue;
      const { opened, broke } = story;
      if (isReliable(opened.fd)) continue;
      const as = broke.as === 'index' ? 'an index' : 'a length';
      yield {
        at: decidingCall(story, (leave) => leave.constant !== null && leave.constant < 0),
        message: `'${opened.call}' can fail, and its -1 is then used as ${as}`,
        hint: 'test the result for -1 before it is used as a number of bytes',
        witness: [{ fn: broke.fn, span: broke.span, message: `the result -1 is ${as} here` }],
        specimen: specimenOf(opened.fd, [{ call: opened.call, size: opened.size, loops: false }], 'none', project),
        ...lowered(opened.fd, project),
      };
    }
  },
} as const satisfies Rule;

/** The -1 of one failed read. */
interface Untested extends Open {
  readonly failed: string;
}

/** Opened by a read that fails; broken where its -1 counts bytes; settled where nobody has it any more. */
function untested(project: Project): Obligation<Untested> {
  return {
    needs: ['end'],
    looks: ['use'],
    failure: (open) => open.failed,
    carry: (open) => open,
    opens: (event) => (fails(event, project) ? [{ failed: event.failed, key: event.failed }] : []),
    meets: (open, event) => {
      switch (event.kind) {
        case 'use':
          return event.failed === open.failed ? 'broken' : open;
        case 'transfer':
          return event.failed === open.failed || event.result === open.failed ? 'settled' : open;
        case 'leave':
          return event.constant !== null && event.constant < 0 ? open : 'settled';
        case 'wait':
        case 'exit':
        case 'end':
          return 'settled';
        default:
          return open;
      }
    },
  };
}

function fails(event: Event, project: Project): event is Event & { kind: 'transfer'; failed: string } {
  if (event.kind !== 'transfer' || event.failed === null) return false;
  return event.outcome === 'error' || !mayBlock(event, project);
}

function mayBlock(event: Event & { kind: 'transfer' }, project: Project): boolean {
  return !isTold(event, 'MSG_DONTWAIT') && project.nonblocking(event.fd) !== true;
}

/** A socket may be reset at any time; of others it has to be known that a read of them fails. */
function lowered(fd: Descriptor, project: Project): Pick<Report, 'severity' | 'assumes'> {
  const kind = project.kind(fd);
  if (kind === 'stream' || kind === 'seqpacket' || project.nonblocking(fd) === true) return {};
  if (/^\d+$/.test(fd.key)) return { severity: 'hint', assumes: `'${fd.text}' is a socket or a terminal` };
  const assumes = kind === 'unknown' ? `'${fd.text}' is a socket` : 'a signal interrupts the read';
  return { severity: 'warning', assumes };
}

/** Files and counters are read without errors for all practical purposes. */
function isReliable(fd: Descriptor): boolean {
  const named = fd.sites.length > 0 && fd.sites.every(({ name }) => /^(open|creat|shm_open|memfd)/.test(name));
  return named || fd.sites.some(({ kind }) => RELIABLE.has(kind));
}

const RELIABLE: ReadonlySet<string> = new Set([
  'regular',
  'eventfd',
  'eventfd-semaphore',
  'timerfd',
  'signalfd',
  'inotify',
]);
