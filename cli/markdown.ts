// The little Markdown of our own pages, for the terminal: headings, code, lists, emphasis.
import { paint, type Style } from '../report/style.js';

export function markdown(page: string, style: Style): string {
  let isCode = false;
  const lines = withTables(page.split('\n')).flatMap((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return [];
    }
    return [isCode ? codeLine(line, style) : proseLine(line, style)];
  });
  return lines.join('\n');
}

/** Tables without their bars, and with columns that stand under each other. */
function withTables(lines: readonly string[]): readonly string[] {
  const isRow = (line: string | undefined): boolean => line?.startsWith('| ') === true;
  return lines.flatMap((line, index) => {
    if (!isRow(line)) return [line];
    if (/^\|(?: *:?-+:? *\|)+$/.test(line)) return [];
    let [first, end] = [index, index];
    while (isRow(lines[first - 1])) first--;
    while (isRow(lines[end + 1])) end++;
    const rows = lines.slice(first, end + 1).map(cellsOf);
    const widths = cellsOf(line).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
    const cells = cellsOf(line).map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return [`    ${cells.join('   ')}`.trimEnd()];
  });
}

function cellsOf(line: string): readonly string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function codeLine(line: string, style: Style): string {
  const text = line.replace(/\t/g, '    ');
  const isFinding = /^(?:error|warning|hint): /.test(text);
  const mark = isFinding
    ? paint(style, text, 'bold', 'red')
    : text.replace(/\/\*.*?\*\/|\/\/.*/g, (comment) => paint(style, comment, 'dim'));
  return text === '' ? '' : `    ${mark}`;
}

function proseLine(line: string, style: Style): string {
  const heading = /^(#+) (.*)$/.exec(line);
  if (heading !== null) {
    const [, signs = '', title = ''] = heading;
    return signs.length === 1 ? paint(style, title, 'bold', 'green') : paint(style, title, 'bold');
  }
  return line
    .replace(/\*\*(.+?)\*\*/g, (_, text: string) => paint(style, text, 'bold'))
    .replace(/`([^`]+)`/g, (_, text: string) => (style.colour ? paint(style, text, 'cyan') : `'${text}'`));
}
