// A code frame: some lines of one file with their numbers, and under them what is said of them.
import type { Range } from '../analysis/finding.js';
import { printedLine, type PrintedLine } from './line.js';
import { drawing, paint, printable, type Paint, type Style } from './style.js';

export interface Label {
  readonly range: Range;
  /** Stands after the underline; empty for none. */
  readonly text: string;
  readonly isPrimary: boolean;
  readonly paint: Paint;
}

export interface FrameOptions {
  readonly style: Style;
  /** Columns for line numbers. */
  readonly gutter: number;
  /** Lines shown before and after a primary label. */
  readonly context: number;
}

/** The lines of a frame, without any heading; none when the file has no such lines. */
export function frame(lines: readonly string[], labels: readonly Label[], options: FrameOptions): readonly string[] {
  const numbers = shownLines(lines, labels, options.context);
  const printed = new Map(numbers.map((number) => [number, printedLine(lines[number - 1] ?? '')]));
  const indent = commonIndent([...printed.values()]);
  const window = windowOf(printed, labels, indent, options);
  const out: string[] = [];
  let last: number | null = null;
  for (const [number, line] of printed) {
    if (last !== null && number > last + 1) out.push(gutterLine('', options, drawing(options.style).skip));
    out.push(sourceLine(number, line, window, options));
    for (const label of labels) {
      if (isUnderlined(label, number))
        out.push(...underline(label, number, line, lines[number - 1] ?? '', window, options));
    }
    last = number;
  }
  return out;
}

/** A line of the margin, with what follows it. */
export function gutterLine(rest: string, { style, gutter }: FrameOptions, sign = drawing(style).bar): string {
  const margin = `${' '.repeat(gutter)} ${paint(style, sign, 'blue')}`;
  return rest === '' ? margin : `${margin} ${rest}`;
}

const LONGEST_LABEL = 4;

function isUnderlined({ range }: Label, number: number): boolean {
  return number >= range.start.line && number <= lastLine(range);
}

/** A range that ends before the first column of a line ends with the line before; a long one is marked at its beginning. */
function lastLine({ start, end }: Range): number {
  const last = end.column === 1 && end.line > start.line ? end.line - 1 : end.line;
  return last - start.line >= LONGEST_LABEL ? start.line : last;
}

function shownLines(lines: readonly string[], labels: readonly Label[], context: number): readonly number[] {
  const wanted = new Set<number>();
  for (const { range, isPrimary } of labels) {
    const around = isPrimary ? context : 0;
    const first = Math.max(1, range.start.line - around);
    const last = Math.min(lines.length, lastLine(range) + around);
    for (let number = first; number <= last; number++) wanted.add(number);
  }
  const isLabelled = (number: number): boolean => labels.some((label) => isUnderlined(label, number));
  const numbers = [...wanted].sort((a, b) => a - b);
  // One line left out takes as much room as its sign.
  for (const number of [...numbers]) if (wanted.has(number + 2) && number + 1 <= lines.length) wanted.add(number + 1);
  const all = [...wanted].sort((a, b) => a - b);
  const isBlank = (number: number | undefined): boolean =>
    number !== undefined && (lines[number - 1] ?? '').trim() === '' && !isLabelled(number);
  while (isBlank(all[0])) all.shift();
  while (isBlank(all.at(-1))) all.pop();
  return all;
}

function commonIndent(lines: readonly PrintedLine[]): number {
  const indents = lines.filter(({ text }) => text.trim() !== '').map(({ text }) => text.search(/\S/));
  return indents.length === 0 ? 0 : Math.min(...indents);
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** The columns that fit; moved to the right only where a label would be cut off. */
function windowOf(
  printed: ReadonlyMap<number, PrintedLine>,
  labels: readonly Label[],
  indent: number,
  { style, gutter }: FrameOptions,
): Window {
  const room = Math.max(40, style.width - gutter - 4);
  const spots = labels.flatMap(({ range, isPrimary }) => {
    const line = printed.get(range.start.line);
    if (line === undefined) return [];
    const from = line.column(range.start.column - 1);
    const to = range.end.line === range.start.line ? line.column(range.end.column - 1) : line.width;
    return [{ from, to: Math.min(to, from + room), isPrimary }];
  });
  const fits = spots.every(({ to }) => to - indent <= room);
  if (fits) return { from: indent, to: indent + room, indent };
  const primary = spots.find(({ isPrimary }) => isPrimary) ?? spots[0];
  const from = Math.max(
    indent,
    Math.min((primary?.from ?? indent) - 8, (primary?.to ?? indent) - Math.floor(room / 2)),
  );
  return { from, to: from + room, indent };
}

function sourceLine(number: number, line: PrintedLine, window: Window, options: FrameOptions): string {
  const { style, gutter } = options;
  const { cut, bar } = drawing(style);
  const head = paint(style, String(number).padStart(gutter), 'blue');
  const isCutLeft = window.from > window.indent && line.width > window.from;
  const isCutRight = line.width > window.to;
  const middle = line.slice(window.from + (isCutLeft ? 1 : 0), window.to - (isCutRight ? 1 : 0));
  const text = `${isCutLeft ? paint(style, cut, 'dim') : ''}${middle}${isCutRight ? paint(style, cut, 'dim') : ''}`;
  return `${head} ${paint(style, bar, 'blue')} ${text}`.trimEnd();
}

function underline(
  label: Label,
  number: number,
  line: PrintedLine,
  source: string,
  window: Window,
  options: FrameOptions,
): readonly string[] {
  const { style } = options;
  const { range } = label;
  const start = number === range.start.line ? range.start.column - 1 : source.search(/\S|$/);
  const end = number === range.end.line ? range.end.column - 1 : source.trimEnd().length;
  const from = clamp(line.column(start), window);
  const to = Math.max(from + 1, clamp(line.column(end), window));
  if (line.text.trim() === '' && number !== range.start.line) return [];
  const marks = (label.isPrimary ? '^' : drawing(style).under).repeat(to - from);
  const said =
    number === lastLine(range) && label.text !== '' ? ` ${paint(style, printable(label.text), label.paint)}` : '';
  const rest = `${' '.repeat(from - window.from)}${paint(style, marks, 'bold', label.paint)}${said}`;
  return [gutterLine(rest, options)];
}

function clamp(column: number, { from, to }: Window): number {
  return Math.min(Math.max(column, from), to);
}
