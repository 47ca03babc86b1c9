// Offsets of a text as lines and columns, both from 1, columns in UTF-16 code units.
import type { Position, Range } from '../analysis/finding.js';

export interface Lines {
  position(offset: number): Position;
  range(start: number, end: number): Range;
  offset(position: Position): number;
}

export function linesOf(text: string): Lines {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const position = (offset: number): Position => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
  return {
    position,
    range: (start, end) => ({ start: position(start), end: position(end) }),
    offset: ({ line, column }) => (starts[line - 1] ?? text.length) + column - 1,
  };
}
