// Facts as text that a person can read: each function as its graph, one operation a line, then macros, structs and constants.
import type { Literal } from '../text/chunk.js';
import { FALL, BREAK, CONTINUE } from './facts.js';
import type {
  BraceItem,
  Expr,
  FileFacts,
  FunctionFacts,
  Graph,
  Operation,
  Parameter,
  StructFacts,
  Type,
} from './facts.js';
import type { Index } from '../link/link.js';
import { printed } from './print.js';

/** With an index the graphs are the linked ones, in which macros are spliced. */
export function describeFacts(facts: FileFacts, index?: Index): string {
  const linked = new Map(index?.functionsIn(facts.file).map((fn) => [placeOf(fn.facts), fn.graph]));
  const { functions, macros, structs, constants, variables } = facts;
  const counts = [
    counted(functions.length, 'function'),
    counted(macros.length, 'macro'),
    counted(structs.length, 'struct'),
    counted(constants.size, 'constant'),
    counted(variables.length, 'variable'),
  ];
  const sections = [
    `${facts.file}: ${counts.join(', ')}`,
    ...functions.map((fn) => describeFunction(fn, linked.get(placeOf(fn)) ?? fn.graph)),
    section(
      'macros',
      macros.map((m) => {
        const parameters = m.parameters === null ? '' : `(${m.parameters.join(', ')})`;
        return `${m.name}${parameters} = ${oneLine(m.body)}${presence(m.presence)}`;
      }),
    ),
    section('structs', structs.map(describeStruct)),
    section(
      'constants',
      [...constants].map(([name, value]) => `${name} = ${exprText(value)}`),
    ),
    section(
      'variables',
      variables.map((v) => {
        const value = v.value === null ? '' : ` = ${exprText(v.value)}`;
        return `${v.isExtern ? 'extern ' : ''}${v.isStatic ? 'static ' : ''}${declared(v)}${value}`;
      }),
    ),
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function placeOf({ base, span, name }: FunctionFacts): string {
  return `${base + span.start} ${name}`;
}

function describeFunction(fn: FunctionFacts, graph: Graph): string {
  const head = `${fn.isStatic ? 'static ' : ''}${typeText(fn.returns)} ${fn.name}(${fn.parameters.map(declared).join(', ')})`;
  const broken = fn.errors.length > 0 ? `\n  ${counted(fn.errors.length, 'place')} not understood` : '';
  const width = String(graph.operations.length).length;
  const lines = graph.operations.map((operation, at) => {
    const mark = at === graph.entry ? '>' : ' ';
    return ` ${mark}${String(at).padStart(width)}  ${operationText(operation)}${nextText(operation, at)}`;
  });
  return `${head}${presence(fn.presence)}${broken}\n${lines.join('\n')}`;
}

function operationText(operation: Operation): string {
  switch (operation.kind) {
    case 'call': {
      const block = operation.block === null ? '' : ` with a block at ${target(operation.block)}`;
      const args = operation.args.map(exprText).join(', ');
      return `$${operation.temp} = ${exprText(operation.callee)}(${args})${block}`;
    }
    case 'assign':
      return `${operation.once ? 'once: ' : ''}${exprText(operation.target)} ${operation.sign} ${exprText(operation.value)}`;
    case 'set-temp':
      return `$${operation.temp} = ${exprText(operation.value)}`;
    case 'declare':
      return `declare ${operation.name}`;
    case 'test':
      return `if ${exprText(operation.test)}${operation.builds ? ' (builds a set)' : ''}`;
    case 'return':
      if (operation.implicit) return 'end';
      return operation.value === null ? 'return' : `return ${exprText(operation.value)}`;
    case 'pass':
      return operation.loop ? 'loop' : operation.jump ? 'jump' : 'meet';
    case 'opaque':
      return `not understood: ${operation.reason}`;
  }
}

/** Nothing where control goes to the next line. */
function nextText(operation: Operation, at: number): string {
  if (operation.kind === 'return') return '';
  if (operation.kind === 'test') return ` -> ${target(operation.then)} else ${target(operation.otherwise)}`;
  return operation.next === at + 1 ? '' : ` -> ${target(operation.next)}`;
}

function target(at: number): string {
  if (at === FALL) return 'end of macro';
  if (at === BREAK) return 'break';
  return at === CONTINUE ? 'continue' : String(at);
}

/** An expression with its temporaries by number, which messages leave out. */
export function exprText(expr: Expr): string {
  return printed(numbered(expr));
}

function numbered(expr: Expr): Expr {
  switch (expr.op) {
    case 'temp':
      return asName(`$${expr.id}`);
    case 'braces':
      return asName(`{${expr.items.map(itemText).join(', ')}}`);
    case 'member':
    case 'deref':
    case 'address':
    case 'unary':
    case 'cast':
      return { ...expr, of: numbered(expr.of) };
    case 'index':
      return { ...expr, of: numbered(expr.of), at: numbered(expr.at) };
    case 'binary':
      return { ...expr, left: numbered(expr.left), right: numbered(expr.right) };
    case 'choose':
      return {
        ...expr,
        test: numbered(expr.test),
        then: numbered(expr.then),
        otherwise: numbered(expr.otherwise),
      };
    default:
      return expr;
  }
}

function itemText({ path, at, to, value }: BraceItem): string {
  const element = at ? `[${exprText(at)}${to ? ` ... ${exprText(to)}` : ''}]` : '';
  const place = `${path.map((field) => `.${field}`).join('')}${element}`;
  return `${place === '' ? '' : `${place} = `}${exprText(value)}`;
}

function asName(name: string): Expr {
  return { op: 'name', name, span: { start: 0, end: 0 } };
}

function describeStruct({ name, fields }: StructFacts): string {
  return `${name} { ${fields.map(declared).join('; ')} }`;
}

function declared({ name, type }: Parameter): string {
  const stars = '*'.repeat(type.pointers);
  const sizes = type.dimensions.map((size) => `[${size === null ? '' : exprText(size)}]`).join('');
  return `${type.base} ${stars}${name}${sizes}${type.isFunction ? '()' : ''}`.trim();
}

function typeText({ base, pointers }: Type): string {
  return `${base}${pointers > 0 ? ` ${'*'.repeat(pointers)}` : ''}`;
}

function presence(literals: readonly Literal[]): string {
  if (literals.length === 0) return '';
  return `  [present if ${literals.map(({ test, holds }) => (holds ? test : `not ${test}`)).join(' and ')}]`;
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function oneLine(text: string): string {
  return text.replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
}

export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
