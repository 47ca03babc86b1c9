// One step back from a place: the sources that come to be in it, and the places that it gets its value from, wherever that is
// in the project.
import type { Caller, Callers } from './callers.js';
import type { Wanted } from './carrying.js';
import type { CallSite, Flows, Naming } from './flows.js';
import type { CallOperation, Expr } from '../facts/facts.js';
import type { Index, LinkedFunction, Variable } from '../link/link.js';
import type { Node, Nodes } from './node.js';
import { makeSite, type Site, type Source } from './site.js';
import { functionsInTable } from './tables.js';

/** What the steps need to know of the functions that they come to. */
export interface Lookup {
  flows(fn: LinkedFunction): Flows;
  naming(fn: LinkedFunction): Naming;
  targetsOf(site: CallSite): readonly LinkedFunction[];
  isListener(site: Site): boolean;
  paired(node: Node, fn: LinkedFunction): readonly Node[] | null;
}

/** A member that more functions than this store into is a common name: a length, a flag, a handler of everything. */
const MAX_STORERS = { descriptor: 120, function: 40 } as const;
/** Of a variable that more functions than this name, only those that assign it are looked at. */
const MAX_USERS = 40;

export class Inflow {
  private readonly bySite = new Map<CallOperation, Map<LinkedFunction, Source>>();
  private readonly functionSources = new Map<LinkedFunction, Source>();
  private readonly parameterSites = new Map<Node, Source>();
  private readonly storing = new Map<Node, readonly LinkedFunction[]>();

  constructor(
    private readonly index: Index,
    private readonly nodes: Nodes,
    private readonly callers: Callers,
    private readonly lookup: Lookup,
  ) {}

  /** Whether nobody follows all that comes to a place. */
  isTooWide(node: Node, wanted: Wanted): boolean {
    return node.kind === 'field' && this.index.storerCount(node.field) > MAX_STORERS[wanted];
  }

  /** The sources that come to be in a node itself. */
  made(node: Node, wanted: Wanted): readonly Source[] {
    return wanted === 'descriptor' ? this.descriptorsMade(node) : this.functionsMade(node);
  }

  /** The places that a node gets its value from. */
  incoming(node: Node): readonly Node[] {
    switch (node.kind) {
      case 'local':
        return [...this.flows(node.fn).into(node), ...this.given(node), ...this.lent(node)];
      case 'stored': {
        const local = this.nodes.local(node.fn, node.name);
        return [...this.flows(node.fn).into(local), ...(local.kind === 'local' ? this.lent(local) : [])];
      }
      case 'temp': {
        const site = this.flows(node.fn).maker(node.temp);
        const results = site ? this.lookup.targetsOf(site).map((target) => this.nodes.returned(target)) : [];
        return [...this.flows(node.fn).into(node), ...results];
      }
      case 'return':
        return this.flows(node.fn).into(node);
      case 'global':
        return this.storers(node).flatMap((fn) => this.flows(fn).into(node));
      case 'field':
        return this.storers(node).flatMap((fn) => this.fieldInto(node, fn));
    }
  }

  private flows(fn: LinkedFunction): Flows {
    return this.lookup.flows(fn);
  }

  private descriptorsMade(node: Node): readonly Source[] {
    switch (node.kind) {
      case 'temp': {
        const site = this.flows(node.fn).maker(node.temp);
        const source = site && this.madeBy(site, false);
        return source ? [source] : [];
      }
      case 'local': {
        const put = this.filled(node, node.fn);
        const parameter = this.parameterSource(node);
        return parameter ? [...put, parameter] : put;
      }
      case 'field':
      case 'global':
        return this.storers(node).flatMap((fn) => this.filled(node, fn));
      case 'stored':
      case 'return':
        return [];
    }
  }

  private functionsMade(node: Node): readonly Source[] {
    switch (node.kind) {
      case 'temp':
        return [];
      case 'local':
        return [...this.functionsStored(node, node.fn), ...this.functionsGiven(node)];
      case 'return':
        return this.functionsStored(node, node.fn);
      case 'stored':
        return this.functionsStored(this.nodes.local(node.fn, node.name), node.fn);
      case 'field':
      case 'global':
        return [...this.storers(node).flatMap((fn) => this.functionsStored(node, fn)), ...this.tableFunctions(node)];
    }
  }

  private functionsStored(node: Node, fn: LinkedFunction): readonly Source[] {
    return this.flows(fn)
      .functionsIn(node)
      .map((target) => this.functionSource(target));
  }

  /** Functions whose names callers give for a parameter. */
  private functionsGiven(node: Node & { kind: 'local' }): readonly Source[] {
    const at = node.fn.facts.parameters.findIndex((p) => p.name === node.name);
    if (at < 0) return [];
    return this.callers.of(node.fn).flatMap((caller) => {
      const arg = caller.argumentAt(at);
      const { fn } = caller.site;
      const names = arg ? this.lookup.naming(fn).functionsIn(arg) : [];
      const meant = names.flatMap((name) => this.index.functionsNamed(name, fn.facts.file));
      return meant.map((target) => this.functionSource(target));
    });
  }

