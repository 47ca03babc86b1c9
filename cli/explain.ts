// `mux-lint explain RULE`: the page of the rule, which is generated from rule, fixture and scenario, for the terminal.
import type { RuleText } from '../analysis/rule.js';
import { meant } from '../workspace/closest.js';
import { ruleTexts } from '../workspace/rule-texts.js';
import type { Arguments } from './arguments.js';
import { markdown } from './markdown.js';
import { errorLine } from './messages.js';
import { packageText } from './package.js';
import type { Surroundings } from './run.js';
import { styleOf } from './terminal.js';

export function explain({ words, colour }: Arguments, { stdout, stderr, env }: Surroundings): Promise<number> {
  const all = ruleTexts();
  const [name] = words;
  if (name === undefined || words.length > 1) {
    stderr.write(errorLine("'explain' takes one rule: mux-lint explain RULE; 'mux-lint rules' lists them"));
    return Promise.resolve(2);
  }
  const rule = all.find(({ id }) => id === name);
  if (rule === undefined) {
    const ids = all.map(({ id }) => id);
    stderr.write(errorLine(`there is no rule '${name}'${meant(name, ids) || "; 'mux-lint rules' lists them"}`));
    return Promise.resolve(2);
  }
  stdout.write(markdown(packageText(`docs/rules/${rule.id}.md`) ?? pageOf(rule), styleOf(stdout, env, colour)));
  return Promise.resolve(0);
}

/** For rules without a fixture, and so without a generated page. */
function pageOf({ id, summary, severity, why, references, evidence }: RuleText): string {
  const sections = [
    `# ${id}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}. Severity: **${severity}**.`,
    `## Why\n\n${why.trim()}`,
    ...('none' in evidence ? [`## Proof\n\nIt cannot be shown by running it: ${evidence.none}.`] : []),
    ...(references.length === 0 ? [] : [`## References\n\n${references.map((one) => `- ${one}`).join('\n')}`]),
  ];
  return `${sections.join('\n\n')}\n`;
}
