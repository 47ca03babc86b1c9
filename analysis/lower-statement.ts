// Statements become control flow. Whatever is not understood becomes an opaque operation, and the rest goes on.
import type { Syntax } from './parse.js';
import { BREAK, CONTINUE, type Expr } from './facts.js';
import { baseType, child, declared } from './lower-type.js';
import { lowerCondition, lowerExpr, spanOf, type Lowering } from './lower-expr.js';
import { literals, type Literal } from './chunk.js';
import type { Ways } from './lower-graph.js';

/** Lowers one statement; gives the value of an expression statement, for GNU statement expressions and macros. */
export function lowerStatement(node: Syntax, low: Lowering): Expr | null {
  const handler = STATEMENTS[node.type];
  if (handler) {
    handler(node, low);
    return null;
  }
  if (node.type === 'expression_statement') {
    let value: Expr | null = null;
    for (const part of node.children) if (part.type !== ';') value = lowerExpr(part, low);
    return value;
  }
  if (IGNORED.test(node.type)) return null;
  return lowerExpr(node, low);
}

const IGNORED =
  /^(type_definition|struct_specifier|union_specifier|enum_specifier|;|preproc_(call|def|function_def|include|directive)|attribute.*|comment)$/;

const STATEMENTS: Readonly<Record<string, (node: Syntax, low: Lowering) => void>> = {
  compound_statement: lowerBlock,
  declaration: lowerDeclaration,
  if_statement: lowerIf,
  while_statement: lowerWhile,
  do_statement: lowerDo,
  for_statement: lowerFor,
  switch_statement: lowerSwitch,
  case_statement: (node, low) => {
    lowerStatements(
      node.children.filter((c) => c.field !== 'value'),
      low,
    );
  },
  break_statement: (node, low) => {
    low.builder.emit({ kind: 'pass', loop: false, jump: true, span: spanOf(node), next: 0 });
    low.builder.leave('break', BREAK);
  },
  continue_statement: (node, low) => {
    low.builder.emit({ kind: 'pass', loop: false, jump: true, span: spanOf(node), next: 0 });
    low.builder.leave('continue', CONTINUE);
  },
  return_statement: (node, low) => {
    const value = node.children[0] ? lowerExpr(node.children[0], low) : null;
    low.builder.emit({ kind: 'return', value, span: spanOf(node), implicit: false });
  },
  goto_statement: (node, low) => {
    const label = child(node, 'label');
    low.builder.emit({ kind: 'pass', loop: false, jump: true, span: spanOf(node), next: 0 });
    if (label) low.builder.jump(labelled(low.text(label), node, low));
    else low.builder.cutOff();
  },
  labeled_statement: (node, low) => {
    const label = child(node, 'label');
    if (label) low.builder.place(labelled(low.text(label), node, low));
    lowerStatements(
      node.children.filter((c) => c !== label),
      low,
    );
  },
  else_clause: (node, low) => {
    lowerStatements(node.children, low);
  },
  gnu_asm_expression: (node, low) => {
    low.builder.emit({ kind: 'opaque', reason: 'assembly', span: spanOf(node), next: 0 });
  },
  preproc_if: lowerConditionalRegion,
  preproc_ifdef: lowerConditionalRegion,
  preproc_elif: lowerConditionalRegion,
  preproc_else: (node, low) => {
    lowerStatements(node.children, low);
  },
  ERROR: (node, low) => {
    low.builder.emit({ kind: 'opaque', reason: 'syntax not understood', span: spanOf(node), next: 0 });
    lowerStatements(node.children, low);
  },
};

function labelled(name: string, node: Syntax, low: Lowering): number {
  const known = low.builder.labels.get(name);
  if (known !== undefined) return known;
  const at = low.builder.reserve(spanOf(node), true);
  low.builder.labels.set(name, at);
  return at;
}

function lowerBlock(node: Syntax, low: Lowering): void {
  low.builder.openScope();
  lowerStatements(node.children, low);
  low.builder.closeScope();
}

