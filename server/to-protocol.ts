// From our words to the protocol's: findings become diagnostics, with places in the negotiated encoding.
import { pathToFileURL } from 'node:url';
import { DiagnosticSeverity, type Diagnostic, type Location, type Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding, Located, Position as Place, Severity } from '../analysis/finding.js';
import type { Encoding } from './from-protocol.js';

export interface Target {
  readonly encoding: Encoding;
  /** The text in which a place of this file is to be counted; undefined when it is not open. */
  readonly document: (path: string) => TextDocument | undefined;
  /** Folder of the generated pages of the rules; null where they are not installed. */
  readonly pages: URL | null;
}

export function toDiagnostic(finding: Finding, target: Target): Diagnostic {
  const { rule, severity, message, hint, assumes, notes } = finding;
  return {
    range: toLocation(finding, target).range,
    severity: severities[severity],
    source: 'mux-lint',
    code: rule,
    ...(target.pages && { codeDescription: { href: new URL(`${rule}.md`, target.pages).href } }),
    message: [message, hint, ...(assumes === null ? [] : [`assumes: ${assumes}`])].join('\n'),
    relatedInformation: notes.map((note) => ({ location: toLocation(note, target), message: note.message })),
  };
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  hint: DiagnosticSeverity.Hint,
} as const satisfies Record<Severity, DiagnosticSeverity>;

function toUri(path: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? path : pathToFileURL(path).href;
}

function toLocation({ file, range }: Located, target: Target): Location {
  const document = target.document(file);
  const place = (where: Place): Position => toPosition(where, document, target.encoding);
  return { uri: document?.uri ?? toUri(file), range: { start: place(range.start), end: place(range.end) } };
}

/** Without the text there is nothing to count in, and the columns of plain ASCII are right in every encoding. */
function toPosition({ line, column }: Place, document: TextDocument | undefined, encoding: Encoding): Position {
  if (document === undefined) return { line: line - 1, character: column - 1 };
  // The protocol also ends lines at a lone carriage return, so lines cannot be taken over as they are.
  const position = document.positionAt(startOfLine(document.getText(), line) + column - 1);
  if (encoding === 'utf-16') return position;
  const before = document.getText({ start: { line: position.line, character: 0 }, end: position });
  return { line: position.line, character: Buffer.byteLength(before) };
}

function startOfLine(text: string, line: number): number {
  let start = 0;
  for (let current = 1; current < line; current++) start = text.indexOf('\n', start) + 1;
  return start;
}
