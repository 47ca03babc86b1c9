// What the engine believes of each function of a file, and why: the model rows that hold for its calls, whether it wraps one,
// ends the process, keeps an argument, and matters at all. What nothing is known of is named, since a row would help there.
import type { Guide } from '../paths/guide.js';
import { calledName } from '../bind/flows.js';
import type { CallModel } from '../knowledge/calls.js';
import { exprText } from '../facts/describe.js';
import type { CallOperation, Expr } from '../facts/facts.js';
import type { LinkedFunction } from '../link/link.js';
import type { Project } from '../project.js';
import { summaryOf, type FunctionSummary } from './summary.js';
import { summaryLines } from './summary-text.js';

export interface FunctionBelief {
  readonly function: string;
  readonly line: number;
  /** The row that is used in place of its body; null when the body counts. */
  readonly model: CallModel | null;
  readonly relevant: Belief;
  /** Known calls that get a parameter as their descriptor. */
  readonly wraps: readonly string[];
  /** What it does to the descriptors that it is given, itself or through what it calls. */
  readonly summary: FunctionSummary;
  readonly endsProcess: Belief;
  readonly keepsArgument: Belief;
  /** The rows for calls in it. */
  readonly calls: Readonly<Record<string, CallModel>>;
  /** Calls of which nothing is known: no body seen, no row. */
  readonly unknown: readonly string[];
}

interface Belief {
  readonly is: boolean;
  readonly because: string;
}

export function functionBeliefs(project: Project, file: string): readonly FunctionBelief[] {
  const { guide } = project;
  return project.index.functionsIn(file).map((fn) => beliefOf(fn, project, guide));
}

function beliefOf(fn: LinkedFunction, project: Project, guide: Guide): FunctionBelief {
  const calls = fn.graph.operations.filter((operation) => operation.kind === 'call');
  const modelled = new Map<string, CallModel>();
  const unknown = new Set<string>();
  for (const call of calls) {
    const name = calledName(call, fn, project.index);
    const model = name === null ? null : project.index.model(name, fn.facts.file);
    if (name !== null && model) modelled.set(name, model);
    else if (project.bindings.callees(call, fn).length === 0) unknown.add(exprText(call.callee));
  }
  return {
    function: fn.facts.name,
    line: project.locate(fn, fn.facts.span).range.start.line,
    model: project.index.model(fn.facts.name, fn.facts.file),
    relevant: relevance(fn, modelled, project, guide),
    wraps: wrapped(fn, calls, project),
    summary: summaryOf(fn, project),
    endsProcess: ending(fn, calls, project, guide),
    keepsArgument: keeping(fn, calls, project, guide),
    calls: Object.fromEntries(modelled),
    unknown: [...unknown].sort(),
  };
}

const MATTERS = ['read', 'write', 'accept', 'wait', 'control', 'close', 'mode', 'make', 'thread', 'set'] as const;

const IDLE = /^(nothing|set|copy|allocate|release|end)$/;

function relevance(
  fn: LinkedFunction,
  modelled: ReadonlyMap<string, CallModel>,
  project: Project,
  guide: Guide,
): Belief {
  if (!guide.does(fn, MATTERS)) return { is: false, because: 'neither it nor what it calls makes a call that matters' };
  const own = [...modelled].filter(([, model]) => !IDLE.test(model.does)).map(([name]) => name);
  if (own.length > 0) return { is: true, because: `it calls ${own.join(', ')}` };
  const callees = project.bindings.flows(fn).calls.flatMap(({ call }) => project.bindings.callees(call, fn));
  const through = [...new Set(callees)]
    .filter((callee) => guide.does(callee, MATTERS))
    .map((callee) => callee.facts.name);
  return { is: true, because: through.length > 0 ? `it calls ${through.join(', ')}` : 'it fills a descriptor set' };
}

function wrapped(fn: LinkedFunction, calls: readonly CallOperation[], project: Project): readonly string[] {
  const all = calls.flatMap((call) => {
    const name = calledName(call, fn, project.index);
    const model = name === null ? null : project.index.model(name, fn.facts.file);
    if (!model || !('fd' in model) || model.fd === null) return [];
    const given = call.args[model.fd];
    const parameter = given && parameterOf(given, fn);
    return parameter ? [`${name ?? ''} on parameter '${parameter}'`] : [];
  });
  return [...new Set(all)];
}

