// A switch becomes a chain of tests before its body. A case that stands under `#if` is reached only where that holds.
import type { Literal } from '../text/chunk.js';
import type { Expr } from './facts.js';
import type { Syntax } from '../text/parse.js';
import { child } from './lower-type.js';
import { lowerExpr, spanOf, UNKNOWN, type Lowering } from './lower-expr.js';
import { negated, presenceTest, regionOf } from './lower-region.js';
import { lowerStatements } from './lower-statement.js';
import type { Ways } from './lower-graph.js';

interface Case {
  readonly node: Syntax;
  readonly presence: readonly Literal[];
}

export function lowerSwitch(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const subject = child(node, 'condition');
  const body = child(node, 'body');
  const value: Expr = subject ? lowerExpr(subject, low) : UNKNOWN;
  const after = builder.reserve(spanOf(node));
  const cases = body ? casesOf(body, low) : [];
  for (const { node: each } of cases) low.cases.set(each, builder.reserve(spanOf(each)));
  const isLabelled = ({ node: each }: Case): boolean => child(each, 'value') !== undefined;
  for (const each of cases) if (isLabelled(each)) enter(each, value, low);
  // The default may stand anywhere; it is tried last.
  for (const each of cases) if (!isLabelled(each)) enter(each, null, low);
  builder.jump(after);
  builder.openScope();
  builder.within({ breakTo: after, continueTo: null }, () => {
    if (body) lowerStatements(body.type === 'compound_statement' ? body.children : [body], low);
  });
  builder.closeScope();
  builder.place(after);
}

/** Goes to a case where its `#if` and its label hold, and on to the next test elsewhere. */
function enter({ node, presence }: Case, value: Expr | null, low: Lowering): void {
  const { builder } = low;
  const others: (readonly number[])[] = [];
  const take = (ways: Ways): void => {
    builder.follow(ways.yes);
    others.push(ways.no);
  };
  for (const literal of presence) take(presenceTest(literal, node, low));
  const label = child(node, 'value');
  if (value && label) for (const test of testsOf(label, value, low)) take(builder.test(test, spanOf(label)));
  builder.jump(low.cases.get(node) ?? 0);
  for (const ends of others) builder.follow(ends);
}

/** `case 1 ... 3` is read as an operator between its bounds. */
function testsOf(label: Syntax, value: Expr, low: Lowering): Expr[] {
  const operator = child(label, 'operator');
  const right = low.pure(label);
  if (right.op !== 'binary' || !operator || !low.text(operator).startsWith('..'))
    return [{ op: 'binary', sign: '==', left: value, right }];
  return [
    { op: 'binary', sign: '>=', left: value, right: right.left },
    { op: 'binary', sign: '<=', left: value, right: right.right },
  ];
}

/** Statements in which a case of the switch around may stand. */
const HOLDERS: ReadonlySet<string> = new Set([
  'compound_statement',
  'labeled_statement',
  'attributed_statement',
  'if_statement',
  'else_clause',
  'while_statement',
  'do_statement',
  'for_statement',
  'case_statement',
  'preproc_else',
  'ERROR',
]);

/** The cases in the order of the text, wherever they are nested; those of inner switches are not among them. */
function casesOf(body: Syntax, low: Lowering): Case[] {
  const cases: Case[] = [];
  const work: Case[] = [{ node: body, presence: [] }];
  for (let item = work.pop(); item; item = work.pop()) {
    const { node, presence } = item;
    if (node.type === 'case_statement') cases.push(item);
    const region = regionOf(node, low);
    const held = region ? [...presence, ...region.literals] : presence;
    if (!region && !HOLDERS.has(node.type)) continue;
    for (let i = node.children.length - 1; i >= 0; i--) {
      const part = node.children[i];
      if (!part) continue;
      if (part.field !== 'alternative' || !region) work.push({ node: part, presence: held });
      else work.push({ node: part, presence: [...presence, ...negated(region.literals)] });
    }
  }
  return cases;
}
