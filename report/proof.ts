// Verdicts for people, in words that are honest about their tier: only `code` and `program` speak of confirmation.
import type { Tier, Verdict, VerdictState } from '../analysis/verdict.js';
import { gutterLine, type FrameOptions } from './frame.js';
import type { ProgramResult, ProgramRun } from './report.js';
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
    lines.length === 0
      ? []
      : [paint(style, `  ${title}`, 'dim'), ...folded(lines).map((line) => `    ${printableStep(line)}`)];
  return [...titled('what happened', transcript), ...titled('the control', control)];
}

/** A few lines for each program: what was confirmed, what was not, and what was confirmed although nothing was found. */
export function programLines(programs: readonly ProgramRun[], style: Style): readonly string[] {
  const surroundings = [...new Set(programs.map((one) => one.surroundings))];
  const lines = programs.flatMap(({ sources, run, results }) => {
    const isTold = ({ verdict, findings }: ProgramResult): boolean => verdict.state === 'confirmed' || findings > 0;
    const told = results.filter(isTold);
    const head = `${paint(style, 'program', 'bold')} ${printable(sources.join(' '))} ${paint(style, `(${printable(run)})`, 'dim')}`;
    return [head, ...told.flatMap((one) => programResult(one, style)), ...otherResults(results, told, style)];
  });
  return [...lines, ...surroundings.map((one) => paint(style, `Programs were run ${printable(one)}.`, 'dim'))];
}

function programResult(result: ProgramResult, style: Style): readonly string[] {
  const { rule, verdict, findings, hints } = result;
  const line = `  ${rule}: ${stateOf(result, style)}`;
  if (findings > 0) return [line];
  if (hints > 0) return [`${line}, found as a hint: --hints`];
  const said = paint(style, 'seen on the running program, and found nowhere in its sources', 'bold', 'red');
  return [`${line}; ${said}`, ...steps(verdict, style).map((one) => `  ${one}`)];
}

/** The rules of which nothing was found and nothing was seen, in one line a state. */
function otherResults(
  results: readonly ProgramResult[],
  told: readonly ProgramResult[],
  style: Style,
): readonly string[] {
  const others = results.filter((one) => !told.includes(one));
  const states = [...new Set(others.map(({ verdict }) => verdict.state))];
  return states.map((state) => {
    const same = others.filter(({ verdict }) => verdict.state === state);
    const names =
      told.length === 0 && states.length === 1 ? `all ${same.length} rules` : same.map(({ rule }) => rule).join(', ');
    const reasons = [...new Set(same.map(({ verdict }) => verdict.reason))];
    const reason =
      reasons.length === 1 && reasons[0] !== null && reasons[0] !== undefined ? `, ${printable(reasons[0])}` : '';
    return `  ${names}: ${paint(style, state.replaceAll('-', ' '), 'bold', PAINTS[state])}${reason}`;
  });
}

function stateOf({ verdict: { state, reason } }: ProgramResult, style: Style): string {
  const word = paint(style, state.replaceAll('-', ' '), 'bold', PAINTS[state]);
  return `${word}${reason === null ? '' : `, ${printable(reason)}`}`;
}

/** A run of steps that differ in numbers only is shown by its first and its last; the json has them all. */
function folded(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length;) {
    const first = lines[at] ?? '';
    let end = at + 1;
    while (end < lines.length && withoutNumbers(lines[end] ?? '') === withoutNumbers(first)) end++;
    const last = lines[end - 1] ?? '';
    if (end - at > 3) out.push(first, `(${end - at - 2} more like it)`, last);
    else out.push(...lines.slice(at, end));
    at = end;
  }
  return out;
}

function withoutNumbers(line: string): string {
  return line.replace(/\d+/g, '#');
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
