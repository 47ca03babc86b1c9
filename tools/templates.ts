// What a new rule begins with: three texts that compile, find nothing and claim nothing that has not been shown.

export function ruleTemplate(id: string): string {
  return `import type { Rule } from '../analysis/rule.js';

export default {
  id: '${id}',
  summary: 'say in one line what is wrong with the code that is found',
  severity: 'warning',
  why: \`Say what the kernel does, and what the user of the program then sees.\`,
  references: ['epoll(7)'],
  evidence: { scenario: '${id}' },
  over: 'transfer',

  check(_call, _project) {
    // What opens the obligation, what discharges it, and where is it broken?
    return [];
  },
} as const satisfies Rule;
`;
}

export function fixtureTemplate(id: string): string {
  return `// Say here which code is wrong and which is right. The verbs of expectations are in CONTRIBUTING.md.
#include <sys/epoll.h>
#include <unistd.h>

// Mark the place of the finding with: want ${id} at "the exact text" "a part of the message"
void bad_rename_me(int ep, int fd, char *buf, int n)
{
	(void)ep;
	(void)fd;
	(void)buf;
	(void)n;
}

void good_rename_me(int ep, int fd, char *buf, int n)
{
	(void)ep;
	(void)fd;
	(void)buf;
	(void)n;
}
`;
}

export function scenarioTemplate(id: string): string {
  return `// Say here which sequence of calls shows '${id}'.
import type { Specimen } from '../../analysis/finding.js';
import type { Kernel } from '../kernel.js';
import type { Acts, Refusal, Scenario, Stage } from '../scenario.js';
import { strandedInSilence } from '../seen.js';

export default {
  claim: 'say in one sentence what the kernel does, so that it could turn out false',
  entry: 'handler',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

/** The pattern with the finding's own numbers, and beside it the corrected sequence. */
function acts(_specimen: Specimen, _seed: number): Acts | Refusal {
  return { refused: 'the scenario of ${id} is not written yet' };
}

/** The descriptors and peers for a compiled function. */
function stage(_kernel: Kernel, _trigger: boolean, _seed: number): Stage {
  throw new Error('the stage of ${id} is not written yet');
}
`;
}
