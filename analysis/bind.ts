// Binding: which descriptors and functions a place may hold, anywhere in the project. By field and without order: every
// `conn->fd` of one struct type is one place. Everything is answered on demand, backwards from the question, so that only
// functions that the question leads to are ever looked at.
import type { CallOperation, Expr } from './facts.js';
import { carriesSources } from './carrying.js';
import { Callers, type Caller } from './callers.js';
import { flowsOf, Naming, type CallSite, type Flows } from './flows.js';
import { typeOf, type Index, type LinkedFunction } from './link.js';
import { Nodes, type Node } from './node.js';
import { functionsInTable } from './tables.js';
import { NOWHERE, Origin } from './origin.js';
import { listenersIn, makeSite, type Site, type Source } from './site.js';

export type { Site, Source } from './site.js';

export interface Bindings {
  flows(fn: LinkedFunction): Flows;
  sources(expr: Expr, fn: LinkedFunction): ReadonlySet<Source>;
  /** The descriptors that an expression may be. */
  origin(expr: Expr, fn: LinkedFunction): Origin;
  /** The functions that a call may reach: by its name, or through what its callee expression may hold. */
  callees(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[];
  callersOf(fn: LinkedFunction): readonly Caller[];
  /** So many use it that nobody follows them all: a logger, an allocator. */
  isEverywhere(fn: LinkedFunction): boolean;
  /** The function's address is taken: somebody else may call it. */
  isCallback(fn: LinkedFunction): boolean;
  isThread(fn: LinkedFunction): boolean;
  /** Whether some function leads to both. */
  isNear(one: LinkedFunction, other: LinkedFunction): boolean;
}

/** A place that gets values from more places than this is not followed further: its content counts as unknown. */
const MAX_NODES = 3000;
/** A call through a pointer that may reach more functions than this is a dispatcher of everything, and tells nothing. */
export const MAX_TARGETS = 12;

export function bind(index: Index): Bindings {
  return new Binder(index);
}

class Binder implements Bindings {
  private readonly nodes = new Nodes();
  private readonly namings = new Map<LinkedFunction, Naming>();
  private readonly flowsByFunction = new Map<LinkedFunction, Flows>();
  private readonly settled = new Map<Node, ReadonlySet<Source>>();
  private readonly bySite = new Map<CallOperation, Map<LinkedFunction, Source>>();
  private readonly functionSources = new Map<LinkedFunction, Source>();
  private readonly parameterSites = new Map<Node, Source>();
  private readonly asked = new Set<CallOperation>();
  private readonly origins = new Map<string, Origin>();
  private readonly carrying = new Map<Node, boolean>();
  private readonly callers: Callers;
  private listeners: ReadonlySet<Site> | null = null;

  constructor(private readonly index: Index) {
    this.callers = new Callers(index, this.nodes, (fn) => this.flows(fn));
  }

  flows(fn: LinkedFunction): Flows {
    const known = this.flowsByFunction.get(fn);
    if (known) return known;
    const flows = flowsOf(this.naming(fn), this.index, this.nodes);
    this.flowsByFunction.set(fn, flows);
    return flows;
  }

  sources(expr: Expr, fn: LinkedFunction): ReadonlySet<Source> {
    const nodes = this.naming(fn).nodesOf(expr, null);
    const only = nodes[0];
    if (!only) return NONE;
    return nodes.length === 1 ? this.held(only) : new Set(nodes.flatMap((node) => [...this.held(node)]));
  }

  origin(expr: Expr, fn: LinkedFunction): Origin {
    const nodes = this.naming(fn).nodesOf(expr, null);
    if (nodes.length === 0) return NOWHERE;
    const id = `${fn.id}<${nodes.map((node) => node.id).join()}`;
    const known = this.origins.get(id) ?? new Origin(id, () => this.sites(expr, fn));
    this.origins.set(id, known);
    return known;
  }

  private sites(expr: Expr, fn: LinkedFunction): readonly Site[] {
    const all = [...this.sources(expr, fn)].flatMap((source) => ('site' in source ? [source.site] : []));
    // What is made in another part of the program is meant only where nothing nearer can be.
    const near = all.filter((site) => this.isNear(fn, site.fn));
    if (near.length > 0 || isOfUnknownType(expr, fn, this.index)) return near;
    return all.filter((site) => this.together(fn, site.fn));
  }

