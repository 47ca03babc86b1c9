// The C library through koffi: prototypes, constants of 64-bit little-endian Linux, names of errno values.
// The only file that knows koffi exists; where it does not load, the reason is the answer.
import { constants } from 'node:os';
import type Koffi from 'koffi';

type Bytes = Buffer | null;

export interface Libc {
  readonly errno: () => number;
  readonly close: (fd: number) => number;
  readonly read: (fd: number, into: Buffer, size: number) => number;
  readonly write: (fd: number, from: Buffer, size: number) => number;
  readonly recv: (fd: number, into: Buffer, size: number, flags: number) => number;
  readonly send: (fd: number, from: Buffer, size: number, flags: number) => number;
  readonly pipe2: (ends: Buffer, flags: number) => number;
  readonly eventfd: (start: number, flags: number) => number;
  readonly socket: (domain: number, type: number, protocol: number) => number;
  readonly socketpair: (domain: number, type: number, protocol: number, ends: Buffer) => number;
  readonly bind: (fd: number, address: Buffer, size: number) => number;
  readonly listen: (fd: number, backlog: number) => number;
  readonly connect: (fd: number, address: Buffer, size: number) => number;
  readonly accept4: (fd: number, address: Bytes, size: Bytes, flags: number) => number;
  readonly getsockname: (fd: number, address: Buffer, size: Buffer) => number;
  readonly shutdown: (fd: number, how: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Buffer, size: number) => number;
  readonly getsockopt: (fd: number, level: number, name: number, value: Buffer, size: Buffer) => number;
  readonly fcntl: (fd: number, command: number, type: 'int', value: number) => number;
  readonly ioctl: (fd: number, request: number, type: 'void *', value: Buffer) => number;
  readonly pidfdOpen: (pid: number) => number;
  readonly pidfdGetfd: (pidfd: number, fd: number) => number;
  readonly epollCreate: (size: number) => number;
  readonly epollCreate1: (flags: number) => number;
  readonly epollCtl: (ep: number, operation: number, fd: number, event: Bytes) => number;
  readonly epollWait: (ep: number, events: Buffer, room: number, timeout: number) => number;
  readonly poll: (entries: Bytes, count: number, timeout: number) => number;
  readonly select: (width: number, read: Bytes, write: Bytes, except: Bytes, timeout: Bytes) => number;
  readonly pselect: (width: number, read: Bytes, write: Bytes, except: Bytes, timeout: Bytes, signals: Bytes) => number;
}

export interface Absent {
  readonly absent: string;
}

