// What flows where inside one function: from which places each place gets its value, which calls are made with what, and
// where names of functions are used as values. Taken once from the function's graph; between functions `bind.ts` goes on.
import type { CallModel } from '../knowledge/calls.js';
import type { CallOperation, Expr, Operation, Type } from '../facts/facts.js';
import { typeOf, type Index, type LinkedFunction } from '../link/link.js';
import type { Node, Nodes } from './node.js';
import { assigned, reaching, type Reaching } from '../link/reaching.js';

export interface CallSite {
  readonly fn: LinkedFunction;
  /** Position in the function's graph. */
  readonly at: number;
  readonly call: CallOperation;
  /** The name that is called, behind aliases; null for calls through pointers. */
  readonly name: string | null;
  readonly model: CallModel | null;
  /** The functions of the project that the name means: several under exclusive conditions. Lowered when asked for. */
  readonly targets: readonly LinkedFunction[];
}

/** A function's name as a value: stored in a node, or given as argument `position` of a call. */
export type Use = { readonly name: string } & (
  { readonly to: Node } | { readonly site: CallSite; readonly position: number }
);

/** An address that is given to a call. */
export interface Lent {
  readonly site: CallSite;
  readonly position: number;
}

export interface Flows {
  readonly calls: readonly CallSite[];
  /** What is known of a call of the function. */
  site(call: CallOperation): CallSite | undefined;
  /** The call whose result a temporary holds. */
  maker(temp: number): CallSite | undefined;
  /** Calls that put descriptors behind an address, as pipe(2) does. */
  readonly filling: readonly CallSite[];
  /** Arguments `&x->field`, by the name of the field: the callee may store there. */
  lending(field: string): readonly Lent[];
  readonly uses: readonly Use[];
  /** The places that a place gets its value from, within the function. */
  into(node: Node): readonly Node[];
  /** The places that get their value from a place, within the function. */
  outOf(node: Node): readonly Node[];
  /** Functions whose names are stored in a node here. */
  functionsIn(node: Node): readonly LinkedFunction[];
  /** The nodes that an expression reads at a position of the graph. */
  nodesAt(expr: Expr, at: number): readonly Node[];
  /** All nodes that are stored into. */
  readonly targets: ReadonlySet<Node>;
}

/** Resolves expressions of one function to nodes. */
export class Naming {
  readonly reaching: Reaching;

  constructor(
    readonly fn: LinkedFunction,
    private readonly index: Index,
    private readonly nodes: Nodes,
  ) {
    const { facts, graph } = fn;
    this.reaching = reaching(graph, new Set(facts.parameters.map((p) => p.name)), facts.locals);
  }

  /** The nodes that an expression reads at a position, or writes when it stands on the left; without a position, anywhere. */
  nodesOf(expr: Expr, at: number | null): readonly Node[] {
    const { fn, index, nodes } = this;
    switch (expr.op) {
      case 'name': {
        if (fn.facts.locals.has(expr.name)) return this.localNodes(expr.name, at);
        const variable = index.variableNamed(expr.name, fn.facts.file);
        return variable ? [nodes.global(variable.isStatic ? variable.file : null, expr.name)] : [];
      }
      case 'member':
        return [nodes.field(typeOf(expr.of, fn, index).base, expr.field)];
      case 'temp':
        return [nodes.temp(fn, expr.id)];
      case 'index':
      case 'deref':
      case 'address':
      case 'cast':
        return this.nodesOf(expr.of, at);
      case 'binary':
        return expr.sign === '+' || expr.sign === '-' ? this.nodesOf(expr.left, at) : [];
      case 'choose':
        return [...this.nodesOf(expr.then, at), ...this.nodesOf(expr.otherwise, at)];
      default:
        return [];
    }
  }

  private localNodes(name: string, at: number | null): readonly Node[] {
    if (at === null || !this.reaching.has(name)) return [this.nodes.local(this.fn, name)];
    return this.reaching.at(at, name).map((from) => this.nodes.local(this.fn, `${name}#${from}`));
  }

