// A decision by `events` after poll, where only `revents` tells who is ready.
import { loopStage, pairsNamed, sleepsInRead } from '../driver/loop.js';
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel, Pair } from '../kernel.js';
import { message, vary, type Acts, type Scenario, type Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'poll leaves what was asked for as it was, so that an idle descriptor looks as ready by it as any other one',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, looks: boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
    const asked = 'POLLIN';
    const { revents } = kernel.poll(ours, asked);
    const mask = looks ? revents : asked;
    kernel.note(`${looks ? 'revents' : 'events'} decides`);
    if (!mask.split('|').includes('POLLIN')) return damage(false, 'the idle descriptor is passed over');
    const { error } = kernel.recv(ours, 1, 'MSG_DONTWAIT');
    return damage(error === 'EAGAIN', 'there is nothing to read: without O_NONBLOCK the read sleeps');
  };
  return {
    assumed: ['the descriptor is blocking'],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

/** The last of the blocking descriptors gets a message; in the control nothing happens. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pairs = pairsNamed(kernel, ['fds[0]', 'fds[1]', 'stop']);
  for (const { ours } of pairs) kernel.setNonblocking(ours, false);
  const length = vary(seed, 8, 128);
  const told = trigger ? pairs[1] : undefined;
  return loopStage(pairs, (subject) => watch(kernel, told, length, subject));
}

async function watch(kernel: Kernel, told: Pair | undefined, length: number, subject: Subject): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  if (told) kernel.write(told.peer, message(length));
  const rest = await subject.rest();
  if (rest === null) return null;
  const sleeps = sleepsInRead(rest);
  return damage(sleeps, `it sleeps in ${rest.calls.join(', ')}`, rest.pending && sleeps);
}
