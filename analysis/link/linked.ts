// A function of the tree: its name is told by the words, and its text is read, with its macros spliced in, when it is looked at.
import type { FunctionFacts, Graph, Local } from '../facts/facts.js';
import { counters, cursors, liveness, type Liveness } from './liveness.js';
import { splice, type MacroLookup } from './splice.js';

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

/** What is known of a function before its text is read. */
export interface Promised extends Pick<FunctionFacts, 'name' | 'file' | 'isStatic'> {
  /** Reads it; undefined where the words were wrong. */
  readonly facts: () => FunctionFacts | undefined;
}

export class Linked implements LinkedFunction {
  /** With the locals that macros declare in it: those are looked at when somebody asks for locals. */
  readonly facts: FunctionFacts;
  private readonly own: Facts;
  private spliced: Graph | null = null;
  private readonly macroLocals = new Map<string, Local>();
  private lives: Liveness | null = null;
  private stepped: ReadonlySet<string> | null = null;
  private counting: ReadonlySet<string> | null = null;

  constructor(
    readonly id: string,
    promised: Promised,
    private readonly lookup: MacroLookup,
  ) {
    this.facts = this.own = new Facts(promised, (own) => this.withMacros(own));
  }

  get graph(): Graph {
    return (this.spliced ??= splice(this.own.graph, (name) => this.used(name)));
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

class Facts implements FunctionFacts {
  readonly name: string;
  readonly file: string;
  readonly isStatic: boolean;
  private read: FunctionFacts | null = null;
  private whole: FunctionFacts['locals'] | null = null;

  constructor(
    private readonly promised: Promised,
    private readonly withMacros: (own: FunctionFacts['locals']) => FunctionFacts['locals'],
  ) {
    this.name = promised.name;
    this.file = promised.file;
    this.isStatic = promised.isStatic;
  }

  private get text(): FunctionFacts {
    return (this.read ??= this.promised.facts() ?? { ...EMPTY, ...this.promised });
  }

  get locals(): FunctionFacts['locals'] {
    return (this.whole ??= this.withMacros(this.text.locals));
  }

  get base(): number {
    return this.text.base;
  }

  get span(): FunctionFacts['span'] {
    return this.text.span;
  }

  get returns(): FunctionFacts['returns'] {
    return this.text.returns;
  }

  get parameters(): FunctionFacts['parameters'] {
    return this.text.parameters;
  }

  get graph(): Graph {
    return this.text.graph;
  }

  get presence(): FunctionFacts['presence'] {
    return this.text.presence;
  }

  get errors(): FunctionFacts['errors'] {
    return this.text.errors;
  }
}

const NOWHERE = { start: 0, end: 0 } as const;

/** The words took something else for a function: it does nothing. */
const EMPTY: Omit<FunctionFacts, 'name' | 'file' | 'isStatic'> = {
  base: 0,
  span: NOWHERE,
  returns: { base: '?', pointers: 0, dimensions: [], isFunction: false },
  parameters: [],
  locals: new Map(),
  graph: { operations: [{ kind: 'return', value: null, span: NOWHERE, implicit: true }], entry: 0 },
  presence: [],
  errors: [],
};
