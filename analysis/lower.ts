// Lowers a file, chunk by chunk, into facts. Here the names of the grammar end: nothing behind this file knows them.
import { cut, type Chunk } from './chunk.js';
import type {
  Expr,
  FileFacts,
  Fragment,
  FunctionFacts,
  MacroFacts,
  StructFacts,
  Type,
  VariableFacts,
} from './facts.js';
import { FALL } from './facts.js';
import { GraphBuilder } from './lower-graph.js';
import { lowerExpr, spanOf, type Lowering } from './lower-expr.js';
import { lowerStatement, lowerStatements } from './lower-statement.js';
import { baseType, child, declared, fieldsOf, parametersOf, type Reader } from './lower-type.js';
import type { Parser, Syntax } from './parse.js';

interface Collected {
  readonly functions: FunctionFacts[];
  readonly structs: StructFacts[];
  readonly typedefs: Map<string, Type>;
  readonly constants: Map<string, Expr>;
  readonly variables: VariableFacts[];
}

interface Place {
  readonly file: string;
  readonly text: string;
  readonly chunk: Chunk;
  readonly collected: Collected;
}

/** Lowers the chunks of a file that are wanted; without a choice, all of them. */
export function lowerFile(file: string, text: string, parser: Parser, chunks: readonly Chunk[] = cut(text)): FileFacts {
  const collected: Collected = { functions: [], structs: [], typedefs: new Map(), constants: new Map(), variables: [] };
  const macros: MacroFacts[] = [];
  for (const chunk of chunks) {
    const source = text.slice(chunk.start, chunk.end);
    if (chunk.kind === 'code') lowerChunk({ file, text: source, chunk, collected }, parser);
    else {
      const macro = lowerMacro(file, source, chunk);
      if (macro) macros.push(macro);
    }
  }
  return { file, macros, ...collected };
}

function lowerChunk(place: Place, parser: Parser): void {
  const root = parser.parse(place.text);
  if (root.error && /^[ \t]*#[ \t]*if/m.test(place.text)) {
    // An arm of a conditional may open what another closes; each choice of arms by itself is whole.
    const arms = [blankArms(place.text, 'first'), blankArms(place.text, 'other')];
    const trees = arms.map((text) => ({ text, root: parser.parse(text) }));
    if (trees.some((tree) => errorCount(tree.root) < errorCount(root))) {
      for (const tree of trees) lowerTop(tree.root, { ...place, text: tree.text });
      return;
    }
  }
  lowerTop(root, place);
}

function errorCount(node: Syntax): number {
  return node.children.reduce((sum, part) => sum + errorCount(part), node.type === 'ERROR' ? 1 : 0);
}

/** The text with the other arms of every conditional blanked; offsets stay. */
function blankArms(text: string, keep: 'first' | 'other'): string {
  const arms: number[] = [];
  return text
    .split('\n')
    .map((line) => {
      const word = /^[ \t]*#[ \t]*(\w+)/.exec(line)?.[1] ?? '';
      if (word.startsWith('if')) arms.push(0);
      else if (word === 'else' || word === 'elif') arms.push((arms.pop() ?? 0) + 1);
      else if (word === 'endif') arms.pop();
      const kept = arms.every((arm) => (keep === 'first' ? arm === 0 : arm === 1));
      const directive = /^(if|ifdef|ifndef|elif|else|endif)$/.test(word);
      return kept && !directive ? line : line.replace(/[^\r]/g, ' ');
    })
    .join('\n');
}

function lowerTop(root: Syntax, place: Place): void {
  const functions = root.children.filter((c) => c.type === 'function_definition');
  const broken = functions.length === 0 ? brokenFunction(root) : null;
  if (broken) {
    lowerFunction(broken.head, broken.declarator, broken.body, place);
    return;
  }
  for (const node of root.children) lowerItem(node, place);
}