/** Loads the bindings once; whatever stands in the way is told in words, never thrown. */
export async function loadLibc(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<Libc | Absent> {
  const unfit = unfitMachine(platform, arch);
  if (unfit !== null) return { absent: unfit };
  try {
    const koffi = (await import('koffi')).default;
    return bind(koffi);
  } catch (error) {
    const first = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    return { absent: `koffi does not load here: ${first}` };
  }
}

const architectures: readonly string[] = ['x64', 'arm64', 'riscv64', 'loong64'];

function unfitMachine(platform: string, arch: string): string | null {
  if (platform !== 'linux') return `epoll and its neighbours exist on Linux only, this is ${platform}`;
  if (!architectures.includes(arch)) return `the layouts of ${arch} are not known to the verifier`;
  return null;
}

function bind(koffi: typeof Koffi): Libc {
  // The process itself is asked for the symbols, so that glibc and musl serve alike.
  const libc = koffi.load(null);
  // The wrappers of these two are younger than many C libraries.
  const syscall: (number: number, ...rest: readonly (number | string)[]) => unknown =
    libc.func('long syscall(long, ...)');
  const five = 'int, void *, void *, void *, void *';
  return {
    errno: () => koffi.errno(),
    close: libc.func('int close(int)'),
    read: libc.func('long read(int, void *, size_t)'),
    write: libc.func('long write(int, void *, size_t)'),
    recv: libc.func('long recv(int, void *, size_t, int)'),
    send: libc.func('long send(int, void *, size_t, int)'),
    pipe2: libc.func('int pipe2(void *, int)'),
    eventfd: libc.func('int eventfd(unsigned int, int)'),
    socket: libc.func('int socket(int, int, int)'),
    socketpair: libc.func('int socketpair(int, int, int, void *)'),
    bind: libc.func('int bind(int, void *, unsigned int)'),
    listen: libc.func('int listen(int, int)'),
    connect: libc.func('int connect(int, void *, unsigned int)'),
    accept4: libc.func('int accept4(int, void *, void *, int)'),
    getsockname: libc.func('int getsockname(int, void *, void *)'),
    shutdown: libc.func('int shutdown(int, int)'),
    setsockopt: libc.func('int setsockopt(int, int, int, void *, unsigned int)'),
    getsockopt: libc.func('int getsockopt(int, int, int, void *, void *)'),
    fcntl: libc.func('int fcntl(int, int, ...)'),
    ioctl: libc.func('int ioctl(int, unsigned long, ...)'),
    pidfdOpen: (pid) => Number(syscall(linux.SYS_PIDFD_OPEN, 'int', pid, 'unsigned int', 0)),
    pidfdGetfd: (pidfd, fd) => Number(syscall(linux.SYS_PIDFD_GETFD, 'int', pidfd, 'int', fd, 'unsigned int', 0)),
    epollCreate: libc.func('int epoll_create(int)'),
    epollCreate1: libc.func('int epoll_create1(int)'),
    epollCtl: libc.func('int epoll_ctl(int, int, int, void *)'),
    epollWait: libc.func('int epoll_wait(int, void *, int, int)'),
    poll: libc.func('int poll(void *, unsigned long, int)'),
    select: libc.func(`int select(${five})`),
    pselect: libc.func(`int pselect(${five}, void *)`),
  };
}

const errnoNames: ReadonlyMap<number, string> = new Map(
  // EWOULDBLOCK and EAGAIN are one number on Linux; the manual's first name is the one to print.
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EWOULDBLOCK' && name !== 'EOPNOTSUPP')
    .map(([name, number]) => [number, name]),
);

export function errnoName(number: number): string {
  return errnoNames.get(number) ?? `errno ${String(number)}`;
}

/** Event bits by the names of the manual, in its order; select and poll share the low ones. */
export const eventBits = {
  EPOLLIN: 0x001,
  EPOLLOUT: 0x004,
  EPOLLRDHUP: 0x2000,
  EPOLLPRI: 0x002,
  EPOLLERR: 0x008,
  EPOLLHUP: 0x010,
  EPOLLET: 0x80000000,
  EPOLLONESHOT: 0x40000000,
  EPOLLWAKEUP: 0x20000000,
  EPOLLEXCLUSIVE: 0x10000000,
} as const;

export const linux = {
  AF_UNIX: 1,
  AF_INET: 2,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_SEQPACKET: 5,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x80000,
  O_NONBLOCK: 0x800,
  O_CLOEXEC: 0x80000,
  O_DIRECT: directFlag(process.arch),
  EFD_SEMAPHORE: 1,
  EPOLL_CTL: { ADD: 1, DEL: 2, MOD: 3 },
  F_DUPFD: 0,
  F_GETFL: 3,
  F_SETFL: 4,
  FIONREAD: 0x541b,
  SIOCOUTQ: 0x5411,
  IPPROTO_TCP: 6,
  TCP_NODELAY: 1,
  TCP_INFO: 11,
  SHUT_WR: 1,
  MSG_PEEK: 0x2,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  SYS_PIDFD_OPEN: 434,
  SYS_PIDFD_GETFD: 438,
  FD_SET_BYTES: 128,
  EPOLL_EVENT_BYTES: process.arch === 'x64' ? 12 : 16,
  /** `struct epoll_event` is packed on x86-64 only: elsewhere its data starts at a multiple of eight. */
  EPOLL_DATA_AT: process.arch === 'x64' ? 4 : 8,
} as const;

function directFlag(arch: string): number {
  return arch === 'arm64' ? 0x10000 : 0x4000;
}

/** `EPOLLIN|EPOLLET` as a number; an unknown name is an error of the specimen, so it is told. */
export function maskBits(mask: string): number {
  let bits = 0;
  for (const name of mask.split('|').map((part) => part.trim())) {
    const bit = bitNamed(name);
    if (bit === undefined) throw new Error(`the event bit '${name}' is not known`);
    bits = (bits | bit) >>> 0;
  }
  return bits;
}

function bitNamed(name: string): number | undefined {
  return Object.entries(eventBits).find(([known]) => known === name)?.[1];
}

export function maskNames(bits: number): string {
  const names = Object.entries(eventBits).flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]));
  return names.length === 0 ? '0' : names.join('|');
}

/** A struct timeval. */
export function period(milliseconds: number): Buffer {
  const time = Buffer.alloc(16);
  time.writeBigInt64LE(BigInt(milliseconds) * 1000n, 8);
  return time;
}

export function milliseconds(time: Buffer): number {
  return Number(time.readBigInt64LE(0) * 1000n + time.readBigInt64LE(8) / 1000n);
}