function ending(fn: LinkedFunction, calls: readonly CallOperation[], project: Project, guide: Guide): Belief {
  const callers = calls.flatMap((call) => {
    const name = calledName(call, fn, project.index);
    if (name === null) return [];
    const model = project.index.model(name, fn.facts.file);
    const callee = project.index.functionNamed(name, fn.facts.file);
    const ends = model ? model.does === 'end' && !model.thread : callee !== null && guide.ends(callee);
    return ends ? [name] : [];
  });
  const names = [...new Set(callers)].join(', ');
  if (guide.ends(fn)) return { is: true, because: `every way through it comes to ${names}` };
  return { is: false, because: names === '' ? 'it calls nothing that ends it' : `a way leads past ${names}` };
}

function keeping(fn: LinkedFunction, calls: readonly CallOperation[], project: Project, guide: Guide): Belief {
  if (!guide.keepsArgument(fn)) return { is: false, because: 'no parameter is stored, or passed to who may store it' };
  for (const operation of fn.graph.operations) {
    if (operation.kind !== 'assign' || operation.sign !== '=') continue;
    const parameter = parameterOf(operation.value, fn);
    const isLocal = operation.target.op === 'name' && fn.facts.locals.has(operation.target.name);
    if (parameter && !isLocal)
      return { is: true, because: `'${parameter}' is stored in '${exprText(operation.target)}'` };
  }
  for (const call of calls) {
    const given = call.args.map((arg) => parameterOf(arg, fn)).find((name) => name !== null);
    const name = calledName(call, fn, project.index);
    const targets = project.bindings.callees(call, fn);
    const model = name === null ? null : project.index.model(name, fn.facts.file);
    if (!given || (model !== null && model.does !== 'release' && model.does !== 'callback')) continue;
    if (model) return { is: true, because: `'${given}' is passed to '${exprText(call.callee)}', ${KEEPS[model.does]}` };
    if (targets.length === 0)
      return { is: true, because: `'${given}' is passed to '${exprText(call.callee)}', of which nothing is known` };
    const keeper = targets.find((target) => guide.keepsArgument(target));
    if (keeper) return { is: true, because: `'${given}' is passed to '${keeper.facts.name}', which keeps it` };
  }
  return { is: true, because: 'a parameter is passed on' };
}

const KEEPS = { release: 'which ends it', callback: 'which keeps it for later' } as const;

/** The parameter that an expression is, itself or something in it by value. */
function parameterOf(expr: Expr, fn: LinkedFunction): string | null {
  if (expr.op === 'cast' || expr.op === 'address') return parameterOf(expr.of, fn);
  if (expr.op === 'member' && !expr.arrow) return parameterOf(expr.of, fn);
  return expr.op === 'name' && fn.facts.parameters.some(({ name }) => name === expr.name) ? expr.name : null;
}

export function beliefText(beliefs: readonly FunctionBelief[]): string {
  if (beliefs.length === 0) return 'no functions\n';
  return `${beliefs.map(oneText).join('\n\n')}\n`;
}

function oneText(one: FunctionBelief): string {
  const rows = Object.entries(one.calls).map(([name, model]) => `${name}: ${modelText(model)}`);
  const lines = [
    `${one.function} (line ${one.line})`,
    `model            ${one.model ? `${modelText(one.model)}, in place of its body` : 'none; its body counts'}`,
    line('relevant', one.relevant),
    `wrapper          ${one.wraps.length > 0 ? `of ${one.wraps.join(', ')}` : 'no'}`,
    ...summaryLines(one.summary),
    line('ends the process', one.endsProcess),
    line('keeps arguments', one.keepsArgument),
    ...rows.map((row, i) => (i === 0 ? 'rows in use' : '').padEnd(17) + row),
    ...(one.unknown.length > 0 ? [`nothing known of ${one.unknown.join(', ')}`] : []),
  ];
  return lines.join('\n  ');
}

function line(name: string, { is, because }: Belief): string {
  return `${name.padEnd(17)}${is ? 'yes' : 'no'}: ${because}`;
}

function modelText(model: CallModel): string {
  const { does, ...rest } = model;
  const details = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key} ${String(value)}`);
  return [does, ...details].join(', ');
}
