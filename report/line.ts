// One line of source as it is printed: tabs to their stops, wide characters two columns, controls made visible, and for
// every offset of the source the column at which it is printed.
import { UNSAFE, unsafeSign } from './style.js';

export interface PrintedLine {
  readonly text: string;
  readonly width: number;
  /** The printed column of an offset in UTF-16 units, both from 0. */
  column(offset: number): number;
  /** The part that is printed between two columns; a wide character cut in half is a space. */
  slice(from: number, to: number): string;
}

/** C is indented by tabs of eight columns where tabs and spaces are mixed, so that mixed lines stand as they were meant. */
const TAB = 8;

export function printedLine(source: string): PrintedLine {
  const columns: number[] = [];
  const cells: Cell[] = [];
  let column = 0;
  for (const piece of pieces(source)) {
    columns.push(...Array.from({ length: piece.length }, () => column));
    const width = piece === '\t' ? TAB - (column % TAB) : widthOf(piece);
    const text = piece === '\t' ? ' '.repeat(width) : piece.replace(UNSAFE, unsafeSign);
    cells.push({ text, column, width });
    column += width;
  }
  columns.push(column);
  const width = column;
  return {
    text: cells.map(({ text }) => text).join(''),
    width,
    column: (offset) => columns[Math.min(Math.max(offset, 0), columns.length - 1)] ?? width,
    slice: (from, to) => cells.map((cell) => cellBetween(cell, from, to)).join(''),
  };
}

interface Cell {
  readonly text: string;
  readonly column: number;
  readonly width: number;
}

function cellBetween({ text, column, width }: Cell, from: number, to: number): string {
  const start = Math.max(column, from);
  const end = Math.min(column + width, to);
  if (width === 0) return column > from && column <= to ? text : '';
  if (end <= start) return '';
  return end - start === width ? text : ' '.repeat(end - start);
}

/** What a reader sees as one character each. */
function pieces(source: string): Iterable<string> {
  // eslint-disable-next-line no-control-regex -- all of ASCII, controls included, is one unit a character
  if (/^[\u0000-\u007f]*$/.test(source)) return source;
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(source), ({ segment }) => segment);
}

let segmenter: Intl.Segmenter | null = null;

function widthOf(piece: string): number {
  const code = piece.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^\p{Emoji_Presentation}/u.test(piece) || piece.includes('\ufe0f')) return 2;
  if (/^[\p{Mark}\u200b\u200d]/u.test(piece)) return 0;
  return isWide(code) ? 2 : 1;
}

/** East Asian wide and full-width characters. */
function isWide(code: number): boolean {
  return WIDE.some(([first, last]) => code >= first && code <= last);
}

const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];
