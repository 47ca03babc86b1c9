// An edge-triggered descriptor that is read once although more than one buffer has arrived.
import type { Specimen } from '../../analysis/finding.js';
import { hexadecimal, isEdgeForInput, registeredMasks, restAnswered, unreadOf } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel, Pair, PairKind } from '../kernel.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { maskOf, nonblockingAssumed, pairKind, readSizes } from '../specimen.js';

export default {
  claim: 'bytes left unread behind an edge raise no second event; they move only when more bytes arrive',
  entry: 'handler',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

interface Numbers {
  readonly kind: PairKind;
  readonly mask: string;
  readonly reads: readonly number[];
  readonly burst: number;
}

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const reads = readSizes(specimen);
  const sum = reads.value.reduce((total, size) => total + size, 0);
  const kind = pairKind(specimen.kind, sum);
  if (kind === null) return { refused: `no pair of descriptors stands for the kind ${specimen.kind}` };
  const mask = maskOf(specimen, 'EPOLLIN|EPOLLET');
  const numbers = {
    kind: kind.value,
    mask: mask.value,
    reads: reads.value,
    burst: sum + vary(seed, 1, 1 + (sum >> 2)),
  };
  return {
    assumed: [...kind.assumed, ...mask.assumed, ...reads.assumed, ...nonblockingAssumed(specimen)],
    bad: (kernel) => play(kernel, numbers, readAsFound),
    good: (kernel) => play(kernel, numbers, readUntilEagain),
  };
}

function play(
  kernel: Kernel,
  numbers: Numbers,
  read: (kernel: Kernel, fd: Descriptor, numbers: Numbers) => void,
): Seen {
  const pair = kernel.pair({ kind: numbers.kind, ours: 'conn', peer: 'peer' });
  const ep = kernel.epollCreate();
  kernel.epollCtl(ep, 'ADD', pair.ours, numbers.mask);
  arrive(kernel, pair, numbers);
  kernel.epollWait(ep);
  read(kernel, pair.ours, numbers);
  return look(kernel, ep, pair);
}

/** More than one buffer, all of it there before the program is told. */
function arrive(kernel: Kernel, { ours, peer }: Pair, { kind, burst, reads }: Numbers): void {
  if (kind === 'tcp' || kind === 'unix' || kind === 'pipe') {
    const sent = kernel.write(peer, message(burst)).value;
    if (sent < burst) throw new Error(`a burst of ${burst} bytes does not fit the buffers of this kernel`);
    kernel.until(() => kernel.unread(ours) === burst);
    return;
  }
  // These keep message boundaries: one read takes one message, however large the buffer is.
  const size = Math.min(100, reads[0] ?? 100);
  for (let sent = 0; sent <= reads.length; sent += 1) kernel.write(peer, message(size));
}

function readAsFound(kernel: Kernel, fd: Descriptor, { reads }: Numbers): void {
  for (const size of reads) kernel.read(fd, size);
}

function readUntilEagain(kernel: Kernel, fd: Descriptor, { reads }: Numbers): void {
  const size = reads.at(-1) ?? 1;
  while (kernel.read(fd, size).value > 0);
}

/** Control is back at the wait; then one more byte shows that the old ones could have been had. */
function look(kernel: Kernel, ep: Descriptor, { ours, peer }: Pair): Seen {
  const silent = kernel.epollWait(ep).length === 0;
  const stranded = kernel.unread(ours);
  if (!silent || stranded === 0) return { silent, pending: false, stranded, cause: true, nudged: null };
  kernel.write(peer, message(1));
  kernel.until(() => kernel.unread(ours) > stranded);
  return { silent, pending: false, stranded, cause: true, nudged: kernel.epollWait(ep, 5).length > 0 };
}

/** The buffer of a compiled function; a burst is far more, so that a budget of a few dozen reads ends as well. */
const bufferSize = 512;

function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  const burst = trigger ? 32_768 + vary(seed, 1, 4096) : vary(seed, 8, 128);
  // All of it is there before the function runs: which reads and waits it meets does not depend on our timing.
  if (kernel.write(pair.peer, message(burst)).value < burst) throw new Error('the burst does not fit the socket');
  return {
    handed: [pair.ours],
    size: bufferSize,
    again: true,
    observe: (subject) => watch(kernel, pair, subject),
  };
}

async function watch(kernel: Kernel, { ours, peer }: Pair, subject: Subject): Promise<Seen | null> {
  const rest = await restAnswered(kernel, peer, subject);
  if (rest === null) return null;
  const fd = subject.numberOf(ours);
  const masks = registeredMasks(subject.pid, fd);
  const stranded = unreadOf(kernel, subject.pid, fd);
  kernel.note(`at rest in ${rest.calls.join(', ')}: fd is registered ${hexadecimal(masks)}, ${stranded} unread`);
  const seen = {
    silent: rest.waiting,
    pending: rest.pending,
    stranded,
    cause: masks.some(isEdgeForInput),
    nudged: null,
  };
  if (strandedInSilence(seen) === 'not') return seen;
  kernel.write(peer, message(1));
  await restAnswered(kernel, peer, subject);
  const after = unreadOf(kernel, subject.pid, fd);
  kernel.note(`at rest again: ${after} unread`);
  return { ...seen, nudged: after < stranded + 1 };
}
