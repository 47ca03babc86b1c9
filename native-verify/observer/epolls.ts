// The epoll instances of a process and what is registered on them, from fdinfo. Nobody waits on them here: a wait from
// outside would eat the edges of the process.
import { readFileSync } from 'node:fs';

export interface EpollSnapshot {
  readonly fd: number;
  readonly registrations: readonly RegistrationSnapshot[];
}

export interface RegistrationSnapshot {
  /** The number under which it was registered; the process may have closed it since. */
  readonly tfd: number;
  readonly mask: number;
  /** As fdinfo prints it: a fired one-shot shows 40000000. */
  readonly maskHex: string;
  readonly data: string;
  /** The inode of the file, as far as the kernel tells. */
  readonly inode: number | null;
}

export function registrationsIn(fdinfo: string): readonly RegistrationSnapshot[] {
  const found: RegistrationSnapshot[] = [];
  const line = /^tfd:\s*(\d+)\s+events:\s*([0-9a-f]+)\s+data:\s*([0-9a-f]+)(?:.*\bino:\s*([0-9a-f]+))?/gmu;
  for (const [, tfd, mask, data, inode] of fdinfo.matchAll(line)) {
    if (tfd === undefined || mask === undefined || data === undefined) continue;
    found.push({
      tfd: Number(tfd),
      mask: Number.parseInt(mask, 16),
      maskHex: mask.replace(/^0+(?=.)/u, ''),
      data,
      inode: inode === undefined ? null : Number.parseInt(inode, 16),
    });
  }
  return found;
}

/** The text of fdinfo; empty when the descriptor was closed between the listing and the look. */
export function fdinfoOf(pid: number, fd: number): string {
  try {
    return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
  } catch {
    return '';
  }
}
