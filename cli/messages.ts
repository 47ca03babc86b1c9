// What goes to standard error: mistakes of the user in one line, and our own with the way to report them.
import type { Failure, Gap } from '../analysis/finding.js';
import type { Problem } from '../workspace/lint-paths.js';

export function errorLine(message: string): string {
  return `mux-lint: error: ${oneLine(message)}\n`;
}

export function problemLine({ file, at, message }: Problem): string {
  const place = at === null ? `'${file}'` : `${file}:${at.line}:${at.column}:`;
  return errorLine(`${place} ${message}`);
}

/** A file or a folder that was met while walking and could not be read. */
export function unreadLine({ file, reason }: Gap): string {
  return `mux-lint: not linted: '${oneLine(file)}' ${oneLine(reason)}\n`;
}

export function failureLines(failures: readonly Failure[]): string {
  if (failures.length === 0) return '';
  const lines = failures.map(({ file, rule, error }) => {
    return `mux-lint: internal error: ${rule ?? 'the engine'} failed on '${oneLine(file)}': ${firstLine(error)}\n`;
  });
  return `${lines.join('')}${HOW_TO_REPORT}`;
}

/** For what nobody foresaw; the trace is of no use to its reader. */
export function internalError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `mux-lint: internal error: ${firstLine(message)}\n${HOW_TO_REPORT}`;
}

const HOW_TO_REPORT = `  This is a mistake of mux-lint, not of your code; the other files were linted.
  To report it, send the output of 'mux-lint doctor', the lines above, and the file if you may.
`;

/** Some errors carry their trace in their message. */
function firstLine(text: string): string {
  return oneLine(text.split('\n')[0] ?? '');
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- a file's name may hold anything, and the terminal would obey it
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
}
