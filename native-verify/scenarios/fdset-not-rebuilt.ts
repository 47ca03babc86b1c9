// A set that is filled once and handed to select again and again, although select writes its answer into it.
import type { Specimen } from '../../analysis/finding.js';
import { unreadOf } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel, Pair } from '../kernel.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { pairKind, readSizes } from '../specimen.js';

export default {
  claim: 'select leaves only the ready members in the set, so a set that is not filled again forgets the others',
  entry: 'loop',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const reads = readSizes(specimen);
  const size = Math.max(...reads.value);
  // What is in the set may be a listener or a timer; what select does to the set is the same for all kinds.
  const known = pairKind(specimen.kind, size);
  const kind = known ?? { value: 'unix' as const, assumed: [`a stream socket stands for the ${specimen.kind}`] };
  const length = vary(seed, 1, Math.min(size, 4096));
  const call = specimen.calls.some((one) => one.call === 'pselect') ? 'pselect' : 'select';
  const play = (kernel: Kernel, rebuilds: boolean): Seen => {
    const pairs = ['a', 'b', 'c'].map((name) => kernel.pair({ kind: kind.value, ours: name, peer: `peer of ${name}` }));
    const watched = pairs.map(({ ours }) => ours);
    const turn = { call, size, length } as const;
    let set = kernel.fdSet(watched);
    serve(kernel, pairs[0], set, turn);
    if (rebuilds) set = rebuilt(kernel, watched);
    const second = pairs[1];
    if (second === undefined) throw new Error('the stage has three members');
    arrive(kernel, second, length);
    return look(kernel, second.ours, set, call);
  };
  return {
    assumed: [...kind.assumed, ...reads.assumed],
    bad: (kernel) => play(kernel, false),
    good: (kernel) => play(kernel, true),
  };
}

interface Turn {
  readonly call: 'select' | 'pselect';
  readonly size: number;
  readonly length: number;
}

/** The first turn of the loop: one member gets a message, select reports it, it is read. */
function serve(kernel: Kernel, first: Pair | undefined, set: Buffer, { call, size, length }: Turn): void {
  if (first === undefined) return;
  arrive(kernel, first, length);
  kernel[call](set);
  kernel.read(first.ours, size);
}

function rebuilt(kernel: Kernel, watched: readonly Descriptor[]): Buffer {
  kernel.note(`FD_ZERO, FD_SET of ${watched.map(({ name }) => name).join(', ')}`);
  return kernel.fdSet(watched);
}

function arrive(kernel: Kernel, { ours, peer }: Pair, length: number): void {
  kernel.write(peer, message(length));
  kernel.until(() => kernel.unread(ours) >= length);
}

/** The second turn: another member has a message. */
function look(kernel: Kernel, fd: Descriptor, set: Buffer, call: Turn['call']): Seen {
  const cause = !kernel.members(set).some(({ number }) => number === fd.number);
  const silent = kernel[call](set).value === 0;
  return { silent, pending: false, stranded: kernel.unread(fd), cause, nudged: null };
}

/** The first message is for one member; the trigger is a message for another one after select has answered. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pairs = ['fds[0]', 'fds[1]', 'fds[2]'].map((name) =>
    kernel.pair({ kind: 'unix', ours: name, peer: `peer of ${name}` }),
  );
  const stop = kernel.pair({ kind: 'unix', ours: 'stop', peer: 'end of stop' });
  const length = vary(seed, 8, 128);
  for (const first of pairs.slice(0, 1)) arrive(kernel, first, length);
  return {
    handed: [...pairs.map(({ ours }) => ours), stop.ours],
    size: 0,
    again: false,
    observe: (subject) => watch(kernel, pairs, trigger ? length : 0, subject),
  };
}

async function watch(kernel: Kernel, pairs: readonly Pair[], second: number, subject: Subject): Promise<Seen | null> {
  const unread = (): readonly number[] =>
    pairs.map(({ ours }) => unreadOf(kernel, subject.pid, subject.numberOf(ours)));
  if ((await subject.rest()) === null) return null;
  kernel.note(`at rest after the first message: unread are ${unread().join(', ')}`);
  for (const { peer } of pairs.slice(1)) if (second > 0) kernel.write(peer, message(second));
  const rest = await subject.rest();
  if (rest === null) return null;
  const left = unread();
  kernel.note(`at rest in ${rest.calls.join(', ')}: unread are ${left.join(', ')}`);
  const inSelect = rest.calls.some((call) => call.includes('select'));
  const stranded = left.reduce((sum, bytes) => sum + bytes, 0);
  return {
    silent: rest.waiting,
    pending: rest.pending,
    stranded,
    cause: inSelect && !subject.returned(),
    nudged: null,
  };
}
