import type { Descriptor } from '../analysis/paths/event.js';
import type { Project, Subject } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { asksElsewhere, confinedSites, isPlainSet, ROOM, tableLimit } from '../analysis/story/room.js';
import { madeAt, specimenOf } from '../analysis/story/story.js';

export default {
  id: 'fdset-overflow',
  summary: 'descriptor put into a set that may have no room for it',
  severity: 'error',
  over: 'set',
  why: `An fd_set has room for the descriptors below FD_SETSIZE, which is 1024. FD_SET of a higher one writes behind the
set, into whatever stands there; with _FORTIFY_SOURCE the process is aborted instead. How many descriptors there are is up to
the clients, or to the program that a library is part of. Compare with FD_SETSIZE and refuse, or use poll or epoll.`,
  references: ['select(2)', 'fd_set(3)'],
  evidence: { sanitizer: 'address' },

  *check(add, project) {
    if (add.model?.does !== 'set' || add.model.operation !== 'add' || add.model.fd === null) return;
    if (!isPlainSet(add.call.args[add.model.set], add.fn)) return;
    const fd = project.descriptor(add);
    if (!fd || project.given(add, add.model.fd).every(({ hi }) => hi < ROOM)) return;
    const weight = weightOf(fd, add, project);
    if (!weight) return;
    const made = fd.sites.find((site) => site.name !== 'parameter');
    const from = made ? madeAt(made, project) : null;
    yield {
      at: { fn: add.fn, span: add.call.span },
      message: `'${fd.text}' may be FD_SETSIZE or more, and 'FD_SET' then writes behind the set`,
      hint: `refuse '${fd.text}' where it is not below FD_SETSIZE, or use poll`,
      witness: from ? [{ ...from, message: `'${fd.text}' is made here` }] : [],
      specimen: specimenOf(fd, [{ call: 'FD_SET', size: null, loops: false }], 'select', project),
      ...weight,
    } satisfies Report;
  },
} as const satisfies Rule;

/**
 * Of accepted connections there may be any number; in a library so there may of all descriptors. Null where nobody knows of a
 * descriptor that can be so high.
 */
function weightOf(fd: Descriptor, add: Subject, project: Project): Pick<Report, 'severity' | 'assumes'> | null {
  const isLibrary = project.index.programsOf(add.fn).length === 0;
  const accepted = fd.sites.filter(({ name }) => name.startsWith('accept'));
  // Of listeners there are as many as somebody has configured.
  const made = isLibrary ? fd.sites.filter(({ kind }) => kind !== 'listener') : [];
  const many = accepted.length > 0 ? accepted : made;
  if (many.length === 0 || asksElsewhere(add.fn, project)) return null;
  const limit = tableLimit(add.fn, project);
  const confined = confinedSites(project);
  if (limit === 'lowered' || confined.isCounted || many.some((site) => confined.sites.has(site))) return null;
  if (many.every(({ name }) => name === 'parameter'))
    return { severity: 'hint', assumes: `callers pass a '${fd.text}' that is not below FD_SETSIZE` };
  if (limit === 'raised' && accepted.length > 0) return {};
  return { severity: 'warning', assumes: `the process may have more than ${ROOM} descriptors` };
}