function lowerItem(node: Syntax, place: Place): void {
  const reader = readerOf(place);
  if (node.type === 'function_definition') {
    const declarator = child(node, 'declarator');
    const body = child(node, 'body');
    if (declarator && body) lowerFunction(node, declarator, [body], place);
  } else if (node.type === 'declaration') lowerVariables(node, place, reader);
  else if (node.type === 'type_definition') {
    const base = baseType(node, reader);
    for (const declarator of node.children.filter((c) => c.field === 'declarator')) {
      const { name, type } = declared(declarator, base, reader);
      place.collected.typedefs.set(name, type);
    }
  } else if (/^(struct|union|enum)_specifier$/.test(node.type))
    baseType({ ...node, children: [{ ...node, field: 'type' }] }, reader);
  else if (/^(preproc_|ERROR|linkage_specification|declaration_list)/.test(node.type)) {
    for (const part of node.children) lowerItem(part, place);
  }
}

/** A function whose braces do not balance ends up as ERROR: its head, and its statements beside it. */
function brokenFunction(root: Syntax): { head: Syntax; declarator: Syntax; body: Syntax[] } | null {
  const holder = [root, ...root.children.filter((c) => c.type === 'ERROR')].find((node) =>
    node.children.some((c) => /^(pointer|function)_declarator$/.test(c.type)),
  );
  const at = holder?.children.findIndex((c) => /^(pointer|function)_declarator$/.test(c.type)) ?? -1;
  const declarator = holder?.children[at];
  if (!holder || !declarator) return null;
  const body = [...holder.children.slice(at + 1), ...root.children.filter((c) => holder !== root && c !== holder)];
  return body.length > 0 ? { head: holder, declarator, body } : null;
}

function lowerFunction(node: Syntax, declarator: Syntax, body: readonly Syntax[], place: Place): void {
  const reader = readerOf(place);
  const { name, type, parameters } = declared(declarator, baseType(node, reader), reader);
  if (!name || !parameters) return;
  const builder = new GraphBuilder();
  const low = loweringOf(reader, builder);
  const types = new Map(node.children.filter((c) => c.type === 'declaration').flatMap((c) => oldStyle(c, reader)));
  const list = parametersOf(parameters, reader).map((p) => ({ ...p, type: types.get(p.name) ?? p.type }));
  for (const parameter of list) builder.declare(parameter.name, parameter.type, false);
  builder.emit({ kind: 'pass', loop: false, span: spanOf(declarator), next: 0 });
  const last = body.at(-1) ?? declarator;
  if (body.length === 1 && body[0]) lowerStatement(body[0], low);
  else lowerStatements(body, low);
  const end = { start: Math.max(last.start, last.end - 1), end: last.end };
  builder.emit({ kind: 'return', value: null, span: end, implicit: true });
  const isStatic = node.children.some((c) => c.type === 'storage_class_specifier' && reader.text(c) === 'static');
  place.collected.functions.push({
    name,
    file: place.file,
    isStatic,
    base: place.chunk.start,
    span: { start: node.start, end: last.end },
    returns: { ...type, isFunction: false },
    parameters: list,
    locals: builder.locals,
    graph: { operations: builder.operations, entry: 0 },
    presence: place.chunk.presence,
    errors: body.flatMap(errorSpans),
  });
}

function oldStyle(declaration: Syntax, reader: Reader): [string, Type][] {
  const base = baseType(declaration, reader);
  return declaration.children
    .filter((c) => c.field === 'declarator')
    .map((c) => {
      const { name, type } = declared(c, base, reader);
      return [name, type];
    });
}

function errorSpans(node: Syntax): { start: number; end: number }[] {
  if (!node.error) return [];
  if (node.type === 'ERROR') return [spanOf(node)];
  return node.children.flatMap(errorSpans);
}

