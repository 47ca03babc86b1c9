// Lowers a file, chunk by chunk, into facts. Here the names of the grammar end: nothing behind this file knows them.
import { cut, type Chunk } from '../text/chunk.js';
import { FALL, type ChunkFacts, type FileFacts, type Fragment, type MacroFacts } from './facts.js';
import { GraphBuilder } from './lower-graph.js';
import { lowerFunction, lowerUntyped } from './lower-function.js';
import { loweringOf, nothing, readerOf, type Collected, type Place } from './lower-place.js';
import { readingOf, readingsOf, rereading } from './lower-reading.js';
import { lowerStatements } from './lower-statement.js';
import { baseType, child, declared, isStorage, isTagged, type Reader } from './lower-type.js';
import type { Parser, Syntax } from '../text/parse.js';

/** Lowers the chunks of a file that are wanted; without a choice, all of them. */
export function lowerFile(file: string, text: string, parser: Parser, chunks: readonly Chunk[] = cut(text)): FileFacts {
  const collected = nothing();
  const macros: MacroFacts[] = [];
  for (const chunk of chunks) {
    if (chunk.kind === 'code') lowerCode(file, text, chunk, parser, collected);
    else {
      const macro = lowerMacro(file, text, chunk);
      if (macro) macros.push(macro);
    }
  }
  return { file, macros, ...collected };
}

/** Lowers one chunk of code; `text` is that of the whole file. */
export function lowerChunk(file: string, text: string, chunk: Chunk, parser: Parser): ChunkFacts {
  const collected = nothing();
  lowerCode(file, text, chunk, parser, collected);
  return collected;
}

function lowerCode(file: string, text: string, chunk: Chunk, parser: Parser, collected: Collected): void {
  const source = text.slice(chunk.start, chunk.end);
  let misreadings = 0;
  const misread = (): void => {
    misreadings++;
  };
  const place: Place = { file, text: source, base: chunk.start, presence: chunk.presence, collected, misread };
  const root = parser.parse(source);
  if (root.error) {
    for (const { root: tree, assumed } of readingsOf(root, text, chunk, parser))
      lowerTop(tree, assumed.length === 0 ? place : { ...place, presence: [...chunk.presence, ...assumed] });
    return;
  }
  const before = sizesOf(collected);
  lowerTop(root, place);
  if (misreadings === 0) return;
  collected.functions.length = before.functions;
  collected.structs.length = before.structs;
  collected.variables.length = before.variables;
  lowerTop(rereading(root, source, parser), place);
}

function sizesOf({
  functions,
  structs,
  variables,
}: Collected): Readonly<Record<'functions' | 'structs' | 'variables', number>> {
  return { functions: functions.length, structs: structs.length, variables: variables.length };
}

function lowerTop(root: Syntax, place: Place): void {
  const reader = readerOf(place);
  const broken = root.error && place.text.includes('{') ? brokenFunction(root) : null;
  if (broken) lowerFunction(broken.head, broken.declarator, broken.body, place, reader);
  else lowerItems(root.children, place, reader);
}

/** A call before a block is what the grammar makes of a function without a type, in old C or behind a macro. */
function lowerItems(nodes: readonly Syntax[], place: Place, reader: Reader): void {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i];
    const call = node?.type === 'expression_statement' && node.error ? node.children[0] : undefined;
    const body =
      call?.type === 'call_expression' ? nodes.findIndex((part, at) => at > i && part.type !== 'declaration') : -1;
    const block = nodes[body];
    if (call && block?.type === 'compound_statement') {
      lowerUntyped(call, nodes.slice(i + 1, body), block, place, reader);
      i = body;
    } else if (node) lowerItem(node, place, reader);
  }
}

const TRANSPARENT: ReadonlySet<string> = new Set(['ERROR', 'linkage_specification', 'declaration_list']);

function lowerItem(node: Syntax, place: Place, reader: Reader): void {
  if (node.type === 'function_definition') {
    const declarator = child(node, 'declarator');
    const body = child(node, 'body');
    if (declarator && body) lowerFunction(node, declarator, [body], place, reader);
  } else if (node.type === 'declaration') lowerVariables(node, place, reader);
  else if (node.type === 'type_definition') {
    const base = baseType(node, reader);
    for (const declarator of node.children) {
      if (declarator.field !== 'declarator') continue;
      const { name, type } = declared(declarator, base, reader);
      place.collected.typedefs.set(name, type);
    }
  } else if (isTagged(node)) baseType({ ...node, children: [{ ...node, field: 'type' }] }, reader);
  else if (TRANSPARENT.has(node.type) || node.type.startsWith('preproc_')) lowerItems(node.children, place, reader);
}

