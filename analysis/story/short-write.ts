// Which writes the kernel may cut short, and how sure that is: by what the descriptor is and by how much is written.
import type { Event } from '../paths/event.js';
import type { Project, Subject } from '../project.js';
import type { Report } from '../rule.js';
import { isTold } from './transfer.js';

type Write = Event & { readonly kind: 'transfer' };

/** Pipes take so much whole or not at all (pipe(7)), and so do the local streams that socketpair(2) makes: measured on Linux 6.18. */
const WHOLE = 4096;
/** The size of a counter, or of a byte to wake somebody up. */
const TOKEN = 8;

/** Whether the kernel may take less than it is given; null when the descriptor's mode is not known. */
export function mayCutShort(write: Write, project: Project): boolean | null {
  const { fd, size, addressed, literal } = write;
  const kind = project.kind(fd);
  if (kind !== 'stream' && kind !== 'pipe' && kind !== 'unknown') return false;
  if (size !== null && (size <= TOKEN || (size <= WHOLE && (kind === 'pipe' || isLocal(fd))))) return false;
  if (/^[012]$/.test(fd.key) || addressed || (literal && isLocal(fd))) return false;
  if (isTold(write, 'MSG_DONTWAIT')) return true;
  return project.nonblocking(fd);
}

/** What is not known, or seldom happens, lowers a finding; `end` is where the rest is lost. */
export function doubts(
  opened: Write,
  end: Event,
  write: Subject,
  project: Project,
): Pick<Report, 'severity' | 'assumes'> {
  const { fd, size, literal } = opened;
  const known = mayCutShort(opened, project) === true;
  const isStream = project.kind(fd) !== 'unknown';
  if (literal) {
    // What is sent next stands behind half a text; where nothing follows, only the text is cut.
    const isFollowed = known && isStream && end.kind === 'transfer';
    return { severity: isFollowed ? 'warning' : 'hint', assumes: 'the send buffer has no room for a short text' };
  }
  if (known && isLocal(fd) && size === null)
    return { severity: 'warning', assumes: `more than ${WHOLE} bytes are written at once` };
  if (known && isStream) return {};
  if (known) return { severity: mayBeDatagram(fd) ? 'hint' : 'warning', assumes: `'${fd.text}' is a stream` };
  if (!project.expectsAgain(write)) return { severity: 'hint', assumes: `'${fd.text}' is non-blocking` };
  const shown = `'${fd.text}' is non-blocking, as the test for EAGAIN says`;
  return isStream || fd.sites.length === 0
    ? { severity: 'warning', assumes: shown }
    : { severity: 'hint', assumes: `${shown}, and a stream` };
}

function isLocal({ sites }: Write['fd']): boolean {
  return sites.length > 0 && sites.every(({ name }) => name === 'socketpair');
}

/** The type is chosen while the program runs, or another descriptor at this place is a datagram socket. */
function mayBeDatagram({ sites }: Write['fd']): boolean {
  return (
    sites.some(({ kind }) => kind === 'datagram') || (sites.length > 0 && sites.every(({ name }) => name === 'socket'))
  );
}
