import type { Event, Width } from '../analysis/paths/event.js';
import type { Obligation } from '../analysis/paths/obligation.js';
import type { Project } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { afterChange, carriedMember, member, type Member } from '../analysis/story/member.js';
import { argumentAt, replaced } from '../analysis/story/edit.js';
import { specimenOf } from '../analysis/story/story.js';

export default {
  id: 'select-nfds',
  summary: 'descriptor at or above the count that select is given',
  severity: 'error',
  over: 'set',
  why: `select(2) looks at the descriptors below its first argument only. One that is in a set and not below it is
neither watched nor reported, and no error says so: whoever waits for it waits for ever. The argument is the highest
descriptor of all sets plus 1, not the descriptor itself and not how many there are.`,
  references: ['select(2)'],
  evidence: { scenario: 'select-nfds' },

  *check(add, project) {
    if (add.model?.does !== 'set' || add.model.operation !== 'add') return;
    for (const { opened, open, broke } of project.broken(add, watched(project))) {
      if (broke.kind !== 'wait' || !broke.width) continue;
      const { fd } = open.on;
      yield {
        at: broke,
        message: `'${fd.text}' is in '${open.set.text}', and ${shortfall(broke.width)}`,
        hint: 'pass the highest descriptor of all sets plus 1',
        witness: [{ fn: opened.fn, span: opened.span, message: `'${fd.text}' is put into the set here` }],
        ...oneMore(broke, project),
        specimen: specimenOf(fd, [{ call: broke.call, size: null, loops: false }], 'select', project),
      } satisfies Report;
    }
  },
} as const satisfies Rule;

function shortfall({ symbol, plus, isCount }: Width): string {
  if (symbol === null) return `the width of ${plus} leaves it out`;
  return isCount ? 'a count of descriptors is no width' : 'a width that is no more than it leaves it out';
}

/** Only where the width is the descriptor itself is it clear what was meant. */
function oneMore(wait: Event & { kind: 'wait' }, project: Project): Pick<Report, 'fix'> {
  const { symbol, plus, isCount } = wait.width ?? { symbol: null, plus: 0, isCount: true };
  const isCall = project.text(wait.fn, wait.span).startsWith(`${wait.call}(`);
  const where = symbol === null || isCount || plus !== 0 || !isCall ? null : argumentAt(wait, 0, project);
  const text = where && project.text(where.fn, where.span);
  if (!where || text === null || !/^\w+(?:(?:->|\.)\w+|\(.*\))*$/.test(text)) return {};
  return { fix: { title: 'pass one more', safety: 'safe', edits: [replaced(where, `${text} + 1`, project)] } };
}

/** Opened where a descriptor is added; settled at the first select of a set that it is in, and broken if that one leaves it out. */
function watched(project: Project): Obligation<Member> {
  return {
    needs: ['set', 'wait', 'close', 'end'],
    carry: carriedMember,
    opens: (event) =>
      event.kind === 'set' && event.change === 'add' && event.fd && !event.fd.key.startsWith('-')
        ? [member(event.fd, { place: event.place, text: event.text ?? event.place })]
        : [],
    meets: (open, event) => {
      if (event.kind === 'wait' && event.sets.some(({ place }) => open.places.includes(place)))
        return isLeftOut(open, event, project) ? 'broken' : 'settled';
      if (event.kind === 'exit') return 'settled';
      return afterChange(open, event);
    },
  };
}

/** Only what is certain: the descriptor itself as the width, or a number or a count that a descriptor of its own cannot be below. */
function isLeftOut({ on }: Member, { width }: Event & { kind: 'wait' }, project: Project): boolean {
  if (!width) return false;
  if (width.symbol !== null && on.names.includes(width.symbol)) return width.plus <= 0;
  const number = /^\d+$/.test(on.fd.key) ? Number(on.fd.key) : null;
  if (number !== null) return width.symbol === null && width.plus <= number;
  // The standard streams are open, and take the first three numbers.
  return (
    width.plus <= (width.symbol === null ? FIRST_FREE : FIRST_FREE - 1) &&
    (width.isCount || width.symbol === null) &&
    isMade(on, project)
  );
}

const FIRST_FREE = 3;

/** Some call of this program made it, and it is no standard stream. */
function isMade({ fd }: Member['on'], project: Project): boolean {
  return (
    fd.sites.length > 0 &&
    fd.sites.every(({ name }) => !/^(parameter|fileno\w*)$/.test(name)) &&
    project.kind(fd) !== 'tty'
  );
}