  /** Descriptors that calls put behind an address, as pipe(2) does. */
  private filled(node: Node, fn: LinkedFunction): readonly Source[] {
    return this.flows(fn).filling.flatMap((site) => {
      const { model } = site;
      const into = model?.does === 'make' && model.into !== undefined ? site.call.args[model.into] : undefined;
      if (!into || !this.lookup.naming(fn).nodesOf(into, site.at).includes(node)) return [];
      const source = this.madeBy(site, true);
      return source ? [source] : [];
    });
  }

  /** What comes in by a parameter that nobody fills. */
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

  /** What callers give for a parameter. */
  private given(node: Node & { kind: 'local' }): readonly Node[] {
    const at = node.fn.facts.parameters.findIndex((p) => p.name === node.name);
    if (at < 0) return [];
    return this.callers.of(node.fn).flatMap((caller) => {
      const arg = caller.argumentAt(at);
      return arg ? this.givenBy(arg, caller, node.fn) : [];
    });
  }

  /** `w->callback(w->fd)` gives what was put into the object together with the function. */
  private givenBy(arg: Expr, { site }: Caller, fn: LinkedFunction): readonly Node[] {
    const nodes = this.lookup.naming(site.fn).nodesOf(arg, site.at);
    const [only] = nodes;
    if (site.name !== null || !only || nodes.length > 1) return nodes;
    return this.lookup.paired(only, fn) ?? nodes;
  }

  /** What functions store through a pointer to this local, which they were lent. */
  private lent(node: Node & { kind: 'local' }): readonly Node[] {
    return this.flows(node.fn).calls.flatMap((site) =>
      site.call.args.flatMap((arg, i) => {
        if (!this.lookup.naming(node.fn).nodesOf(arg, site.at).includes(node)) return [];
        return this.lookup.targetsOf(site).flatMap((target) => {
          const parameter = target.facts.parameters[i];
          const isLent =
            parameter && (arg.op === 'address' || parameter.type.pointers > 0 || parameter.type.dimensions.length > 0);
          return isLent ? [this.nodes.stored(target, parameter.name)] : [];
        });
      }),
    );
  }

  private storers(node: Node & { kind: 'field' | 'global' }): readonly LinkedFunction[] {
    const known = this.storing.get(node);
    if (known) return known;
    const found = node.kind === 'field' ? this.storersOfField(node) : this.storersOfGlobal(node);
    this.storing.set(node, found);
    return found;
  }

  private storersOfField(node: Node & { kind: 'field' }): readonly LinkedFunction[] {
    const word = node.base.replace(/^(struct|union) /, '');
    return [...new Set([...this.index.storing(node.field), ...this.index.initialising(word)])];
  }

  /** An array that is given to pipe(2) is not assigned: where few name the variable, all of them are looked at. */
  private storersOfGlobal({ name, file }: Node & { kind: 'global' }): readonly LinkedFunction[] {
    const isCommon = this.index.wordCount(name) > MAX_USERS;
    return isCommon ? this.index.assigning(name, file ?? undefined) : this.index.naming(name, file ?? undefined);
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
    return this.flows(fn)
      .lending(node.field)
      .flatMap(({ site, position }) => {
        const arg = site.call.args[position];
        if (!arg || !this.lookup.naming(fn).nodesOf(arg, site.at).includes(node)) return [];
        return this.lookup.targetsOf(site).flatMap((target) => {
          const parameter = target.facts.parameters[position];
          return parameter ? [this.nodes.stored(target, parameter.name)] : [];
        });
      });
  }

  /** Functions in the initialisers of variables outside of functions. */
  private tableFunctions(node: Node & { kind: 'field' | 'global' }): readonly Source[] {
    return this.tables(node).flatMap((variable) =>
      functionsInTable(variable, node, this.index, this.nodes).map((fn) => this.functionSource(fn)),
    );
  }

  private tables(node: Node & { kind: 'field' | 'global' }): readonly Variable[] {
    if (node.kind === 'global') {
      const variable = this.index.variableNamed(node.name, node.file ?? '');
      return variable ? [variable] : [];
    }
    if (node.base === '?') return [];
    const word = node.base.replace(/^(struct|union) /, '');
    const byField = this.index.tablesNaming(node.field);
    const byType = /^\w+$/.test(word) ? this.index.tablesNaming(word) : [];
    return [...new Set([...byField, ...byType])];
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
    const source = { site: makeSite(site, this.index, (made) => this.lookup.isListener(made)) };
    this.bySite.set(call, perFunction.set(fn, source));
    return source;
  }
}
