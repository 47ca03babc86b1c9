// Functions become graphs: their heads in every style, the names of their parameters, and their bodies.
import type { Parameter, Span, Type } from './facts.js';
import { GraphBuilder } from './lower-graph.js';
import { spanOf, UNKNOWN } from './lower-expr.js';
import { loweringOf, type Place } from './lower-place.js';
import { lowerStatement, lowerStatements } from './lower-statement.js';
import { baseType, child, declared, isStorage, parametersOf, UNKNOWN_TYPE, type Reader } from './lower-type.js';
import type { Syntax } from '../text/parse.js';

export function lowerFunction(
  node: Syntax,
  declarator: Syntax,
  body: readonly Syntax[],
  place: Place,
  reader: Reader,
  isNested = false,
): void {
  const returns = baseType(node, reader);
  const { name, type, parameters } = declared(declarator, returns, reader);
  const isStatic = isNested || node.children.some((part) => isStorage(part, 'static', reader));
  const rest = { isStatic, start: node.start, head: spanOf(declarator), body };
  if (name && parameters) {
    const types = new Map(
      node.children.filter((part) => part.type === 'declaration').flatMap((part) => oldStyle(part, reader)),
    );
    const typed = parametersOf(parameters, reader).map((p) => ({ name: p.name, type: types.get(p.name) ?? p.type }));
    define({ name, parameters: typed, returns: { ...type, isFunction: false }, ...rest }, place, reader);
  } else if (declarator.type === 'parenthesized_declarator' && !returns.base.includes(' ')) {
    // `TEST(name) {`: a macro makes the head, and what it is called is known to nobody.
    define({ name: `${returns.base}(${name})`, parameters: [], returns: UNKNOWN_TYPE, ...rest }, place, reader);
  }
}

const INT: Type = { ...UNKNOWN_TYPE, base: 'int' };

/** `main(argc, argv) char **argv; {` gives an int; in capitals it is a macro that makes the head of a function. */
export function lowerUntyped(
  call: Syntax,
  declarations: readonly Syntax[],
  body: Syntax | undefined,
  place: Place,
  reader: Reader,
): void {
  const callee = child(call, 'function');
  if (!body || callee?.type !== 'identifier') return;
  const isMacro = /^[A-Z_][A-Z0-9_]*$/.test(reader.text(callee));
  const types = new Map(declarations.flatMap((part) => oldStyle(part, reader)));
  const names = (child(call, 'arguments')?.children ?? []).map((part) => reader.text(part));
  define(
    {
      name: isMacro ? reader.text(call).replace(/\s+/g, ' ') : reader.text(callee),
      parameters: isMacro ? [] : names.map((name) => ({ name, type: types.get(name) ?? INT })),
      returns: isMacro ? UNKNOWN_TYPE : INT,
      isStatic: false,
      start: call.start,
      head: spanOf(call),
      body: [body],
    },
    place,
    reader,
  );
}

interface Definition {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly returns: Type;
  readonly isStatic: boolean;
  readonly start: number;
  readonly head: Span;
  readonly body: readonly Syntax[];
}

function define(definition: Definition, place: Place, reader: Reader): void {
  const { name, parameters, returns, isStatic, start, head, body } = definition;
  const builder = new GraphBuilder();
  const low = loweringOf(place, reader, builder, (node) => {
    const declarator = child(node, 'declarator');
    const inner = child(node, 'body');
    if (declarator && inner) lowerFunction(node, declarator, [inner], place, reader, true);
  });
  for (const parameter of parameters) builder.declare(parameter.name, parameter.type, false);
  builder.emit({ kind: 'pass', loop: false, span: head, next: 0 });
  const [only, ...others] = body;
  if (only && others.length === 0) lowerStatement(only, low);
  else lowerStatements(body, low);
  const end = body.at(-1)?.end ?? head.end;
  builder.emit({ kind: 'return', value: null, span: { start: Math.max(start, end - 1), end }, implicit: true });
  goAnywhere(builder);
  place.collected.functions.push({
    name,
    file: place.file,
    isStatic,
    base: place.base,
    span: { start, end },
    returns,
    parameters,
    locals: builder.locals,
    graph: { operations: builder.operations, entry: 0 },
    presence: place.presence,
    errors: body.flatMap(errorSpans),
  });
}

/** A computed `goto` goes to one of the labels, and nobody knows to which. */
function goAnywhere(builder: GraphBuilder): void {
  if (builder.anywhere.length === 0) return;
  builder.follow(builder.anywhere);
  const labels = [...builder.labels.values()];
  const last = labels.pop();
  for (const at of labels) {
    const ways = builder.test(UNKNOWN, builder.operations[at]?.span ?? NOWHERE);
    builder.follow(ways.yes);
    builder.jump(at);
    builder.follow(ways.no);
  }
  if (last !== undefined) builder.jump(last);
  else {
    builder.emit({ kind: 'opaque', reason: 'computed goto', span: NOWHERE, next: 0 });
    builder.emit({ kind: 'return', value: null, span: NOWHERE, implicit: true });
  }
}

const NOWHERE: Span = { start: 0, end: 0 };

function oldStyle(declaration: Syntax, reader: Reader): [string, Type][] {
  const base = baseType(declaration, reader);
  return declaration.children
    .filter((part) => part.field === 'declarator')
    .map((part) => {
      const { name, type } = declared(part, base, reader);
      return [name, type];
    });
}

/** The outermost errors, in the order of the text. */
function errorSpans(node: Syntax): Span[] {
  const spans: Span[] = [];
  const work: Syntax[] = [node];
  for (let part = work.pop(); part; part = work.pop()) {
    if (!part.error) continue;
    if (part.type === 'ERROR') spans.push(spanOf(part));
    else for (const inner of part.children.toReversed()) work.push(inner);
  }
  return spans;
}
