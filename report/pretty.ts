// The format for people: each finding as a story with its code, its steps in order, and one line of advice.
import type { Finding, Gap, Note } from '../analysis/finding.js';
import { frame, gutterLine, type FrameOptions, type Label } from './frame.js';
import { programLines, proofLines } from './proof.js';
import type { Report, ReportedFinding } from './report.js';
import { drawing, linked, paint, printable, type Style } from './style.js';
import { severityPaint, summaryLine } from './summary.js';

export function pretty(report: Report, style: Style): string {
  const lines = linesOf(report.texts);
  const blocks = report.findings.map((finding) => story(finding, lines, style).join('\n'));
  const gaps = report.gaps.filter((gap) => !isWholeFile(gap)).map((gap) => gapLine(gap, style));
  const programs = programLines(report.programs ?? [], style);
  if (programs.length > 0) blocks.push(programs.join('\n'));
  const end = [...gaps, ...(gaps.length > 0 ? [''] : []), summaryLine(report, style)].join('\n');
  return `${[...blocks, end].join('\n\n')}\n`;
}

/** The lines of a file; undefined where there is no such text. */
type Lines = (file: string) => readonly string[] | undefined;

function linesOf(texts: ReadonlyMap<string, string>): Lines {
  const known = new Map<string, readonly string[]>();
  return (file) => {
    const lines = known.get(file) ?? texts.get(file)?.split(/\r?\n/);
    if (lines) known.set(file, lines);
    return lines;
  };
}

/** Files that could not be read are told on standard error, where mistakes of the command line are told too. */
export function isWholeFile({ function: name, range }: Gap): boolean {
  const { start, end } = range;
  return name === null && start.line === 1 && start.column === 1 && end.line === 1 && end.column === 1;
}

/** How near a step has to be to stand in the frame of the finding itself. */
const NEAR = 8;
const CONTEXT = 2;

function story(finding: ReportedFinding, linesOfFile: Lines, style: Style): readonly string[] {
  const steps = finding.notes.map((note, index) => ({ note, name: `${index + 1}. ${note.message}` }));
  const isNear = ({ note }: Step): boolean => note.file === finding.file && distance(finding, note) <= NEAR;
  const lines = linesOfFile(finding.file);
  const near = lines === undefined ? [] : steps.filter(isNear);
  const far = steps.filter((step) => !near.includes(step));
  const options = { style, gutter: gutterOf(finding), context: CONTEXT };
  const body = lines === undefined ? [] : frame(lines, labels(finding, near), options);
  return [
    heading(finding, style),
    place(drawing(style).first, finding, finding.function, options),
    ...(body.length > 0 ? [gutterLine('', options), ...body] : []),
    ...far.flatMap((step) => farStep(step, linesOfFile, options)),
    ...proofLines(finding.verdicts ?? [], options),
    ...advice(finding, options),
  ];
}

interface Step {
  readonly note: Note;
  readonly name: string;
}

function heading({ severity, rule, message }: Finding, style: Style): string {
  const kind = paint(style, severity, 'bold', severityPaint[severity]);
  const id = paint(style, `[${rule}]`, severityPaint[severity]);
  return `${kind}${linked(style, id, rule)}${paint(style, `: ${printable(message)}`, 'bold')}`;
}

function place(sign: string, at: Note | Finding, holder: string | null, { style, gutter }: FrameOptions): string {
  const where = `${printable(at.file)}:${at.range.start.line}:${at.range.start.column}`;
  const within = holder === null ? '' : paint(style, ` in ${printable(holder)}`, 'dim');
  return `${' '.repeat(gutter)} ${paint(style, sign, 'blue')} ${where}${within}`;
}

function labels(finding: Finding, near: readonly Step[]): readonly Label[] {
  const same = near.filter(({ note }) => isSameRange(note, finding));
  const primary: Label = {
    range: finding.range,
    text: same.map(({ name }) => name).join(', '),
    isPrimary: true,
    paint: severityPaint[finding.severity],
  };
  return [primary, ...near.filter((step) => !same.includes(step)).map(stepLabel)];
}

function stepLabel({ note, name }: Step): Label {
  return { range: note.range, text: name, isPrimary: false, paint: 'blue' };
}

function farStep(step: Step, linesOfFile: Lines, options: FrameOptions): readonly string[] {
  const { style, gutter } = options;
  const { note, name } = step;
  const lines = linesOfFile(note.file);
  const where = `${printable(note.file)}:${note.range.start.line}:${note.range.start.column}`;
  const head = `${' '.repeat(gutter)} ${paint(style, drawing(style).branch, 'blue')} ${paint(style, printable(name), 'blue')}`;
  const code = lines === undefined ? [] : frame(lines, [{ ...stepLabel(step), text: '' }], options);
  return [gutterLine('', options), `${head} ${paint(style, `(${where})`, 'dim')}`, ...code];
}

function advice({ assumes, fix, hint }: Finding, options: FrameOptions): readonly string[] {
  const { style, gutter } = options;
  const { branch, last } = drawing(style);
  const line = (sign: string, name: string, text: string): string =>
    `${' '.repeat(gutter)} ${paint(style, sign, 'blue')} ${paint(style, `${name}:`, 'bold', 'green')} ${printable(text)}`;
  return [
    gutterLine('', options),
    ...(assumes === null ? [] : [line(branch, 'assumes', assumes)]),
    ...(fix === null ? [] : [line(branch, 'fix', `${fix.title} (${fix.safety})`)]),
    line(last, 'hint', hint),
  ];
}

function gapLine({ file, range, function: name, reason }: Gap, style: Style): string {
  const where = `${printable(file)}:${range.start.line}:${range.start.column}`;
  const within = name === null ? '' : ` in ${printable(name)}`;
  return `${paint(style, 'gap', 'bold', 'magenta')}: ${where}${paint(style, within, 'dim')}: ${printable(reason)}`;
}

function gutterOf(finding: Finding): number {
  const lines = [finding, ...finding.notes].map(({ range }) => range.end.line + CONTEXT);
  return String(Math.max(...lines)).length + 1;
}

function distance({ range }: Finding, note: Note): number {
  const after = note.range.start.line - range.end.line;
  const before = range.start.line - note.range.end.line;
  return Math.max(after, before, 0);
}

function isSameRange(a: Note, { range }: Finding): boolean {
  const { start, end } = a.range;
  return (
    start.line === range.start.line &&
    start.column === range.start.column &&
    end.line === range.end.line &&
    end.column === range.end.column
  );
}
