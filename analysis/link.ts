// All facts of the linted files, linked: what a name means in a file, types, macros, and who calls whom.
import { CALLS, type CallModel } from './calls.js';
import { CONSTANTS } from './constants.js';
import type {
  Expr,
  FileFacts,
  Fragment,
  FunctionFacts,
  Graph,
  MacroFacts,
  Operation,
  Parameter,
  Type,
  VariableFacts,
} from './facts.js';
import { UNKNOWN_TYPE } from './lower-type.js';
import { cursors, expressionsOf, liveness, visitExpr, type Liveness } from './liveness.js';
import { splice } from './splice.js';

/** A function with its macros spliced in. */
export interface LinkedFunction {
  /** Unique in the project: `file:name`, with `#n` for further definitions. */
  readonly id: string;
  readonly facts: FunctionFacts;
  readonly graph: Graph;
  readonly live: Liveness;
  readonly cursors: ReadonlySet<string>;
}

export interface Index {
  readonly files: readonly FileFacts[];
  readonly functions: readonly LinkedFunction[];
  /** The function that `name` means when called in `file`; null when it is not in the project. */
  functionNamed(name: string, file: string): LinkedFunction | null;
  variableNamed(name: string, file: string): VariableFacts | null;
  /** The value of a variable that nobody ever assigns; null when somebody may. */
  settled(name: string, file: string): Expr | null;
  /** What a constant, an enumerator or an object-like macro stands for. */
  constant(name: string, file: string): Expr | null;
  fragment(name: string, file: string): { readonly macro: MacroFacts; readonly fragment: Fragment } | null;
  /** The model of a call by name; a function of the project with that name wins over the table. */
  model(name: string, file: string): CallModel | null;
  fields(base: string): readonly Parameter[] | null;
  /** Follows typedefs to the type they name. */
  resolve(type: Type): Type;
}

const BUILTIN_STRUCTS: ReadonlyMap<string, readonly Parameter[]> = new Map([
  ['struct epoll_event', [field('events', 'uint32_t'), field('data', 'epoll_data_t')]],
  ['epoll_data_t', [field('ptr', 'void', 1), field('fd', 'int'), field('u32', 'uint32_t'), field('u64', 'uint64_t')]],
  ['struct pollfd', [field('fd', 'int'), field('events', 'short'), field('revents', 'short')]],
]);

function field(name: string, base: string, pointers = 0): Parameter {
  return { name, type: { ...UNKNOWN_TYPE, base, pointers } };
}

type LowerFragment = (macro: MacroFacts) => Fragment;

export function link(
  files: readonly FileFacts[],
  lowerFragment: LowerFragment,
  models: ReadonlyMap<string, CallModel>,
): Index {
  const variables = byName(files.flatMap((f) => f.variables.map((v) => ({ ...v, file: f.file }))));
  const functions: LinkedFunction[] = [];
  const named = new Map<string, LinkedFunction[]>();
  let assigned: ReadonlySet<string> | null = null;
  const index: Index = {
    files,
    functions,
    ...macrosAndConstants(files, lowerFragment),
    ...types(files),
    functionNamed: (name, file) => {
      const all = named.get(name) ?? [];
      const visible = all.filter((f) => !f.facts.isStatic || f.facts.file.endsWith('.h'));
      return all.find((f) => f.facts.file === file) ?? nearest(visible, file, (f) => f.facts.file);
    },
    variableNamed: (name, file) => nearest(variables.get(name) ?? [], file, (v) => v.file),
    settled: (name, file) => {
      const variable = index.variableNamed(name, file);
      if (!variable || variable.type.pointers > 0 || variable.type.dimensions.length > 0) return null;
      assigned ??= assignedVariables(functions);
      if (variable.isExtern || assigned.has(name)) return null;
      return variable.value ?? { op: 'int', value: 0 };
    },
    model: (name, file) => models.get(name) ?? (index.functionNamed(name, file) ? null : (CALLS.get(name) ?? null)),
  };
  for (const facts of files.flatMap((file) => file.functions)) {
    const same = named.get(facts.name) ?? [];
    const id = `${facts.file}:${facts.name}${same.length > 0 ? `#${same.length}` : ''}`;
    const graph = splice(facts.graph, (name) => index.fragment(name, facts.file));
    const linked = { id, facts, graph, live: liveness(graph), cursors: cursors(graph) };
    functions.push(linked);
    named.set(facts.name, [...same, linked]);
  }
  return index;
}

function types(files: readonly FileFacts[]): Pick<Index, 'fields' | 'resolve'> {
  const typedefs = new Map(files.flatMap((f) => [...f.typedefs]));
  const structs = new Map(
    files.flatMap((f) => f.structs.map((s): [string, readonly Parameter[]] => [s.name, s.fields])),
  );
  return {
    fields: (base) => structs.get(base) ?? BUILTIN_STRUCTS.get(base) ?? null,
    resolve: (type) => resolveType(type, typedefs),
  };
}