  callees(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[] {
    const site = this.flows(fn).calls.find((one) => one.call === call);
    return site ? this.targetsOf(site) : [];
  }

  callersOf(fn: LinkedFunction): readonly Caller[] {
    return this.callers.of(fn).filter((caller) => this.together(caller.site.fn, fn));
  }

  isEverywhere(fn: LinkedFunction): boolean {
    return this.callers.isEverywhere(fn);
  }

  isCallback(fn: LinkedFunction): boolean {
    return this.callers.isCallback(fn);
  }

  isThread(fn: LinkedFunction): boolean {
    return this.callers.isThread(fn);
  }

  isNear(one: LinkedFunction, other: LinkedFunction): boolean {
    return this.index.near(one, other);
  }

  /** Whether two functions can be parts of one program; functions of a library are parts of any. */
  private together(one: LinkedFunction, other: LinkedFunction): boolean {
    if (one === other) return true;
    const own = this.index.programsOf(one);
    const theirs = this.index.programsOf(other);
    return own.length === 0 || theirs.length === 0 || own.some((program) => theirs.includes(program));
  }

  private naming(fn: LinkedFunction): Naming {
    const known = this.namings.get(fn);
    if (known) return known;
    const naming = new Naming(fn, this.index, this.nodes);
    this.namings.set(fn, naming);
    return naming;
  }

  private targetsOf(site: CallSite): readonly LinkedFunction[] {
    if (site.targets.length > 0 || site.model) return site.targets;
    // What a call through a pointer reaches may depend on what such calls return: the inner question gets no answer.
    if (this.asked.has(site.call)) return [];
    this.asked.add(site.call);
    const found = [...this.sources(site.call.callee, site.fn)].flatMap((source) => ('fn' in source ? [source.fn] : []));
    this.asked.delete(site.call);
    return found.filter((fn) => this.together(site.fn, fn));
  }

  /** All sources that flow into a node: its whole past is collected, then they are pushed along it until nothing changes. */
  private held(start: Node): ReadonlySet<Source> {
    const known = this.settled.get(start);
    if (known) return known;
    const sets = new Map<Node, Set<Source>>();
    const onward = new Map<Node, Node[]>();
    const work = [start];
    sets.set(start, new Set());
    for (let node = work.pop(); node; node = work.pop()) {
      if (sets.size > MAX_NODES) return NONE;
      const set = sets.get(node);
      for (const source of this.made(node)) set?.add(source);
      for (const from of this.incoming(node)) {
        if (!this.carries(from)) continue;
        const done = this.settled.get(from);
        if (done) for (const source of done) set?.add(source);
        else {
          onward.set(from, [...(onward.get(from) ?? []), node]);
          if (!sets.has(from)) {
            sets.set(from, new Set());
            work.push(from);
          }
        }
      }
    }
    push(sets, onward);
    for (const [node, set] of sets) this.settled.set(node, set);
    return sets.get(start) ?? NONE;
  }

  /** Pointers to structures and texts hold neither descriptors nor functions, and most of what flows in a program is such. */
  private carries(node: Node): boolean {
    const known = this.carrying.get(node);
    if (known !== undefined) return known;
    const carries = carriesSources(node, this.index);
    this.carrying.set(node, carries);
    return carries;
  }

  /** The sources that come to be in a node itself. */
  private made(node: Node): readonly Source[] {
    switch (node.kind) {
      case 'temp': {
        const site = this.siteOf(node);
        const source = site && this.madeBy(site, false);
        return source ? [source] : [];
      }
      case 'local':
        return [...this.functionsAt(node), ...this.filled(node)];
      case 'field': {
        const own = this.storers(node).flatMap((fn) => [
          ...this.functionsStored(node, fn),
          ...this.filledMember(node, fn),
        ]);
        return [...own, ...this.tableFunctions(node)];
      }
      case 'global': {
        const users = this.index.naming(node.name, node.file ?? undefined);
        const own = users.flatMap((fn) => [...this.functionsStored(node, fn), ...this.filledMember(node, fn)]);
        return [...own, ...this.tableFunctions(node)];
      }
      case 'stored':
        return this.functionsAt(this.nodes.local(node.fn, node.name));
      case 'return':
        return this.functionsStored(node, node.fn);
    }
  }

  private functionsAt(node: Node): readonly Source[] {
    return node.kind === 'local' ? this.functionsStored(node, node.fn) : [];
  }

  private functionsStored(node: Node, fn: LinkedFunction): readonly Source[] {
    return this.flows(fn)
      .functionsIn(node)
      .map((target) => this.functionSource(target));
  }

  /** Descriptors that calls put behind an address, as pipe(2) does; and what comes in by a parameter that nobody fills. */
  private filled(node: Node & { kind: 'local' }): readonly Source[] {
    const put = this.filledMember(node, node.fn);
    const parameter = this.parameterSource(node);
    return parameter ? [...put, parameter] : put;
  }

  private filledMember(node: Node, fn: LinkedFunction): readonly Source[] {
    return this.flows(fn).calls.flatMap((site) => {
      const { model } = site;
      const into = model?.does === 'make' && model.into !== undefined ? site.call.args[model.into] : undefined;
      if (!into || !this.naming(fn).nodesOf(into, site.at).includes(node)) return [];
      const source = this.madeBy(site, true);
      return source ? [source] : [];
    });
  }

  private parameterSource(node: Node & { kind: 'local' }): Source | null {
    const parameter = node.fn.facts.parameters.find((p) => p.name === node.name);
    if (!parameter || parameter.type.pointers > 0) return null;
    if (!/^(int|unsigned|SOCKET|evutil_socket_t|\w*(socket|fd)_t)$/.test(parameter.type.base)) return null;
    if (this.callers.of(node.fn).length > 0) return null;
    const known = this.parameterSites.get(node);
    if (known) return known;
    const site: Site = { id: node.id, fn: node.fn, name: 'parameter', kind: 'unknown', nonblocking: null };
    this.parameterSites.set(node, { site });
    return { site };
  }

  private incoming(node: Node): readonly Node[] {
    switch (node.kind) {
      case 'local':
        return [...this.flows(node.fn).into(node), ...this.given(node), ...this.lent(node)];
      case 'stored': {
        const local = this.nodes.local(node.fn, node.name);
        return [...this.flows(node.fn).into(local), ...(local.kind === 'local' ? this.lent(local) : [])];
      }
      case 'temp': {
        const site = this.siteOf(node);
        const results = site ? this.targetsOf(site).map((target) => this.nodes.returned(target)) : [];
        return [...this.flows(node.fn).into(node), ...results];
      }
      case 'return':
        return this.flows(node.fn).into(node);
      case 'global':
        return this.index.naming(node.name, node.file ?? undefined).flatMap((fn) => this.flows(fn).into(node));
      case 'field':
        return this.storers(node).flatMap((fn) => this.fieldInto(node, fn));
    }
  }

  /** What callers give for a parameter. */
  private given(node: Node & { kind: 'local' }): readonly Node[] {
    const at = node.fn.facts.parameters.findIndex((p) => p.name === node.name);
    if (at < 0) return [];
    return this.callers.of(node.fn).flatMap((caller) => {
      const arg = caller.argumentAt(at);
      return arg ? this.naming(caller.site.fn).nodesOf(arg, caller.site.at) : [];
    });
  }

  /** What functions store through a pointer to this local, which they were lent. */
  private lent(node: Node & { kind: 'local' }): readonly Node[] {
    return this.flows(node.fn).calls.flatMap((site) =>
      site.call.args.flatMap((arg, i) => {
        if (!this.naming(node.fn).nodesOf(arg, site.at).includes(node)) return [];
        return this.targetsOf(site).flatMap((target) => {
          const parameter = target.facts.parameters[i];
          const isLent =
            parameter && (arg.op === 'address' || parameter.type.pointers > 0 || parameter.type.dimensions.length > 0);
          return isLent ? [this.nodes.stored(target, parameter.name)] : [];
        });
      }),
    );
  }

  private storers(node: Node & { kind: 'field' }): readonly LinkedFunction[] {
    const word = node.base.replace(/^(struct|union) /, '');
    return [...new Set([...this.index.storing(node.field), ...this.index.initialising(word)])];
  }

  /** A field of an unknown type is that field of every type. */
  private fieldInto(node: Node & { kind: 'field' }, fn: LinkedFunction): readonly Node[] {
    const flows = this.flows(fn);
    const passed = this.lentFields(node, fn);
    if (node.base !== '?') return [...flows.into(node), ...passed];
    const alike = [...flows.targets].filter((target) => target.kind === 'field' && target.field === node.field);
    return [...alike.flatMap((target) => flows.into(target)), ...passed];
  }

  /** `get_fd(&c->fd)`: the callee stores into the field. */
  private lentFields(node: Node & { kind: 'field' }, fn: LinkedFunction): readonly Node[] {
    return this.flows(fn).calls.flatMap((site) =>
      site.call.args.flatMap((arg, i) => {
        if (arg.op !== 'address' || arg.of.op !== 'member' || arg.of.field !== node.field) return [];
        if (!this.naming(fn).nodesOf(arg, site.at).includes(node)) return [];
        return this.targetsOf(site).flatMap((target) => {
          const parameter = target.facts.parameters[i];
          return parameter ? [this.nodes.stored(target, parameter.name)] : [];
        });
      }),
    );
  }

  /** Functions in the initialisers of variables outside of functions. */
  private tableFunctions(node: Node): readonly Source[] {
    if (node.kind === 'global') {
      const variable = this.index.variableNamed(node.name, node.file ?? '');
      return variable
        ? functionsInTable(variable, node, this.index, this.nodes).map((fn) => this.functionSource(fn))
        : [];
    }
    if (node.kind !== 'field' || node.base === '?') return [];
    const word = node.base.replace(/^(struct|union) /, '');
    const byField = this.index.tablesNaming(node.field);
    const byType = /^\w+$/.test(word) ? this.index.tablesNaming(word) : [];
    return [...new Set([...byField, ...byType])].flatMap((variable) =>
      functionsInTable(variable, node, this.index, this.nodes).map((fn) => this.functionSource(fn)),
    );
  }

  private siteOf(node: Node & { kind: 'temp' }): CallSite | undefined {
    return this.flows(node.fn).calls.find((site) => site.call.temp === node.temp);
  }

  private functionSource(fn: LinkedFunction): Source {
    const known = this.functionSources.get(fn);
    if (known) return known;
    const source = { fn };
    this.functionSources.set(fn, source);
    return source;
  }

  /** The descriptor that a call makes: as its result, or (`behind`) behind an address that it was given. */
  private madeBy(site: CallSite, behind: boolean): Source | null {
    const { model, call, fn } = site;
    if (model?.does !== 'make' && model?.does !== 'accept') return null;
    if (model.does === 'make' && (model.into !== undefined) !== behind) return null;
    const perFunction = this.bySite.get(call) ?? new Map<LinkedFunction, Source>();
    const known = perFunction.get(fn);
    if (known) return known;
    const source = { site: makeSite(site, this.index, (made) => this.isListener(made)) };
    this.bySite.set(call, perFunction.set(fn, source));
    return source;
  }

  /** A socket that is listened or accepted on is a listener; looked for when somebody asks what a socket is. */
  private isListener(site: Site): boolean {
    this.listeners ??= listenersIn(this.index, this);
    return this.listeners.has(site);
  }
}

const NONE: ReadonlySet<Source> = new Set();

function push(sets: ReadonlyMap<Node, Set<Source>>, onward: ReadonlyMap<Node, readonly Node[]>): void {
  const work = [...sets.keys()];
  const queued = new Set(work);
  for (let node = work.pop(); node; node = work.pop()) {
    queued.delete(node);
    const set = sets.get(node);
    for (const next of onward.get(node) ?? []) {
      const into = sets.get(next);
      if (!set || !into) continue;
      const before = into.size;
      for (const source of set) into.add(source);
      if (into.size === before || queued.has(next)) continue;
      queued.add(next);
      work.push(next);
    }
  }
}

/** A member of an object of which no type is known: any object has such a one. */
function isOfUnknownType(expr: Expr, fn: LinkedFunction, index: Index): boolean {
  return expr.op === 'member' && typeOf(expr.of, fn, index).base === '?';
}
