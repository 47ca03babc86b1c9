// What the calls of libc and the kernel do, as one table: which argument is the descriptor, how much is asked for, what is made.
// Sources: the manual pages, section 2 and 3, of the calls named. Users add rows of the same form (`models` in the config).
import type { DescriptorKind } from './finding.js';

/** Positions of arguments; null where a call has no such argument. */
export type CallModel =
  | {
      readonly does: 'transfer';
      readonly direction: 'in' | 'out';
      readonly fd: number;
      readonly size: number | null;
      readonly flags: number | null;
      /** Whole messages or many buffers: how much was asked for is not one argument. */
      readonly vector?: boolean;
      /** Position of an offset pointer that the call advances by itself: sendfile(2), splice(2). */
      readonly progress?: number;
    }
  | { readonly does: 'accept'; readonly fd: number; readonly flags: number | null }
  | {
      readonly does: 'wait';
      readonly api: 'epoll' | 'poll' | 'select';
      readonly timeout: number;
      readonly subject: readonly number[];
    }
  | {
      readonly does: 'control';
      readonly ep: number;
      readonly operation: number;
      readonly fd: number;
      readonly event: number;
    }
  | { readonly does: 'close'; readonly fd: number }
  | { readonly does: 'shutdown'; readonly fd: number }
  | {
      readonly does: 'make';
      readonly kind: DescriptorKind;
      readonly flags: number | null;
      readonly type?: number;
      readonly into?: number;
    }
  | { readonly does: 'mode'; readonly fd: number; readonly command: number; readonly value: number }
  | { readonly does: 'listen'; readonly fd: number }
  | { readonly does: 'duplicate'; readonly fd: number }
  | {
      readonly does: 'set';
      readonly operation: 'zero' | 'add' | 'remove' | 'test';
      readonly set: number;
      readonly fd: number | null;
    }
  | { readonly does: 'copy'; readonly to: number; readonly from: number }
  | { readonly does: 'thread'; readonly entry: number; readonly argument: number }
  | { readonly does: 'allocate' }
  /** Ends the process, or with `thread` only the thread. */
  | { readonly does: 'end'; readonly thread?: boolean }
  /** Looks at its arguments and keeps nothing of them. */
  | { readonly does: 'nothing' };

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
const make = (kind: DescriptorKind, flags: number | null): CallModel => ({ does: 'make', kind, flags });
const wait = (api: 'epoll' | 'poll' | 'select', timeout: number, ...subject: number[]): CallModel => ({
  does: 'wait',
  api,
  timeout,
  subject,
});
const nothing: CallModel = { does: 'nothing' };
const end: CallModel = { does: 'end' };

const NOTHING =
  'printf fprintf dprintf sprintf snprintf vfprintf vsnprintf puts putchar fputs fputc perror syslog vsyslog strerror strlen strcmp ' +
  'strncmp strcasecmp strncasecmp strchr strrchr strstr memcmp memchr atoi atol strtol strtoul htons htonl ntohs ntohl inet_ntoa ' +
  'inet_ntop inet_pton inet_addr getpeername getsockname setsockopt getsockopt bind time clock_gettime gettimeofday usleep sleep ' +
  'nanosleep free fflush assert isatty fstat getpid pthread_mutex_lock pthread_mutex_unlock pthread_self pthread_detach signal ' +
  'sigaction sigemptyset sigaddset sigfillset sigprocmask pthread_sigmask rand srand abs isdigit isspace tolower toupper warn warnx ' +
  'ferror feof getenv strdup strcpy strncpy strcat strncat getaddrinfo freeaddrinfo gai_strerror connect';

