// Binding: which descriptors and functions a place may hold, anywhere in the project. Flow-insensitive and by field: every
// `conn->fd` of one struct type is one place. The walker asks here for what its own path does not tell.
import { has } from './constants.js';
import type { CallOperation, Expr, Operation, Type } from './facts.js';
import type { DescriptorKind } from './finding.js';
import { constantValue } from './constant-value.js';
import { visitExpr, expressionsOf } from './liveness.js';
import { Reach } from './reach.js';
import { assigned, reaching, type Reaching } from './reaching.js';
import { typeOf, type Index, type LinkedFunction } from './link.js';

/** A call that makes a descriptor, or a parameter by which one comes in. */
export interface Site {
  readonly id: string;
  readonly fn: LinkedFunction;
  /** Of the call; `parameter` for a parameter. */
  readonly name: string;
  kind: DescriptorKind;
  /** As created; null when the flags are not known. */
  readonly nonblocking: boolean | null;
}

export type Source = { readonly site: Site } | { readonly fn: LinkedFunction };

export interface Bindings {
  readonly sites: readonly Site[];
  sources(expr: Expr, fn: LinkedFunction): ReadonlySet<Source>;
  /** The functions that a call may reach: by its name, or through what its callee expression may hold. */
  callees(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[];
  /** The function's address is taken: somebody else may call it. */
  isCallback(fn: LinkedFunction): boolean;
  isThread(fn: LinkedFunction): boolean;
  callersOf(fn: LinkedFunction): readonly LinkedFunction[];
  /** Of functions that a call through a pointer may reach, those that a walk from `root` can have put there. */
  plausible(root: LinkedFunction, targets: readonly LinkedFunction[]): readonly LinkedFunction[];
  /** Of descriptors that a place may hold, those that a walk from `root` can meet: not those of other programs. */
  met(root: LinkedFunction, sites: readonly Site[]): readonly Site[];
}

const NONE: ReadonlySet<Source> = new Set();

export function bind(index: Index): Bindings {
  return new Binder(index).run();
}

class Binder {
  /** The operation that is being looked at; null for questions from outside, which are about the whole function. */
  private here: { readonly reaching: Reaching; at: number } | null = null;
  private readonly edges = new Map<string, Set<string>>();
  private readonly held = new Map<string, Set<Source>>();
  private readonly work: [string, Source][] = [];
  private readonly siteList: Site[] = [];
  private readonly bySite = new Map<CallOperation, Site>();
  private readonly functionSources = new Map<LinkedFunction, Source>();
  private readonly callbacks = new Set<LinkedFunction>();
  private readonly threads = new Set<LinkedFunction>();
  private readonly indirect: { call: CallOperation; fn: LinkedFunction }[] = [];
  private readonly listened: { fd: Expr; fn: LinkedFunction }[] = [];
  private readonly linkedCalls = new Set<string>();

  private readonly reach: Reach;

  constructor(private readonly index: Index) {
    this.reach = new Reach(index);
  }

  run(): Bindings {
    for (const file of this.index.files) {
      for (const variable of file.variables) {
        if (!variable.value) continue;
        const key = variable.isStatic ? `${file.file}//${variable.name}` : `//${variable.name}`;
        this.store([key], variable.value, this.index.resolve(variable.type), file.file, null);
      }
    }
    for (const fn of this.index.functions) this.function(fn);
    this.propagate();
    for (let round = 0; round < 4 && this.resolveIndirect(); round++) this.propagate();
    this.bindParameters();
    this.findListeners();
    return {
      sites: this.siteList,
      sources: (expr, fn) => this.sourcesOf(expr, fn),
      callees: (call, fn) => this.calleesOf(call, fn),
      isCallback: (fn) => this.callbacks.has(fn),
      isThread: (fn) => this.threads.has(fn),
      callersOf: (fn) => this.reach.callersOf(fn),
      plausible: (root, targets) => this.reach.near(root, targets),
      met: (root, sites) => this.met(root, sites),
    };
  }

  /** A descriptor that nobody in the project makes comes in as a parameter: that is its site. */
  private bindParameters(): void {
    for (const fn of this.index.functions) {
      if (this.reach.callersOf(fn).length > 0) continue;
      fn.facts.parameters.forEach((parameter) => {
        const key = `${fn.id}/${parameter.name}`;
        if (this.held.has(key) || !/^(int|unsigned|SOCKET|evutil_socket_t)$/.test(parameter.type.base)) return;
        const site: Site = { id: key, fn, name: 'parameter', kind: 'unknown', nonblocking: null };
        this.siteList.push(site);
        this.add(key, { site });
      });
    }
    this.propagate();
  }

