// In a network namespace of its own the loopback device exists, but is down.
import type { Libc } from '../libc.js';
import { errnoName, linux } from '../libc.js';

/** Null when it is up, otherwise why not. */
export function bringLoopbackUp(libc: Libc): string | null {
  const fd = libc.socket(linux.AF_INET, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, 0);
  if (fd < 0) return `socket: ${errnoName(libc.errno())}`;
  try {
    // `struct ifreq`: sixteen bytes of name, then the flags.
    const request = Buffer.alloc(40);
    request.write('lo', 0, 'latin1');
    request.writeUInt16LE(IFF_UP | IFF_RUNNING, 16);
    if (libc.ioctl(fd, SIOCSIFFLAGS, 'void *', request) < 0) return `the loopback device: ${errnoName(libc.errno())}`;
    return null;
  } finally {
    libc.close(fd);
  }
}

const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;
