// A wait that is told of more room than its array has, with more descriptors ready than fit.
import type { Specimen } from '../../analysis/finding.js';
import type { Subject } from '../driver/subject.js';
import type { Kernel } from '../kernel.js';
import type { Acts, Refusal, Scenario, Stage } from '../scenario.js';
import { message, vary } from '../scenario.js';
import { damage, damaged, type Seen } from '../seen.js';
import { linux } from '../libc.js';

export default {
  claim: 'the kernel fills as many entries as it is told of, and writes over what lies behind a shorter array',
  entry: 'loop',
  sanitizer: 'address',
  acts,
  stage,
  relation: damaged,
} as const satisfies Scenario;

/** More descriptors than this are not opened to show it. */
const most = 512;
/** What lies behind the array before the call. */
const untouched = 0x5a;

function acts(specimen: Specimen, seed: number): Acts | Refusal {
  const elements = specimen.calls.find(({ call }) => call === 'array')?.size ?? 4;
  const told = specimen.calls.find(({ call }) => call !== 'array')?.size ?? elements * 16;
  if (elements + 8 > most)
    return { refused: `an array of ${elements} events takes more descriptors than are opened here` };
  const ready = elements + vary(seed, 1, 8);
  const assumed = [`${ready} descriptors are ready at once`];
  if (specimen.calls.length === 0) assumed.push(`an array of ${elements} events, and a call that is told of ${told}`);
  return {
    assumed,
    bad: (kernel) => play(kernel, ready, elements, told),
    good: (kernel) => play(kernel, ready, elements, elements),
  };
}

function play(kernel: Kernel, ready: number, elements: number, told: number): Seen {
  const ep = kernel.epollCreate();
  kernel.note(`${ready} eventfds that are not zero are added to it with EPOLLIN`);
  kernel.quietly(() => {
    for (let at = 0; at < ready; at += 1) {
      const fd = kernel.eventfd(`eventfd ${at}`);
      kernel.write(fd, one);
      kernel.epollCtl(ep, 'ADD', fd, 'EPOLLIN');
    }
  });
  const array = linux.EPOLL_EVENT_BYTES * elements;
  const memory = Buffer.alloc(Math.max(array, linux.EPOLL_EVENT_BYTES * told), untouched);
  const { length } = kernel.quietly(() => kernel.epollWait(ep, 0, told, memory));
  kernel.note(`epoll_wait(ep, array of ${elements}, ${told}, 0) = ${length}`);
  const written = memory.subarray(array).filter((byte) => byte !== untouched).length;
  return damage(written > 0, written > 0 ? `${written} bytes behind the array are overwritten` : nothing);
}

const nothing = 'nothing behind the array is touched';
const one = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]);

/** The trigger: more descriptors are readable than any small array has entries. */
function stage(kernel: Kernel, trigger: boolean, seed: number): Stage {
  const pairs = Array.from({ length: 24 }, (_, at) =>
    kernel.pair({ kind: 'unix', ours: `fds[${at}]`, peer: `peer of fds[${at}]` }),
  );
  const stop = kernel.pair({ kind: 'unix', ours: 'stop', peer: 'end of stop' });
  const readable = trigger ? pairs : pairs.slice(0, 1);
  kernel.quietly(() => {
    for (const { peer } of readable) kernel.write(peer, message(vary(seed, 8, 64)));
  });
  kernel.note(`${readable.length} of fds have a message`);
  return {
    handed: [...pairs.map(({ ours }) => ours), stop.ours],
    size: 0,
    again: false,
    observe: (subject) => watch(kernel, subject),
  };
}

async function watch(kernel: Kernel, subject: Subject): Promise<Seen> {
  await subject.ended();
  const found = subject.sanitized();
  kernel.note(`the address sanitizer ${found === null ? 'is silent' : `reports ${found}`}`);
  return damage(found !== null, found === null ? nothing : `the address sanitizer reports a ${found}`);
}
