// What one path knows at one point: the values of places and the bounds of symbols. A draft is changed in place while an
// operation is carried out, and copied where paths part.
import { mentions, placeFrom, renamed, within, type Place } from './place.js';
import {
  add,
  ANY,
  constant,
  same,
  sameForm,
  soleSymbol,
  substitute,
  symbol,
  type Linear,
  type Sym,
  type Value,
} from './value.js';

/** Short names for symbols, by what they stand for: the same text has the same name within one walk. */
export class Names {
  private readonly known = new Map<string, string>();
  private readonly texts = new Map<string, string>();
  private readonly places = new Map<string, Place>();

  of(prefix: string, text: string): string {
    const full = `${prefix}${text}`;
    const before = this.known.get(full);
    if (before !== undefined) return before;
    const name = `${prefix}${this.known.size}`;
    this.known.set(full, name);
    this.texts.set(name, text);
    return name;
  }

  /** What a symbol stands for; null for a name that was not made here. */
  textOf(name: string): string | null {
    return this.texts.get(name) ?? null;
  }

  place(text: string): Place {
    const known = this.places.get(text);
    if (known) return known;
    const place = placeFrom(text);
    this.places.set(text, place);
    return place;
  }
}

/** What a path has looked at of an event that epoll_wait(2) gave it. */
export type Note =
  /** The number or the pointer that was registered with it, or a member of what the pointer points to. */
  | { readonly kind: 'delivered'; readonly key: string; readonly element: string; readonly owner: string | null }
  /** These bits are not among its events. */
  | { readonly kind: 'lacks'; readonly element: string; readonly bits: number }
  /** Something is known of a member of the object. */
  | { readonly kind: 'tested'; readonly owner: string; readonly field: string };

export class Draft {
  /** Kept where a search follows what comes out of a wait. */
  noted: Note[] | null = null;

  constructor(
    readonly names: Names,
    readonly store: Map<string, Value> = new Map<string, Value>(),
    readonly syms: Map<string, Sym> = new Map<string, Sym>(),
    /** Symbols that go over into others on this step: [gone, stays, whether they are equal or one is only made of the other]. */
    readonly merged: [string, string, boolean][] = [],
  ) {}

  copy(): Draft {
    const copy = new Draft(this.names, new Map(this.store), new Map(this.syms), [...this.merged]);
    copy.noted = this.noted && [...this.noted];
    return copy;
  }

  sym(name: string): Sym {
    return this.syms.get(name) ?? ANY;
  }

  /** Adds to what is known of a symbol; a state that learns nothing stays the same. */
  learn(name: string, known: Partial<Sym>): void {
    const before = this.sym(name);
    const after = { ...before, ...known };
    const same =
      before.lo === after.lo &&
      before.hi === after.hi &&
      before.not.join() === after.not.join() &&
      before.origin === after.origin;
    if (!same) this.syms.set(name, { ...after, plain: false });
  }

  /** A new symbol of this name; whatever still holds an older one of the same name keeps only its bounds. */
  fresh(name: string, known: Partial<Sym> = {}): Linear {
    this.forget(name);
    this.syms.set(name, { ...ANY, ...known });
    return symbol(name);
  }

  /** Forgets a symbol: places that depend on it get one of their own, with the same bounds. */
  forget(name: string): void {
    if (!this.syms.has(name)) return;
    let heir: string | null = null;
    for (const [place, value] of [...this.store]) {
      if (value.k !== 'num' || mentions(place, name) || !value.terms.some(([s]) => s === name)) continue;
      const whole = soleSymbol(value) === name;
      this.blur(place, value, name);
      const now = this.store.get(place);
      if (whole && now) heir ??= soleSymbol(now);
    }
    for (const [place, value] of [...this.store]) {
      if (!mentions(place, name)) continue;
      this.store.delete(place);
      // What an object holds stays known under the name that its pointer has from now on.
      if (heir !== null && place.startsWith('*') && !place.includes(`[${name}]`))
        this.store.set(renamed(place, name, heir), value);
    }
    for (const [other, info] of [...this.syms]) {
      const stale = [info.below, info.equals].some((form) => form?.terms.some(([s]) => s === name));
      if (stale) this.syms.set(other, { ...info, below: null, equals: null });
    }
    this.syms.delete(name);
  }