  /** The names of functions of the project that an expression is as a value. */
  functionsIn(value: Expr): readonly string[] {
    if (value.op === 'address' || value.op === 'cast') return this.functionsIn(value.of);
    if (value.op === 'choose') return [...this.functionsIn(value.then), ...this.functionsIn(value.otherwise)];
    if (value.op !== 'name' || this.fn.facts.locals.has(value.name)) return [];
    return this.index.isFunction(value.name, this.fn.facts.file) ? [value.name] : [];
  }
}

export function flowsOf(naming: Naming, index: Index, nodes: Nodes): Flows {
  return new Collector(naming, index, nodes).run();
}

class Collector {
  private readonly calls: CallSite[] = [];
  private readonly uses: Use[] = [];
  private readonly inward = new Map<Node, Set<Node>>();
  private readonly outward = new Map<Node, Set<Node>>();
  private readonly held = new Map<Node, Set<string>>();

  constructor(
    private readonly naming: Naming,
    private readonly index: Index,
    private readonly nodes: Nodes,
  ) {}

  run(): Flows {
    this.naming.fn.graph.operations.forEach((operation, at) => {
      this.operation(operation, at);
    });
    const { calls, uses, inward, outward, held } = this;
    const { file } = this.naming.fn.facts;
    const byTemp = new Map(calls.map((site) => [site.call.temp, site]));
    let lent: ReadonlyMap<string, readonly Lent[]> | null = null;
    return {
      calls,
      uses,
      site: (call) => {
        const site = byTemp.get(call.temp);
        return site?.call === call ? site : undefined;
      },
      maker: (temp) => byTemp.get(temp),
      filling: calls.filter(({ model }) => model?.does === 'make' && model.into !== undefined),
      lending: (field) => (lent ??= lentMembers(calls)).get(field) ?? [],
      into: (node) => [...(inward.get(node) ?? [])],
      outOf: (node) => [...(outward.get(node) ?? [])],
      functionsIn: (node) => [...(held.get(node) ?? [])].flatMap((name) => this.index.functionsNamed(name, file)),
      nodesAt: (expr, at) => this.naming.nodesOf(expr, at),
      targets: new Set([...inward.keys(), ...held.keys()]),
    };
  }

  private operation(operation: Operation, at: number): void {
    const { fn } = this.naming;
    switch (operation.kind) {
      case 'assign':
        if (operation.sign !== '=') return;
        this.store(this.assignedNodes(operation, at), operation.value, this.typeBehind(operation), at);
        return;
      case 'set-temp':
        this.flow(operation.value, [this.nodes.temp(fn, operation.temp)], at);
        return;
      case 'return':
        if (operation.value) this.flow(operation.value, [this.nodes.returned(fn)], at);
        return;
      case 'call':
        this.call(operation, at);
        return;
      default:
    }
  }

  private typeBehind(operation: Operation & { kind: 'assign' }): Type | null {
    return operation.value.op === 'braces' ? typeOf(operation.target, this.naming.fn, this.index) : null;
  }

  private assignedNodes(operation: Operation & { kind: 'assign' }, at: number): readonly Node[] {
    const { fn, reaching: told } = this.naming;
    const name = assigned(operation);
    if (name === null || !told.has(name)) return this.naming.nodesOf(operation.target, at);
    const own = this.nodes.local(fn, `${name}#${at}`);
    this.edge(own, this.nodes.local(fn, name));
    return [own];
  }

  private store(to: readonly Node[], value: Expr, type: Type | null, at: number): void {
    if (value.op !== 'braces' || !type) {
      this.flow(value, to, at);
      return;
    }
    for (const item of itemsOf(value, type, this.index, this.nodes, to)) this.store(item.to, item.value, item.type, at);
  }

