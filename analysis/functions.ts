// Functions by name: lowered when they are asked for, with their macros spliced in, and each with a name of its own.
import type { Catalog } from './catalog.js';
import type { FunctionFacts, Graph, Local } from './facts.js';
import { cursors, liveness, type Liveness } from './liveness.js';
import type { Lowered } from './lowered.js';
import { splice, type MacroLookup } from './splice.js';
import type { Item } from './words.js';

/** A function with its macros spliced in. What costs time is computed when it is looked at. */
export interface LinkedFunction {
  /** Unique in the project: `file:name`, with `#n` for further definitions in that file. */
  readonly id: string;
  readonly facts: FunctionFacts;
  readonly graph: Graph;
  readonly live: Liveness;
  readonly cursors: ReadonlySet<string>;
}

export interface Functions {
  /** All functions of an item, in order. */
  of(item: Item): readonly LinkedFunction[];
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
    // The number is told by the catalogue, so that it is the same whoever is asked for first.
    const inFile = catalog.defining('function', facts.name).filter(({ file }) => file === item.file);
    const plain = `${facts.file}:${facts.name}`;
    let n = inFile.indexOf(item);
    let id = n > 0 ? `${plain}#${n}` : plain;
    for (n = inFile.length; ids.has(id); n++) id = `${plain}#${n}`;
    ids.add(id);
    const fn = new Linked(id, facts, (name) => fragment(name, facts.file));
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
  private spliced: Graph | null = null;
  private whole: FunctionFacts | null = null;
  private readonly macroLocals = new Map<string, Local>();
  private lives: Liveness | null = null;
  private stepped: ReadonlySet<string> | null = null;

  constructor(
    readonly id: string,
    private readonly own: FunctionFacts,
    private readonly lookup: MacroLookup,
  ) {}

  get graph(): Graph {
    return (this.spliced ??= splice(this.own.graph, (name) => this.used(name)));
  }

  /** With the locals that macros declare in it. */
  get facts(): FunctionFacts {
    if (this.whole) return this.whole;
    void this.graph;
    const locals = this.macroLocals.size === 0 ? this.own.locals : new Map([...this.macroLocals, ...this.own.locals]);
    return (this.whole = locals === this.own.locals ? this.own : { ...this.own, locals });
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
}
