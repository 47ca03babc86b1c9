// Queue lengths of sockets by inode, without touching them: sock_diag over netlink as `ss` does, and where that cannot
// see (another network namespace, no koffi) the tables of /proc/PID/net.
import { readFileSync, readlinkSync } from 'node:fs';
import type { Absent, Libc } from '../libc.js';
import { askSockets } from './sock-diag.js';

export interface SocketSnapshot {
  readonly protocol: 'tcp' | 'udp' | 'unix';
  readonly inode: number;
  readonly state: SocketState;
  /** `127.0.0.1:4711`, null for sockets without an address of that form. */
  readonly local: string | null;
  readonly remote: string | null;
  /** Bytes that the process has not read; 0 for a listener. Of datagrams: the memory they take, or the next one's size. */
  readonly unread: number;
  /** Bytes that the peer has not taken or not acknowledged; of unix sockets the memory that they occupy. */
  readonly unsent: number;
  /** Connections of a listener that nobody accepted. */
  readonly queued: number;
  /** The peer has finished, and the process has not read that yet. Known for TCP only. */
  readonly endUnread: boolean;
}

export type SocketState = 'listen' | 'connecting' | 'established' | 'peer-finished' | 'closing' | 'closed';

export interface SocketTable {
  readonly byInode: ReadonlyMap<number, SocketSnapshot>;
  /** Where the lengths come from. */
  readonly source: 'sock_diag' | 'proc';
  /** What could not be seen, in words; null when nothing is missing. */
  readonly gap: string | null;
}

/** All sockets of the network that the process lives in. */
export function socketsOf(pid: number, libc: Libc | Absent): SocketTable {
  if (!('absent' in libc) && sameNetwork(pid)) {
    const answer = askSockets(libc);
    if ('sockets' in answer) return { byInode: byInode(answer.sockets), source: 'sock_diag', gap: null };
    return fromProc(pid, `sock_diag answers ${answer.refused}`);
  }
  return fromProc(pid, 'absent' in libc ? libc.absent : 'the process lives in another network namespace');
}

function sameNetwork(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net');
  } catch {
    return false;
  }
}

function fromProc(pid: number, why: string): SocketTable {
  const sockets: SocketSnapshot[] = [];
  for (const name of ['tcp', 'tcp6'] as const) {
    try {
      const [, ...lines] = readFileSync(`/proc/${pid}/net/${name}`, 'utf8').trim().split('\n');
      for (const line of lines) sockets.push(...procSocket(line));
    } catch {
      // A kernel without IPv6 has no such file.
    }
  }
  return {
    byInode: byInode(sockets),
    source: 'proc',
    gap: `${why}: queues of TCP sockets only, from /proc/${pid}/net`,
  };
}

/** `  0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000  0  0 4711 ...` */
function procSocket(line: string): readonly SocketSnapshot[] {
  const [, local, remote, state, queues, , , , , inode] = line.trim().split(/\s+/u);
  const [wqueue, rqueue] = queues?.split(':') ?? [];
  if (local === undefined || remote === undefined || state === undefined || inode === undefined) return [];
  return [
    tcpSocket({
      inode: Number(inode),
      state: Number.parseInt(state, 16),
      rqueue: Number.parseInt(rqueue ?? '0', 16),
      wqueue: Number.parseInt(wqueue ?? '0', 16),
      local: procAddress(local),
      remote: procAddress(remote),
    }),
  ];
}

/** Words of the address in the machine's order, here little-endian. */
function procAddress(text: string): string {
  const [address, port] = text.split(':');
  const bytes = Buffer.from(address ?? '', 'hex');
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return addressText(bytes, Number.parseInt(port ?? '0', 16));
}

export interface TcpNumbers {
  readonly inode: number;
  readonly state: number;
  readonly rqueue: number;
  readonly wqueue: number;
  readonly local: string;
  readonly remote: string;
}

/** One reading of the kernel's numbers, whichever way they came. */
export function tcpSocket({ inode, state, rqueue, wqueue, local, remote }: TcpNumbers): SocketSnapshot {
  const listens = state === tcpStates.LISTEN;
  // The peer's FIN takes one number of the sequence, which the queue length counts as a byte until it is read.
  const finished = finishedStates.includes(state);
  return {
    protocol: 'tcp',
    inode,
    state: stateNames.get(state) ?? 'closed',
    local,
    remote: listens ? null : remote,
    unread: listens ? 0 : finished ? Math.max(rqueue - 1, 0) : rqueue,
    unsent: listens ? 0 : wqueue,
    queued: listens ? rqueue : 0,
    endUnread: finished && rqueue > 0,
  };
}

const tcpStates = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
} as const;

const finishedStates: readonly number[] = [
  tcpStates.CLOSE_WAIT,
  tcpStates.LAST_ACK,
  tcpStates.CLOSING,
  tcpStates.TIME_WAIT,
];

const stateNames: ReadonlyMap<number, SocketState> = new Map([
  [tcpStates.ESTABLISHED, 'established'],
  [tcpStates.SYN_SENT, 'connecting'],
  [tcpStates.SYN_RECV, 'connecting'],
  [tcpStates.FIN_WAIT1, 'closing'],
  [tcpStates.FIN_WAIT2, 'closing'],
  [tcpStates.TIME_WAIT, 'closed'],
  [tcpStates.CLOSE, 'closed'],
  [tcpStates.CLOSE_WAIT, 'peer-finished'],
  [tcpStates.LAST_ACK, 'closing'],
  [tcpStates.LISTEN, 'listen'],
  [tcpStates.CLOSING, 'closing'],
]);

/** Four bytes are an IPv4 address, sixteen an IPv6 one, or an IPv4 one that came to a listener of both. */
export function addressText(address: Buffer, port: number): string {
  if (address.length === 4) return `${[...address].join('.')}:${port}`;
  if (address.subarray(0, 12).equals(mapped)) return addressText(address.subarray(12), port);
  const groups = Array.from({ length: 8 }, (_, at) => address.readUInt16BE(at * 2).toString(16));
  return `[${groups.join(':')}]:${port}`;
}

const mapped = Buffer.from('00000000000000000000ffff', 'hex');

function byInode(sockets: readonly SocketSnapshot[]): ReadonlyMap<number, SocketSnapshot> {
  return new Map(sockets.map((socket) => [socket.inode, socket]));
}
