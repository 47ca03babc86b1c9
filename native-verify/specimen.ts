// What a scenario takes from a specimen: sizes, kinds and masks, and a sentence for each that had to be assumed.
import type { DescriptorKind, Specimen, SpecimenCall } from '../analysis/finding.js';
import type { PairKind } from './kernel.js';

export interface Taken<T> {
  readonly value: T;
  readonly assumed: readonly string[];
}

const reading = ['read', 'recv', 'recvfrom', 'recvmsg', 'readv'];
const writing = ['write', 'send', 'sendto', 'sendmsg', 'writev'];

/** The sizes of the reads in program order; at least one. */
export function readSizes(specimen: Specimen): Taken<readonly number[]> {
  return sizes(callsOf(specimen, reading), 'read', 4096);
}

/** The size of the write that may be short. */
export function writeSize(specimen: Specimen): Taken<number> {
  const taken = sizes(callsOf(specimen, writing).slice(0, 1), 'write', 1 << 20);
  return { value: taken.value[0] ?? 1 << 20, assumed: taken.assumed };
}

/** The registered mask; with the bits that the rule speaks of where the source does not tell. */
export function maskOf(specimen: Specimen, usual: string): Taken<string> {
  if (specimen.mask !== null && specimen.mask !== '') return { value: specimen.mask, assumed: [] };
  return { value: usual, assumed: [`the mask is ${usual}`] };
}

/** A pair of descriptors that behaves as the finding's descriptor does; null where no pair does. */
export function pairKind(kind: DescriptorKind, size: number): Taken<PairKind> | null {
  switch (kind) {
    case 'stream':
      return { value: streamFor(size), assumed: [] };
    case 'unknown':
      return { value: streamFor(size), assumed: ['the descriptor is a stream socket'] };
    case 'pipe':
    case 'packet-pipe':
    case 'datagram':
    case 'seqpacket':
      return { value: kind, assumed: [] };
    default:
      return null;
  }
}

export function nonblockingAssumed(specimen: Specimen): readonly string[] {
  return specimen.nonblocking === null ? ['the descriptor is nonblocking'] : [];
}

// The first window of a TCP connection is 64 KiB; a larger burst arrives in pieces, each with an edge of its own.
function streamFor(size: number): PairKind {
  return size <= 16_384 ? 'tcp' : 'unix';
}

function callsOf(specimen: Specimen, family: readonly string[]): readonly SpecimenCall[] {
  const known = specimen.calls.filter(({ call }) => family.includes(call));
  if (known.length > 0) return known;
  // A wrapper of the project transfers under a name of its own; its size is the best there is.
  return specimen.calls.filter(
    ({ call, size }) => size !== null && !/^(?:epoll|poll|p?select|ppoll|accept|ctl)/u.test(call),
  );
}

function sizes(calls: readonly SpecimenCall[], verb: string, fallback: number): Taken<readonly number[]> {
  const assumed: string[] = [];
  if (calls.length === 0) assumed.push(`one ${verb} of ${fallback} bytes`);
  const value = calls.map(({ call, size, loops }) => {
    if (loops) assumed.push(`the loop around ${call} is left after its first turn`);
    if (size !== null && size > 0) return size;
    assumed.push(`the size of ${call} is ${fallback}`);
    return fallback;
  });
  return { value: value.length === 0 ? [fallback] : value, assumed };
}
