// From offsets in functions to lines and columns in files.
import type { Span } from '../facts/facts.js';
import type { Located, Position } from '../finding.js';
import type { LinkedFunction } from './link.js';

export function locator(texts: ReadonlyMap<string, string>): (fn: LinkedFunction, span: Span) => Located {
  const starts = new Map<string, number[]>();
  const lines = (file: string): number[] => {
    const known = starts.get(file);
    if (known) return known;
    const found = [0];
    const text = texts.get(file) ?? '';
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) found.push(at + 1);
    starts.set(file, found);
    return found;
  };
  return (fn, span) => {
    const { file, base } = fn.facts;
    const all = lines(file);
    return { file, range: { start: position(all, base + span.start), end: position(all, base + span.end) } };
  };
}

function position(lines: readonly number[], offset: number): Position {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}
