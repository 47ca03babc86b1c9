// How text may look on its way to the reader: colours, links and line drawing, all of which can be off.

export interface Style {
  readonly colour: boolean;
  /** Line drawing beyond ASCII. */
  readonly unicode: boolean;
  /** Columns of the terminal, or of what stands for one. */
  readonly width: number;
  /** Address of a rule's page; null where links are off or the page is absent. */
  readonly link: (rule: string) => string | null;
}

export const plain: Style = { colour: false, unicode: true, width: 160, link: () => null };

export type Paint = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'cyan' | 'green' | 'magenta';

/** Control characters of foreign text never reach the terminal; see `printable`. */
export function paint(style: Style, text: string, ...paints: readonly Paint[]): string {
  if (!style.colour || text === '') return text;
  return `\u001b[${paints.map((one) => CODES[one]).join(';')}m${text}\u001b[0m`;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36 } as const;

/** The text as a link that terminals open (OSC 8), where the style has links. */
export function linked(style: Style, text: string, rule: string): string {
  const address = style.link(rule);
  return address === null ? text : `\u001b]8;;${address}\u001b\\${text}\u001b]8;;\u001b\\`;
}

export interface Drawing {
  readonly bar: string;
  readonly first: string;
  readonly branch: string;
  readonly last: string;
  readonly skip: string;
  readonly under: string;
  readonly cut: string;
  readonly times: string;
}

const LINES: Drawing = { bar: '│', first: '╭─', branch: '├─', last: '╰─', skip: '┆', under: '─', cut: '…', times: '×' };
const ASCII: Drawing = {
  bar: '|',
  first: '-->',
  branch: '|--',
  last: '`--',
  skip: ':',
  under: '-',
  cut: '~',
  times: 'x',
};

export function drawing(style: Style): Drawing {
  return style.unicode ? LINES : ASCII;
}

/** Foreign text on one line without anything that a terminal would obey or reorder. */
export function printable(text: string): string {
  return text.replace(/\s+/g, ' ').replace(UNSAFE, unsafeSign);
}

/** Controls, and the marks that reorder text so that it reads as something else. */
export const UNSAFE =
  // eslint-disable-next-line no-control-regex -- controls are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function unsafeSign(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
