// System calls on descriptors of our own, each with a readable line of what was asked and answered.
// The kernel owns every descriptor it hands out and closes all of them when the run ends, whatever happened.
import type { Descriptor, Outcome, Pair, PairWish, Ready, Width } from './descriptors.js';
import type { Libc } from './libc.js';
import { errnoName, linux, maskBits, maskNames, milliseconds, period } from './libc.js';
import { registrationsIn, type Registration } from './registrations.js';

export type { Descriptor, Outcome, Pair, PairKind, PairWish, Ready, Width } from './descriptors.js';

/** Runs with a kernel of its own and leaves no descriptor behind. */
export function withKernel<T>(libc: Libc, run: (kernel: Kernel) => T): T {
  const kernel = new Kernel(libc);
  try {
    return run(kernel);
  } finally {
    kernel.closeAll();
  }
}

export class Kernel {
  readonly #libc: Libc;
  readonly #owned = new Map<number, Descriptor>();
  readonly #lines: string[] = [];
  #silent = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  get transcript(): readonly string[] {
    return [...this.#lines];
  }

  /** A line of our own between the calls: a step of the story, or what an assumption is. */
  note(line: string): void {
    if (this.#silent === 0) this.#lines.push(line);
  }

  /** Calls whose lines would drown the story; the caller notes the sum. */
  quietly<T>(run: () => T): T {
    this.#silent += 1;
    try {
      return run();
    } finally {
      this.#silent -= 1;
    }
  }

  closeAll(): void {
    for (const fd of this.#owned.values()) this.#libc.close(fd.number);
    this.#owned.clear();
  }

  close(fd: Descriptor): Outcome {
    this.#owned.delete(fd.number);
    return this.#told(`close(${fd.name})`, this.#libc.close(fd.number));
  }

  /** Says to the other side that nothing more comes; what it sends can still be read. */
  shutdown(fd: Descriptor): Outcome {
    return this.#told(`shutdown(${fd.name}, SHUT_WR)`, this.#libc.shutdown(fd.number, linux.SHUT_WR));
  }

  epollCreate(name = 'ep'): Descriptor {
    return this.#own(name, this.#libc.epollCreate1(linux.O_CLOEXEC), 'epoll_create1(EPOLL_CLOEXEC)');
  }

  /** The older call, with its size: what came of it, since it may be refused. */
  epollCreateSized(size: number, name = 'ep'): Outcome {
    const value = this.#libc.epollCreate(size);
    const outcome = this.#told(`epoll_create(${String(size)})`, value < 0 ? value : 0);
    if (value >= 0) this.#keep(name, value);
    return outcome;
  }

  epollCtl(ep: Descriptor, operation: 'ADD' | 'MOD' | 'DEL', fd: Descriptor, mask: string, data = fd.number): Outcome {
    const event = Buffer.alloc(linux.EPOLL_EVENT_BYTES);
    event.writeUInt32LE(maskBits(mask), 0);
    event.writeBigUInt64LE(BigInt(data), linux.EPOLL_DATA_AT);
    const value = this.#libc.epollCtl(ep.number, linux.EPOLL_CTL[operation], fd.number, event);
    return this.#told(`epoll_ctl(${ep.name}, EPOLL_CTL_${operation}, ${fd.name}, ${mask})`, value);
  }

  epollWait(ep: Descriptor, timeout = 0, room = 16, given?: Buffer): readonly Ready[] {
    const events = given ?? Buffer.alloc(linux.EPOLL_EVENT_BYTES * Math.max(room, 0));
    const value = this.#libc.epollWait(ep.number, events, room, timeout);
    const error = value < 0 ? errnoName(this.#libc.errno()) : null;
    const ready: Ready[] = [];
    for (let at = 0; at < Math.max(value, 0) * linux.EPOLL_EVENT_BYTES; at += linux.EPOLL_EVENT_BYTES) {
      const number = events.readUInt32LE(at + linux.EPOLL_DATA_AT);
      const fd = this.#owned.get(number) ?? { number, name: 'a closed descriptor' };
      ready.push({ fd, mask: maskNames(events.readUInt32LE(at)) });
    }
    const what = ready.map((one) => ` ${one.fd.name}: ${one.mask}`).join(',');
    this.note(`epoll_wait(${ep.name}, timeout ${String(timeout)}) = ${String(value)}${error ? ` ${error}` : what}`);
    return ready;
  }

  /** What the kernel keeps for a registration; null when there is none. */
  registered(ep: Descriptor, fd: Descriptor): Registration | null {
    const found = registrationsIn('self', ep.number).find(({ number }) => number === fd.number) ?? null;
    if (found) this.note(`fdinfo of ${ep.name}: ${fd.name} has events ${found.mask}`);
    return found;
  }

  registeredMask(ep: Descriptor, fd: Descriptor): string | null {
    return this.registered(ep, fd)?.mask ?? null;
  }

  /** An fd_set as the kernel reads and rewrites it. */
  fdSet(members: readonly Descriptor[]): Buffer {
    const set = Buffer.alloc(linux.FD_SET_BYTES);
    for (const { number } of members) {
      if (number >= linux.FD_SET_BYTES * 8) throw new Error('a descriptor number does not fit an fd_set');
      set.writeUInt8(set.readUInt8(number >> 3) | (1 << (number & 7)), number >> 3);
    }
    return set;
  }

  members(set: Buffer): readonly Descriptor[] {
    return [...this.#owned.values()].filter(
      ({ number }) => number < set.length * 8 && (set.readUInt8(number >> 3) & (1 << (number & 7))) !== 0,
    );
  }

  /** The kernel takes what has passed out of a time; the width is the highest descriptor and 1 unless another one is given. */
  select(set: Buffer, time = period(0), width: Width = { number: this.#width(), spoken: 'max + 1' }): Outcome {
    const asked = `select(${width.spoken}, ${this.#named(set)}, NULL, NULL, {${String(milliseconds(time))} ms})`;
    const value = this.#libc.select(width.number, set, null, null, time);
    return this.#told(asked, value, ` and the set is ${this.#named(set)}`);
  }

  pselect(set: Buffer): Outcome {
    const asked = `pselect(max + 1, ${this.#named(set)}, NULL, NULL, {0 ms}, NULL)`;
    const value = this.#libc.pselect(this.#width(), set, null, null, Buffer.alloc(16), null);
    return this.#told(asked, value, ` and the set is ${this.#named(set)}`);
  }

  poll(fd: Descriptor, mask: 'POLLIN' | 'POLLOUT', timeout = 0): { readonly value: number; readonly revents: string } {
    const entry = Buffer.alloc(8);
    entry.writeInt32LE(fd.number, 0);
    entry.writeInt16LE(mask === 'POLLIN' ? 1 : 4, 4);
    const value = this.#libc.poll(entry, 1, timeout);
    const revents = maskNames(entry.readUInt16LE(6)).replaceAll('EPOLL', 'POLL');
    this.#told(`poll(${fd.name}: ${mask}, timeout ${String(timeout)})`, value, value > 0 ? ` ${revents}` : '');
    return { value, revents };
  }

  pair(wish: PairWish): Pair {
    if (wish.kind === 'tcp') return this.#tcpPair(wish);
    const ends = Buffer.alloc(8);
    const spoken = `${wish.ours}, ${wish.peer}`;
    if (wish.kind === 'pipe' || wish.kind === 'packet-pipe') {
      const direct = wish.kind === 'pipe' ? 0 : linux.O_DIRECT;
      const flags = linux.O_NONBLOCK | linux.O_CLOEXEC | direct;
      this.#must(`pipe2(${spoken}, O_NONBLOCK${direct === 0 ? '' : '|O_DIRECT'})`, this.#libc.pipe2(ends, flags));
      const [ours, peer] = wish.outward === true ? [4, 0] : [0, 4];
      return {
        ours: this.#keep(wish.ours, ends.readInt32LE(ours)),
        peer: this.#keep(wish.peer, ends.readInt32LE(peer)),
      };
    }
    const [name, type] = socketTypes[wish.kind];
    const flags = type | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    const call = `socketpair(AF_UNIX, ${name}|SOCK_NONBLOCK, ${spoken})`;
    this.#must(call, this.#libc.socketpair(linux.AF_UNIX, flags, 0, ends));
    return { ours: this.#keep(wish.ours, ends.readInt32LE(0)), peer: this.#keep(wish.peer, ends.readInt32LE(4)) };
  }

  /** Nonblocking, on a port of 127.0.0.1 that the kernel chooses. */
  listener(name = 'listener', backlog = 128): Descriptor {
    const type = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    const fd = this.#own(name, this.#libc.socket(linux.AF_INET, type, 0), 'socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK)');
    const address = loopback(0);
    this.#must(`bind(${name}, 127.0.0.1:0)`, this.#libc.bind(fd.number, address, address.length));
    this.#must(`listen(${name}, ${String(backlog)})`, this.#libc.listen(fd.number, backlog));
    return fd;
  }

  addressOf(socket: Descriptor): Buffer {
    const address = Buffer.alloc(16);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(address.length);
    const result = this.#libc.getsockname(socket.number, address, size);
    if (result < 0) throw new Error(`getsockname(${socket.name}): ${errnoName(this.#libc.errno())}`);
    return address;
  }

  /** A client of a listener, or of its address; a loopback connect ends at once, so it may block. */
  connectTo(listener: Descriptor | Buffer, name: string): Descriptor {
    const address = Buffer.isBuffer(listener) ? listener : this.addressOf(listener);
    const spoken = Buffer.isBuffer(listener) ? 'listener' : listener.name;
    const fd = this.quietly(() =>
      this.#own(name, this.#libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0), 'socket'),
    );
    this.#must(`connect(${name}, ${spoken})`, this.#libc.connect(fd.number, address, address.length));
    this.quietly(() => this.setNonblocking(fd));
    // Without it a small write may wait 40 ms for the acknowledgement of the one before.
    const on = Buffer.from([1, 0, 0, 0]);
    this.#libc.setsockopt(fd.number, linux.IPPROTO_TCP, linux.TCP_NODELAY, on, on.length);
    return fd;
  }

  accept(listener: Descriptor, name: string): Descriptor | Outcome {
    const flags = linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
    const number = this.#libc.accept4(listener.number, null, null, flags);
    if (number < 0) return this.#told(`accept4(${listener.name}, SOCK_NONBLOCK)`, number);
    this.note(`accept4(${listener.name}, SOCK_NONBLOCK) = ${name}`);
    return this.#keep(name, number);
  }

  read(fd: Descriptor, size: number): Outcome {
    return this.#told(`read(${fd.name}, ${String(size)})`, this.#libc.read(fd.number, Buffer.alloc(size), size));
  }

  /** Only into a pipe may the size be another one than the buffer has: a socket would take what stands behind it. */
  write(fd: Descriptor, bytes: Buffer, size = bytes.length): Outcome {
    const value = this.#libc.send(fd.number, bytes, bytes.length, linux.MSG_NOSIGNAL);
    // A pipe is no socket: there `send` fails with ENOTSOCK and `write` is the call.
    const notSocket = value < 0 && errnoName(this.#libc.errno()) === 'ENOTSOCK';
    const written = notSocket ? this.#libc.write(fd.number, bytes, size) : value;
    return this.#told(`write(${fd.name}, ${String(size)})`, written);
  }

  recv(fd: Descriptor, size: number, flags: 'MSG_PEEK' | 'MSG_DONTWAIT'): Outcome {
    const value = this.#libc.recv(fd.number, Buffer.alloc(size), size, linux[flags] | linux.MSG_DONTWAIT);
    return this.#told(`recv(${fd.name}, ${String(size)}, ${flags})`, value);
  }

  eventfd(name: string, semaphore = false): Descriptor {
    const flags = linux.O_NONBLOCK | linux.O_CLOEXEC | (semaphore ? linux.EFD_SEMAPHORE : 0);
    const spoken = `eventfd(0, EFD_NONBLOCK${semaphore ? '|EFD_SEMAPHORE' : ''})`;
    return this.#own(name, this.#libc.eventfd(0, flags), spoken);
  }

  /** A duplicate under the first free number from `least` on. */
  duplicate(fd: Descriptor, name: string, least: number): Descriptor {
    const number = this.#libc.fcntl(fd.number, linux.F_DUPFD, 'int', least);
    return this.#own(name, number, `fcntl(${fd.name}, F_DUPFD, ${String(least)})`);
  }

  setNonblocking(fd: Descriptor, wanted = true): Outcome {
    const flags = this.#libc.fcntl(fd.number, linux.F_GETFL, 'int', 0);
    const value = wanted ? flags | linux.O_NONBLOCK : flags & ~linux.O_NONBLOCK;
    const spoken = wanted ? 'flags | O_NONBLOCK' : 'flags & ~O_NONBLOCK';
    return this.#told(
      `fcntl(${fd.name}, F_SETFL, ${spoken})`,
      this.#libc.fcntl(fd.number, linux.F_SETFL, 'int', value),
    );
  }

  /** FIONREAD: what waits to be read. */
  unread(fd: Descriptor): number {
    return this.#counted(fd, 'FIONREAD', linux.FIONREAD);
  }

  /** SIOCOUTQ: what the peer has not taken. */
  unsent(fd: Descriptor): number {
    return this.#counted(fd, 'SIOCOUTQ', linux.SIOCOUTQ);
  }

  /** Connections that nobody accepted: tcpi_unacked of a listener. */
  acceptQueue(listener: Descriptor): number {
    const info = Buffer.alloc(256);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(info.length);
    const result = this.#libc.getsockopt(listener.number, linux.IPPROTO_TCP, linux.TCP_INFO, info, size);
    if (result < 0) throw new Error(`getsockopt(TCP_INFO): ${errnoName(this.#libc.errno())}`);
    const waiting = info.readUInt32LE(24);
    this.note(`getsockopt(${listener.name}, TCP_INFO): accept queue = ${String(waiting)}`);
    return waiting;
  }

  /**
   * A descriptor of another process, for one question. The copy keeps registrations and connections alive while it
   * exists, so it is closed in the same breath; null when the process does not have the number.
   */
  borrow<T>(pid: number, number: number, name: string, ask: (copy: Descriptor) => T): T | null {
    const pidfd = this.#libc.pidfdOpen(pid);
    if (pidfd < 0) return null;
    const copy = this.#libc.pidfdGetfd(pidfd, number);
    try {
      return copy < 0 ? null : ask({ number: copy, name });
    } finally {
      if (copy >= 0) this.#libc.close(copy);
      this.#libc.close(pidfd);
    }
  }

  /** Waits for what another part of the kernel is about to do (loopback delivery), a few milliseconds at most. */
  until(holds: () => boolean, milliseconds = 50): boolean {
    return this.quietly(() => {
      for (let turn = 0; turn < milliseconds; turn += 1) {
        if (holds()) return true;
        this.#libc.poll(null, 0, 1);
      }
      return holds();
    });
  }

  #tcpPair(wish: PairWish): Pair {
    const { ours, peer } = this.quietly(() => {
      const listener = this.listener();
      const other = this.connectTo(listener, wish.peer);
      const accepted = this.accept(listener, wish.ours);
      if (!('name' in accepted)) throw new Error(`accept4: ${accepted.error ?? 'failed'}`);
      this.close(listener);
      return { ours: accepted, peer: other };
    });
    this.note(`${ours.name} = accept4(SOCK_NONBLOCK), a TCP connection over 127.0.0.1 with ${peer.name}`);
    return { ours, peer };
  }

  #counted(fd: Descriptor, name: string, request: number): number {
    const answer = Buffer.alloc(4);
    const result = this.#libc.ioctl(fd.number, request, 'void *', answer);
    if (result < 0) throw new Error(`ioctl(${fd.name}, ${name}): ${errnoName(this.#libc.errno())}`);
    this.note(`ioctl(${fd.name}, ${name}) = ${String(answer.readInt32LE(0))}`);
    return answer.readInt32LE(0);
  }

  #width(): number {
    return Math.max(...this.#owned.keys()) + 1;
  }

  #named(set: Buffer): string {
    return `{${this.members(set)
      .map(({ name }) => name)
      .join(' ')}}`;
  }

  #own(name: string, number: number, spoken: string): Descriptor {
    this.#must(`${name} = ${spoken}`, number, true);
    return this.#keep(name, number);
  }

  #keep(name: string, number: number): Descriptor {
    const fd = { number, name };
    this.#owned.set(number, fd);
    return fd;
  }

  /** Of a staging call only its failure matters; a number of a descriptor is not printed. */
  #must(spoken: string, value: number, isDescriptor = false): void {
    if (value < 0) throw new Error(`${spoken} failed: ${errnoName(this.#libc.errno())}`);
    this.note(isDescriptor ? spoken : `${spoken} = ${String(value)}`);
  }

  #told(spoken: string, value: number, after = ''): Outcome {
    const error = value < 0 ? errnoName(this.#libc.errno()) : null;
    this.note(`${spoken} = ${String(value)}${error === null ? after : ` ${error}`}`);
    return { value, error };
  }
}

const socketTypes = {
  unix: ['SOCK_STREAM', linux.SOCK_STREAM],
  datagram: ['SOCK_DGRAM', linux.SOCK_DGRAM],
  seqpacket: ['SOCK_SEQPACKET', linux.SOCK_SEQPACKET],
} as const;

function loopback(port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(linux.AF_INET, 0);
  address.writeUInt16BE(port, 2);
  address.writeUInt32BE(0x7f000001, 4);
  return address;
}
