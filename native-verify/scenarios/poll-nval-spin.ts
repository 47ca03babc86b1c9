// An entry of a poll array whose descriptor has been closed.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel, Pair } from '../kernel.js';
import type { Acts, Scenario, Stage } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';

export default {
  claim: 'poll returns at once, and at every call, as long as an entry names a closed descriptor',
  entry: 'loop',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

const NOBODY: Descriptor = { number: -1, name: '-1' };

function acts(_specimen: Specimen): Acts {
  const play = (kernel: Kernel, marks: boolean): Seen => {
    const { ours } = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
    kernel.close(ours);
    const entry = marks ? NOBODY : ours;
    const turns = [1, 2, 3].map(() => kernel.poll(entry, 'POLLIN').value);
    const returns = turns.every((value) => value === 1);
    return damage(returns, returns ? 'poll returns at once, again and again' : 'poll has nothing to report');
  };
  return { assumed: [], bad: (kernel) => play(kernel, false), good: (kernel) => play(kernel, true) };
}

/** The first peer hangs up, which makes the function close its descriptor. */
function stage(kernel: Kernel, trigger: boolean): Stage {
  const pairs = ['fds[0]', 'fds[1]', 'fds[2]', 'stop'].map((name) =>
    kernel.pair({ kind: 'unix', ours: name, peer: `peer of ${name}` }),
  );
  return {
    handed: pairs.map(({ ours }) => ours),
    size: 0,
    again: false,
    observe: (subject) => watch(kernel, trigger ? pairs[0] : undefined, subject),
  };
}

async function watch(kernel: Kernel, ends: Pair | undefined, subject: Subject): Promise<Seen | null> {
  if ((await subject.rest()) === null) return null;
  if (ends) kernel.close(ends.peer);
  const spins = await subject.spins();
  return damage(spins, spins ? 'it calls poll again and again and never sleeps' : 'it sleeps, or has ended');
}
