// System calls on descriptors, and the few functions of libc around them. Sources: the manual pages, section 2 and 3, of the
// calls named; `__read_chk` and its like are what `_FORTIFY_SOURCE` makes of them (see the headers of glibc in bits/).
import type { CallModel, KnownCalls } from './calls.js';
import type { DescriptorKind } from '../finding.js';

const transfer = (direction: 'in' | 'out', size: number | null, flags: number | null = null): CallModel => ({
  does: 'transfer',
  direction,
  fd: 0,
  size,
  flags,
});
const vector = (direction: 'in' | 'out', flags: number | null): CallModel => ({
  does: 'transfer',
  direction,
  fd: 0,
  size: null,
  flags,
  vector: true,
});
const sendfile: CallModel = { does: 'transfer', direction: 'out', fd: 0, size: 3, flags: null, progress: 2 };
/** sendfile(2) of macOS and of FreeBSD: the file comes first, and EAGAIN may come with bytes that were sent. */
const sendfileOfMac: CallModel = {
  does: 'transfer',
  direction: 'out',
  fd: 1,
  size: 3,
  flags: null,
  told: { count: 3, offset: 2 },
};

/** sendfile(2) of other systems, by the number of its arguments. */
export const SENDFILE_ELSEWHERE: ReadonlyMap<number, CallModel> = new Map([
  [6, sendfileOfMac],
  [7, { ...sendfileOfMac, told: { count: 5, offset: 2 } }],
]);

const make = (kind: DescriptorKind, flags: number | null): CallModel => ({ does: 'make', kind, flags });
const into = (kind: DescriptorKind, flags: number | null, position: number): CallModel => ({
  does: 'make',
  kind,
  flags,
  into: position,
});
const select: CallModel = { does: 'wait', api: 'select', timeout: 4, subject: [1, 2, 3], width: 0 };
const ofArray = (api: 'epoll' | 'poll', subject: number, count: number, timeout: number): CallModel => ({
  does: 'wait',
  api,
  timeout,
  subject: [subject],
  count,
});
const mode: CallModel = { does: 'mode', fd: 0, command: 1, value: 2 };
const duplicate: CallModel = { does: 'duplicate', fd: 0 };

/** `read`, and what is like it. Calls with an offset, such as pread(2), are for files, which never come short for want of room. */
const TRANSFERS: KnownCalls = [
  ['read', transfer('in', 2)],
  ['__read_chk', transfer('in', 2)],
  ['recv', transfer('in', 2, 3)],
  ['__recv_chk', transfer('in', 2, 4)],
  ['recvfrom', transfer('in', 2, 3)],
  ['__recvfrom_chk', transfer('in', 2, 4)],
  ['readv', vector('in', null)],
  ['recvmsg', vector('in', 2)],
  ['recvmmsg', transfer('in', 2, 3)],
  // What it takes from its first descriptor it gives to the third: nothing gets lost in between. Its flags are no MSG_ ones.
  ['splice', { does: 'transfer', direction: 'in', fd: 0, size: 4, flags: null, progress: 1 }],
  ['write', transfer('out', 2)],
  ['send', transfer('out', 2, 3)],
  ['sendto', transfer('out', 2, 3)],
  ['writev', vector('out', null)],
  ['sendmsg', vector('out', 2)],
  ['sendmmsg', transfer('out', 2, 3)],
  ['vmsplice', vector('out', null)],
  ['sendfile', sendfile],
  ['sendfile64', sendfile],
];

const WAITS: KnownCalls = [
  ['epoll_wait', ofArray('epoll', 1, 2, 3)],
  ['epoll_pwait', ofArray('epoll', 1, 2, 3)],
  ['epoll_pwait2', ofArray('epoll', 1, 2, 3)],
  ['select', { ...select, spends: true }],
  ['pselect', select],
  ['poll', ofArray('poll', 0, 1, 2)],
  ['ppoll', ofArray('poll', 0, 1, 2)],
  ['__poll_chk', ofArray('poll', 0, 1, 2)],
  ['__ppoll_chk', ofArray('poll', 0, 1, 2)],
];

/** Flags are told where O_NONBLOCK may stand among them. */
const MAKERS: KnownCalls = [
  ['accept', { does: 'accept', fd: 0, flags: null }],
  ['accept4', { does: 'accept', fd: 0, flags: 3 }],
  ['socket', { does: 'make', kind: 'stream', flags: 1, type: 1 }],
  ['socketpair', { does: 'make', kind: 'stream', flags: 1, type: 1, into: 3 }],
  ['pipe', into('pipe', null, 0)],
  ['pipe2', into('pipe', 1, 0)],
  ['epoll_create', { does: 'make', kind: 'epoll', flags: null, positive: 0 }],
  ['epoll_create1', make('epoll', 0)],
  ['eventfd', make('eventfd', 1)],
  ['timerfd_create', make('timerfd', 1)],
  ['signalfd', make('signalfd', 2)],
  ['inotify_init', make('inotify', null)],
  ['inotify_init1', make('inotify', 0)],
  ['pidfd_open', make('unknown', 1)],
  ['userfaultfd', make('unknown', 0)],
  ['open', make('regular', 1)],
  ['open64', make('regular', 1)],
  ['openat', make('regular', 2)],
  ['openat64', make('regular', 2)],
  ['creat', make('regular', null)],
  ['creat64', make('regular', null)],
  ['memfd_create', make('regular', null)],
  ['shm_open', make('regular', 1)],
  ['mkstemp', make('regular', null)],
  ['mkstemp64', make('regular', null)],
  ['mkostemp', make('regular', 1)],
  ['mkstemps', make('regular', null)],
  ['mkostemps', make('regular', 2)],
  ['fileno', make('regular', null)],
  ['fileno_unlocked', make('regular', null)],
  ['dirfd', make('regular', null)],
  ['posix_openpt', make('tty', 0)],
  ['getpt', make('tty', null)],
  ['openpty', into('tty', null, 0)],
  ['forkpty', into('tty', null, 0)],
];

export const KERNEL_CALLS: KnownCalls = [
  ...TRANSFERS,
  ...WAITS,
  ...MAKERS,
  ['epoll_ctl', { does: 'control', ep: 0, operation: 1, fd: 2, event: 3 }],
  ['close', { does: 'close', fd: 0 }],
  ['closesocket', { does: 'close', fd: 0 }],
  ['shutdown', { does: 'shutdown', fd: 0 }],
  ['dup', duplicate],
  ['dup2', duplicate],
  ['dup3', duplicate],
  ['fcntl', mode],
  ['fcntl64', mode],
  ['ioctl', mode],
  ['ioctlsocket', mode],
  ['listen', { does: 'listen', fd: 0 }],
  ['FD_ZERO', { does: 'set', operation: 'zero', set: 0, fd: null }],
  ['FD_SET', { does: 'set', operation: 'add', set: 1, fd: 0 }],
  ['FD_CLR', { does: 'set', operation: 'remove', set: 1, fd: 0 }],
  ['FD_ISSET', { does: 'set', operation: 'test', set: 1, fd: 0 }],
  ['FD_COPY', { does: 'copy', to: 1, from: 0 }],
];