  /** What is made near the root is meant, when something is; what others make is met where nothing else can be. */
  private met(root: LinkedFunction, sites: readonly Site[]): readonly Site[] {
    const possible = sites.filter((site) => this.meets(root, site));
    const near = possible.filter((site) => this.reach.from(root).has(site.fn) || site.name === 'parameter');
    return near.length > 0 ? near : possible;
  }

  private meets(root: LinkedFunction, site: Site): boolean {
    return site.name === 'parameter' ? this.reach.from(site.fn).has(root) : this.reach.together(root, site.fn);
  }

  private function(fn: LinkedFunction): void {
    const { facts, graph } = fn;
    this.here = { reaching: reaching(graph, new Set(facts.parameters.map((p) => p.name)), facts.locals), at: 0 };
    graph.operations.forEach((operation, at) => {
      if (this.here) this.here.at = at;
      this.operation(operation, fn);
    });
    this.here = null;
  }

  /** A socket that is listened or accepted on is a listener. */
  private findListeners(): void {
    for (const { fd, fn } of this.listened) {
      for (const source of this.sourcesOf(fd, fn))
        if ('site' in source && source.site.name === 'socket') source.site.kind = 'listener';
    }
  }

  private operation(operation: Operation, fn: LinkedFunction): void {
    for (const expr of expressionsOf(operation)) this.noteAddresses(expr, operation, fn);
    if (operation.kind === 'assign' && operation.sign === '=') {
      const type = operation.value.op === 'braces' ? typeOf(operation.target, fn, this.index) : null;
      this.store(this.assignedKeys(operation, fn), operation.value, type, fn.facts.file, fn);
    } else if (operation.kind === 'set-temp') this.flow(operation.value, [`${fn.id}/$${operation.temp}`], fn);
    else if (operation.kind === 'return' && operation.value) this.flow(operation.value, [`${fn.id}/@return`], fn);
    else if (operation.kind === 'call') this.call(operation, fn);
  }

  /** A function's name as a value, anywhere but as the callee. */
  private noteAddresses(expr: Expr, operation: Operation, fn: LinkedFunction): void {
    visitExpr(expr, (e) => {
      if (e.op !== 'name' || (operation.kind === 'call' && e === operation.callee)) return;
      if (fn.facts.locals.has(e.name)) return;
      const target = this.index.functionNamed(e.name, fn.facts.file);
      if (!target) return;
      this.callbacks.add(target);
      this.reach.noteName(fn, target);
    });
  }

  private store(
    keys: readonly string[],
    value: Expr,
    type: Type | null,
    file: string,
    fn: LinkedFunction | null,
  ): void {
    if (value.op !== 'braces' || !type) {
      if (fn) this.flow(value, keys, fn);
      else this.global(value, keys, file);
      return;
    }
    const element: Type = { ...type, dimensions: type.dimensions.slice(1) };
    const fields = type.dimensions.length === 0 && type.pointers === 0 ? this.index.fields(type.base) : null;
    value.items.forEach((item, i) => {
      if (!fields) {
        this.store(keys, item.value, element, file, fn);
        return;
      }
      let owner = type.base;
      let member = item.path.length === 0 ? fields[i] : fields.find((f) => f.name === item.path[0]);
      for (const name of item.path.slice(1)) {
        owner = member ? this.index.resolve(member.type).base : '?';
        member = this.index.fields(owner)?.find((f) => f.name === name);
      }
      if (member) this.store([`${owner}.${member.name}`], item.value, this.index.resolve(member.type), file, fn);
    });
  }

  private global(value: Expr, keys: readonly string[], file: string): void {
    visitExpr(value, (e) => {
      if (e.op !== 'name') return;
      const target = this.index.functionNamed(e.name, file);
      if (!target) return;
      this.callbacks.add(target);
      for (const key of keys) this.add(key, this.functionSource(target));
    });
  }

  private flow(value: Expr, to: readonly string[], fn: LinkedFunction): void {
    for (const from of this.keys(value, fn)) for (const key of to) this.edge(from, key);
    for (const target of this.functionsIn(value, fn)) for (const key of to) this.add(key, this.functionSource(target));
  }