/** Statements in order. `NAME(args)` without its semicolon before a block owns that block: an iteration macro. */
export function lowerStatements(nodes: readonly Syntax[], low: Lowering): Expr | null {
  let value: Expr | null = null;
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    if (!node) continue;
    const following = nodes[i + 1];
    if (following && isMacroHead(node)) {
      lowerOwnedBlock(node, following, low);
      i++;
      continue;
    }
    value = lowerStatement(node, low);
  }
  return value;
}

function isMacroHead(node: Syntax): boolean {
  const [first, missing] = node.children;
  return (
    node.type === 'expression_statement' &&
    first?.type === 'call_expression' &&
    missing?.error === true &&
    missing.start === missing.end
  );
}

function lowerOwnedBlock(head: Syntax, body: Syntax, low: Lowering): void {
  const { builder } = low;
  const span = spanOf(head);
  const again = builder.reserve(span, true);
  const after = builder.reserve(span);
  builder.place(again);
  if (head.children[0]) lowerExpr(head.children[0], low);
  const owner = builder.operations.at(-1);
  const ways = builder.test({ op: 'unknown' }, span);
  builder.follow(ways.yes);
  builder.within({ breakTo: after, continueTo: again }, () => {
    lowerStatement(body, low);
  });
  builder.jump(again);
  builder.follow(ways.no);
  builder.place(after);
  if (owner?.kind === 'call') owner.block = again;
}

function lowerDeclaration(node: Syntax, low: Lowering): void {
  const base = baseType(node, low);
  const isStatic = node.children.some((c) => c.type === 'storage_class_specifier' && low.text(c) === 'static');
  for (const declarator of node.children.filter((c) => c.field === 'declarator')) {
    const { name, type, parameters } = declared(declarator, base, low);
    if (!name || (parameters && type.pointers === 0)) continue;
    const unique = low.builder.declare(name, type, isStatic);
    const span = spanOf(declarator);
    const value = child(declarator, 'value');
    if (!isStatic) low.builder.emit({ kind: 'declare', name: unique, span, next: 0 });
    if (!value) continue;
    const target: Expr = { op: 'name', name: unique, span };
    low.builder.emit({
      kind: 'assign',
      target,
      sign: '=',
      value: lowerExpr(value, low),
      once: isStatic,
      span,
      next: 0,
    });
  }
}

function condition(node: Syntax, low: Lowering, builds = false): Ways {
  const test = child(node, 'condition');
  return test ? lowerCondition(test, low, builds) : { yes: low.builder.takeLoose(), no: [] };
}

function lowerIf(node: Syntax, low: Lowering): void {
  const ways = condition(node, low);
  low.builder.follow(ways.yes);
  const then = child(node, 'consequence');
  if (then) lowerStatement(then, low);
  const after = low.builder.takeLoose();
  low.builder.follow(ways.no);
  const otherwise = child(node, 'alternative');
  if (otherwise) lowerStatement(otherwise, low);
  low.builder.follow(after);
}

function lowerWhile(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const again = builder.reserve(spanOf(node), true);
  const after = builder.reserve(spanOf(node));
  builder.place(again);
  const ways = condition(node, low, buildsOnly(node, low));
  builder.follow(ways.yes);
  loopBody(node, again, after, low);
  builder.jump(again);
  builder.follow(ways.no);
  builder.place(after);
}

function lowerDo(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const again = builder.reserve(spanOf(node), true);
  const check = builder.reserve(spanOf(node));
  const after = builder.reserve(spanOf(node));
  builder.place(again);
  loopBody(node, check, after, low);
  builder.place(check);
  const ways = condition(node, low);
  builder.follow(ways.yes);
  builder.jump(again);
  builder.follow(ways.no);
  builder.place(after);
}

function lowerFor(node: Syntax, low: Lowering): void {
  const { builder } = low;
  builder.openScope();
  const initializer = child(node, 'initializer');
  if (initializer) lowerStatement(initializer, low);
  const again = builder.reserve(spanOf(node), true);
  const step = builder.reserve(spanOf(node));
  const after = builder.reserve(spanOf(node));
  builder.place(again);
  const ways = condition(node, low, buildsOnly(node, low));
  builder.follow(ways.yes);
  loopBody(node, step, after, low);
  builder.place(step);
  const update = child(node, 'update');
  if (update) lowerExpr(update, low);
  builder.jump(again);
  builder.follow(ways.no);
  builder.place(after);
  builder.closeScope();
}

