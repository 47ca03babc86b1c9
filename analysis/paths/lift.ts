// From a function back to a caller: what a path knows in the callee's words, said in the words of the caller. Parameters are
// what the caller gave, members behind a pointer are members of what it gave, and what only the callee could name gets a name.
import { ARMED } from './call-control.js';
import type { Caller } from '../bind/callers.js';
import { evaluate, instancesOf, type Frame, type Scope } from './evaluate.js';
import { scopeOf, type Guide } from './guide.js';
import type { LinkedFunction } from '../link/link.js';
import type { Draft } from './state.js';
import type { Site } from '../bind/site.js';
import { add, constant, keyOf, scale, soleSymbol, symbol, type Linear, type Value } from './value.js';

/** What has become of the callee's names. */
export interface Renaming {
  /** The key of the value that the symbol is now; null when nothing of the caller names it. */
  key(symbol: string): string | null;
  place(place: string): string | null;
  /** What the caller knows of a value, by its key. */
  sites(key: string): readonly Site[];
  /** The epoll instances that it may have come out of. */
  instances(key: string): readonly Site[];
  /** The descriptor under this key is an open one. */
  learnOpen(key: string): void;
  /** Whether one of these descriptors can be met in the caller. */
  meets(sites: readonly Site[]): boolean;
  /** Whether the caller had armed the descriptor before the call, and no event came since. */
  isArmed(key: string): boolean;
}

export interface Lifted {
  readonly frame: Frame;
  readonly draft: Draft;
  readonly value: Value;
  readonly renaming: Renaming;
}

/** `before` is the caller's state before the call; it is used up. `value` is what the callee returns. */
export function lift(
  callee: LinkedFunction,
  inner: Draft,
  value: Value | null,
  caller: Caller,
  before: Draft,
  guide: Guide,
): Lifted {
  const scope = scopeOf(caller.site.fn, guide);
  const { frame } = scope;
  const armed = new Set([...before.store.keys()].filter((place) => place.startsWith(ARMED)));
  const lifter = new Lifter(callee, inner, caller, before, scope);
  const draft = lifter.stores();
  const result = value === null ? null : lifter.value(value);
  const temp = `0:$${caller.site.call.temp}`;
  const given = result ?? draft.fresh(draft.names.of('v', `${frame.context}#${caller.site.call.temp}`));
  draft.store.set(temp, given);
  return {
    frame,
    draft,
    value: given,
    renaming: {
      key: (name) => lifter.keyOf(name),
      place: (place) => lifter.place(place),
      sites: (key) => draft.sym(key).origin.sites,
      instances: (key) => instancesOf(draft.sym(key).owner ?? key, draft),
      learnOpen: (key) => {
        if (draft.syms.has(key)) draft.learn(key, { lo: Math.max(0, draft.sym(key).lo) });
      },
      meets: (sites) => sites.length === 0 || sites.some((site) => guide.bindings.isNear(site.fn, frame.fn)),
      isArmed: (key) => armed.has(`${ARMED}${key}`),
    },
  };
}

class Lifter {
  private readonly parameters = new Map<string, Value>();
  private readonly known = new Map<string, Value | null>();
  private readonly made = new Map<string, string>();

  constructor(
    private readonly callee: LinkedFunction,
    private readonly inner: Draft,
    private readonly caller: Caller,
    private readonly outer: Draft,
    private readonly scope: Scope,
  ) {
    callee.facts.parameters.forEach((parameter, i) => {
      const arg = caller.argumentAt(i);
      if (arg && parameter.name !== '') this.parameters.set(parameter.name, evaluate(arg, outer, scope));
    });
  }

  /** The caller's state with what the callee has written behind pointers and in globals. */
  stores(): Draft {
    const written: [string, Value][] = [];
    for (const [place, held] of this.inner.store) {
      if (/^\d+:/.test(place) || place.startsWith('!')) continue;
      const sole = soleSymbol(held);
      if (sole !== null && this.inner.sym(sole).plain) continue;
      const to = this.place(place);
      const value = this.value(held);
      if (to !== null && value !== null) written.push([to, value]);
    }
    for (const [place, value] of written) {
      this.outer.clear(place);
      this.outer.store.set(place, value);
    }
    return this.outer;
  }

  keyOf(name: string): string | null {
    const value = this.symbol(name);
    if (value === null) return null;
    return keyOf(value);
  }