  private functionsIn(value: Expr, fn: LinkedFunction): LinkedFunction[] {
    const of = value.op === 'address' || value.op === 'cast' ? value.of : value;
    if (of !== value) return this.functionsIn(of, fn);
    if (value.op === 'choose') return [...this.functionsIn(value.then, fn), ...this.functionsIn(value.otherwise, fn)];
    if (value.op !== 'name' || fn.facts.locals.has(value.name)) return [];
    const target = this.index.functionNamed(value.name, fn.facts.file);
    return target ? [target] : [];
  }

  private call(call: CallOperation, fn: LinkedFunction): void {
    const name =
      call.callee.op === 'name' && !fn.facts.locals.has(call.callee.name) ? this.aliased(call.callee.name, fn) : null;
    const model = name === null ? null : this.index.model(name, fn.facts.file);
    const target = name === null ? null : this.index.functionNamed(name, fn.facts.file);
    if (model) this.modelled(call, name ?? '', fn);
    else if (target) this.link(call, fn, target);
    else this.indirect.push({ call, fn });
    if (model?.does !== 'thread' && target) return;
    // A function handed to somebody unknown together with an argument gets that argument: threads, pools, timers.
    call.args.forEach((arg, i) => {
      for (const entry of this.functionsIn(arg, fn)) {
        if (model?.does === 'thread') this.threads.add(entry);
        const parameter = entry.facts.parameters[0];
        const given = call.args[i + 1];
        if (parameter && given) this.flow(given, [`${entry.id}/${parameter.name}`], fn);
      }
    });
  }

  /** `#define my_read read`: what an alias of a function's name stands for. */
  private aliased(name: string, fn: LinkedFunction): string {
    const value = this.index.functionNamed(name, fn.facts.file) ? null : this.index.constant(name, fn.facts.file);
    return value?.op === 'name' ? value.name : name;
  }

  private modelled(call: CallOperation, name: string, fn: LinkedFunction): void {
    const model = this.index.model(name, fn.facts.file);
    const temp = `${fn.id}/$${call.temp}`;
    if (model?.does === 'make' || model?.does === 'accept' || model?.does === 'duplicate') {
      const site = this.makeSite(call, name, fn);
      const into = model.does === 'make' && model.into !== undefined ? call.args[model.into] : undefined;
      for (const key of into ? this.keys(into, fn) : [temp]) this.add(key, { site });
    }
    const fd = model && 'fd' in model && model.fd !== null ? call.args[model.fd] : undefined;
    if ((model?.does === 'listen' || model?.does === 'accept') && fd) this.listened.push({ fd, fn });
    if (model?.does === 'duplicate' && fd) this.flow(fd, [temp], fn);
    if (model?.does === 'copy') {
      const [to, from] = [call.args[model.to], call.args[model.from]];
      if (to && from) this.flow(from, this.keys(to, fn), fn);
    }
  }

  private makeSite(call: CallOperation, name: string, fn: LinkedFunction): Site {
    const model = this.index.model(name, fn.facts.file);
    const flagsAt = model && 'flags' in model ? model.flags : null;
    const flagsArg = flagsAt === null ? undefined : call.args[flagsAt];
    const flags = flagsArg ? constantValue(flagsArg, fn, this.index) : 0;
    let kind: DescriptorKind = model?.does === 'make' ? model.kind : model?.does === 'accept' ? 'stream' : 'unknown';
    if (model?.does === 'make' && model.type !== undefined) {
      const type = flags === null ? null : flags & 0xf;
      kind = type === 1 ? 'stream' : type === 2 ? 'datagram' : type === 5 ? 'seqpacket' : 'unknown';
    }
    if (kind === 'eventfd' && flags !== null && has(flags, 1)) kind = 'eventfd-semaphore';
    if (kind === 'pipe' && flags !== null && has(flags, 0o40000)) kind = 'packet-pipe';
    // A path may name a terminal or a FIFO as well.
    if (name.startsWith('open')) kind = 'unknown';
    const id = `${fn.id}@${call.span.start}${this.bySite.has(call) ? '+' : ''}`;
    const site: Site = { id, fn, name, kind, nonblocking: flags === null ? null : has(flags, 0o4000) };
    this.siteList.push(site);
    this.bySite.set(call, site);
    return site;
  }

  private link(call: CallOperation, fn: LinkedFunction, target: LinkedFunction): void {
    const id = `${fn.id}/${call.temp}>${target.id}`;
    if (this.linkedCalls.has(id)) return;
    this.linkedCalls.add(id);
    this.reach.noteCall(fn, target);
    target.facts.parameters.forEach((parameter, i) => {
      const arg = call.args[i];
      if (!arg) return;
      const key = `${target.id}/${parameter.name}`;
      this.flow(arg, [key], fn);
      // What the callee stores through a pointer parameter is seen by the caller.
      if (arg.op === 'address' || parameter.type.pointers > 0)
        for (const back of this.keys(arg, fn)) this.edge(key, back);
    });
    this.edge(`${target.id}/@return`, `${fn.id}/$${call.temp}`);
  }

