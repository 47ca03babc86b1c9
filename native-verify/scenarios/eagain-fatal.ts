// A connection that is closed, or a process that ends, for EAGAIN: the peer is alive and is cut off.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel, Pair } from '../kernel.js';
import type { Acts, Refusal, Scenario, Stage } from '../scenario.js';
import { message, vary } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';
import { nonblockingAssumed, pairKind, readSizes, writeSize } from '../specimen.js';

export default {
  claim: 'a nonblocking call that fails with EAGAIN says nothing about the connection: its peer is alive and can go on',
  entry: 'handler',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const writes = specimen.calls.some(({ call }) => /^(?:write|send)/u.test(call));
  const size = writes ? writeSize(specimen) : readSizes(specimen);
  const bytes = typeof size.value === 'number' ? size.value : (size.value[0] ?? 1);
  const kind = pairKind(specimen.kind, bytes);
  if (kind === null || kind.value === 'pipe' || kind.value === 'packet-pipe')
    return { refused: `no pair of sockets stands for the kind ${specimen.kind}` };
  const stage = (kernel: Kernel): Pair =>
    kernel.pair({ kind: writes ? 'unix' : kind.value, ours: 'conn', peer: 'peer', outward: writes });
  const fail = writes ? writeUntilFull : readUntilEmpty;
  const play = (kernel: Kernel, closes: boolean): Seen => {
    const pair = stage(kernel);
    fail(kernel, pair, bytes, seed);
    if (closes) kernel.close(pair.ours);
    return cutOff(kernel, pair);
  };
  return {
    assumed: [...kind.assumed, ...size.assumed, ...nonblockingAssumed(specimen)],
    bad: (kernel) => play(kernel, true),
    good: (kernel) => play(kernel, false),
  };
}

function readUntilEmpty(kernel: Kernel, { ours, peer }: Pair, size: number, seed: number): void {
  kernel.write(peer, message(vary(seed, 1, 100)));
  kernel.until(() => kernel.unread(ours) > 0);
  while (kernel.read(ours, size).value > 0);
}

function writeUntilFull(kernel: Kernel, { ours }: Pair, size: number): void {
  const bytes = message(size);
  kernel.quietly(() => {
    for (let messages = 0; messages < 1_000_000; messages += 1) if (kernel.write(ours, bytes).value < 0) return;
  });
  kernel.note(`write(conn, ${size}) until it fails with EAGAIN`);
}

/** What the peer finds when it has read all that was sent to it: the connection, or its end. */
function cutOff(kernel: Kernel, { peer }: Pair): Seen {
  const last = kernel.quietly(() => {
    for (;;) {
      const outcome = kernel.read(peer, 1 << 16);
      if (outcome.value <= 0) return outcome;
    }
  });
  // What was not read when the other side closed makes a reset of the end.
  const isOver = last.error !== 'EAGAIN';
  return damage(isOver, isOver ? 'the peer finds the end of its connection' : 'the peer finds its connection open');
}

/** A live peer that has sent something and does not read; or one that has sent its last, and a message that has room. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pair = kernel.pair({ kind: 'unix', ours: 'fd', peer: 'peer' });
  // A header, behind which nothing comes for now.
  kernel.write(pair.peer, message(4));
  if (!trigger) kernel.shutdown(pair.peer);
  return {
    handed: [pair.ours],
    size: trigger ? 1 << 20 : vary(seed, 256, 1024),
    again: false,
    observe: (subject) => watch(kernel, pair, trigger, subject),
  };
}

async function watch(kernel: Kernel, pair: Pair, alive: boolean, subject: Subject): Promise<Seen | null> {
  const ended = await subject.ended();
  if (ended !== null) kernel.note(ended);
  const seen = cutOff(kernel, pair);
  return alive ? seen : damage(false, 'the peer has said that nothing more comes, and may be let go');
}
