// All rules that a user can name: those of the engine, and the two about suppressions, which need no engine.
import type { RuleText } from '../analysis/rule.js';
import { rules } from '../rules/index.js';

/** In the order of their ids. */
export function ruleTexts(): readonly RuleText[] {
  return [...rules, ...allowRules].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const evidence = { none: 'it is about a comment, which the kernel never sees' } as const;

const allowRules: readonly RuleText[] = [
  {
    id: 'allow-without-reason',
    summary: 'suppression that does not say why',
    severity: 'warning',
    why: `A suppression is read by people who wonder whether the code is right. Without a reason it answers nothing, so it
does not hold: the finding that it was written for is shown as well.

Write the reason after a colon: \`/* mux-lint-allow partial-write-dropped: the peer reads one byte */\`.`,
    references: [],
    evidence,
  },
  {
    id: 'unused-allow',
    summary: 'suppression of something that is not there',
    severity: 'warning',
    why: `The code that the comment excused was repaired or has moved away, or the rule's name is misspelt. Left in place it
would hide the next bug of that kind.`,
    references: [],
    evidence,
  },
];
