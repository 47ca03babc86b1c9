// System calls in which a thread may sleep, by number: their names, whether they wait for events, where the time-out is.
// Two tables: that of x86-64, and the generic one of arm64, riscv64 and loong64.

export interface SystemCall {
  readonly name: string;
  /** It waits for events, for another thread, for a signal or for time; a blocking transfer does not. */
  readonly waits: boolean;
  /** Which argument holds the time-out, and how; null where there is none. */
  readonly timeout: { readonly argument: number; readonly form: 'milliseconds' | 'timespec' | 'timeval' } | null;
  /** Which argument is the descriptor that it sleeps on; null for a set of them, or none. */
  readonly descriptor: number | null;
}

export function systemCall(number: number): SystemCall {
  return calls.get(number) ?? { name: `system call ${number}`, waits: false, timeout: null, descriptor: null };
}

/** What a call with a restart block becomes after SIGSTOP and SIGCONT; its arguments are those of the first call. */
export const restartedCall = process.arch === 'x64' ? 219 : 128;

/** The number of a call by name on this machine, for a restarted call that was recognised by other means. */
export function numberOf(name: string): number | null {
  for (const [number, call] of calls) if (call.name === name) return number;
  return null;
}

const waitFor = (name: string, argument: number, form: 'milliseconds' | 'timespec' | 'timeval'): SystemCall => ({
  name,
  waits: true,
  timeout: { argument, form },
  descriptor: name.startsWith('epoll') ? 0 : null,
});

/** A wait that only a signal or another process ends. */
const endless = (name: string): SystemCall => ({ name, waits: true, timeout: null, descriptor: null });

/** A transfer that blocks: asleep, but deaf to everything else. */
const transfer = (name: string, descriptor = 0): SystemCall => ({ name, waits: false, timeout: null, descriptor });

const onX64: readonly (readonly [number, SystemCall])[] = [
  [7, waitFor('poll', 2, 'milliseconds')],
  [23, waitFor('select', 4, 'timeval')],
  [34, endless('pause')],
  [35, waitFor('nanosleep', 0, 'timespec')],
  [61, endless('wait4')],
  [128, waitFor('rt_sigtimedwait', 2, 'timespec')],
  [130, endless('rt_sigsuspend')],
  [202, waitFor('futex', 3, 'timespec')],
  [230, waitFor('clock_nanosleep', 2, 'timespec')],
  [232, waitFor('epoll_wait', 3, 'milliseconds')],
  [247, endless('waitid')],
  [270, waitFor('pselect6', 4, 'timespec')],
  [271, waitFor('ppoll', 2, 'timespec')],
  [281, waitFor('epoll_pwait', 3, 'milliseconds')],
  [441, waitFor('epoll_pwait2', 3, 'timespec')],
  [0, transfer('read')],
  [1, transfer('write')],
  [19, transfer('readv')],
  [20, transfer('writev')],
  [40, transfer('sendfile')],
  [42, transfer('connect')],
  [43, transfer('accept')],
  [44, transfer('sendto')],
  [45, transfer('recvfrom')],
  [46, transfer('sendmsg')],
  [47, transfer('recvmsg')],
  [288, transfer('accept4')],
];

const onOthers: readonly (readonly [number, SystemCall])[] = [
  [22, waitFor('epoll_pwait', 3, 'milliseconds')],
  [72, waitFor('pselect6', 4, 'timespec')],
  [73, waitFor('ppoll', 2, 'timespec')],
  [95, endless('waitid')],
  [98, waitFor('futex', 3, 'timespec')],
  [101, waitFor('nanosleep', 0, 'timespec')],
  [115, waitFor('clock_nanosleep', 2, 'timespec')],
  [133, endless('rt_sigsuspend')],
  [137, waitFor('rt_sigtimedwait', 2, 'timespec')],
  [260, endless('wait4')],
  [441, waitFor('epoll_pwait2', 3, 'timespec')],
  [63, transfer('read')],
  [64, transfer('write')],
  [65, transfer('readv')],
  [66, transfer('writev')],
  [71, transfer('sendfile')],
  [202, transfer('accept')],
  [203, transfer('connect')],
  [206, transfer('sendto')],
  [207, transfer('recvfrom')],
  [211, transfer('sendmsg')],
  [212, transfer('recvmsg')],
  [242, transfer('accept4')],
];

const calls: ReadonlyMap<number, SystemCall> = new Map(process.arch === 'x64' ? onX64 : onOthers);