  private flow(value: Expr, to: readonly Node[], at: number): void {
    for (const from of this.naming.nodesOf(value, at)) for (const node of to) this.edge(from, node);
    for (const name of this.naming.functionsIn(value)) {
      for (const node of to) {
        add(this.held, node, name);
        this.uses.push({ name, to: node });
      }
    }
  }

  private edge(from: Node, to: Node): void {
    if (from === to) return;
    add(this.inward, to, from);
    add(this.outward, from, to);
  }

  private call(call: CallOperation, at: number): void {
    const { fn } = this.naming;
    const name = calledName(call, fn, this.index);
    const model = name === null ? null : this.index.model(name, fn.facts.file, call.args.length);
    const site = new Called(fn, at, call, name, model, this.index);
    this.calls.push(site);
    call.args.forEach((arg, position) => {
      for (const used of this.naming.functionsIn(arg)) this.uses.push({ name: used, site, position });
    });
    if (model?.does === 'duplicate') this.flowArgument(call, model.fd, [this.nodes.temp(fn, call.temp)], at);
    if (model?.does !== 'copy') return;
    const to = call.args[model.to];
    if (to) this.flowArgument(call, model.from, this.naming.nodesOf(to, at), at);
  }

  private flowArgument(call: CallOperation, position: number, to: readonly Node[], at: number): void {
    const arg = call.args[position];
    if (arg) this.flow(arg, to, at);
  }
}

class Called implements CallSite {
  private meant: readonly LinkedFunction[] | null = null;

  constructor(
    readonly fn: LinkedFunction,
    readonly at: number,
    readonly call: CallOperation,
    readonly name: string | null,
    readonly model: CallModel | null,
    private readonly index: Index,
  ) {}

  get targets(): readonly LinkedFunction[] {
    return (this.meant ??=
      this.name === null || this.model ? [] : this.index.functionsNamed(this.name, this.fn.facts.file));
  }
}

function lentMembers(calls: readonly CallSite[]): ReadonlyMap<string, readonly Lent[]> {
  const lent = new Map<string, Lent[]>();
  for (const site of calls) {
    site.call.args.forEach((arg, position) => {
      if (arg.op !== 'address' || arg.of.op !== 'member') return;
      const { field } = arg.of;
      const known = lent.get(field);
      if (known) known.push({ site, position });
      else lent.set(field, [{ site, position }]);
    });
  }
  return lent;
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.add(value);
  else map.set(key, new Set([value]));
}

interface Placed {
  readonly to: readonly Node[];
  readonly value: Expr;
  readonly type: Type | null;
}

/** The places that the items of an initialiser go to: members by name or by position, elements into the array itself. */
export function itemsOf(
  value: Expr & { op: 'braces' },
  type: Type,
  index: Index,
  nodes: Nodes,
  to: readonly Node[],
): Placed[] {
  const element: Type = { ...type, dimensions: type.dimensions.slice(1) };
  const fields = type.dimensions.length === 0 && type.pointers === 0 ? index.fields(type.base) : null;
  return value.items.flatMap((item, i): Placed[] => {
    if (!fields) return [{ to, value: item.value, type: element }];
    let owner = type.base;
    let member = item.path.length === 0 ? fields[i] : fields.find((f) => f.name === item.path[0]);
    for (const name of item.path.slice(1)) {
      owner = member ? index.resolve(member.type).base : '?';
      member = index.fields(owner)?.find((f) => f.name === name);
    }
    if (!member) return [];
    return [{ to: [nodes.field(owner, member.name)], value: item.value, type: index.resolve(member.type) }];
  });
}

/** The name that a call means, behind `#define my_read read`; null for a call through a pointer. */
export function calledName(call: CallOperation, fn: LinkedFunction, index: Index): string | null {
  const { callee } = call;
  if (callee.op !== 'name' || fn.facts.locals.has(callee.name)) return null;
  if (index.isFunction(callee.name, fn.facts.file)) return callee.name;
  const alias = index.constant(callee.name, fn.facts.file);
  return alias?.op === 'name' ? alias.name : callee.name;
}
