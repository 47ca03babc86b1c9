// Functions by name: lowered when they are asked for, with their macros spliced in, and each with a name of its own.
import { CALLS } from '../knowledge/calls.js';
import type { Catalog } from '../text/catalog.js';
import type { FunctionFacts, Graph, Local } from '../facts/facts.js';
import { counters, cursors, liveness, type Liveness } from './liveness.js';
import type { Lowered } from './lowered.js';
import { splice, type MacroLookup } from './splice.js';
import type { Item } from '../text/words.js';

/** A function with its macros spliced in. What costs time is computed when it is looked at. */
export interface LinkedFunction {
  /** Unique in the project: `file:name`, with `#n` for further definitions in that file. */
  readonly id: string;
  readonly facts: FunctionFacts;
  readonly graph: Graph;
  readonly live: Liveness;
  readonly cursors: ReadonlySet<string>;
  /** Locals that get numbers and steps and nothing else. */
  readonly counters: ReadonlySet<string>;
}

export interface Functions {
  /** All functions of an item, in order. */
  of(item: Item): readonly LinkedFunction[];
  /** Whether a name means a function there; its text is read only where the name is also that of a known call. */
  isNamed(name: string, file: string): boolean;
  /** The likeliest that a name may mean in a file. */
  named(name: string, file: string): LinkedFunction | null;
  /** The same, and what stands in its place under other conditions. */
  alternatives(name: string, file: string): readonly LinkedFunction[];
  itemOf(fn: LinkedFunction): Item | null;
}

export function functionsOf(
  catalog: Catalog,
  lowered: Lowered,
  fragment: (name: string, file: string) => ReturnType<MacroLookup>,
  isLikely: (item: Item) => boolean,
): Functions {
  const byItem = new Map<Item, readonly LinkedFunction[]>();
  const items = new Map<LinkedFunction, Item>();
  const ids = new Set<string>();
  const link = (facts: FunctionFacts, item: Item): LinkedFunction => {
    const fn = new Linked(idOf(facts, item, catalog, ids), facts, (name) => fragment(name, facts.file));
    items.set(fn, item);
    return fn;
  };
  const of = (item: Item): readonly LinkedFunction[] => {
    const known = byItem.get(item);
    if (known) return known;
    const functions = lowered.facts(item).functions.map((facts) => link(facts, item));
    byItem.set(item, functions);
    return functions;
  };
  const namesakes = (item: Item, name: string): readonly LinkedFunction[] =>
    of(item).filter(({ facts }) => facts.name === name);
  /** The items from the first on that really holds such a function. */
  const candidates = remembering((name, file) => {
    const all = catalog.includes.ordered(catalog.defining('function', name), catalog.fileOf(file), isLikely);
    const first = all.findIndex((item) => namesakes(item, name).length > 0);
    return first < 0 ? [] : all.slice(first);
  });
  return {
    of,
    itemOf: (fn) => items.get(fn) ?? null,
    isNamed: remembering((name, file) => {
      const visible = catalog.includes.ordered(catalog.defining('function', name), catalog.fileOf(file));
      return visible.length > 0 && (!CALLS.has(name) || candidates(name, file).length > 0);
    }),
    named: (name, file) => {
      const [first] = candidates(name, file);
      return first ? (namesakes(first, name)[0] ?? null) : null;
    },
    alternatives: remembering((name, file) =>
      catalog.includes
        .alternatives(candidates(name, file), catalog.fileOf(file))
        .flatMap((item) => namesakes(item, name)),
    ),
  };
}

/** The number is told by the catalogue, so that it is the same whoever is asked for first. */
function idOf(facts: FunctionFacts, item: Item, catalog: Catalog, taken: Set<string>): string {
  const inFile = catalog.defining('function', facts.name).filter(({ file }) => file === item.file);
  const plain = `${facts.file}:${facts.name}`;
  let n = inFile.indexOf(item);
  let id = n > 0 ? `${plain}#${n}` : plain;
  for (n = inFile.length; taken.has(id); n++) id = `${plain}#${n}`;
  taken.add(id);
  return id;
}

/** The same question has the same answer. */
function remembering<T>(ask: (name: string, file: string) => T): (name: string, file: string) => T {
  const answers = new Map<string, Map<string, T>>();
  return (name, file) => {
    const byName = answers.get(file) ?? new Map<string, T>();
    answers.set(file, byName);
    const known = byName.get(name);
    if (known !== undefined) return known;
    const answer = ask(name, file);
    byName.set(name, answer);
    return answer;
  };
}

class Linked implements LinkedFunction {
  /** With the locals that macros declare in it: those are looked at when somebody asks for locals. */
  readonly facts: FunctionFacts;
  private readonly own: Graph;
  private spliced: Graph | null = null;
  private readonly macroLocals = new Map<string, Local>();
  private lives: Liveness | null = null;
  private stepped: ReadonlySet<string> | null = null;
  private counting: ReadonlySet<string> | null = null;

  constructor(
    readonly id: string,
    own: FunctionFacts,
    private readonly lookup: MacroLookup,
  ) {
    this.own = own.graph;
    let whole: FunctionFacts['locals'] | null = null;
    const locals = (): FunctionFacts['locals'] => (whole ??= this.withMacros(own.locals));
    this.facts = {
      ...own,
      get locals() {
        return locals();
      },
    };
  }

  get graph(): Graph {
    return (this.spliced ??= splice(this.own, (name) => this.used(name)));
  }

  private withMacros(own: FunctionFacts['locals']): FunctionFacts['locals'] {
    // Splicing meets the macros.
    const met = this.graph.operations.length > 0 ? this.macroLocals : new Map<string, Local>();
    return met.size === 0 ? own : new Map([...met, ...own]);
  }

  private used(name: string): ReturnType<MacroLookup> {
    const found = this.lookup(name);
    for (const [local, what] of found?.fragment.locals ?? []) this.macroLocals.set(local, what);
    return found;
  }

  get live(): Liveness {
    return (this.lives ??= liveness(this.graph));
  }

  get cursors(): ReadonlySet<string> {
    return (this.stepped ??= cursors(this.graph));
  }

  get counters(): ReadonlySet<string> {
    return (this.counting ??= counters(this.graph, new Set(this.facts.parameters.map(({ name }) => name))));
  }
}
