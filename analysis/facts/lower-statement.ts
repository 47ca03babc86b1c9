// Statements become control flow. Whatever is not understood becomes an opaque operation, and the rest goes on.
import type { Syntax } from '../text/parse.js';
import { BREAK, CONTINUE, type Expr, type Type } from './facts.js';
import { baseType, child, declared } from './lower-type.js';
import { lowerCondition, lowerExpr, spanOf, UNKNOWN, type Lowering } from './lower-expr.js';
import { lowerRegion } from './lower-region.js';
import { lowerSwitch } from './lower-switch.js';
import type { Ways } from './lower-graph.js';

/** Lowers one statement; gives the value of an expression statement, for GNU statement expressions and macros. */
export function lowerStatement(node: Syntax, low: Lowering): Expr | null {
  if (!low.builder.enter()) {
    low.builder.emit({ kind: 'opaque', reason: 'nested too deep', span: spanOf(node), next: 0 });
    return null;
  }
  const value = dispatch(node, low);
  low.builder.exit();
  return value;
}

function dispatch(node: Syntax, low: Lowering): Expr | null {
  if (node.type === 'expression_statement') {
    let value: Expr | null = null;
    for (const part of node.children) if (part.type !== ';') value = lowerExpr(part, low);
    return value;
  }
  const handler = STATEMENTS.get(node.type);
  if (!handler) return IGNORED.has(node.type) ? null : lowerExpr(node, low);
  handler(node, low);
  return null;
}

const IGNORED: ReadonlySet<string> = new Set([
  'type_definition',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  ';',
  'preproc_call',
  'preproc_def',
  'preproc_function_def',
  'preproc_include',
  'preproc_directive',
  'attribute_declaration',
  'attribute_specifier',
  'comment',
]);

const STATEMENTS: ReadonlyMap<string, (node: Syntax, low: Lowering) => void> = new Map([
  ['compound_statement', lowerBlock],
  ['declaration', lowerDeclaration],
  ['if_statement', lowerIf],
  ['while_statement', lowerWhile],
  ['do_statement', lowerDo],
  ['for_statement', lowerFor],
  ['switch_statement', lowerSwitch],
  ['case_statement', lowerCase],
  ['break_statement', lowerBreak],
  ['continue_statement', lowerContinue],
  ['return_statement', lowerReturn],
  ['goto_statement', lowerGoto],
  ['labeled_statement', lowerLabelled],
  ['else_clause', lowerParts],
  ['attributed_statement', lowerParts],
  ['function_definition', lowerNested],
  ['preproc_if', lowerRegion],
  ['preproc_ifdef', lowerRegion],
  ['preproc_elif', lowerRegion],
  ['preproc_elifdef', lowerRegion],
  ['preproc_else', lowerParts],
  ['ERROR', lowerError],
]);

function lowerError(node: Syntax, low: Lowering): void {
  low.builder.emit({ kind: 'opaque', reason: 'syntax not understood', span: spanOf(node), next: 0 });
  lowerStatements(node.children, low);
}

function jump(node: Syntax, low: Lowering): void {
  low.builder.emit({ kind: 'pass', loop: false, jump: true, span: spanOf(node), next: 0 });
}

function leave(node: Syntax, how: 'break' | 'continue', outside: number, low: Lowering): void {
  jump(node, low);
  low.builder.leave(how, outside);
}

function lowerBreak(node: Syntax, low: Lowering): void {
  leave(node, 'break', BREAK, low);
}

function lowerContinue(node: Syntax, low: Lowering): void {
  leave(node, 'continue', CONTINUE, low);
}

function lowerParts(node: Syntax, low: Lowering): void {
  lowerStatements(node.children, low);
}

function lowerNested(node: Syntax, low: Lowering): void {
  low.nested(node);
}

function lowerReturn(node: Syntax, low: Lowering): void {
  const value = node.children[0] ? lowerExpr(node.children[0], low) : null;
  low.builder.emit({ kind: 'return', value, span: spanOf(node), implicit: false });
}

function lowerGoto(node: Syntax, low: Lowering): void {
  const label = child(node, 'label');
  jump(node, low);
  const name = label ? low.text(label) : '*';
  // A computed goto may go to any label; they are known when the function ends.
  if (/^\w/.test(name) && !node.error) low.builder.jump(low.builder.label(name, spanOf(node)));
  else low.builder.anywhere.push(...low.builder.takeLoose());
}

function lowerLabelled(node: Syntax, low: Lowering): void {
  const label = child(node, 'label');
  if (label) low.builder.place(low.builder.label(low.text(label), spanOf(node)));
  lowerStatements(label ? node.children.filter((part) => part !== label) : node.children, low);
}

/** A case directly behind a case is its child in the grammar, however many there are. */
function lowerCase(node: Syntax, low: Lowering): void {
  for (let current: Syntax | undefined = node; current;) {
    const place = low.cases.get(current);
    if (place !== undefined) low.builder.place(place);
    const parts: Syntax[] = current.children.filter((part) => part.field !== 'value');
    const last: Syntax | undefined = parts.at(-1);
    const next: Syntax | undefined = last?.type === 'case_statement' ? parts.pop() : undefined;
    lowerStatements(parts, low);
    current = next;
  }
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
    const following = node.type === 'expression_statement' && node.error ? nodes[i + 1] : undefined;
    const head = following ? macroHead(node) : null;
    if (head && following && owns(node, following, low)) {
      lowerOwned(head, following, low);
      i++;
    } else value = lowerStatement(node, low);
  }
  return value;
}

