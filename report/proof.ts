// Verdicts for people, in words that are honest about their tier: only `code` and `program` speak of confirmation.
import type { Tier, Verdict, VerdictState } from '../analysis/verdict.js';
import { gutterLine, type FrameOptions } from './frame.js';
import { drawing, paint, printable, type Paint, type Style } from './style.js';

/** The branches of a story that hold its proofs. */
export function proofLines(verdicts: readonly Verdict[], options: FrameOptions): readonly string[] {
  const { style, gutter } = options;
  return verdicts.flatMap((verdict) => [
    gutterLine('', options),
    `${' '.repeat(gutter)} ${paint(style, drawing(style).branch, 'blue')} ${verdictLine(verdict, style)}`,
    ...steps(verdict, style).map((line) => gutterLine(line, options)),
  ]);
}

/** One line: the tier, the state, what that means, and where it was seen. */
export function verdictLine({ tier, state, reason, kernel, seed }: Verdict, style: Style): string {
  const word = paint(style, state.replaceAll('-', ' '), 'bold', PAINTS[state]);
  const where = paint(style, `(Linux ${printable(kernel)}, seed ${seed})`, 'dim');
  const why = reason === null ? MEANINGS[tier][state] : printable(reason);
  return `${paint(style, `${TIERS[tier]}:`, 'bold')} ${word}${why === undefined ? '' : `, ${why}`} ${where}`;
}

function steps({ transcript, control }: Verdict, style: Style): readonly string[] {
  const titled = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [paint(style, `  ${title}`, 'dim'), ...lines.map((line) => `    ${printableStep(line)}`)];
  return [...titled('what happened', transcript), ...titled('the control', control)];
}

/** Keeps the columns of a transcript, which `printable` would squeeze. */
function printableStep(line: string): string {
  return line
    .split(/( {2,})/)
    .map((part) => (part.trim() === '' ? part : printable(part)))
    .join('');
}

const TIERS: Readonly<Record<Tier, string>> = {
  kernel: 'this pattern on this kernel',
  code: 'this function, compiled and run',
  program: 'this program, run and watched',
};

const MEANINGS: Readonly<Record<Tier, Partial<Record<VerdictState, string>>>> = {
  kernel: { demonstrated: 'the same calls with the same numbers show it' },
  code: {},
  program: {},
};

const PAINTS: Readonly<Record<VerdictState, Paint>> = {
  demonstrated: 'cyan',
  'not-demonstrated': 'yellow',
  confirmed: 'red',
  'not-reproduced': 'green',
  'not-executable': 'dim',
  suspected: 'yellow',
};