function loopBody(node: Syntax, continueTo: number, breakTo: number, low: Lowering): void {
  const body = child(node, 'body');
  low.builder.within({ breakTo, continueTo }, () => {
    if (body) lowerStatement(body, low);
  });
}

/** A loop that adds members to a set and waits for nothing: see TestOperation.builds. */
function buildsOnly(node: Syntax, low: Lowering): boolean {
  const body = child(node, 'body');
  const text = body ? low.text(body) : '';
  return /\bFD_SET\s*\(/.test(text) && !/\b(p?select|poll|ppoll|FD_ISSET)\s*\(/.test(text);
}

function lowerSwitch(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const subject = child(node, 'condition');
  const body = child(node, 'body');
  const value: Expr = subject ? lowerExpr(subject, low) : { op: 'unknown' };
  const after = builder.reserve(spanOf(node));
  const cases = casesOf(body);
  const places = cases.map((c) => builder.reserve(spanOf(c)));
  let fallback = after;
  cases.forEach((c, i) => {
    const label = child(c, 'value');
    const place = places[i] ?? after;
    if (!label) {
      fallback = place;
      return;
    }
    const ways = builder.test({ op: 'binary', sign: '==', left: value, right: low.pure(label) }, spanOf(label));
    const rest = ways.no;
    builder.follow(ways.yes);
    builder.jump(place);
    builder.follow(rest);
  });
  builder.jump(fallback);
  builder.openScope();
  builder.within({ breakTo: after, continueTo: null }, () => {
    for (const statement of body?.children ?? []) lowerCases(statement, cases, places, low);
  });
  builder.closeScope();
  builder.place(after);
}

function lowerCases(node: Syntax, cases: readonly Syntax[], places: readonly number[], low: Lowering): void {
  const place = places[cases.indexOf(node)];
  if (place === undefined && !node.type.startsWith('preproc_')) {
    lowerStatement(node, low);
    return;
  }
  if (place !== undefined) low.builder.place(place);
  const label = child(node, 'value');
  // A case directly behind a case is its child in the grammar; conditionals around cases hold them likewise.
  for (const part of node.children) if (part !== label) lowerCases(part, cases, places, low);
}

function casesOf(node: Syntax | undefined): Syntax[] {
  return (node?.children ?? []).flatMap((c) => {
    if (c.type === 'case_statement') return [c, ...casesOf(c)];
    return /^(preproc_|compound_statement|labeled_statement)/.test(c.type) ? casesOf(c) : [];
  });
}

/** `#if` inside a function: a test whose truth is the same wherever the same condition stands. */
function lowerConditionalRegion(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const head = child(node, node.type === 'preproc_ifdef' ? 'name' : 'condition');
  const alternative = child(node, 'alternative');
  const word = /^#\s*(\w+)/.exec(low.text(node))?.[1] ?? 'if';
  const tests = literals(word, head ? low.text(head) : '');
  const failed: (() => void)[] = [];
  for (const literal of tests) {
    const ways = presenceTest(literal, node, low);
    builder.follow(ways.yes);
    failed.push(() => {
      builder.follow(ways.no);
    });
  }
  lowerStatements(
    node.children.filter((c) => c !== head && c !== alternative),
    low,
  );
  const after = builder.takeLoose();
  for (const follow of failed) follow();
  if (alternative) lowerStatement(alternative, low);
  builder.follow(after);
}

function presenceTest(literal: Literal, node: Syntax, low: Lowering): Ways {
  const span = { start: node.start, end: node.start };
  if (literal.test === '0') return { yes: [], no: low.builder.takeLoose() };
  if (literal.test === '1') return { yes: low.builder.takeLoose(), no: [] };
  const ways = low.builder.test({ op: 'name', name: `#${literal.test}`, span }, span);
  return literal.holds ? ways : { yes: ways.no, no: ways.yes };
}
