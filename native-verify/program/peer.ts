// The clients of a driven program: TCP connections of our own over loopback, nonblocking, every byte kept.
import type { Libc } from '../libc.js';
import { errnoName, linux } from '../libc.js';

export interface PeerWish {
  readonly name: string;
  readonly port: number;
  /** `[::1]` instead of `127.0.0.1`. */
  readonly sixth: boolean;
  /** Little room on the way to us: small segments make the program's send queue small, too. */
  readonly slow?: boolean;
}

/** A connection of ours; it ends with `close`. */
export class Peer {
  readonly name: string;
  /** As the program's side of the connection has it for its remote address. */
  readonly address: string;
  /** The program has closed the connection, or broken it. */
  ended = false;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #said: Buffer[] = [];
  readonly #heard: Buffer[] = [];
  #unsaid: Buffer = Buffer.alloc(0);
  #heardBytes = 0;

  constructor(libc: Libc, wish: PeerWish) {
    this.#libc = libc;
    this.name = wish.name;
    this.#fd = this.#checked('socket', libc.socket(wish.sixth ? 10 : linux.AF_INET, socketType, 0));
    this.#prepare(wish.slow === true);
    const address = wish.sixth ? sixthAddress(wish.port) : fourthAddress(wish.port);
    if (libc.connect(this.#fd, address, address.length) < 0 && errnoName(libc.errno()) !== 'EINPROGRESS') {
      this.#checked('connect', -1);
    }
    this.address = this.#ownAddress(wish.sixth);
  }

  /** All that was said, whether it is on its way or not. */
  get said(): Buffer {
    return Buffer.concat(this.#said);
  }

  get heard(): Buffer {
    return Buffer.concat(this.#heard);
  }

  get heardBytes(): number {
    return this.#heardBytes;
  }

  /** What was heard so far is a greeting, and no answer. */
  forgetGreeting(): void {
    this.#heard.length = 0;
    this.#heardBytes = 0;
  }

  /** Says as much as there is room for; the rest is said by `goOn`. */
  say(bytes: Buffer): void {
    this.#said.push(bytes);
    this.#unsaid = Buffer.concat([this.#unsaid, bytes]);
    this.goOn();
  }

  /** How many of the bytes that had no room went out now. */
  goOn(): number {
    let gone = 0;
    while (this.#unsaid.length > 0 && !this.ended) {
      const sent = this.#libc.send(this.#fd, this.#unsaid, this.#unsaid.length, linux.MSG_NOSIGNAL);
      if (sent < 0) {
        if (!isTransient(errnoName(this.#libc.errno()))) this.ended = true;
        break;
      }
      this.#unsaid = this.#unsaid.subarray(sent);
      gone += sent;
    }
    return gone;
  }

  /** Reads all that is there; how much it was. */
  drain(): number {
    const before = this.#heardBytes;
    while (!this.ended) {
      const got = this.#libc.recv(this.#fd, room, room.length, linux.MSG_DONTWAIT);
      if (got > 0) {
        this.#heard.push(Buffer.from(room.subarray(0, got)));
        this.#heardBytes += got;
        continue;
      }
      if (got === 0 || !isTransient(errnoName(this.#libc.errno()))) this.ended = true;
      break;
    }
    return this.#heardBytes - before;
  }

  /** By a reset, so that no trace of the connection keeps a port of the program busy. */
  close(): void {
    const linger = Buffer.alloc(8);
    linger.writeInt32LE(1);
    this.#libc.setsockopt(this.#fd, SOL_SOCKET, SO_LINGER, linger, linger.length);
    this.#libc.close(this.#fd);
  }

  #prepare(slow: boolean): void {
    this.#option(linux.IPPROTO_TCP, linux.TCP_NODELAY, 1);
    if (!slow) return;
    // The smallest segments that any network has, and a receive window of a few of them.
    this.#option(linux.IPPROTO_TCP, TCP_MAXSEG, 536);
    this.#option(SOL_SOCKET, SO_RCVBUF, 16 * 1024);
  }

  #option(level: number, name: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    this.#checked('setsockopt', this.#libc.setsockopt(this.#fd, level, name, bytes, bytes.length));
  }

  #ownAddress(sixth: boolean): string {
    const address = Buffer.alloc(28);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(address.length);
    this.#checked('getsockname', this.#libc.getsockname(this.#fd, address, size));
    const port = address.readUInt16BE(2);
    return sixth ? `[0:0:0:0:0:0:0:1]:${port}` : `127.0.0.1:${port}`;
  }

  #checked(call: string, result: number): number {
    if (result >= 0) return result;
    throw new Error(`${call} of ${this.name} failed: ${errnoName(this.#libc.errno())}`);
  }
}

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_LINGER = 13;
const TCP_MAXSEG = 2;
const socketType = linux.SOCK_STREAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC;
const room = Buffer.alloc(1 << 17);

function isTransient(error: string): boolean {
  return error === 'EAGAIN' || error === 'EINTR' || error === 'ENOTCONN' || error === 'EINPROGRESS';
}

function fourthAddress(port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(linux.AF_INET, 0);
  address.writeUInt16BE(port, 2);
  address.writeUInt32BE(0x7f000001, 4);
  return address;
}

function sixthAddress(port: number): Buffer {
  const address = Buffer.alloc(28);
  address.writeUInt16LE(10, 0);
  address.writeUInt16BE(port, 2);
  address.writeUInt8(1, 23);
  return address;
}
