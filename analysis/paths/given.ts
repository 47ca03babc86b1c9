// What a call is given for an argument: its bounds there, or those in each caller where it is a parameter that nothing has touched.
import type { CallSite } from '../bind/flows.js';
import type { Entries } from './entry.js';
import { evaluate } from './evaluate.js';
import { scopeOf, type Guide } from './guide.js';
import { soleSymbol } from './value.js';

export interface Given {
  /** Bounds of the number, both included. */
  readonly lo: number;
  readonly hi: number;
  /** The calls through which it comes, the innermost first. */
  readonly through: readonly CallSite[];
}

/** Callers of callers that are looked at. */
const HEIGHT = 3;

/** One for each way on which the number comes; empty where control never gets to the call. */
export function givenTo(
  site: CallSite,
  position: number,
  guide: Guide,
  entries: Entries,
  height = HEIGHT,
): readonly Given[] {
  const arg = site.call.args[position];
  const draft = arg && entries.before(site.fn, site.at);
  if (!draft) return [];
  const value = evaluate(arg, draft, scopeOf(site.fn, guide));
  const [lo, hi] = value.k === 'num' ? draft.bounds(value) : [-Infinity, Infinity];
  const sole = soleSymbol(value);
  const name = sole === null ? null : /^0:(\w+)$/.exec(entries.names.textOf(sole) ?? '')?.[1];
  const parameter = site.fn.facts.parameters.findIndex((one) => one.name === name);
  const callers =
    height === 0 || parameter < 0 ? [] : guide.bindings.callersOf(site.fn).filter((one) => !one.isHandedOver);
  if (callers.length === 0) return [{ lo, hi, through: [site] }];
  return callers.flatMap((caller) =>
    givenTo(caller.site, parameter, guide, entries, height - 1).map((given) => ({
      lo: Math.max(lo, given.lo),
      hi: Math.min(hi, given.hi),
      through: [site, ...given.through],
    })),
  );
}
