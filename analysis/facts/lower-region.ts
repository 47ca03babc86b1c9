// `#if` inside a function: a test whose truth is the same wherever the same condition stands.
import { literals, type Literal } from '../text/chunk.js';
import type { Syntax } from '../text/parse.js';
import type { Lowering } from './lower-expr.js';
import { child } from './lower-type.js';
import { lowerStatements } from './lower-statement.js';
import type { Ways } from './lower-graph.js';

/** One arm of a conditional with what makes it present. */
export interface Region {
  readonly head: Syntax | undefined;
  readonly literals: readonly Literal[];
}

/** The node of the grammar that holds an arm's test, and the directive that the test belongs to. */
const REGIONS: ReadonlyMap<string, 'condition' | 'name'> = new Map([
  ['preproc_if', 'condition'],
  ['preproc_elif', 'condition'],
  ['preproc_ifdef', 'name'],
  ['preproc_elifdef', 'name'],
]);

export function regionOf(node: Syntax, low: Lowering): Region | null {
  const field = REGIONS.get(node.type);
  if (field === undefined) return null;
  const head = child(node, field);
  const test = head ? low.text(head).trim() : '';
  if (field === 'condition') return { head, literals: literals('if', test) };
  const holds = !/^#\s*(?:ifndef|elifndef)\b/.test(low.text(node));
  return { head, literals: [{ test, holds }] };
}

/** What holds where an arm is absent; the negation of a conjunction is not a literal, and nothing is claimed then. */
export function negated(tests: readonly Literal[]): readonly Literal[] {
  return tests.length === 1 ? tests.map(({ test, holds }) => ({ test, holds: !holds })) : [];
}

/** The arms are alternatives, however many `#elif` there are. */
export function lowerRegion(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const after: number[] = [];
  for (let current: Syntax | undefined = node; current;) {
    const region = regionOf(current, low);
    const failed: number[] = [];
    for (const literal of region?.literals ?? []) {
      const ways = presenceTest(literal, current, low);
      builder.follow(ways.yes);
      for (const end of ways.no) failed.push(end);
    }
    const alternative: Syntax | undefined = region ? child(current, 'alternative') : undefined;
    lowerStatements(
      current.children.filter((part) => part !== region?.head && part !== alternative),
      low,
    );
    for (const end of builder.takeLoose()) after.push(end);
    builder.follow(failed);
    current = alternative;
    // An `#else` has no test, and whatever comes to it goes through it.
    if (current?.type === 'preproc_else') {
      lowerStatements(current.children, low);
      current = undefined;
    }
  }
  builder.follow(after);
}

export function presenceTest(literal: Literal, node: Syntax, low: Lowering): Ways {
  const span = { start: node.start, end: node.start };
  if (literal.test === '0') return { yes: [], no: low.builder.takeLoose() };
  if (literal.test === '1') return { yes: low.builder.takeLoose(), no: [] };
  const ways = low.builder.test({ op: 'name', name: `#${literal.test}`, span }, span);
  return literal.holds ? ways : { yes: ways.no, no: ways.yes };
}
