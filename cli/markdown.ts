// The little Markdown of our own pages, for the terminal: headings, code, lists, emphasis.
import { paint, type Style } from '../report/style.js';

export function markdown(page: string, style: Style): string {
  let isCode = false;
  const lines = page.split('\n').flatMap((line) => {
    if (line.startsWith('```')) {
      isCode = !isCode;
      return [];
    }
    return [isCode ? codeLine(line, style) : proseLine(line, style)];
  });
  return lines.join('\n');
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
