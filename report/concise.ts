// One line a finding, in the form that editors and build logs know from compilers.
import type { Report } from './report.js';
import { linked, paint, printable, type Style } from './style.js';
import { severityPaint, summaryLine } from './summary.js';
import { isWholeFile } from './pretty.js';
import { programLines, verdictLine } from './proof.js';

export function concise(report: Report, style: Style): string {
  const findings = report.findings.flatMap(({ file, range, severity, rule, message, verdicts, ...finding }) => {
    const where = `${printable(file)}:${range.start.line}:${range.start.column}`;
    const kind = paint(style, severity, 'bold', severityPaint[severity]);
    const id = linked(style, paint(style, `[${rule}]`, 'dim'), rule);
    const assumes = finding.assumes === null ? '' : ` (assumes ${printable(finding.assumes)})`;
    return [
      `${paint(style, where, 'bold')}: ${kind}: ${printable(message)}${assumes} ${id}`,
      ...(verdicts ?? []).map((verdict) => `${where}: ${verdictLine(verdict, style)}`),
    ];
  });
  const gaps = report.gaps
    .filter((gap) => !isWholeFile(gap))
    .map(({ file, range, reason, function: name }) => {
      const within = name === null ? '' : `in ${printable(name)}: `;
      return `${printable(file)}:${range.start.line}:${range.start.column}: gap: ${within}${printable(reason)}`;
    });
  return `${[...findings, ...programLines(report.programs ?? [], style), ...gaps, summaryLine(report, style)].join('\n')}\n`;
}