  /** Gives a place a symbol of its own in the stead of one that goes, with all that still follows about it. */
  private blur(place: string, value: Linear, going: string): void {
    const own = this.names.of('~', place);
    const speaksOf = (form: Linear): boolean => form.terms.some(([s]) => s === going || s === own);
    const { below, equals } = this.sym(going);
    const exact = equals && substitute(value, going, equals);
    if (exact && !speaksOf(exact)) {
      this.store.set(place, exact);
      return;
    }
    const rises = value.terms.some(([s, n]) => s === going && n === 1);
    const limit = below && rises ? substitute(value, going, below) : null;
    const [lo, hi] = this.bounds(value);
    const sole = soleSymbol(value);
    const { origin, owner } = sole === null ? ANY : this.sym(sole);
    this.store.delete(place);
    if (sole !== own) this.forget(own);
    const known = limit && !speaksOf(limit) ? limit : null;
    const least = this.isRest(value, going) ? Math.max(lo, 1) : lo;
    this.syms.set(own, { ...ANY, lo: clampLow(least), hi: clampHigh(hi), below: known, origin, owner });
    this.store.set(place, symbol(own));
    this.merged.push([going, own, sole === going]);
  }

  /** Some length less a short count: whoever reckons that means what is left, and that is something. */
  private isRest(value: Linear, result: string): boolean {
    const falls = value.terms.some(([s, n]) => s === result && n === -1);
    return falls && value.terms.length > 1 && this.sym(result).part === 'short';
  }

  /** Bounds of a form, by the intervals of its symbols and by what is known of transfer results in it. */
  bounds(form: Linear): [number, number] {
    let [lo, hi] = this.plainBounds(form);
    for (const [name, coefficient] of form.terms) {
      const { equals, below } = this.sym(name);
      if (equals) {
        const [l, h] = this.plainBounds(substitute(form, name, equals));
        [lo, hi] = [Math.max(lo, l), Math.min(hi, h)];
      }
      if (below) {
        const [l, h] = this.plainBounds(substitute(form, name, add(below, constant(-1))));
        if (coefficient > 0) hi = Math.min(hi, h);
        else lo = Math.max(lo, l);
      }
    }
    return [lo, hi];
  }

  private plainBounds(form: Linear): [number, number] {
    let lo = form.c;
    let hi = form.c;
    for (const [name, coefficient] of form.terms) {
      const sym = this.sym(name);
      lo += coefficient > 0 ? coefficient * sym.lo : coefficient * sym.hi;
      hi += coefficient > 0 ? coefficient * sym.hi : coefficient * sym.lo;
    }
    return [lo, hi];
  }

  /** Puts one value in the place of a symbol everywhere. */
  replace(name: string, by: Linear): void {
    for (const [place, value] of [...this.store]) {
      const held = value.k === 'num' ? substitute(value, name, by) : value;
      if (mentions(place, name)) {
        const sole = soleSymbol(by);
        this.store.delete(place);
        if (sole !== null) this.store.set(renamed(place, name, sole), held);
      } else if (held !== value) this.store.set(place, held);
    }
    for (const [other, info] of [...this.syms]) {
      const below = info.below && substitute(info.below, name, by);
      const equals = info.equals && substitute(info.equals, name, by);
      if (below !== info.below || equals !== info.equals) this.syms.set(other, { ...info, below, equals });
    }
    this.syms.delete(name);
  }

  /** Drops a place and all places inside it. */
  clear(place: string): void {
    for (const key of this.store.keys()) if (within(key, place)) this.store.delete(key);
  }

  /** Drops what nothing can reach any more, so that equal states look equal. */
  prune(isLive: (place: Place, text: string) => boolean): void {
    const reached = new Set<string>();
    let later: [string, Place, Value][] = [];
    for (const [text, value] of this.store) {
      const place = this.names.place(text);
      if (place.base !== null && !this.isGiven(place, place.base)) later.push([text, place, value]);
      else if (place.base !== null || isLive(place, text)) hold(place, value, reached);
      else this.store.delete(text);
    }
    // Two steps along pointers are followed; a list behind a list is nobody's question.
    for (let steps = 0; later.length > 0 && steps < 2; steps++) {
      const from = new Set(reached);
      later = later.filter(([, place, value]) => {
        if (!from.has(place.base ?? '')) return true;
        hold(place, value, reached);
        return false;
      });
    }
    for (const [text] of later) this.store.delete(text);
    for (const [name, info] of this.syms) {
      if (!reached.has(name) && !reached.has(masked(name))) this.syms.delete(name);
      else if (
        (info.below ?? info.equals) &&
        !(this.stands(info.below, reached) && this.stands(info.equals, reached))
      ) {
        this.syms.set(name, { ...info, below: null, equals: null });
      }
    }
  }