function lowerVariables(node: Syntax, place: Place, reader: Reader): void {
  const base = baseType(node, reader);
  const classes = node.children.filter((c) => c.type === 'storage_class_specifier').map((c) => reader.text(c));
  const [isStatic, isExtern] = [classes.includes('static'), classes.includes('extern')];
  for (const declarator of node.children.filter((c) => c.field === 'declarator')) {
    const { name, type, parameters } = declared(declarator, base, reader);
    if (!name || (parameters && type.pointers === 0)) continue;
    const value = child(declarator, 'value');
    place.collected.variables.push({
      name,
      type,
      isStatic,
      isExtern,
      value: value ? reader.pure(value) : null,
      base: place.chunk.start,
    });
  }
}

function readerOf(place: Place): Reader {
  const reader: Reader = {
    base: place.chunk.start,
    text: (node) => place.text.slice(node.start, node.end),
    pure: (node) => lowerExpr(node, loweringOf(reader, new GraphBuilder())),
    body: (node, name) => {
      const fields = child(node, 'body');
      if (!fields) return;
      if (node.type === 'enum_specifier') lowerEnum(fields, place, reader);
      else place.collected.structs.push({ name, fields: fieldsOf(fields, reader) });
    },
  };
  return reader;
}

function lowerEnum(list: Syntax, place: Place, reader: Reader): void {
  let previous: Expr | null = null;
  for (const item of list.children) {
    const name = child(item, 'name');
    if (!name) continue;
    const given = child(item, 'value');
    const value: Expr = given
      ? reader.pure(given)
      : previous
        ? { op: 'binary', sign: '+', left: previous, right: { op: 'int', value: 1 } }
        : { op: 'int', value: 0 };
    place.collected.constants.set(reader.text(name), value);
    previous = value;
  }
}

function loweringOf(reader: Reader, builder: GraphBuilder): Lowering {
  const low: Lowering = {
    ...reader,
    builder,
    block: (node) => {
      builder.openScope();
      const value = lowerStatements(node.children, low);
      builder.closeScope();
      return value ?? { op: 'unknown' };
    },
  };
  return low;
}

/** The head of a `#define`; its body is lowered when somebody uses it. */
function lowerMacro(file: string, text: string, chunk: Chunk): MacroFacts | null {
  const match = /^#\s*define\s+(\w+)(\(([^)]*)\))?([^]*)$/.exec(text);
  if (!match?.[1]) return null;
  const parameters =
    match[2] === undefined ? null : (match[3] ?? '').split(',').map((p) => p.trim().replace(/\\\s*/g, ''));
  const body = (match[4] ?? '')
    .replace(/\\\r?\n/g, (cutLine) => ' '.repeat(cutLine.length))
    .replace(/\/\*[^]*?\*\//g, ' ');
  return {
    name: match[1],
    file,
    base: chunk.start,
    parameters,
    body: body.replace(/\/\/.*$/, ''),
    presence: chunk.presence,
  };
}

/** Lowers a macro's body once, as statements that fall through to FALL. */
export function lowerFragment(macro: MacroFacts, parser: Parser): Fragment {
  const text = `void f(void){${macro.body};}`;
  const root = parser.parse(text);
  const definition = root.children.find((c) => c.type === 'function_definition');
  const body = definition && child(definition, 'body');
  const collected: Collected = { functions: [], structs: [], typedefs: new Map(), constants: new Map(), variables: [] };
  const chunk: Chunk = { kind: 'code', start: macro.base, end: macro.base, presence: [] };
  const builder = new GraphBuilder();
  const low = loweringOf(readerOf({ file: macro.file, text, chunk, collected }), builder);
  builder.emit({ kind: 'pass', loop: false, span: { start: 0, end: 0 }, next: FALL });
  const statements = (body?.children ?? []).filter(
    (c) => !(c.type === 'expression_statement' && c.children.length === 0),
  );
  const value = lowerStatements(statements, low);
  builder.jump(FALL);
  return {
    graph: { operations: builder.operations, entry: 0 },
    value,
    temps: builder.tempCount,
    broken: !body || root.error,
  };
}
