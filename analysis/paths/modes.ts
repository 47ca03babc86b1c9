// What a program does to the mode of its descriptors. Most calls say themselves what they do, and binding says to which
// descriptors; a helper that does what it is told is looked at once for each set of constants that its callers give it.
import type { Site } from '../bind/bind.js';
import { constantValue } from '../link/constant-value.js';
import type { Entries } from './entry.js';
import type { Event } from './event.js';
import { eventsGiven } from './explore.js';
import type { Expr, Operation } from '../facts/facts.js';
import type { CallSite } from '../bind/flows.js';
import type { Guide } from './guide.js';
import type { LinkedFunction } from '../link/link.js';
import { successors } from '../link/liveness.js';
import { modeChange } from './mode-change.js';

export interface Modes {
  /** By what makes it, the mode that a descriptor is brought into; null where a program does both. */
  readonly of: ReadonlyMap<Site, boolean | null>;
  /** Those that are made non-blocking only where a caller says so. */
  readonly optional: ReadonlySet<Site>;
}

export function modesOf(guide: Guide, entries: Entries): Modes {
  const { index, bindings } = guide;
  const modes = new Map<Site, boolean | null>();
  const optional = new Set<Site>();
  const note = (sites: readonly Site[], on: boolean): void => {
    for (const site of sites) {
      const known = modes.get(site);
      modes.set(site, known === undefined || known === on ? on : null);
    }
  };
  for (const fn of new Set([...index.seeds, ...index.naming('fcntl'), ...index.naming('ioctl')])) {
    for (const site of bindings.flows(fn).calls) {
      const change = modeChange(site, index);
      if (change === 'irrelevant') continue;
      if (change === 'unknown') new Told(site, guide, entries, note).run();
      else note(changed(site, guide), change === 'on');
      if (change === 'on' && isOptional(site)) for (const one of changed(site, guide)) optional.add(one);
    }
  }
  return { of: modes, optional };
}

/** A parameter that is a mere yes or no decides whether control comes to the call. */
function isOptional({ fn, at }: CallSite): boolean {
  const { operations } = fn.graph;
  const flags = new Set(fn.facts.parameters.filter(({ type }) => type.pointers === 0).map(({ name }) => name));
  return operations.some((operation) => {
    if (operation.kind !== 'test' || !isFlag(operation.test, flags)) return false;
    return leadsTo(operation.then, at, operations) !== leadsTo(operation.otherwise, at, operations);
  });
}

function isFlag(test: Expr, names: ReadonlySet<string>): boolean {
  if (test.op === 'unary' && test.sign === '!') return isFlag(test.of, names);
  if (test.op === 'binary' && test.sign === '&') return isFlag(test.left, names);
  return test.op === 'name' && names.has(test.name);
}

function leadsTo(from: number, to: number, operations: readonly Operation[]): boolean {
  const seen = new Set<number>([from]);
  // The set grows while it is gone through.
  for (const at of seen) {
    if (at === to) return true;
    const operation = operations[at];
    for (const next of operation ? successors(operation) : []) seen.add(next);
  }
  return false;
}

function changed({ model, call, fn, at }: CallSite, { bindings }: Guide): readonly Site[] {
  const fd = model?.does === 'mode' || model?.does === 'nonblock' ? call.args[model.fd] : undefined;
  return fd ? bindings.sitesAt(fd, fn, at) : [];
}

type Nonblock = Extract<Event, { readonly kind: 'nonblock' }>;

/** Where the function's parameters come from: expressions in one of its callers, or in one of theirs. */
interface Context {
  readonly top: LinkedFunction;
  /** The call in `top` that leads to the function; null in the function itself. */
  readonly at: number | null;
  readonly given: ReadonlyMap<string, Expr>;
  readonly height: number;
}

/** Callers of callers that are looked at, and contexts of one call. */
const HEIGHT = 3;
const MAX_CONTEXTS = 60;

/** One call whose function leaves it to its callers what happens. */
class Told {
  private readonly known = new Map<string, readonly Nonblock[]>();
  private contexts = 0;

  constructor(
    private readonly site: CallSite,
    private readonly guide: Guide,
    private readonly entries: Entries,
    private readonly note: (sites: readonly Site[], on: boolean) => void,
  ) {}

  run(): void {
    const { fn } = this.site;
    const given = new Map(
      fn.facts.parameters.map(({ name }) => [name, { op: 'name', name, span: fn.facts.span } as const]),
    );
    this.look({ top: fn, at: null, given, height: 0 });
  }

  private look(context: Context): void {
    if (++this.contexts > MAX_CONTEXTS) return;
    const events = this.eventsIn(context);
    const answers = new Set(events.map(({ on }) => on));
    // Of a number behind an address nobody knows whether it is zero: what callers give tells.
    const isOpen = answers.size > 1 || answers.has(null) || (this.isPointed && context.height === 0);
    const above = isOpen ? this.above(context) : [];
    for (const next of above) this.look(next);
    if (above.length > 0) return;
    for (const { fd, on } of events) if (on !== null) this.note(this.sites(fd.key, fd.sites, context), on);
  }

  private get isPointed(): boolean {
    const { model, call } = this.site;
    return model?.does === 'mode' && call.args[model.value]?.op === 'address';
  }

  /** What the call does when the function is given the constants of a context; looked at once for each of them. */
  private eventsIn({ top, given }: Context): readonly Nonblock[] {
    const constants = new Map<string, number>();
    for (const [name, expr] of given) {
      const value = constantValue(expr, top, this.guide.index);
      if (value !== null) constants.set(name, value);
    }
    const key = [...constants].join(';');
    const known = this.known.get(key);
    if (known) return known;
    const { fn, call } = this.site;
    const isMeant = (event: Event): event is Nonblock =>
      event.kind === 'nonblock' && event.span.start === call.span.start;
    const events = (eventsGiven(fn, constants, this.guide, this.entries) ?? []).filter(isMeant);
    this.known.set(key, events);
    return events;
  }

  /** The callers of the outermost function, where one of its parameters goes on to the call. */
  private above({ top, given, height }: Context): readonly Context[] {
    if (height >= HEIGHT) return [];
    const names = new Map(top.facts.parameters.map(({ name }, position) => [name, position]));
    const positionOf = (expr: Expr): number => (expr.op === 'name' ? (names.get(expr.name) ?? -1) : -1);
    if (![...given.values()].some((expr) => positionOf(expr) >= 0)) return [];
    const callers = this.guide.bindings.callersOf(top).filter((caller) => !caller.isHandedOver);
    return callers.map((caller) => {
      const passed = [...given].flatMap(([name, expr]): [string, Expr][] => {
        const position = positionOf(expr);
        const argument = position < 0 ? expr : caller.argumentAt(position);
        return argument ? [[name, argument]] : [];
      });
      return { top: caller.site.fn, at: caller.site.at, given: new Map(passed), height: height + 1 };
    });
  }

  /** A parameter's descriptors are those that the context gives for it. */
  private sites(key: string, known: readonly Site[], { top, at, given }: Context): readonly Site[] {
    const name = /^0:(\w+)$/.exec(this.entries.names.textOf(key) ?? '')?.[1];
    const expr = name === undefined ? undefined : given.get(name);
    if (!expr || at === null) return known;
    return this.guide.bindings.sitesAt(expr, top, at);
  }
}
