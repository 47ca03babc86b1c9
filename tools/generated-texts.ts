// The generated texts besides the index: a page for each rule, the table in the README, the settings in the manifest, and the
// schema of the configuration.
import { lint } from '../analysis/lint.js';
import { loadParser } from '../analysis/text/parse.js';
import { scenarioOf } from '../native-verify/scenarios.js';
import { rules } from '../rules/index.js';
import { configSchema } from '../workspace/schema.js';
import { ruleTexts } from '../workspace/rule-texts.js';
import { observedRows } from './observed.js';
import { names, read, readIfThere } from './repository.js';
import { formatted } from './rule-index.js';
import { rendered } from './rendered.js';
import { rulePage } from './rule-page.js';
import { readWants } from './want.js';

type PathAndText = readonly [path: string, text: string];

export async function rulePages(): Promise<readonly PathAndText[]> {
  const parser = await loadParser('wasm');
  const ids = new Set<string>(rules.map(({ id }) => id));
  const pages = ruleTexts().map(async (rule): Promise<PathAndText> => {
    const path = `fixtures/${rule.id}.c`;
    const fixture = { path, text: readIfThere(path) ?? '' };
    const findings = lint([fixture], rules, parser).findings.filter((finding) => finding.rule === rule.id);
    const { expectations } = readWants(fixture, ids);
    const page = `docs/rules/${rule.id}.md`;
    const scenario = 'scenario' in rule.evidence ? await scenarioOf(rule.evidence.scenario) : null;
    const specimen = findings[0]?.specimen;
    const observed = scenario && specimen ? await observedRows(rule.id, specimen, readIfThere(page)) : null;
    return [page, rulePage({ rule, fixture, expectations, findings, claim: scenario?.claim ?? null, observed })];
  });
  return Promise.all(pages);
}

export async function readme(): Promise<PathAndText> {
  const path = 'README.md';
  const rows = ruleTexts().map(
    ({ id, severity, summary }) => `| [${id}](docs/rules/${id}.md) | ${severity} | ${summary} |`,
  );
  const table = ['| rule | severity | what it finds |', '| --- | --- | --- |', ...rows].join('\n');
  const finding = await firstFinding();
  const shown = finding === null ? '' : `\`\`\`\n${finding}\n\`\`\``;
  return [path, await formatted(path, between(between(read(path), 'rules', table), 'finding', shown))];
}

/** The first error in the first buggy server: what a reader sees before all else. */
async function firstFinding(): Promise<string | null> {
  const parser = await loadParser('wasm');
  for (const name of names('fixtures/servers', '-bad.c')) {
    const source = { path: `fixtures/servers/${name}-bad.c`, text: read(`fixtures/servers/${name}-bad.c`) };
    const finding = lint([source], rules, parser).findings.find(({ severity }) => severity === 'error');
    if (finding) return rendered(finding, [source]);
  }
  return null;
}

/** The text with what stands between its markers of this name replaced. */
function between(text: string, name: string, inner: string): string {
  const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the README has lost its markers '${begin}' and '${end}'`);
  return `${text.slice(0, from)}${begin}\n\n${inner}\n\n${text.slice(to)}`;
}

/** The part of the extension's manifest that follows from the rules. */
interface Manifest {
  readonly contributes: { readonly configuration: { readonly properties: Record<string, unknown> } };
}

export async function schema(): Promise<PathAndText> {
  const path = 'docs/mux-lint.schema.json';
  return [path, await formatted(path, JSON.stringify(configSchema()))];
}

export async function manifest(): Promise<PathAndText> {
  const path = 'client/package.json';
  const value: unknown = JSON.parse(read(path));
  if (!isManifest(value)) throw new Error(`${path} has no contributes.configuration.properties`);
  value.contributes.configuration.properties['mux-lint.rules'] = {
    type: 'object',
    scope: 'resource',
    markdownDescription: 'Severity of single rules in the editor, or `off`. It has the last word over `mux-lint.json`.',
    default: {},
    additionalProperties: false,
    properties: Object.fromEntries(
      ruleTexts().map(({ id, summary, severity }) => [
        id,
        { enum: ['off', 'hint', 'warning', 'error'], default: severity, description: summary },
      ]),
    ),
  };
  return [path, await formatted(path, JSON.stringify(value))];
}

function isManifest(value: unknown): value is Manifest {
  const at = (from: unknown, key: string): unknown =>
    typeof from === 'object' && from !== null ? Object.entries(from).find(([name]) => name === key)?.[1] : undefined;
  return typeof at(at(at(value, 'contributes'), 'configuration'), 'properties') === 'object';
}
