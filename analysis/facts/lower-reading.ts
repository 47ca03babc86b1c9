// The ways to read a chunk that the grammar does not take as it stands: with one choice of arms at a time where `#if` cuts
// through statements, and with what only a preprocessor could read blank. Whatever is less broken than the plain text is kept.
import type { Chunk, Literal } from '../text/chunk.js';
import { allArms, choicesOf, conditionalsOf, testBefore } from './lower-arms.js';
import { repaired } from './lower-repair.js';
import { tokensOf } from './lower-tokens.js';
import type { Parser, Syntax } from '../text/parse.js';

export interface Reading {
  readonly root: Syntax;
  /** Presence conditions that hold in this reading. */
  readonly assumed: readonly Literal[];
}

/** The readings of a chunk whose plain text gives `root`; `text` is that of the file. */
export function readingsOf(root: Syntax, text: string, chunk: Chunk, parser: Parser): readonly Reading[] {
  const source = text.slice(chunk.start, chunk.end);
  // A declaration of a function says nothing, however it is read.
  if (!isBroken(root) || (!/[{=]/.test(source) && source.includes('('))) return [{ root, assumed: [] }];
  const results: (readonly Reading[])[] = [];
  const isDone = (readings: readonly Reading[]): boolean => {
    if (readings.length > 0) results.push(readings);
    return readings.length > 0 && readings.every((reading) => damage(reading.root) === 0);
  };
  const arms = source.includes('#') ? armsOf(source, text, chunk, parser) : null;
  if (arms && (isDone(arms.ofTable()) || isDone(arms.chosen(false)))) return best(results);
  const whole = lessBroken(root, source, parser);
  if (isDone([{ root: whole, assumed: [] }])) return best(results);
  // What stays that broken is another language.
  if (arms && 2 * damage(whole) < source.length) isDone(arms.chosen(true));
  return best(results);
}

/** Parses a text, repaired where that helps. */
export function readingOf(text: string, parser: Parser): Syntax {
  const root = parser.parse(text);
  return root.error ? lessBroken(root, text, parser) : root;
}

/** The repaired text, where the plain one has no error and yet is not what it seems. */
export function rereading(root: Syntax, text: string, parser: Parser): Syntax {
  const repair = repaired(text);
  if (repair === text) return root;
  const other = parser.parse(repair);
  return damage(other) === 0 ? other : root;
}

function lessBroken(root: Syntax, text: string, parser: Parser): Syntax {
  const repair = repaired(text);
  if (repair === text) return root;
  const other = parser.parse(repair);
  return damage(other) < damage(root) ? other : root;
}

interface Arms {
  /** A table may hold the alternatives of all its arms. */
  ofTable(): readonly Reading[];
  chosen(all: boolean): readonly Reading[];
}

function armsOf(source: string, text: string, chunk: Chunk, parser: Parser): Arms | null {
  const tokens = tokensOf(source);
  const conditionals = conditionalsOf(tokens, testBefore(text, chunk.start));
  if (conditionals.length === 0) return null;
  return {
    ofTable: () => {
      if (!/^[^{]*=[^{]*\{/.test(source)) return [];
      const root = readingOf(allArms(source, tokens), parser);
      return root.error ? [] : [{ root, assumed: [] }];
    },
    chosen: (all) =>
      choicesOf(source, tokens, conditionals, chunk.presence, all).map((choice) => ({
        root: repairedFirst(choice.text, parser),
        assumed: choice.assumed,
      })),
  };
}

/** Where the plain text is known to be broken, its repair is tried before a choice of arms alone. */
function repairedFirst(text: string, parser: Parser): Syntax {
  const repair = repaired(text);
  const root = parser.parse(repair);
  if (repair === text || damage(root) === 0) return root;
  const other = parser.parse(text);
  return damage(other) < damage(root) ? other : root;
}

/** The least broken readings; of equals, the first. */
function best(all: readonly (readonly Reading[])[]): readonly Reading[] {
  let [found, least]: readonly [readonly Reading[], number] = [[], Infinity];
  for (const readings of all) {
    const sum = readings.reduce((total, reading) => total + damage(reading.root), 0) / readings.length;
    if (sum < least) [found, least] = [readings, sum];
  }
  return found;
}

const SEQUENCES: ReadonlySet<string> = new Set(['compound_statement', 'case_statement', 'translation_unit']);

/** Whether a tree has errors beyond macros without a semicolon that stand in a sequence of statements. */
function isBroken(root: Syntax): boolean {
  const work: Syntax[] = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (!node.error) continue;
    if (node.type === 'ERROR' || node.children.length === 0) return true;
    const isSequence = SEQUENCES.has(node.type);
    for (const part of node.children) if (part.error && !(isSequence && isHead(part))) work.push(part);
  }
  return false;
}

/** `NAME(args)`, and nothing wrong but that its semicolon is missing. */
function isHead({ type, children }: Syntax): boolean {
  const [call, missing] = children;
  return type === 'expression_statement' && call?.type === 'call_expression' && !call.error && missing?.type === ';';
}

/** How much of the text the grammar could not read. A missing semicolon weighs little: iteration macros lack it. */
function damage(root: Syntax): number {
  let sum = 0;
  const work: Syntax[] = [root];
  for (let node = work.pop(); node; node = work.pop()) {
    if (!node.error) continue;
    if (node.type === 'ERROR') sum += 10 + node.end - node.start;
    else if (node.start === node.end) sum += 1;
    else for (const part of node.children) work.push(part);
  }
  return sum;
}
