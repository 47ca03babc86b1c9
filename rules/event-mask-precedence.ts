import type { Expr } from '../analysis/facts/facts.js';
import { printed } from '../analysis/facts/print.js';
import { visitExpr } from '../analysis/link/liveness.js';
import type { Project, Test } from '../analysis/project.js';
import type { Fix } from '../analysis/finding.js';
import type { Rule } from '../analysis/rule.js';
import { UNKNOWN } from '../analysis/story/story.js';
import { rewritten } from '../analysis/story/edit.js';
import { EVENT_NAMES, eventBits } from '../analysis/story/mask.js';

export default {
  id: 'event-mask-precedence',
  summary: 'test of an event mask whose operators apply in another order than meant',
  severity: 'error',
  naming: EVENT_NAMES,
  why: `In C \`!\` and \`==\` bind tighter than \`&\`, and \`&&\` asks only whether its right side is zero. So
\`!events & EPOLLIN\` is zero for every event that is reported, \`events & EPOLLIN == 0\` is zero for every mask, and
\`events && EPOLLIN\` holds for each of them: the code takes the same way whatever the kernel says, and reads where there is
nothing to read or drops what there is.`,
  references: ['epoll_ctl(2)', 'poll(2)'],
  evidence: { scenario: 'event-mask-precedence' },

  *judge(test, project) {
    const slip = slipIn(test, project);
    if (!slip) return;
    yield {
      at: test,
      message: slip.message,
      hint: slip.hint,
      witness: [],
      specimen: {
        ...UNKNOWN,
        api: 'epoll',
      },
      ...(slip.fix ? { fix: slip.fix } : {}),
    };
  },
} as const satisfies Rule;

interface Slip {
  readonly message: string;
  readonly hint: string;
  readonly fix?: Fix | null;
}

function slipIn(test: Test, project: Project): Slip | null {
  const found: Slip[] = [];
  visitExpr(test.expr, (expr) => {
    const slip = negated(expr, test, project) ?? compared(expr, test, project);
    if (slip) found.push(slip);
  });
  return found[0] ?? (test.decides ? alwaysTrue(test, project) : null);
}

/** `!events & EPOLLIN` */
function negated(expr: Expr, test: Test, project: Project): Slip | null {
  if (expr.op !== 'binary' || expr.sign !== '&' || expr.left.op !== 'unary' || expr.left.sign !== '!') return null;
  if (!bitsOf(expr.right, test, project)) return null;
  const edit = expr === test.expr ? rewritten(test, /^!\s*([^&]+?)\s*&\s*([^&]+)$/, '!($1 & $2)', project) : null;
  return {
    message: `'!' applies to '${printed(expr.left.of)}' alone, and '${printed(expr)}' is 0 for every event`,
    hint: `write '!(${printed(expr.left.of)} & ${printed(expr.right)})'`,
    fix: edit && { title: 'put the parentheses around the test of the bit', safety: 'safe', edits: [edit] },
  };
}

/** `events & EPOLLIN == 0` */
function compared(expr: Expr, test: Test, project: Project): Slip | null {
  if (expr.op !== 'binary' || expr.sign !== '&') return null;
  const { left, right } = expr;
  if (right.op !== 'binary' || (right.sign !== '==' && right.sign !== '!=')) return null;
  const [bits, other] = [bitsOf(right.left, test, project), numberOf(right.right, test, project)];
  if (!bits || other === null) return null;
  // What the comparison is worth takes the place of the bit: by chance it may be the same one.
  if (Number((bits === other) === (right.sign === '==')) === 1 && other === 1 && right.sign === '==') return null;
  const edit =
    expr === test.expr
      ? rewritten(test, /^([^&=!]+?)\s*&\s*([^&=!]+?)\s*([=!]=)\s*([^&=!]+)$/, '($1 & $2) $3 $4', project)
      : null;
  const meant = `(${printed(left)} & ${printed(right.left)}) ${right.sign} ${printed(right.right)}`;
  return {
    message: `'${right.sign}' applies before '&', and '${printed(expr)}' does not look at the bit`,
    hint: `write '${meant}'`,
    fix: edit && { title: 'put the parentheses around the test of the bit', safety: 'safe', edits: [edit] },
  };
}

/** `events && EPOLLIN`, `events & EPOLLIN | EPOLLHUP` */
function alwaysTrue(test: Test, project: Project): Slip | null {
  const { expr } = test;
  if (expr.op === 'binary' && expr.sign === '|') {
    const masks = expr.left.op === 'binary' && expr.left.sign === '&' && bitsOf(expr.left.right, test, project);
    if (!masks || !bitsOf(expr.right, test, project)) return null;
    return {
      message: `'|' sets the bit after '&' has tested, and '${printed(expr)}' is always true`,
      hint: 'put all bits to test in parentheses',
    };
  }
  if (!test.joins || !bitsOf(expr, test, project)) return null;
  return {
    message: `'${printed(expr)}' stands alone as a condition, and is always true`,
    hint: "test the bit with '&'",
  };
}

function bitsOf(expr: Expr, { fn }: Test, project: Project): number {
  return eventBits(expr, fn, project.index) ?? 0;
}

function numberOf(expr: Expr, test: Test, project: Project): number | null {
  return expr.op === 'int' ? expr.value : eventBits(expr, test.fn, project.index);
}
