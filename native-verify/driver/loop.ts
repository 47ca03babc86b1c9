// Stages and looks of scenarios whose function is a loop over several descriptors, the last of which ends it.
import type { Kernel, Pair, PairKind } from '../kernel.js';
import type { Stage } from '../scenario.js';
import { damage, type Seen } from '../seen.js';
import type { Rest } from './rest.js';
import type { Subject } from './subject.js';

/** A pair for each of the names, which the function's ends have; what their peers are called is said before `of`. */
export function pairsNamed(kernel: Kernel, names: readonly string[], kind: PairKind = 'unix', peer = 'peer'): Pair[] {
  return names.map((name) => kernel.pair({ kind, ours: name, peer: `${peer} of ${name}` }));
}

/** The loop gets our ends, and is called once. */
export function loopStage(pairs: readonly Pair[], observe: Stage['observe']): Stage {
  return { handed: pairs.map(({ ours }) => ours), size: 0, again: false, observe };
}

/** Once the process is at rest one peer closes, or in the control none; null where it does not come to rest. */
export async function closedAtRest(kernel: Kernel, ends: Pair | undefined, subject: Subject): Promise<Rest | null> {
  const rest = await subject.rest();
  if (rest !== null && ends) kernel.close(ends.peer);
  return rest;
}

/** The process calls its wait again and again once a peer has closed. */
export async function spinsAfterClose(
  kernel: Kernel,
  ends: Pair | undefined,
  subject: Subject,
  call: string,
): Promise<Seen | null> {
  if ((await closedAtRest(kernel, ends, subject)) === null) return null;
  const spins = await subject.spins();
  return damage(spins, spins ? `it calls ${call} again and again and never sleeps` : 'it sleeps, or has ended');
}

/** It waits for input elsewhere than in its wait. */
export function sleepsInRead({ calls }: Rest): boolean {
  return calls.some((call) => call === 'read' || call === 'recvfrom');
}
