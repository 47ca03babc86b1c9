// From the protocol's words to ours: changes of text in the negotiated encoding, addresses to paths, settings to severities.
import { fileURLToPath } from 'node:url';
import type {
  InitializeParams,
  Position,
  PositionEncodingKind,
  TextDocumentContentChangeEvent,
} from 'vscode-languageserver';
import type { Severity } from '../analysis/finding.js';
import { TextDocument } from 'vscode-languageserver-textdocument';

export type Encoding = 'utf-16' | 'utf-8';

/** The first encoding of the client's list that we speak; UTF-16 is the one that everybody must speak. */
export function encodingOf({ capabilities }: InitializeParams): Encoding {
  return capabilities.general?.positionEncodings?.find(isEncoding) ?? 'utf-16';
}

function isEncoding(kind: PositionEncodingKind): kind is Encoding {
  return kind === 'utf-16' || kind === 'utf-8';
}

/** Name of our section in the editor's settings. */
export const SECTION = 'mux-lint';

export type Level = Severity | 'off';

/** What the editor's settings say: in the editor they have the last word. */
export interface Settings {
  readonly rules: ReadonlyMap<string, Level>;
}

export const noSettings: Settings = { rules: new Map() };

/** Takes both forms of clients: the section itself, or the section under its name. What is no level is left out. */
export function settingsOf(value: unknown): Settings {
  const rules = property(property(value, SECTION) ?? value, 'rules');
  if (typeof rules !== 'object' || rules === null) return noSettings;
  return { rules: new Map(Object.entries(rules).filter((entry): entry is [string, Level] => isLevel(entry[1]))) };
}

function isLevel(value: unknown): value is Level {
  return value === 'off' || value === 'hint' || value === 'warning' || value === 'error';
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Object.entries(of).find(([key]) => key === name)?.[1] : undefined;
}

/** As the engine is to print it; a buffer that was never saved has only its address. */
export function pathOf(uri: string): string {
  return uri.startsWith('file:') ? fileURLToPath(uri) : uri;
}

/** Applies changes one after the other, since each speaks of the text that the one before has left. */
export function changed(
  document: TextDocument,
  changes: readonly TextDocumentContentChangeEvent[],
  version: number,
  encoding: Encoding,
): TextDocument {
  return changes.reduce((text, change) => {
    if (!('range' in change)) return TextDocument.update(text, [change], version);
    const start = position(text, change.range.start, encoding);
    const end = position(text, change.range.end, encoding);
    return TextDocument.update(text, [{ text: change.text, range: { start, end } }], version);
  }, document);
}

function position(document: TextDocument, { line, character }: Position, encoding: Encoding): Position {
  if (encoding === 'utf-16') return { line, character };
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  return { line, character: utf16Length(text, character) };
}

/** How many UTF-16 units the first `bytes` bytes of UTF-8 are. */
function utf16Length(text: string, bytes: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    seen += Buffer.byteLength(character);
    if (seen > bytes) break;
    units += character.length;
  }
  return units;
}
