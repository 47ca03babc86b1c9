// Which functions belong together: who calls or names whom, and which programs (functions named `main`) that makes.
import type { Index, LinkedFunction } from './link.js';

/** Filled while binding; asked when it is done. */
export class Reach {
  private readonly callers = new Map<LinkedFunction, Set<LinkedFunction>>();
  private readonly targets = new Map<LinkedFunction, Set<LinkedFunction>>();
  private readonly reached = new Map<LinkedFunction, ReadonlySet<LinkedFunction>>();
  private readonly programs = new Map<LinkedFunction, readonly LinkedFunction[]>();
  private mains: readonly LinkedFunction[] | null = null;

  constructor(private readonly index: Index) {}

  noteCall(from: LinkedFunction, to: LinkedFunction): void {
    this.callers.set(to, (this.callers.get(to) ?? new Set()).add(from));
    this.noteName(from, to);
  }

  /** `from` takes the address of `to`: whoever gets it may call it. */
  noteName(from: LinkedFunction, to: LinkedFunction): void {
    this.targets.set(from, (this.targets.get(from) ?? new Set()).add(to));
  }

  callersOf(fn: LinkedFunction): readonly LinkedFunction[] {
    return [...(this.callers.get(fn) ?? [])];
  }

  /** All functions that one calls or names, and so on. */
  from(fn: LinkedFunction): ReadonlySet<LinkedFunction> {
    const known = this.reached.get(fn);
    if (known) return known;
    const found = new Set([fn]);
    const work = [fn];
    for (let next = work.pop(); next; next = work.pop()) {
      for (const target of this.targets.get(next) ?? []) {
        if (found.has(target)) continue;
        found.add(target);
        work.push(target);
      }
    }
    this.reached.set(fn, found);
    return found;
  }

  /** Of several functions those that a root reaches, when it reaches any. */
  near(root: LinkedFunction, all: readonly LinkedFunction[]): readonly LinkedFunction[] {
    const near = all.filter((fn) => this.from(root).has(fn));
    return near.length > 0 ? near : all;
  }

  /** Whether two functions can be parts of one program; functions of a library are parts of any. */
  together(one: LinkedFunction, other: LinkedFunction): boolean {
    const own = this.mainsOf(one);
    const theirs = this.mainsOf(other);
    return own.length === 0 || theirs.length === 0 || own.some((main) => theirs.includes(main));
  }

  private mainsOf(fn: LinkedFunction): readonly LinkedFunction[] {
    const known = this.programs.get(fn);
    if (known) return known;
    this.mains ??= this.index.functions.filter((f) => f.facts.name === 'main');
    const found = this.mains.filter((main) => this.from(main).has(fn));
    this.programs.set(fn, found);
    return found;
  }
}
