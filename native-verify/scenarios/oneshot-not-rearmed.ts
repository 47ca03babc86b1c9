// A one-shot registration that was delivered and not armed again.
import type { Specimen } from '../../analysis/finding.js';
import { hexadecimal, isDisarmed, registeredMasks, restAnswered, unreadOf } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel, Pair } from '../kernel.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { maskOf, nonblockingAssumed, pairKind, readSizes } from '../specimen.js';

export default {
  claim: 'after its one event a one-shot entry reports nothing, whatever arrives, until EPOLL_CTL_MOD arms it again',
  entry: 'handler',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const reads = readSizes(specimen);
  const size = Math.max(...reads.value);
  const kind = pairKind(specimen.kind, size);
  if (kind === null) return { refused: `no pair of descriptors stands for the kind ${specimen.kind}` };
  const mask = maskOf(specimen, 'EPOLLIN|EPOLLONESHOT');
  const length = vary(seed, 1, Math.min(size, 4096));
  const play = (kernel: Kernel, rearms: boolean): Seen => {
    const pair = kernel.pair({ kind: kind.value, ours: 'conn', peer: 'peer' });
    const ep = kernel.epollCreate();
    kernel.epollCtl(ep, 'ADD', pair.ours, mask.value);
    arrive(kernel, pair, length);
    kernel.epollWait(ep);
    kernel.read(pair.ours, size);
    if (rearms) kernel.epollCtl(ep, 'MOD', pair.ours, mask.value);
    arrive(kernel, pair, length);
    return look(kernel, ep, pair.ours);
  };
  return {
    assumed: [...kind.assumed, ...mask.assumed, ...reads.assumed, ...nonblockingAssumed(specimen)],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

function arrive(kernel: Kernel, { ours, peer }: Pair, length: number): void {
  kernel.write(peer, message(length));
  kernel.until(() => kernel.unread(ours) >= length);
}

function look(kernel: Kernel, ep: Descriptor, fd: Descriptor): Seen {
  const cause = isDisarmed(Number.parseInt(kernel.registeredMask(ep, fd) ?? '0', 16));
  const silent = kernel.epollWait(ep).length === 0;
  return { silent, pending: false, stranded: kernel.unread(fd), cause, nudged: null };
}

/** The second message is the trigger: it finds the entry armed, or nobody hears of it. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  const length = vary(seed, 8, 128);
  arrive(kernel, pair, length);
  return {
    handed: [pair.ours],
    size: 512,
    again: true,
    observe: (subject) => watch(kernel, pair, trigger ? length : 0, subject),
  };
}

async function watch(kernel: Kernel, { ours, peer }: Pair, second: number, subject: Subject): Promise<Seen | null> {
  if ((await restAnswered(kernel, peer, subject)) === null) return null;
  const fd = subject.numberOf(ours);
  kernel.note(`at rest after the first message: fd is registered ${hexadecimal(registeredMasks(subject.pid, fd))}`);
  if (second > 0) kernel.write(peer, message(second));
  const rest = await restAnswered(kernel, peer, subject);
  if (rest === null) return null;
  const masks = registeredMasks(subject.pid, fd);
  const stranded = unreadOf(kernel, subject.pid, fd);
  kernel.note(`at rest in ${rest.calls.join(', ')}: fd is registered ${hexadecimal(masks)}, ${stranded} unread`);
  return { silent: rest.waiting, pending: rest.pending, stranded, cause: masks.some(isDisarmed), nudged: null };
}