const HEADS: ReadonlySet<string> = new Set(['pointer_declarator', 'function_declarator']);

/** A function whose braces do not balance ends up as ERROR: its head, and its statements beside it. */
function brokenFunction(root: Syntax): { head: Syntax; declarator: Syntax; body: Syntax[] } | null {
  if (root.children.some((part) => part.type === 'function_definition')) return null;
  const holders = [root, ...root.children.filter((part) => part.type === 'ERROR')];
  const holder = holders.find((node) => node.children.some((part) => HEADS.has(part.type)));
  const at = holder?.children.findIndex((part) => HEADS.has(part.type)) ?? -1;
  const declarator = holder?.children[at];
  if (!holder || !declarator) return null;
  const body = holder.children.slice(at + 1);
  if (holder !== root) for (const part of root.children) if (part !== holder) body.push(part);
  return body.length > 0 ? { head: holder, declarator, body } : null;
}

function lowerVariables(node: Syntax, place: Place, reader: Reader): void {
  const base = baseType(node, reader);
  const isStatic = node.children.some((part) => isStorage(part, 'static', reader));
  const isExtern = node.children.some((part) => isStorage(part, 'extern', reader));
  for (const declarator of node.children) {
    if (declarator.field !== 'declarator') continue;
    const { name, type, parameters } = declared(declarator, base, reader);
    if (!name || (parameters && type.pointers === 0)) continue;
    const given = child(declarator, 'value');
    const value = given ? reader.pure(given) : null;
    place.collected.variables.push({ name, type, isStatic, isExtern, value, base: place.base });
  }
}

/** The head of a `#define`; its body is lowered when somebody uses it. */
export function lowerMacro(file: string, text: string, chunk: Chunk): MacroFacts | null {
  const match = /^#\s*define\s+(\w+)(\(([^)]*)\))?([^]*)$/.exec(text.slice(chunk.start, chunk.end));
  if (!match?.[1]) return null;
  const parameters = match[2] === undefined ? null : parameterNames(match[3] ?? '');
  const body = (match[4] ?? '')
    .replace(/\\\r?\n/g, (cutLine) => ' '.repeat(cutLine.length))
    .replace(COMMENT, (part) => (part.startsWith('/') ? ' ' : part));
  return { name: match[1], file, base: chunk.start, parameters, body, presence: chunk.presence };
}

/** A comment, or a literal, in which there is none. */
const COMMENT = /\/\*[^]*?\*\/|\/\/.*$|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g;

/** `args...` is a name for all that follow. */
function parameterNames(list: string): string[] {
  return list.split(',').map((part) => {
    const name = part
      .replace(/\\\r?\n/g, ' ')
      .replace(/\/\*[^]*?\*\//g, ' ')
      .trim();
    return name.replace(/(\w)\s*\.\.\.$/, '$1');
  });
}

/** Lowers a macro's body once, as statements that fall through to FALL. */
export function lowerFragment(macro: MacroFacts, parser: Parser): Fragment {
  // The comma before an empty list of arguments is a matter of the preprocessor.
  const text = `void f(void){${macro.body.replaceAll(/##(?=\s*__VA_ARGS__)/g, '  ')};}`;
  const root = readingOf(text, parser);
  const definition = root.children.find((part) => part.type === 'function_definition');
  const body = definition && child(definition, 'body');
  const place: Place = {
    file: macro.file,
    text,
    base: macro.base,
    presence: [],
    collected: nothing(),
    misread: () => undefined,
  };
  const builder = new GraphBuilder();
  const low = loweringOf(place, readerOf(place), builder, () => undefined);
  builder.emit({ kind: 'pass', loop: false, span: { start: 0, end: 0 }, next: FALL });
  const statements = (body?.children ?? []).filter(
    (part) => !(part.type === 'expression_statement' && part.children.length === 0),
  );
  const value = lowerStatements(statements, low);
  builder.jump(FALL);
  return {
    graph: { operations: builder.operations, entry: 0 },
    value,
    temps: builder.tempCount,
    locals: builder.locals,
    broken: !body || root.error,
  };
}