/** A macro's body is lowered when it is asked for the first time. */
function macrosAndConstants(
  files: readonly FileFacts[],
  lowerFragment: LowerFragment,
): Pick<Index, 'constant' | 'fragment'> {
  const macros = byName(files.flatMap((f) => f.macros));
  const constants = new Map(files.flatMap((f) => [...f.constants]));
  const fragments = new Map<MacroFacts, Fragment>();
  const fragmentOf = (macro: MacroFacts): Fragment => {
    const fragment = fragments.get(macro) ?? lowerFragment(macro);
    fragments.set(macro, fragment);
    return fragment;
  };
  const macroNamed = (name: string, file: string, takesArguments: boolean): MacroFacts | null => {
    const all = (macros.get(name) ?? []).filter((m) => (m.parameters !== null) === takesArguments);
    return nearest(all, file, (m) => m.file);
  };
  return {
    constant: (name, file) => {
      const enumerator = constants.get(name);
      if (enumerator) return enumerator;
      const macro = macroNamed(name, file, false);
      if (macro) {
        const { value, graph, broken } = fragmentOf(macro);
        if (value && !broken && graph.operations.length === 1) return value;
      }
      const known = CONSTANTS.get(name);
      return known === undefined ? null : { op: 'int', value: known };
    },
    fragment: (name, file) => {
      const macro = macroNamed(name, file, true);
      return macro && { macro, fragment: fragmentOf(macro) };
    },
  };
}

/** Names of variables outside of functions that somebody assigns or takes the address of. */
function assignedVariables(functions: readonly LinkedFunction[]): ReadonlySet<string> {
  const names = new Set<string>();
  const note = (expr: Expr, fn: LinkedFunction): void => {
    if (expr.op === 'member' || expr.op === 'index') note(expr.of, fn);
    else if (expr.op === 'name' && !fn.facts.locals.has(expr.name)) names.add(expr.name);
  };
  for (const fn of functions) {
    for (const operation of fn.graph.operations) {
      if (operation.kind === 'assign') note(operation.target, fn);
      for (const expr of expressionsOf(operation))
        visitExpr(expr, (e) => {
          if (e.op === 'address') note(e.of, fn);
        });
    }
  }
  return names;
}

function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const item of items) {
    const list = result.get(item.name);
    if (list) list.push(item);
    else result.set(item.name, [item]);
  }
  return result;
}

/** Of several definitions, the one whose path shares most with the asking file. */
function nearest<T>(items: readonly T[], file: string, fileOf: (item: T) => string): T | null {
  let best: T | null = null;
  let score = -1;
  for (const item of items) {
    const common = sharedPrefix(fileOf(item), file);
    if (common > score) [best, score] = [item, common];
  }
  return best;
}

function sharedPrefix(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let n = 0;
  while (n < left.length && left[n] === right[n]) n++;
  return n;
}

function resolveType(type: Type, typedefs: ReadonlyMap<string, Type>): Type {
  let current = type;
  for (let i = 0; i < 8; i++) {
    const named = typedefs.get(current.base);
    if (!named || named.base === current.base) return current;
    current = {
      base: named.base,
      pointers: current.pointers + named.pointers,
      dimensions: [...current.dimensions, ...named.dimensions],
      isFunction: current.isFunction || named.isFunction,
    };
  }
  return current;
}

/** The type of an expression as its function sees it; `?` where it cannot be told. */
export function typeOf(expr: Expr, fn: LinkedFunction, index: Index): Type {
  const go = (e: Expr): Type => typeOf(e, fn, index);
  switch (expr.op) {
    case 'name': {
      const local = fn.facts.locals.get(expr.name);
      if (local) return index.resolve(local.type);
      const variable = index.variableNamed(expr.name, fn.facts.file);
      return variable ? index.resolve(variable.type) : UNKNOWN_TYPE;
    }
    case 'member': {
      const owner = go(expr.of);
      const found = fieldOf(owner.base, expr.field, index);
      return found ? index.resolve(found) : UNKNOWN_TYPE;
    }
    case 'index':
    case 'deref': {
      const of = go(expr.of);
      if (of.dimensions.length > 0) return { ...of, dimensions: of.dimensions.slice(1) };
      return { ...of, pointers: Math.max(0, of.pointers - 1) };
    }
    case 'address': {
      const of = go(expr.of);
      return { ...of, pointers: of.pointers + 1 };
    }
    case 'cast':
      return index.resolve(expr.type);
    case 'temp':
      return temporaryType(expr.id, fn, index);
    case 'binary':
      return go(expr.left);
    default:
      return UNKNOWN_TYPE;
  }
}

function temporaryType(id: number, fn: LinkedFunction, index: Index): Type {
  const maker = fn.graph.operations.find((o: Operation) => o.kind === 'call' && o.temp === id);
  if (maker?.kind !== 'call' || maker.callee.op !== 'name') return UNKNOWN_TYPE;
  const callee = index.functionNamed(maker.callee.name, fn.facts.file);
  return callee ? index.resolve(callee.facts.returns) : UNKNOWN_TYPE;
}

function fieldOf(base: string, name: string, index: Index): Type | null {
  for (const member of index.fields(base) ?? []) {
    if (member.name === name) return member.type;
    if (member.name === '' || member.type.base.includes('@')) {
      const inner = member.name === '' ? fieldOf(index.resolve(member.type).base, name, index) : null;
      if (inner) return inner;
    }
  }
  return null;
}