  value(value: Value): Value | null {
    switch (value.k) {
      case 'num':
        return this.linear(value);
      case 'addr': {
        const place = this.place(value.place);
        return place === null ? null : { k: 'addr', place };
      }
      case 'set':
        return value.members.length < 2 ? { k: 'set', members: value.members.map(() => '?') } : value;
      default:
        return value;
    }
  }

  private linear(form: Linear): Value | null {
    // What a call failed with stays that.
    let sum: Linear = form.failed === undefined ? constant(form.c) : form;
    for (const [name, coefficient] of form.terms) {
      const value = this.symbol(name) ?? this.fresh(name);
      if (value.k !== 'num') return form.terms.length === 1 && coefficient === 1 && form.c === 0 ? value : null;
      sum = add(sum, scale(value, coefficient));
    }
    return sum;
  }

  /** The place of the caller that a place of the callee is; null for what ends with the callee. */
  place(place: string): string | null {
    if (place.startsWith('g:')) return this.rewritten(place);
    if (place.startsWith('%')) {
      const at = place.indexOf(':');
      const key = at < 0 ? null : this.keyOf(place.slice(at + 1));
      return at < 0 ? place : key && `${place.slice(0, at + 1)}${key}`;
    }
    if (!place.startsWith('*')) return null;
    const end = place.search(/[.[]/);
    const base = end < 0 ? place.slice(1) : place.slice(1, end);
    const rest = end < 0 ? '' : place.slice(end);
    const value = this.symbol(base);
    if (value === null) return null;
    const outer = value.k === 'addr' ? value.place : soleSymbol(value) === null ? null : `*${keyOf(value)}`;
    return outer === null ? null : this.rewritten(`${outer}${rest}`);
  }

  /** Symbols inside brackets are renamed as well. */
  private rewritten(place: string): string {
    return place.replaceAll(/\[([^\]\d][^\]]*)\]/g, (_, name: string) => `[${this.keyOf(name) ?? '?'}]`);
  }

  /** What a symbol of the callee is for the caller; null for what came to be in the callee. */
  private symbol(name: string): Value | null {
    const known = this.known.get(name);
    if (known !== undefined) return known;
    this.known.set(name, null);
    const value = this.meaning(name) ?? (this.inner.syms.has(name) && !name.startsWith('@') ? this.fresh(name) : null);
    this.known.set(name, value);
    return value;
  }

  private meaning(name: string): Value | null {
    const text = this.inner.names.textOf(name);
    if (!name.startsWith('@') || text === null) return null;
    const place = text.replace(/~[^~]*$/, '');
    const local = /^0:([\w@]+)$/.exec(place)?.[1];
    if (local !== undefined) return this.parameters.get(local) ?? null;
    const outer = this.place(place);
    if (outer === null) return null;
    return this.outer.store.get(outer) ?? this.initial(outer, name);
  }

  /** The first look at a place of the caller, with what the callee knows of it. */
  private initial(place: string, from: string): Value {
    const { outer } = this;
    const name = outer.names.of('@', place);
    const { origin, lo, hi, not, owner } = this.inner.sym(from);
    if (!outer.syms.has(name)) {
      const base = place.startsWith('*') ? place.slice(1).split(/[.[]/)[0] : undefined;
      outer.fresh(name, { origin, lo, hi, not, owner: owner === null ? null : (base ?? null) });
    }
    outer.store.set(place, symbol(name));
    return symbol(name);
  }

  /** A result that the callee got: a symbol of the caller with the same bounds. */
  private fresh(name: string): Linear {
    const known = this.made.get(name);
    if (known !== undefined) return symbol(known);
    const { outer, inner, scope, caller } = this;
    const own = outer.names.of(name.charAt(0), `${scope.frame.context}#${caller.site.call.temp}<${name}`);
    this.made.set(name, own);
    const sym = inner.sym(name);
    outer.fresh(own, { ...sym, below: null, equals: null, owner: null, version: null, plain: false });
    const below = sym.below && this.linear(sym.below);
    const equals = sym.equals && this.linear(sym.equals);
    const speaks = (form: Value | null): form is Linear => form?.k === 'num' && !form.terms.some(([s]) => s === own);
    outer.syms.set(own, {
      ...outer.sym(own),
      below: speaks(below) ? below : null,
      equals: speaks(equals) ? equals : null,
    });
    return symbol(own);
  }
}