export const CALLS: ReadonlyMap<string, CallModel> = new Map<string, CallModel>([
  ...NOTHING.split(' ').map((name): [string, CallModel] => [name, nothing]),
  ['read', transfer('in', 2)],
  ['recv', transfer('in', 2, 3)],
  ['recvfrom', transfer('in', 2, 3)],
  ['readv', vector('in', null)],
  ['recvmsg', vector('in', 2)],
  ['recvmmsg', { does: 'transfer', direction: 'in', fd: 0, size: 2, flags: 3 }],
  ['write', transfer('out', 2)],
  ['send', transfer('out', 2, 3)],
  ['sendto', transfer('out', 2, 3)],
  ['writev', vector('out', null)],
  ['sendmsg', vector('out', 2)],
  ['sendfile', { does: 'transfer', direction: 'out', fd: 0, size: 3, flags: null, progress: 2 }],
  ['sendfile64', { does: 'transfer', direction: 'out', fd: 0, size: 3, flags: null, progress: 2 }],
  ['accept', { does: 'accept', fd: 0, flags: null }],
  ['accept4', { does: 'accept', fd: 0, flags: 3 }],
  ['epoll_wait', wait('epoll', 3, 1)],
  ['epoll_pwait', wait('epoll', 3, 1)],
  ['epoll_pwait2', wait('epoll', 3, 1)],
  ['select', wait('select', 4, 1, 2, 3)],
  ['pselect', wait('select', 4, 1, 2, 3)],
  ['poll', wait('poll', 2, 0)],
  ['ppoll', wait('poll', 2, 0)],
  ['epoll_ctl', { does: 'control', ep: 0, operation: 1, fd: 2, event: 3 }],
  ['close', { does: 'close', fd: 0 }],
  ['closesocket', { does: 'close', fd: 0 }],
  ['shutdown', { does: 'shutdown', fd: 0 }],
  ['socket', { does: 'make', kind: 'stream', flags: 1, type: 1 }],
  ['socketpair', { does: 'make', kind: 'stream', flags: 1, type: 1, into: 3 }],
  ['pipe', { does: 'make', kind: 'pipe', flags: null, into: 0 }],
  ['pipe2', { does: 'make', kind: 'pipe', flags: 1, into: 0 }],
  ['epoll_create', make('epoll', null)],
  ['epoll_create1', make('epoll', 0)],
  ['eventfd', make('eventfd', 1)],
  ['timerfd_create', make('timerfd', 1)],
  ['signalfd', make('signalfd', 2)],
  ['inotify_init', make('inotify', null)],
  ['inotify_init1', make('inotify', 0)],
  ['open', make('regular', 1)],
  ['openat', make('regular', 2)],
  ['memfd_create', make('regular', null)],
  ['mkstemp', make('regular', null)],
  ['fileno', make('regular', null)],
  ['dup', { does: 'duplicate', fd: 0 }],
  ['dup2', { does: 'duplicate', fd: 0 }],
  ['dup3', { does: 'duplicate', fd: 0 }],
  ['fcntl', { does: 'mode', fd: 0, command: 1, value: 2 }],
  ['ioctl', { does: 'mode', fd: 0, command: 1, value: 2 }],
  ['listen', { does: 'listen', fd: 0 }],
  ['FD_ZERO', { does: 'set', operation: 'zero', set: 0, fd: null }],
  ['FD_SET', { does: 'set', operation: 'add', set: 1, fd: 0 }],
  ['FD_CLR', { does: 'set', operation: 'remove', set: 1, fd: 0 }],
  ['FD_ISSET', { does: 'set', operation: 'test', set: 1, fd: 0 }],
  ['FD_COPY', { does: 'copy', to: 1, from: 0 }],
  ['memcpy', { does: 'copy', to: 0, from: 1 }],
  ['memmove', { does: 'copy', to: 0, from: 1 }],
  ['bcopy', { does: 'copy', to: 1, from: 0 }],
  ['memset', { does: 'set', operation: 'zero', set: 0, fd: null }],
  ['bzero', { does: 'set', operation: 'zero', set: 0, fd: null }],
  ['pthread_create', { does: 'thread', entry: 2, argument: 3 }],
  ['thrd_create', { does: 'thread', entry: 1, argument: 2 }],
  ['malloc', { does: 'allocate' }],
  ['calloc', { does: 'allocate' }],
  ['realloc', { does: 'allocate' }],
  ['exit', end],
  ['_exit', end],
  ['_Exit', end],
  ['abort', end],
  ['err', end],
  ['errx', end],
  ['pthread_exit', { does: 'end', thread: true }],
  ['longjmp', end],
  ['__builtin_unreachable', end],
]);

/** The calls whose presence makes a file worth analysing. */
export const MARKS: ReadonlySet<string> = new Set(
  [...CALLS]
    .filter(([, m]) => /^(transfer|accept|wait|control|make|set)$/.test(m.does))
    .map(([name]) => name)
    .filter((name) => !/^(open|openat|mkstemp|memset|bzero)$/.test(name)),
);
