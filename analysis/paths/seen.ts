// States that a search has met, by the place where it met them: what is met again leads nowhere new.
import type { Frame } from './evaluate.js';
import type { Draft } from './state.js';

export class Seen {
  private readonly meetings = new Map<string, Map<string, Meeting[]>>();

  /** At an operation of an activation; with a chain, as it was come to through these callers. */
  at({ context }: Frame, at: number, chain = ''): Meeting {
    let chains = this.meetings.get(context);
    if (!chains) this.meetings.set(context, (chains = new Map<string, Meeting[]>()));
    let meetings = chains.get(chain);
    if (!meetings) chains.set(chain, (meetings = []));
    return (meetings[at] ??= new Meeting());
  }
}

export class Meeting {
  private readonly states: { readonly draft: Draft; readonly key: string }[] = [];

  get count(): number {
    return this.states.length;
  }

  /** Whether a state is new here, with what else is told apart by a key. It is kept: who goes on from it takes a copy. */
  isNew(draft: Draft, key = ''): boolean {
    if (this.states.some((state) => state.key === key && state.draft.equals(draft))) return false;
    this.states.push({ draft, key });
    return true;
  }
}
