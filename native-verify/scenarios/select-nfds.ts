// A descriptor in the set of a select whose width does not reach it.
import { loopStage, pairsNamed } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import { unreadOf } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel, Pair } from '../kernel.js';
import { period } from '../libc.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { pairKind } from '../specimen.js';

export default {
  claim: 'select neither watches nor reports a member of its sets that is not below its first argument',
  entry: 'loop',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const length = vary(seed, 1, 512);
  const known = pairKind(specimen.kind, length);
  // Width and number decide, not what the descriptor is.
  const kind = known ?? { value: 'unix' as const, assumed: [`a stream socket stands for the ${specimen.kind}`] };
  const play = (kernel: Kernel, isShort: boolean): Seen => {
    const { ours, peer } = kernel.pair({ kind: kind.value, ours: 'fd', peer: 'peer' });
    kernel.write(peer, message(length));
    kernel.until(() => kernel.unread(ours) >= length);
    const width = isShort ? { number: ours.number, spoken: 'fd' } : { number: ours.number + 1, spoken: 'fd + 1' };
    const { value } = kernel.select(kernel.fdSet([ours]), period(0), width);
    return { silent: value === 0, pending: false, stranded: kernel.unread(ours), cause: isShort, nudged: null };
  };
  return { assumed: kind.assumed, bad: (kernel) => play(kernel, true), good: (kernel) => play(kernel, false) };
}

/** Everybody gets a message, and at last the one that ends the loop; who is not watched keeps his. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'fds[2]']);
  const stop = kernel.pair({ kind: 'unix', ours: 'stop', peer: 'end of stop' });
  const length = trigger ? vary(seed, 8, 128) : 0;
  return loopStage([...pairs, stop], (subject) => watch(kernel, [...pairs, stop], length, subject));
}

async function watch(kernel: Kernel, pairs: readonly Pair[], length: number, subject: Subject): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  let rest = null;
  for (const { peer } of pairs) {
    if (length > 0) kernel.write(peer, message(length));
    rest = await subject.rest();
    if (rest === null) return null;
  }
  if (rest === null) return null;
  const left = pairs.map(({ ours }) => unreadOf(kernel, subject.pid, subject.numberOf(ours)));
  kernel.note(`at rest in ${rest.calls.join(', ')}: unread are ${left.join(', ')}`);
  return {
    silent: rest.waiting,
    pending: rest.pending,
    stranded: left.reduce((sum, bytes) => sum + bytes, 0),
    cause: rest.calls.some((call) => call.includes('select')) && !subject.returned(),
    nudged: null,
  };
}