  private resolveIndirect(): boolean {
    const before = this.linkedCalls.size;
    for (const { call, fn } of this.indirect)
      for (const target of this.calleesOf(call, fn)) this.link(call, fn, target);
    return this.linkedCalls.size > before;
  }

  private calleesOf(call: CallOperation, fn: LinkedFunction): readonly LinkedFunction[] {
    if (call.callee.op === 'name' && !fn.facts.locals.has(call.callee.name)) {
      const name = this.aliased(call.callee.name, fn);
      if (this.index.model(name, fn.facts.file)) return [];
      const target = this.index.functionNamed(name, fn.facts.file);
      if (target) return [target];
    }
    return [...this.sourcesOf(call.callee, fn)].flatMap((s) => ('fn' in s ? [s.fn] : []));
  }

  private sourcesOf(expr: Expr, fn: LinkedFunction): ReadonlySet<Source> {
    const keys = this.keys(expr, fn);
    if (keys.length === 1 && keys[0] !== undefined) return this.held.get(keys[0]) ?? NONE;
    return new Set(keys.flatMap((key) => [...(this.held.get(key) ?? [])]));
  }

  /** The abstract places that an expression reads, or writes when it stands on the left. */
  private keys(expr: Expr, fn: LinkedFunction): string[] {
    switch (expr.op) {
      case 'name': {
        if (fn.facts.locals.has(expr.name)) return this.localKeys(expr.name, fn);
        const variable = this.index.variableNamed(expr.name, fn.facts.file);
        if (!variable) return [];
        return [variable.isStatic ? `${fn.facts.file}//${expr.name}` : `//${expr.name}`];
      }
      case 'member': {
        const owner = typeOf(expr.of, fn, this.index);
        return [`${owner.base}.${expr.field}`];
      }
      case 'temp':
        return [`${fn.id}/$${expr.id}`];
      case 'index':
      case 'deref':
      case 'address':
      case 'cast':
        return this.keys(expr.of, fn);
      case 'binary':
        return expr.sign === '+' || expr.sign === '-' ? this.keys(expr.left, fn) : [];
      case 'choose':
        return [...this.keys(expr.then, fn), ...this.keys(expr.otherwise, fn)];
      default:
        return [];
    }
  }

  private localKeys(name: string, fn: LinkedFunction): string[] {
    const key = `${fn.id}/${name}`;
    if (!this.here?.reaching.has(name)) return [key];
    return this.here.reaching.at(this.here.at, name).map((at) => `${key}#${at}`);
  }

  /** Where an assignment puts its value: a local that is told apart has a place for each. */
  private assignedKeys(operation: Operation & { kind: 'assign' }, fn: LinkedFunction): string[] {
    const name = assigned(operation);
    if (name === null || !this.here?.reaching.has(name)) return this.keys(operation.target, fn);
    const own = `${fn.id}/${name}#${this.here.at}`;
    this.edge(own, `${fn.id}/${name}`);
    return [own];
  }

  private functionSource(fn: LinkedFunction): Source {
    const known = this.functionSources.get(fn);
    if (known) return known;
    const source = { fn };
    this.functionSources.set(fn, source);
    return source;
  }

  private edge(from: string, to: string): void {
    if (from === to) return;
    const out = this.edges.get(from);
    if (out?.has(to)) return;
    if (out) out.add(to);
    else this.edges.set(from, new Set([to]));
    for (const source of this.held.get(from) ?? []) this.add(to, source);
  }

  private add(key: string, source: Source): void {
    const set = this.held.get(key);
    if (set?.has(source)) return;
    if (set) set.add(source);
    else this.held.set(key, new Set([source]));
    this.work.push([key, source]);
  }

  private propagate(): void {
    for (let item = this.work.pop(); item; item = this.work.pop()) {
      const [key, source] = item;
      for (const next of this.edges.get(key) ?? []) this.add(next, source);
      // A field of an unknown struct is seen by all who do not know the struct either.
      const dot = key.lastIndexOf('.');
      if (dot > 0 && !key.includes('/') && !key.startsWith('?')) this.add(`?${key.slice(dot)}`, source);
    }
  }
}
