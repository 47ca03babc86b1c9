// SARIF 2.1.0, for code scanning: rules with their help, the story as related locations and as a code flow.
import type { Fix, Gap, Located, Note, Range, Severity } from '../analysis/finding.js';
import type { RuleText } from '../analysis/rule.js';
import { fingerprint } from './fingerprint.js';
import type { Report, ReportedFinding } from './report.js';

export interface SarifContext {
  readonly version: string;
  readonly rules: readonly RuleText[];
}

export function sarif(report: Report, { version, rules }: SarifContext): string {
  const run = {
    tool: {
      driver: {
        name: 'mux-lint',
        version,
        semanticVersion: version,
        rules: rules.map(ruleOf),
      },
    },
    invocations: [
      {
        executionSuccessful: report.failures.length === 0,
        toolExecutionNotifications: [
          ...report.gaps.map(gapOf),
          ...report.failures.map(({ file, rule, error }) => ({
            level: 'error',
            message: { text: `internal error${rule === null ? '' : ` in ${rule}`}: ${error}` },
            locations: [{ physicalLocation: { artifactLocation: artifactOf(file) } }],
          })),
        ],
      },
    ],
    columnKind: 'utf16CodeUnits',
    results: [
      ...report.findings.map((finding) => resultOf(finding, rules)),
      ...report.allowed.map(({ finding, reason }) => ({
        ...resultOf(finding, rules),
        suppressions: [{ kind: 'inSource', justification: reason }],
      })),
    ],
  };
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return `${JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', hint: 'note' };

function ruleOf({ id, summary, why, references, severity }: RuleText): object {
  const references_ = references.length === 0 ? '' : `\n\nSee ${references.join(', ')}.`;
  const allow = `\n\nTo allow it, with a reason: \`/* mux-lint-allow ${id}: why it is right here */\`.`;
  const text = `${why.trim()}${references_}${allow}`;
  return {
    id,
    shortDescription: { text: summary },
    fullDescription: { text: `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.` },
    help: { text: text.replaceAll('`', ''), markdown: text },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['correctness'], 'problem.severity': severity === 'hint' ? 'recommendation' : severity },
  };
}

function resultOf(finding: ReportedFinding, rules: readonly RuleText[]): object {
  const { rule, severity, message, hint, assumes, notes, fix, verdicts } = finding;
  const index = rules.findIndex(({ id }) => id === rule);
  const said = `${message}${assumes === null ? '' : ` (assumes ${assumes})`}; ${hint}`;
  return {
    ruleId: rule,
    ...(index < 0 ? {} : { ruleIndex: index }),
    level: LEVELS[severity],
    message: { text: said },
    locations: [{ ...locationOf(finding), ...logical(finding) }],
    ...(notes.length === 0 ? {} : { relatedLocations: notes.map(relatedOf), codeFlows: [flowOf(finding)] }),
    partialFingerprints: { 'muxLint/v1': fingerprint(finding) },
    ...(fix === null ? {} : { fixes: [fixOf(fix)] }),
    properties: { specimen: finding.specimen, ...(verdicts === null ? {} : { verdicts }) },
  };
}

function logical({ function: name }: ReportedFinding): object {
  return name === null ? {} : { logicalLocations: [{ name, kind: 'function' }] };
}

function relatedOf(note: Note, index: number): object {
  return { id: index + 1, ...locationOf(note), message: { text: note.message } };
}

/** The steps in the order in which they happen; the finding's own place ends them when it is no step itself. */
function flowOf(finding: ReportedFinding): object {
  const own: Note = { file: finding.file, range: finding.range, message: finding.message };
  const isStep = finding.notes.some((note) => note.file === own.file && isSame(note.range, own.range));
  const steps = isStep ? finding.notes : [...finding.notes, own];
  const locations = steps.map((step, index) => ({
    location: { ...locationOf(step), message: { text: step.message } },
    executionOrder: index + 1,
  }));
  return { threadFlows: [{ locations }] };
}

function isSame(a: Range, b: Range): boolean {
  return a.start.line === b.start.line && a.start.column === b.start.column && a.end.line === b.end.line;
}

function locationOf({ file, range }: Located): object {
  return { physicalLocation: { artifactLocation: artifactOf(file), region: regionOf(range) } };
}

function regionOf({ start, end }: Range): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

/** A relative reference; a path out of the working folder or from the root is left without a base. */
function artifactOf(file: string): object {
  const uri = file.split('/').map(encodeURIComponent).join('/');
  if (file.startsWith('/')) return { uri: `file://${uri}` };
  return file.startsWith('../') ? { uri } : { uri, uriBaseId: '%SRCROOT%' };
}

function fixOf({ title, edits }: Fix): object {
  const files = [...new Set(edits.map(({ file }) => file))];
  return {
    description: { text: title },
    artifactChanges: files.map((file) => ({
      artifactLocation: artifactOf(file),
      replacements: edits
        .filter((edit) => edit.file === file)
        .map(({ range, newText }) => ({ deletedRegion: regionOf(range), insertedContent: { text: newText } })),
    })),
  };
}

function gapOf(gap: Gap): object {
  const within = gap.function === null ? '' : `in ${gap.function}: `;
  return { level: 'note', message: { text: `not analysed: ${within}${gap.reason}` }, locations: [locationOf(gap)] };
}
