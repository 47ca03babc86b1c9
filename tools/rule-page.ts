// The page of a rule, docs/rules/ID.md: made of the rule, its fixture and its scenario, and of no other text.
import type { Finding } from '../analysis/finding.js';
import type { RuleText } from '../analysis/rule.js';
import type { SourceFile } from '../analysis/lint.js';
import { rendered } from './rendered.js';
import { withoutExpectation, type Expectation } from './want.js';

export interface PageParts {
  readonly rule: RuleText;
  readonly fixture: SourceFile;
  readonly expectations: readonly Expectation[];
  /** All findings of this rule in its fixture. */
  readonly findings: readonly Finding[];
  /** What the kernel is asked to show; null when the rule's evidence is of another sort. */
  readonly claim: string | null;
  /** The table of what the kernel showed; null where it was never asked. */
  readonly observed: string | null;
}

export function rulePage({ rule, fixture, expectations, findings, claim, observed }: PageParts): string {
  const parts = functionsOf(fixture);
  const bad = parts.find(({ name }) => name.startsWith('bad_'));
  const good = parts.find(({ name }) => name.startsWith('good_'));
  const shown = findings.find(({ function: name }) => name !== null && name === bad?.name);
  const sections = [
    `# ${rule.id}\n\n${capital(rule.summary)}. Severity: **${rule.severity}**.`,
    `## Why\n\n${rule.why.trim()}`,
    bad && section('What is found', bad, shown ? rendered(shown, [fixture]) : null),
    good && section('What is right', good, null),
    proof(rule, claim, observed),
    limits(expectations, parts),
    bad &&
      `## Allowing it\n\nOn the line, on the line above, or before the function, with the reason:\n\n${fence('c', `/* mux-lint-allow ${rule.id}: why it is right here */`)}`,
    rule.references.length > 0 && `## References\n\n${rule.references.map((reference) => `- ${reference}`).join('\n')}`,
  ];
  return `${sections.filter((text) => typeof text === 'string').join('\n\n')}\n`;
}

interface Part {
  readonly name: string;
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** The functions of a fixture, which stand in column 0 and end with a brace in column 0. */
function functionsOf({ text }: SourceFile): readonly Part[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const name = /^[a-z].*?\b((?:bad|good)_\w+)\s*\(/.exec(line)?.[1];
    const length = lines.slice(index).indexOf('}') + 1;
    if (name === undefined || length === 0 || line.trimEnd().endsWith(';')) return [];
    return [{ name, firstLine: index + 1, lines: lines.slice(index, index + length) }];
  });
}

function section(title: string, part: Part, output: string | null): string {
  const code = fence(
    'c',
    part.lines
      .filter((line) => !isOnlyExpectation(line))
      .map(withoutExpectation)
      .join('\n'),
  );
  return `## ${title}\n\n${code}${output === null ? '' : `\n\n${fence('', output)}`}`;
}

function isOnlyExpectation(line: string): boolean {
  return line.trim() !== '' && withoutExpectation(line).trim() === '';
}

function proof({ evidence, id }: RuleText, claim: string | null, observed: string | null): string {
  const title = '## Proof\n\n';
  if ('none' in evidence) return `${title}It cannot be shown by running it: ${evidence.none}.`;
  if ('sanitizer' in evidence) return `${title}The compiled function is run under the ${evidence.sanitizer} sanitizer.`;
  const sentence = `${capital(claim ?? `the kernel is asked by the scenario ${evidence.scenario}`)}.`;
  const command = fence('sh', `npx mux-lint verify fixtures/${id}.c`);
  const replay = `This replays it on the kernel that runs here:\n\n${command}`;
  return `${title}${[sentence, observed, replay].filter((text) => text !== null).join('\n\n')}`;
}

function limits(expectations: readonly Expectation[], parts: readonly Part[]): string | null {
  const within = (line: number): string =>
    parts.find(({ firstLine, lines }) => line >= firstLine && line < firstLine + lines.length)?.name ?? 'file scope';
  const known = expectations.filter(({ verb }) => verb === 'missing' || verb === 'spurious');
  if (known.length === 0) return null;
  const items = known.map(({ verb, line, reason, part }) => {
    const what = verb === 'missing' ? 'Not found' : 'Found although it is right';
    return `- ${what} in \`${within(line)}\`: ${reason === '' ? (part ?? '') : reason}.`;
  });
  return `## Known limits\n\n${items.join('\n')}`;
}

function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
