// Builds one control-flow graph: operations are appended, and loose ends are tied to whatever comes next.
import type { CallOperation, Expr, Local, Operation, Span, TestOperation, Type } from './facts.js';

type Tie = (to: number) => void;

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

export class GraphBuilder {
  readonly operations: Operation[] = [];
  readonly locals = new Map<string, Local>();
  readonly labels = new Map<string, number>();
  private loose: Tie[] = [];
  private readonly targets: Target[] = [];
  private readonly scopes: Map<string, string>[] = [new Map<string, string>()];
  private temps = 0;

  /** Appends an operation and ties all loose ends to it. */
  emit(operation: Exclude<Operation, TestOperation | CallOperation>): void {
    this.append(operation);
    if ('next' in operation) this.loose = [(to) => (operation.next = to)];
    else this.loose = [];
  }

  call(callee: Expr, args: readonly Expr[], span: Span): CallOperation {
    const target = this.targets.at(-1);
    const loop = this.targets.findLast((t) => t.continueTo !== null);
    const operation: CallOperation = {
      kind: 'call',
      temp: this.newTemp(),
      callee,
      args,
      span,
      next: 0,
      breakTo: target?.breakTo ?? null,
      continueTo: loop?.continueTo ?? null,
      block: null,
    };
    this.append(operation);
    this.loose = [(to) => (operation.next = to)];
    return operation;
  }

  test(test: Expr, span: Span, builds = false): Ways {
    const operation: TestOperation = { kind: 'test', test, span, then: 0, otherwise: 0, builds };
    this.append(operation);
    this.loose = [];
    return { yes: [(to) => (operation.then = to)], no: [(to) => (operation.otherwise = to)] };
  }

  /** Ties these ends to what is emitted next. */
  follow(...ends: readonly (readonly Tie[])[]): void {
    this.loose.push(...ends.flat());
  }

  /** What is emitted next cannot be reached from here. */
  cutOff(): void {
    this.loose = [];
  }

  takeLoose(): readonly Tie[] {
    const { loose } = this;
    this.loose = [];
    return loose;
  }

  /** A meeting point that can be jumped to before it is placed. */
  reserve(span: Span, loop = false): number {
    this.operations.push({ kind: 'pass', loop, span, next: 0 });
    return this.operations.length - 1;
  }

  place(at: number): void {
    const operation = this.operations[at];
    for (const tie of this.loose) tie(at);
    this.loose = operation && 'next' in operation ? [(to) => (operation.next = to)] : [];
  }

  jump(at: number): void {
    for (const tie of this.loose) tie(at);
    this.loose = [];
  }

  within(target: Target, build: () => void): void {
    this.targets.push(target);
    build();
    this.targets.pop();
  }

  /** Leaves the innermost loop or switch; outside of any, FALL-like exits are given by `outside`. */
  leave(how: 'break' | 'continue', outside: number): void {
    const target = how === 'break' ? this.targets.at(-1) : this.targets.findLast((t) => t.continueTo !== null);
    const to = how === 'break' ? target?.breakTo : target?.continueTo;
    this.jump(to ?? outside);
  }

  newTemp(): number {
    return this.temps++;
  }

  get tempCount(): number {
    return this.temps;
  }

  openScope(): void {
    this.scopes.push(new Map<string, string>());
  }

  closeScope(): void {
    this.scopes.pop();
  }

  /** Declares a local and gives its unique name. */
  declare(name: string, type: Type, isStatic: boolean): string {
    let unique = name;
    for (let n = 2; this.locals.has(unique); n++) unique = `${name}@${n}`;
    this.locals.set(unique, { type, isStatic });
    this.scopes.at(-1)?.set(name, unique);
    return unique;
  }

  /** The unique name that `name` means here. */
  resolve(name: string): string {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const found = this.scopes[i]?.get(name);
      if (found !== undefined) return found;
    }
    return name;
  }

  private append(operation: Operation): number {
    this.operations.push(operation);
    const at = this.operations.length - 1;
    for (const tie of this.loose) tie(at);
    this.loose = [];
    return at;
  }
}
