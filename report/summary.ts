// The last line of a report for people: what was found, in how much, and what is not shown.
import type { Report } from './report.js';
import { severities } from './report.js';
import { paint, printable, type Paint, type Style } from './style.js';

export function summaryLine(report: Report, style: Style): string {
  const { files, skipped, milliseconds, compileCommands } = report.summary;
  const what =
    files === 0 ? 'no C files found' : `${counted(files, 'file')}${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  const rest = [
    what,
    ...compileCommands.map((path) => `compiled as in ${printable(path)}`),
    ...asides(report),
    `${milliseconds} ms`,
  ].join(', ');
  return `${found(report, style)} ${paint(style, `(${rest})`, 'dim')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export const severityPaint = { error: 'red', warning: 'yellow', hint: 'cyan' } as const satisfies Record<string, Paint>;

function found({ findings, summary }: Report, style: Style): string {
  if (findings.length === 0) {
    return summary.files === 0 ? paint(style, 'Nothing to lint', 'bold') : paint(style, 'No findings', 'bold', 'green');
  }
  const parts = severities.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length;
    return count === 0 ? [] : [paint(style, counted(count, severity), 'bold', severityPaint[severity])];
  });
  const files = new Set(findings.map(({ file }) => file)).size;
  return `Found ${parts.join(parts.length === 2 ? ' and ' : ', ')} in ${counted(files, 'file')}`;
}

function asides({ hiddenHints, gaps, allowed, failures }: Report): readonly string[] {
  return [
    ...(hiddenHints > 0 ? [`${counted(hiddenHints, 'hint')} not shown: --hints`] : []),
    ...(allowed.length > 0 ? [`${allowed.length} allowed`] : []),
    ...(gaps.length > 0 ? [counted(gaps.length, 'gap')] : []),
    ...(failures.length > 0 ? [counted(failures.length, 'internal error')] : []),
  ];
}
