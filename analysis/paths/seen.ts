// States that a search has met at a place: what is met again leads nowhere new.
import type { Draft } from './state.js';

export class Seen {
  private readonly states = new Map<string, Draft[]>();

  /** Whether a state is new at a place; a new one is kept there, so who goes on from it takes a copy. */
  isNew(place: string, draft: Draft): boolean {
    const known = this.states.get(place);
    if (!known) this.states.set(place, [draft]);
    else if (known.some((other) => other.equals(draft))) return false;
    else known.push(draft);
    return true;
  }
}