function macroHead(node: Syntax): Syntax | null {
  const [first, missing] = node.children;
  const isMissing = missing?.error === true && missing.start === missing.end;
  return isMissing && first?.type === 'call_expression' ? first : null;
}

/** Whether a macro without a semicolon has the next statement for its body, or only stands before it. */
function owns(head: Syntax, following: Syntax, low: Lowering): boolean {
  if (following.type === 'compound_statement') return true;
  return !NO_BODIES.has(following.type) && low.column(following) > low.column(head);
}

const NO_BODIES: ReadonlySet<string> = new Set(['declaration', 'case_statement', 'labeled_statement', 'ERROR']);

function lowerOwned(head: Syntax, body: Syntax, low: Lowering): void {
  const { builder } = low;
  const span = spanOf(head);
  const again = builder.reserve(span, true);
  const after = builder.reserve(span);
  builder.place(again);
  lowerExpr(head, low);
  const owner = builder.operations.at(-1);
  const ways = builder.test(UNKNOWN, span);
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
  if (isMisread(node, low)) low.misread();
  const base = baseType(node, low);
  let storage = '';
  for (const part of node.children) {
    if (part.type === 'storage_class_specifier') storage += ` ${low.text(part)}`;
    // What is declared here is defined elsewhere.
    else if (part.field === 'declarator' && !storage.includes('extern'))
      lowerDeclarator(part, base, storage.includes('static'), low);
  }
}

/** `TRACE(x)` or `BEGIN` on a line of its own becomes the type of what stands on the next. */
function isMisread(node: Syntax, low: Lowering): boolean {
  const [type, declarator] = node.children;
  if (type?.field !== 'type' || !declarator || !MACROS.has(type.type)) return false;
  if (!low.text({ ...type, start: type.end, end: declarator.start }).includes('\n')) return false;
  return type.type === 'macro_type_specifier' || /^[A-Z_][A-Z0-9_]+$/.test(low.text(type));
}

const MACROS: ReadonlySet<string> = new Set(['macro_type_specifier', 'type_identifier']);

function lowerDeclarator(node: Syntax, base: Type, isStatic: boolean, low: Lowering): void {
  const { name, type, parameters } = declared(node, base, low);
  if (!name || (parameters && type.pointers === 0)) return;
  const unique = low.builder.declare(name, type, isStatic);
  const span = spanOf(node);
  const value = child(node, 'value');
  if (!isStatic) low.builder.emit({ kind: 'declare', name: unique, span, next: 0 });
  if (!value) return;
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

function condition(node: Syntax, low: Lowering): Ways {
  const test = child(node, 'condition');
  return test ? lowerCondition(test, low) : { yes: low.builder.takeLoose(), no: [] };
}

/** `else if` is followed in a loop, however often it comes. */
function lowerIf(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const after: number[] = [];
  for (let current: Syntax | undefined = node; current;) {
    const ways = condition(current, low);
    builder.follow(ways.yes);
    const then = child(current, 'consequence');
    if (then) lowerStatement(then, low);
    for (const end of builder.takeLoose()) after.push(end);
    builder.follow(ways.no);
    const otherwise: Syntax | undefined = child(current, 'alternative');
    const [only, ...others]: readonly Syntax[] = otherwise?.children ?? [];
    current = only?.type === 'if_statement' && others.length === 0 ? only : undefined;
    if (otherwise && !current) lowerStatement(otherwise, low);
  }
  builder.follow(after);
}

function lowerWhile(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const again = builder.reserve(spanOf(node), true);
  const after = builder.reserve(spanOf(node));
  builder.place(again);
  const no = lowerLoop(node, again, after, low);
  builder.jump(again);
  builder.follow(no);
  builder.place(after);
}

function lowerDo(node: Syntax, low: Lowering): void {
  const { builder } = low;
  const again = builder.reserve(spanOf(node), true);
  const check = builder.reserve(spanOf(node));
  const after = builder.reserve(spanOf(node));
  builder.place(again);
  lowerBody(node, check, after, low);
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
  const no = lowerLoop(node, step, after, low);
  builder.place(step);
  const update = child(node, 'update');
  if (update) lowerExpr(update, low);
  builder.jump(again);
  builder.follow(no);
  builder.place(after);
  builder.closeScope();
}

/** The condition and the body; gives the ends of the way on which the condition does not hold. */
function lowerLoop(node: Syntax, continueTo: number, breakTo: number, low: Lowering): readonly number[] {
  const { operations, sets } = low.builder;
  const from = operations.length;
  const ways = condition(node, low);
  const to = operations.length;
  const { adds, asks } = sets;
  low.builder.follow(ways.yes);
  lowerBody(node, continueTo, breakTo, low);
  // It adds members to a set and waits for nothing: see TestOperation.builds.
  if (sets.adds > adds && sets.asks === asks) {
    for (const operation of operations.slice(from, to)) if (operation.kind === 'test') operation.builds = true;
  }
  return ways.no;
}

function lowerBody(node: Syntax, continueTo: number, breakTo: number, low: Lowering): void {
  const body = child(node, 'body');
  low.builder.within({ breakTo, continueTo }, () => {
    if (body) lowerStatement(body, low);
  });
}
