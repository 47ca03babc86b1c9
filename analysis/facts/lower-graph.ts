// Builds one control-flow graph: operations are appended, and loose ends are tied to whatever comes next.
import {
  ELSEWHERE,
  type CallOperation,
  type Expr,
  type Local,
  type Operation,
  type Span,
  type TestOperation,
  type Type,
} from './facts.js';

/** A loose end: twice the position of its operation, and one more for the `otherwise` of a test. */
type Tie = number;

/** The two ways out of a condition. */
export interface Ways {
  readonly yes: readonly Tie[];
  readonly no: readonly Tie[];
}

interface Target {
  readonly breakTo: number;
  /** Null in a switch: `continue` belongs to the loop around it. */
  readonly continueTo: number | null;
}

/** Nested deeper than this, code is generated; it is given up on before the stack is. */
const MAX_DEPTH = 500;

/** Whether a call adds to a set of descriptors, or waits for one or looks into it. */
const SETS: ReadonlyMap<string, 'adds' | 'asks'> = new Map([
  ['FD_SET', 'adds'],
  ['FD_ISSET', 'asks'],
  ['select', 'asks'],
  ['pselect', 'asks'],
  ['poll', 'asks'],
  ['ppoll', 'asks'],
]);

export class GraphBuilder {
  readonly operations: Operation[] = [];
  readonly locals = new Map<string, Local>();
  readonly labels = new Map<string, number>();
  /** Positions from which a computed `goto` leaves. */
  readonly anywhere: number[] = [];
  /** How many calls so far add to a set, and ask one. */
  readonly sets = { adds: 0, asks: 0 };
  private loose: Tie[] = [];
  private readonly targets: Target[] = [];
  private readonly meanings = new Map<string, string>();
  private readonly scopes: Map<string, string | undefined>[] = [new Map<string, string | undefined>()];
  private readonly used = new Map<string, number>();
  private temps = 0;
  private depth = 0;

  /** Without effects: an initialiser outside of functions, or a label. Nothing but the value is kept. */
  constructor(
    readonly isPure = false,
    /** Where a value stands; its names mean the same there. */
    private readonly outer: GraphBuilder | null = null,
  ) {}

  /** Appends an operation and ties all loose ends to it. */
  emit(operation: Exclude<Operation, TestOperation | CallOperation>): void {
    const at = this.append(operation);
    if (operation.kind !== 'return') this.loose.push(2 * at);
  }

  call(callee: Expr, args: readonly Expr[], span: Span): number {
    const temp = this.temps++;
    const operation: CallOperation = {
      kind: 'call',
      temp,
      callee,
      args,
      span,
      next: 0,
      breakTo: this.targets.at(-1)?.breakTo ?? null,
      continueTo: this.continueTarget(),
      block: null,
    };
    const set = callee.op === 'name' ? SETS.get(callee.name) : undefined;
    if (set) this.sets[set]++;
    this.loose.push(2 * this.append(operation));
    return temp;
  }

  test(test: Expr, span: Span): Ways {
    const at = this.append({ kind: 'test', test, span, then: 0, otherwise: 0, builds: false });
    return { yes: [2 * at], no: [2 * at + 1] };
  }

  /** Ties these ends to what is emitted next. */
  follow(ends: readonly Tie[]): void {
    for (const end of ends) this.loose.push(end);
  }

  takeLoose(): readonly Tie[] {
    const { loose } = this;
    this.loose = [];
    return loose;
  }

  /** A meeting point that can be jumped to before it is placed. */
  reserve(span: Span, loop = false): number {
    return this.operations.push({ kind: 'pass', loop, span, next: 0 }) - 1;
  }

  /** A label that may be jumped to before it is met. */
  label(name: string, span: Span): number {
    const known = this.labels.get(name);
    if (known !== undefined) return known;
    const at = this.operations.push({ kind: 'pass', loop: true, label: name, span, next: ELSEWHERE }) - 1;
    this.labels.set(name, at);
    return at;
  }

  place(at: number): void {
    this.jump(at);
    this.loose.push(2 * at);
  }

  jump(at: number): void {
    for (const end of this.loose) this.tie(end, at);
    this.loose.length = 0;
  }

  within(target: Target, build: () => void): void {
    this.targets.push(target);
    build();
    this.targets.pop();
  }

  /** Leaves the innermost loop or switch; outside of any, FALL-like exits are given by `outside`. */
  leave(how: 'break' | 'continue', outside: number): void {
    const to = how === 'break' ? this.targets.at(-1)?.breakTo : this.continueTarget();
    this.jump(to ?? outside);
  }

  newTemp(): number {
    return this.temps++;
  }

  get tempCount(): number {
    return this.temps;
  }

  /** Whether lowering may go one level deeper; `exit` follows where it may. */
  enter(): boolean {
    if (this.depth >= MAX_DEPTH) return false;
    this.depth++;
    return true;
  }

  exit(): void {
    this.depth--;
  }

  openScope(): void {
    this.scopes.push(new Map<string, string | undefined>());
  }

  closeScope(): void {
    for (const [name, before] of this.scopes.pop() ?? []) {
      if (before === undefined) this.meanings.delete(name);
      else this.meanings.set(name, before);
    }
  }

  /**
   * Declares a local and gives its unique name. Declared twice in one scope it stands in two arms of an `#if`, and what
   * follows means either.
   */
  declare(name: string, type: Type, isStatic: boolean): string {
    const scope = this.scopes.at(-1);
    const known = this.meanings.get(name);
    if (known !== undefined && scope?.has(name)) return known;
    scope?.set(name, known);
    const unique = this.declareUnnamed(name, type, isStatic);
    this.meanings.set(name, unique);
    return unique;
  }

  /** Declares a local that no name in the text means. */
  declareUnnamed(name: string, type: Type, isStatic = false): string {
    const n = (this.used.get(name) ?? 0) + 1;
    this.used.set(name, n);
    const unique = n === 1 ? name : `${name}@${n}`;
    this.locals.set(unique, { type, isStatic });
    return unique;
  }

  /** The unique name that `name` means here. */
  resolve(name: string): string {
    return this.meanings.get(name) ?? this.outer?.resolve(name) ?? name;
  }

  private continueTarget(): number | null {
    for (let i = this.targets.length - 1; i >= 0; i--) {
      const to = this.targets[i]?.continueTo;
      if (to !== null && to !== undefined) return to;
    }
    return null;
  }

  private append(operation: Operation): number {
    const at = this.operations.push(operation) - 1;
    this.jump(at);
    return at;
  }

  private tie(end: Tie, to: number): void {
    const operation = this.operations[end >> 1];
    if (operation === undefined || operation.kind === 'return') return;
    if (operation.kind !== 'test') operation.next = to;
    else if ((end & 1) === 1) operation.otherwise = to;
    else operation.then = to;
  }
}
