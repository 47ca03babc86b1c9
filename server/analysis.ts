// One document through the entry that all drivers share, and the editor's own levels on top of it.
import { dirname } from 'node:path';
import type { Finding, Severity } from '../analysis/finding.js';
import { loadParser, type Parser } from '../analysis/text/parse.js';
import { lintTexts, type OpenText, type WorkspaceResult } from '../workspace/lint-paths.js';
import type { Settings } from './from-protocol.js';

export interface Analysis {
  readonly findings: readonly Finding[];
  /** The name under which findings speak of the document. */
  readonly file: string;
  /** What the user has to put right, and what failed, in words; the findings of everything else are there. */
  readonly complaints: readonly string[];
}

export async function analyse(document: OpenText, settings: Settings): Promise<Analysis> {
  const result = await lintTexts([document], { folder: dirname(document.path), parser: await parserOnce() });
  const [file = document.path] = result.texts.keys();
  return { file, findings: result.findings.flatMap((one) => atLevel(one, settings)), complaints: complaintsOf(result) };
}

/** What the engine has lowered is never raised. */
function atLevel(finding: Finding, { rules }: Settings): readonly Finding[] {
  const level = rules.get(finding.rule);
  if (level === undefined) return [finding];
  if (level === 'off') return [];
  const isRaised = order.indexOf(level) > order.indexOf(finding.severity);
  return [isRaised && finding.assumes !== null ? finding : { ...finding, severity: level }];
}

const order: readonly Severity[] = ['hint', 'warning', 'error'];

function complaintsOf({ problems, failures }: WorkspaceResult): readonly string[] {
  return [
    ...problems.map(({ file, at, message }) => `${file}${at === null ? '' : `:${at.line}:${at.column}`}: ${message}`),
    ...failures.map(({ file, rule, error }) => `${file}: ${rule ?? 'the engine'} failed: ${error}`),
  ];
}

let loading: Promise<Parser> | null = null;

function parserOnce(): Promise<Parser> {
  return (loading ??= loadParser());
}
