// Who calls a function: by its name, and through the fields, variables and parameters in which its name was put.
import type { Expr } from '../facts/facts.js';
import type { CallSite, Flows, Use } from './flows.js';
import { holdersIn } from './tables.js';

import type { Index, LinkedFunction } from '../link/link.js';
import type { Node, Nodes } from './node.js';

export interface Caller {
  readonly site: CallSite;
  /** What it gives for a parameter of the function, by position. */
  argumentAt(position: number): Expr | undefined;
  /** The function is not called here, but handed to somebody who will call it: a thread, a library, a pool. */
  readonly isHandedOver: boolean;
}

/** A function's name that got into more places than this is a common name, not a callback. */
const MAX_PLACES = 400;
const MAX_READERS = 40;
const MAX_USERS = 80;

export class Callers {
  private readonly known = new Map<LinkedFunction, readonly Caller[]>();
  private readonly fields = new Map<LinkedFunction, readonly Node[]>();
  private readonly threads = new Set<LinkedFunction>();
  private readonly callbacks = new Set<LinkedFunction>();

  constructor(
    private readonly index: Index,
    private readonly nodes: Nodes,
    private readonly flows: (fn: LinkedFunction) => Flows,
  ) {}

  of(fn: LinkedFunction): readonly Caller[] {
    const known = this.known.get(fn);
    if (known) return known;
    this.known.set(fn, []);
    const found = this.find(fn);
    this.known.set(fn, found);
    return found;
  }

  /** So many use it that nobody follows them all. */
  isEverywhere(fn: LinkedFunction): boolean {
    return this.index.wordCount(fn.facts.name) > MAX_USERS;
  }

  isCalledByName(fn: LinkedFunction): boolean {
    return this.of(fn).some(({ site, isHandedOver }) => site.name !== null && !isHandedOver);
  }

  /** The fields in which the function's name was put. */
  fieldsWith(fn: LinkedFunction): readonly Node[] {
    this.of(fn);
    return this.fields.get(fn) ?? [];
  }

  isThread(fn: LinkedFunction): boolean {
    this.of(fn);
    return this.threads.has(fn);
  }

  isCallback(fn: LinkedFunction): boolean {
    this.of(fn);
    return this.callbacks.has(fn);
  }

  private find(fn: LinkedFunction): readonly Caller[] {
    if (this.isEverywhere(fn)) return [];
    const { name, file, isStatic } = fn.facts;
    const scope = isStatic && !file.endsWith('.h') ? file : undefined;
    const callers: Caller[] = [];
    const uses: Use[] = [];
    for (const user of this.index.naming(name, scope)) {
      const flows = this.flows(user);
      for (const site of flows.calls) if (site.name === name && site.targets.includes(fn)) callers.push(direct(site));
      const own = flows.uses.filter((use) => use.name === name);
      if (own.length > 0 && this.index.functionsNamed(name, user.facts.file).includes(fn)) uses.push(...own);
    }
    const tables = this.inTables(fn, scope);
    if (uses.length + tables.length > 0) this.callbacks.add(fn);
    return [...callers, ...this.throughPointers(fn, uses, tables)];
  }

  /** The places outside of functions that hold the function from the start. */
  private inTables(fn: LinkedFunction, scope: string | undefined): readonly Node[] {
    const { name } = fn.facts;
    return this.index
      .tablesNaming(name, scope)
      .flatMap((variable) => holdersIn(variable, name, this.index, this.nodes));
  }

  private throughPointers(fn: LinkedFunction, uses: readonly Use[], tables: readonly Node[]): readonly Caller[] {
    const callers = new Map<CallSite, Caller>();
    const seen = new Set<Node>();
    const work: Node[] = [...tables];
    const use = (one: Use): void => {
      if ('to' in one) work.push(one.to);
      else this.handed(fn, one.site, one.position, callers, work);
    };
    for (const one of uses) use(one);
    for (let node = work.pop(); node; node = work.pop()) {
      if (seen.has(node) || seen.size > MAX_PLACES) continue;
      seen.add(node);
      if (node.kind === 'field') this.fields.set(fn, [...(this.fields.get(fn) ?? []), node]);
      for (const reader of this.readersOf(node)) {
        const flows = this.flows(reader);
        work.push(...flows.outOf(node));
        for (const site of flows.calls) this.follow(fn, node, site, callers, work);
      }
    }
    return [...callers.values()];
  }

  /** A call that uses the node: as its callee, or as an argument that hands the function on. */
  private follow(fn: LinkedFunction, node: Node, site: CallSite, callers: Map<CallSite, Caller>, work: Node[]): void {
    if (site.name === null && this.nodesIn(site.call.callee, site).includes(node)) callers.set(site, direct(site));
    site.call.args.forEach((arg, position) => {
      if (this.nodesIn(arg, site).includes(node)) this.handed(fn, site, position, callers, work);
    });
  }

  /** The function is given to a call: one of the project goes on with it, any other calls it back with what comes next. */
  private handed(
    fn: LinkedFunction,
    site: CallSite,
    position: number,
    callers: Map<CallSite, Caller>,
    work: Node[],
  ): void {
    if (site.model?.does === 'thread' && site.model.entry === position) this.threads.add(fn);
    if (site.targets.length > 0) {
      for (const target of site.targets) {
        const parameter = target.facts.parameters[position];
        if (parameter) work.push(this.nodes.local(target, parameter.name));
      }
      return;
    }
    const places = givenPlaces(site, position);
    callers.set(site, {
      site,
      isHandedOver: true,
      argumentAt: (at) => {
        const place = places[at] ?? null;
        return place === null ? undefined : site.call.args[place];
      },
    });
  }

  private readersOf(node: Node): readonly LinkedFunction[] {
    switch (node.kind) {
      case 'field': {
        const through = this.index.callingThrough(node.field);
        const naming = this.index.wordCount(node.field) > MAX_READERS ? [] : this.index.naming(node.field);
        return [...new Set([...through, ...naming])];
      }
      case 'global':
        return this.index.naming(node.name, node.file ?? undefined);
      case 'return':
        return this.of(node.fn).map((caller) => caller.site.fn);
      default:
        return [node.fn];
    }
  }

  private nodesIn(expr: Expr, site: CallSite): readonly Node[] {
    return this.flows(site.fn).nodesAt(expr, site.at);
  }
}

function direct(site: CallSite): Caller {
  return { site, isHandedOver: false, argumentAt: (at) => site.call.args[at] };
}

/** The arguments by position that a function which is handed over gets for its parameters, as far as the call tells. */
function givenPlaces({ model }: CallSite, position: number): readonly (number | null)[] {
  if (model?.does === 'callback' && model.entries.includes(position)) return model.gives;
  return [model?.does === 'thread' ? model.argument : position + 1];
}
