// A nonblocking write that takes a part of the message, whose rest is forgotten.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel, Pair } from '../kernel.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { nonblockingAssumed, writeSize } from '../specimen.js';

export default {
  claim: 'a nonblocking write takes what fits and says so; what the program does not hand over again never arrives',
  entry: 'handler',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

function acts(specimen: Specimen): Acts | Refusal {
  if (specimen.nonblocking === false)
    return { refused: 'the descriptor blocks, and no signal arrives in this scenario' };
  const kind = streamKinds.find(([name]) => name === specimen.kind);
  if (kind === undefined) return { refused: `a write to a descriptor of the kind ${specimen.kind} is all or nothing` };
  const size = writeSize(specimen);
  const stage = (kernel: Kernel): Pair => kernel.pair({ kind: kind[1], ours: 'conn', peer: 'peer', outward: true });
  const unknown = specimen.kind === 'unknown' ? ['the descriptor is a stream socket'] : [];
  return {
    assumed: [
      ...unknown,
      ...size.assumed,
      ...nonblockingAssumed(specimen),
      'the peer reads slower than the program writes',
    ],
    bad: (kernel) => play(kernel, stage(kernel), size.value, forget),
    good: (kernel) => play(kernel, stage(kernel), size.value, keep),
  };
}

// How much a TCP connection takes depends on the tuning of the moment; an AF_UNIX stream takes the same each time.
const streamKinds = [
  ['stream', 'unix'],
  ['unknown', 'unix'],
  ['pipe', 'pipe'],
] as const;

/** What the program still has in hand after a message, and what the peer has read meanwhile. */
type Rest = (kernel: Kernel, pair: Pair, left: number) => number;

function play(kernel: Kernel, pair: Pair, size: number, rest: Rest): Seen {
  const { sent, left } = sendUntilShort(kernel, pair.ours, size);
  let arrived = rest(kernel, pair, left);
  arrived += drain(kernel, pair.peer);
  const expected = sent + left;
  kernel.note(`the peer has read ${arrived} of ${expected} bytes and finds nothing more`);
  return {
    silent: kernel.poll(pair.peer, 'POLLIN').value === 0,
    pending: false,
    stranded: expected - arrived,
    cause: left > 0,
    nudged: null,
  };
}

/** One message after the other, as a busy connection does, until one of them does not fit. */
function sendUntilShort(
  kernel: Kernel,
  fd: Descriptor,
  size: number,
): { readonly sent: number; readonly left: number } {
  const bytes = message(size);
  let sent = 0;
  for (let messages = 0; messages < 1_000_000; messages += 1) {
    const { value } = kernel.quietly(() => kernel.write(fd, bytes));
    const taken = Math.max(value, 0);
    sent += taken;
    if (taken === size) continue;
    if (messages > 0) kernel.note(`write(${fd.name}, ${size}) = ${size}, ${messages} times`);
    kernel.note(`write(${fd.name}, ${size}) = ${value < 0 ? '-1 EAGAIN' : String(value)}`);
    return { sent, left: size - taken };
  }
  throw new Error('the connection took a million messages without a short write');
}

function forget(kernel: Kernel, _pair: Pair, left: number): number {
  kernel.note(`the program goes back to its wait without the other ${left} bytes`);
  return 0;
}

/** The rest is kept, and written on whenever the peer has made room. */
function keep(kernel: Kernel, { ours, peer }: Pair, left: number): number {
  const ep = kernel.epollCreate();
  kernel.epollCtl(ep, 'ADD', ours, 'EPOLLOUT');
  let arrived = 0;
  let kept = left;
  for (let turn = 0; kept > 0 && turn < 100_000; turn += 1) {
    arrived += drain(kernel, peer);
    kernel.epollWait(ep, 5);
    kept -= Math.max(kernel.write(ours, message(kept)).value, 0);
  }
  return arrived;
}

function drain(kernel: Kernel, peer: Descriptor): number {
  let total = 0;
  kernel.quietly(() => {
    for (let got = kernel.read(peer, 1 << 16).value; got > 0; got = kernel.read(peer, 1 << 16).value) total += got;
  });
  kernel.note(`the peer reads until EAGAIN: ${total} bytes`);
  return total;
}

/** Several times what the socket takes, or a message that fits it. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  const size = trigger ? (1 << 20) + vary(seed, 1, 1 << 16) : vary(seed, 512, 4096);
  kernel.note(`the function is handed a message of ${size} bytes`);
  return { handed: [pair.ours], size, again: false, observe: (subject) => watch(kernel, pair.peer, size, subject) };
}

/** The peer reads only while the process is at rest, so that it is slow for certain, and until nothing more comes. */
async function watch(kernel: Kernel, peer: Descriptor, size: number, subject: Subject): Promise<Seen | null> {
  let arrived = 0;
  for (let turn = 0; turn < 1000; turn += 1) {
    const rest = await subject.rest();
    if (rest === null) return null;
    const got = kernel.quietly(() => drain(kernel, peer));
    arrived += got;
    if (got > 0) continue;
    const where = subject.returned() ? 'the function has returned' : `at rest in ${rest.calls.join(', ')}`;
    kernel.note(`${where}: the peer has read ${arrived} of ${size} bytes and finds nothing more`);
    return {
      silent: rest.waiting,
      pending: rest.pending,
      stranded: Math.max(0, size - arrived),
      cause: true,
      nudged: null,
    };
  }
  return null;
}