  /** A member of what the function was given: its callers see what is put there. */
  private isGiven(place: Place, base: string): boolean {
    return !place.isElement && base.startsWith('@') && (this.names.textOf(base)?.startsWith('0:') ?? false);
  }

  private stands(form: Linear | null, reached: ReadonlySet<string>): boolean {
    return form === null || form.terms.every(([name]) => reached.has(name) && this.syms.has(name));
  }

  /**
   * Gives up what matters least, so that paths meet: first elements of arrays and the bounds of plain quantities, then
   * what globals and heap hold, and at last constants of other frames.
   */
  widen(level: 1 | 2 | 3, depth: number): void {
    const quantity = level < 3 ? '@vuc&' : '@vuc&~+';
    for (const [name, sym] of this.syms) {
      if (!quantity.includes(name.charAt(0)) || sym.origin.isKnown) continue;
      // That a pointer is not null is kept longest.
      const not = level < 3 && sym.not.includes(0) ? NOT_NULL : [];
      this.syms.set(name, { ...sym, lo: -Infinity, hi: Infinity, not, below: null, equals: null });
    }
    for (const [text, value] of this.store) {
      const place = this.names.place(text);
      if (text === 'g:errno' || place.isMark || place.isTemporary || value.k === 'set' || value.k === 'addr') continue;
      const fixed = value.k === 'num' && value.terms.length === 0;
      const sole = soleSymbol(value);
      if (sole !== null && !place.isElement && this.sym(sole).origin.isKnown) continue;
      const outside = level > 1 && place.isOutside && !fixed;
      if (place.isElement || outside || (level > 2 && place.depth !== depth && fixed)) this.store.delete(text);
    }
  }

  /** Whether two states know the same. What was just read, and of which nothing was learnt, makes no difference. */
  equals(other: Draft): boolean {
    let more = 0;
    for (const [place, value] of this.store) {
      if (this.isUntold(place, value)) continue;
      const theirs = other.store.get(place);
      if (!theirs || !same(value, theirs)) return false;
      more++;
    }
    for (const [place, value] of other.store) if (!other.isUntold(place, value) && --more < 0) return false;
    for (const [name, sym] of this.syms) {
      if (sym.plain) continue;
      const theirs = other.syms.get(name);
      if (!theirs || theirs.plain || !sameSym(sym, theirs)) return false;
      more++;
    }
    for (const sym of other.syms.values()) if (!sym.plain && --more < 0) return false;
    return more === 0;
  }

  private isUntold(place: string, value: Value): boolean {
    if (place.startsWith('!')) return true;
    const sole = soleSymbol(value);
    if (sole === null) return false;
    const { plain, version } = this.sym(sole);
    if (!plain || !sole.startsWith('@')) return false;
    return this.names.textOf(sole) === (version === null ? place : `${place}~${version}`);
  }
}

const NOT_NULL = [0];

function sameSym(a: Sym, b: Sym): boolean {
  if (a === b) return true;
  return (
    a.lo === b.lo &&
    a.hi === b.hi &&
    a.part === b.part &&
    a.origin.id === b.origin.id &&
    a.not.length === b.not.length &&
    a.not.every((n, i) => n === b.not[i]) &&
    sameForm(a.below, b.below) &&
    sameForm(a.equals, b.equals)
  );
}

/** Adds the symbols that a place's name and its value mention. */
function hold(place: Place, value: Value, into: Set<string>): void {
  for (const name of place.indexes) into.add(name);
  if (value.k === 'num') for (const [name] of value.terms) into.add(name);
  else if (value.k === 'set') for (const name of value.members) into.add(name);
}

/** `&5:x` is bit 0 and 2 of `x`, and lives as long as it. */
function masked(name: string): string {
  return name.startsWith('&') ? name.slice(name.indexOf(':') + 1) : name;
}

/** Bounds that grow with each turn of a loop are cut to their sign, so that loops settle. */
function clampLow(lo: number): number {
  return lo >= 1 ? 1 : lo >= 0 ? 0 : -Infinity;
}

function clampHigh(hi: number): number {
  return hi <= -1 ? -1 : hi <= 0 ? 0 : Infinity;
}
