// Where a value may come from, as calls that make descriptors. The answer is looked for when somebody needs it: most values are
// no descriptors, and nobody ever asks.
import type { Site } from './site.js';

export class Origin {
  private found: readonly Site[] | null = null;

  /** Equal ids mean the same answer. */
  constructor(
    readonly id: string,
    private readonly find: () => readonly Site[],
  ) {}

  get sites(): readonly Site[] {
    this.found ??= this.find();
    return this.found;
  }

  /** Somebody has asked, and it is a descriptor. */
  get isKnown(): boolean {
    return this.found !== null && this.found.length > 0;
  }
}

export const NOWHERE = new Origin('', () => []);

export function among(sites: readonly Site[]): Origin {
  return sites.length === 0 ? NOWHERE : new Origin(`[${sites.map((site) => site.id).join()}]`, () => sites);
}

/** From one or the other. */
export function either(a: Origin, b: Origin): Origin {
  if (a === b || b === NOWHERE || a.id === b.id) return a;
  if (a === NOWHERE) return b;
  const parts = [...new Set([...a.id.split('|'), ...b.id.split('|')])].sort();
  if (parts.length === a.id.split('|').length) return a;
  return new Origin(parts.join('|'), () => [...new Set([...a.sites, ...b.sites])]);
}
