// An edge-triggered listener of which one connection is accepted although several are queued.
import type { Specimen } from '../../analysis/finding.js';
import { acceptQueueOf, hexadecimal, isEdgeForInput, registeredMasks } from '../driver/look.js';
import type { Subject } from '../driver/subject.js';
import type { Descriptor, Kernel } from '../kernel.js';
import { message, vary, type Acts, type Refusal, type Scenario, type Stage } from '../scenario.js';
import { strandedInSilence, type Seen } from '../seen.js';
import { maskOf, nonblockingAssumed } from '../specimen.js';

export default {
  claim: 'connections queued behind one edge of a listener are not reported again; they wait for the next client',
  entry: 'server',
  acts,
  stage,
  relation: strandedInSilence,
} as const satisfies Scenario;

interface Numbers {
  readonly mask: string;
  readonly accepts: number;
  readonly clients: number;
}

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  if (specimen.kind !== 'listener' && specimen.kind !== 'unknown') {
    return { refused: `a descriptor of the kind ${specimen.kind} has no accept queue` };
  }
  const mask = maskOf(specimen, 'EPOLLIN|EPOLLET');
  const accepts = Math.max(1, specimen.calls.filter(({ call }) => call.startsWith('accept')).length);
  const numbers = { mask: mask.value, accepts, clients: accepts + vary(seed, 2, 5) };
  const kind = specimen.kind === 'unknown' ? ['the descriptor is a listener'] : [];
  return {
    assumed: [...kind, ...mask.assumed, ...nonblockingAssumed(specimen)],
    bad: (kernel) => play(kernel, numbers, numbers.accepts),
    good: (kernel) => play(kernel, numbers, Infinity),
  };
}

function play(kernel: Kernel, { mask, clients }: Numbers, accepts: number): Seen {
  const listener = kernel.listener();
  const ep = kernel.epollCreate();
  kernel.epollCtl(ep, 'ADD', listener, mask);
  for (let client = 1; client <= clients; client += 1) kernel.connectTo(listener, `client ${client}`);
  kernel.until(() => kernel.acceptQueue(listener) === clients);
  kernel.epollWait(ep);
  for (let taken = 0; taken < accepts && 'name' in kernel.accept(listener, `connection ${taken + 1}`); taken += 1);
  return look(kernel, ep, listener);
}

function look(kernel: Kernel, ep: Descriptor, listener: Descriptor): Seen {
  const silent = kernel.epollWait(ep).length === 0;
  const stranded = kernel.acceptQueue(listener);
  if (!silent || stranded === 0) return { silent, pending: false, stranded, cause: true, nudged: null };
  kernel.connectTo(listener, 'one more client');
  kernel.until(() => kernel.acceptQueue(listener) > stranded);
  return { silent, pending: false, stranded, cause: true, nudged: kernel.epollWait(ep, 5).length > 0 };
}

/** Clients that are connected, and have said a line, before the function runs; more than a small budget of accepts. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const listener = kernel.listener();
  const stop = kernel.pair({ kind: 'unix', ours: 'stop', peer: 'end of stop' });
  const clients = trigger ? vary(seed, 20, 28) : 1;
  for (let client = 1; client <= clients; client += 1) join(kernel, listener, `client ${client}`);
  if (!kernel.until(() => kernel.acceptQueue(listener) === clients)) throw new Error('the clients do not arrive');
  // The nudge needs the address at a time when the listener is no longer ours.
  const address = kernel.addressOf(listener);
  return {
    handed: [listener, stop.ours],
    size: 0,
    again: false,
    observe: (subject) => watch(kernel, { listener, address }, subject),
  };
}

function join(kernel: Kernel, to: Descriptor | Buffer, name: string): void {
  const client = kernel.connectTo(to, name);
  kernel.quietly(() => kernel.write(client, message(16)));
  // Once its bytes are acknowledged, the connection is in the queue for certain.
  kernel.until(() => kernel.unsent(client) === 0);
}

interface Door {
  readonly listener: Descriptor;
  readonly address: Buffer;
}

async function watch(kernel: Kernel, { listener, address }: Door, subject: Subject): Promise<Seen | null> {
  const rest = await subject.rest();
  if (rest === null) return null;
  const fd = subject.numberOf(listener);
  const masks = registeredMasks(subject.pid, fd);
  const stranded = acceptQueueOf(kernel, subject.pid, fd);
  const state = `listener is registered ${hexadecimal(masks)}, accept queue = ${stranded}`;
  kernel.note(`at rest in ${rest.calls.join(', ')}: ${state}`);
  const silent = rest.waiting && !subject.returned();
  const seen = { silent, pending: rest.pending, stranded, cause: masks.some(isEdgeForInput), nudged: null };
  if (strandedInSilence(seen) === 'not') return seen;
  join(kernel, address, 'one more client');
  await subject.rest();
  const after = acceptQueueOf(kernel, subject.pid, fd);
  kernel.note(`at rest again: accept queue = ${after}`);
  return { ...seen, nudged: after < stranded + 1 };
}
