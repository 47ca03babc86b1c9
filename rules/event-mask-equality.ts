import type { Expr } from '../analysis/facts/facts.js';
import { printed } from '../analysis/facts/print.js';
import { epollNames } from '../analysis/knowledge/constants.js';
import { someExpr } from '../analysis/link/liveness.js';
import type { Project, Test } from '../analysis/project.js';
import type { Report, Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { onlyOn } from '../analysis/story/branch.js';
import { rewritten } from '../analysis/story/edit.js';
import { EVENT_NAMES, eventBits, isReported } from '../analysis/story/mask.js';

export default {
  id: 'event-mask-equality',
  summary: 'reported events compared as a whole with one of their bits',
  severity: 'error',
  naming: EVENT_NAMES,
  why: `The kernel reports all that is true of a descriptor at once: a peer that has written and closed gives
\`EPOLLIN|EPOLLRDHUP|EPOLLHUP\`, and a socket with input that may also be written to gives \`EPOLLIN|EPOLLOUT\`. A comparison
with \`==\`, or a \`switch\`, is false for all of these. Nobody handles the event, and a level-triggered wait reports it
again at once: the process spins, and what was sent is never read.`,
  references: ['epoll_ctl(2)', 'poll(2)'],
  evidence: { scenario: 'event-mask-equality' },

  *judge(test, project) {
    const compared = comparison(test, project);
    if (!compared || isAnswered(test, compared, project)) return;
    const { mask, bits } = compared;
    yield {
      at: test,
      message: `'${printed(mask)}' is compared as a whole, and nothing is done when another bit comes with it`,
      hint: "test the bit with '&'",
      witness: [],
      specimen: {
        ...UNKNOWN,
        api: 'epoll',
        mask: epollNames(bits),
      },
      ...fixOf(test, compared, project),
    };
  },
} as const satisfies Rule;

interface Comparison {
  readonly mask: Expr;
  readonly bits: number;
  /** The way that is taken when the mask is another one. */
  readonly unequal: 'then' | 'otherwise';
}

function comparison({ expr, fn, decides }: Test, project: Project): Comparison | null {
  if (!decides || expr.op !== 'binary' || (expr.sign !== '==' && expr.sign !== '!=')) return null;
  const [left, right] = [expr.left, expr.right].map((side) => eventBits(side, fn, project.index));
  const mask = left ? expr.right : expr.left;
  const bits = left ?? right ?? 0;
  if (bits === 0 || !isReported(mask, fn, project)) return null;
  return { mask, bits, unequal: expr.sign === '==' ? 'otherwise' : 'then' };
}

/** Something else is done for other masks: the comparison is a short cut, or an error is told. */
function isAnswered(test: Test, { mask, unequal }: Comparison, project: Project): boolean {
  const { fn } = test;
  return onlyOn(fn, test.at, unequal).some((operation) => {
    if (operation.kind === 'return') return !operation.implicit && operation.value !== null;
    if (operation.kind === 'test') return looksAt(operation.test, mask);
    if (operation.kind !== 'call') return false;
    const name = operation.callee.op === 'name' ? operation.callee.name : null;
    return name === null || project.index.model(name, fn.facts.file)?.does !== 'nothing';
  });
}

/** A part of the mask is tested, as it should be. */
function looksAt(expr: Expr, mask: Expr): boolean {
  const isMask = (side: Expr): boolean => printed(side) === printed(mask);
  return someExpr(expr, (e) => e.op === 'binary' && e.sign === '&' && [e.left, e.right].some(isMask));
}

/** With `&` the way is taken for more masks, none of which came in a run without the bug. */
function fixOf(test: Test, { unequal }: Comparison, project: Project): Pick<Report, 'fix'> {
  if (unequal === 'then') return {};
  const edit = rewritten(test, /^([^=!]+?)\s*==\s*([^=!]+)$/, '$1 & $2', project);
  return edit ? { fix: { title: "test the bit with '&'", safety: 'safe', edits: [edit] } } : {};
}
