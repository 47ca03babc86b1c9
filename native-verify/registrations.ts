// What the kernel keeps of registrations, as `/proc/PID/fdinfo` prints it for an epoll instance.
import { readFileSync, readdirSync } from 'node:fs';

export interface Registration {
  /** The number under which the descriptor was registered. */
  readonly number: number;
  /** As it is printed, in hexadecimal. */
  readonly mask: string;
  readonly data: bigint;
}

/** The registrations of one epoll instance of a process; none when it is none, or is gone. */
export function registrationsIn(pid: number | 'self', ep: number | string): readonly Registration[] {
  const lines = fdinfo(pid, ep).matchAll(/^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)\s+data:\s*([0-9a-f]+)/gmu);
  return [...lines].map(([, number = '', mask = '', data = '']) => ({
    number: Number(number),
    mask,
    data: BigInt(`0x${data}`),
  }));
}

/** Those of all epoll instances of a process. */
export function allRegistrations(pid: number): readonly Registration[] {
  return readdirSync(`/proc/${pid}/fdinfo`).flatMap((ep) => registrationsIn(pid, ep));
}

function fdinfo(pid: number | 'self', ep: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${ep}`, 'utf8');
  } catch {
    // Closed between the listing and the look.
    return '';
  }
}
