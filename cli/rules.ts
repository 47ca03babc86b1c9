// `mux-lint rules`: all rules as a table, or as data.
import type { RuleText } from '../analysis/rule.js';
import { linked, paint } from '../report/style.js';
import { severityPaint } from '../report/summary.js';
import { ruleTexts } from '../workspace/rule-texts.js';
import type { Arguments } from './arguments.js';
import { errorLine } from './messages.js';
import type { Surroundings } from './run.js';
import { styleOf } from './terminal.js';

export function rules({ formats, colour, words }: Arguments, around: Surroundings): Promise<number> {
  const { stdout, stderr, env } = around;
  const all = ruleTexts();
  if (words[0] !== undefined) {
    stderr.write(errorLine(`'rules' takes no argument; did you mean 'mux-lint explain ${words[0]}'?`));
    return Promise.resolve(2);
  }
  if (formats.some(({ name }) => name === 'json')) {
    stdout.write(`${JSON.stringify(all.map(dataOf), null, 2)}\n`);
    return Promise.resolve(0);
  }
  const style = styleOf(stdout, env, colour);
  const width = Math.max(...all.map(({ id }) => id.length));
  const lines = all.map(({ id, severity, summary }) => {
    const name = linked(style, paint(style, id, 'bold'), id) + ' '.repeat(width - id.length);
    return `${name}  ${paint(style, severity.padEnd(7), severityPaint[severity])}  ${summary}`;
  });
  stdout.write(`${lines.join('\n')}\n\n${paint(style, "'mux-lint explain RULE' says more about one.", 'dim')}\n`);
  return Promise.resolve(0);
}

function dataOf({ id, summary, severity, why, references, evidence }: RuleText): object {
  return { id, summary, severity, why, references, evidence };
}
