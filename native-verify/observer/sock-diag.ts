// The netlink exchange of sock_diag: requests for all TCP, UDP and unix sockets of this network namespace, and the
// layout of their answers. A dump is answered within the calls themselves, so nothing here waits.
import type { Libc } from '../libc.js';
import { errnoName, linux } from '../libc.js';
import type { SocketSnapshot } from './sockets.js';
import { addressText, tcpSocket } from './sockets.js';

export type DiagAnswer = { readonly sockets: readonly SocketSnapshot[] } | { readonly refused: string };

export function askSockets(libc: Libc): DiagAnswer {
  const fd = libc.socket(netlink.AF_NETLINK, linux.SOCK_DGRAM | linux.SOCK_CLOEXEC, netlink.NETLINK_SOCK_DIAG);
  if (fd < 0) return { refused: errnoName(libc.errno()) };
  try {
    const sockets: SocketSnapshot[] = [];
    for (const { payload, read } of questions) {
      const refused = dump(libc, fd, payload, (message) => {
        const socket = read(message);
        if (socket !== null) sockets.push(socket);
      });
      // A kernel built without one of the families still answers for the others; TCP is what is needed.
      if (refused !== null && payload === questions[0].payload) return { refused };
    }
    return { sockets };
  } finally {
    libc.close(fd);
  }
}

const netlink = {
  AF_NETLINK: 16,
  NETLINK_SOCK_DIAG: 4,
  SOCK_DIAG_BY_FAMILY: 20,
  NLM_F_REQUEST: 1,
  NLM_F_DUMP: 0x300,
  NLMSG_ERROR: 2,
  NLMSG_DONE: 3,
  HEADER: 16,
  AF_INET6: 10,
  IPPROTO_UDP: 17,
  UDIAG_SHOW_RQLEN: 0x10,
  UNIX_DIAG_RQLEN: 4,
  INET_REQUEST_BYTES: 56,
  INET_ANSWER_BYTES: 72,
  UNIX_REQUEST_BYTES: 24,
  UNIX_ANSWER_BYTES: 16,
} as const;

/** Asks one question and hands over each message of the answer; the name of the error when there is none. */
function dump(libc: Libc, fd: number, payload: Buffer, take: (message: Buffer) => void): string | null {
  const request = Buffer.alloc(netlink.HEADER + payload.length);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(netlink.SOCK_DIAG_BY_FAMILY, 4);
  request.writeUInt16LE(netlink.NLM_F_REQUEST | netlink.NLM_F_DUMP, 6);
  payload.copy(request, netlink.HEADER);
  if (libc.send(fd, request, request.length, 0) < 0) return errnoName(libc.errno());
  for (;;) {
    const size = libc.recv(fd, answers, answers.length, 0);
    if (size <= 0) return size < 0 ? errnoName(libc.errno()) : 'an empty answer';
    const end = messages(answers.subarray(0, size), take);
    if (end !== null) return end.refused;
  }
}

/** The kernel sends at most 32 KB at a time. */
const answers = Buffer.alloc(1 << 16);

/** Null while more is to come. */
function messages(bytes: Buffer, take: (message: Buffer) => void): { readonly refused: string | null } | null {
  let at = 0;
  while (at + netlink.HEADER <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    const type = bytes.readUInt16LE(at + 4);
    const body = bytes.subarray(at + netlink.HEADER, at + length);
    if (type === netlink.NLMSG_DONE) return { refused: null };
    if (type === netlink.NLMSG_ERROR) return { refused: errnoName(-body.readInt32LE(0)) };
    take(body);
    at += Math.max((length + 3) & ~3, netlink.HEADER);
  }
  return null;
}

interface Question {
  readonly payload: Buffer;
  readonly read: (message: Buffer) => SocketSnapshot | null;
}

const questions: readonly [Question, ...Question[]] = [
  inetQuestion(linux.AF_INET, linux.IPPROTO_TCP),
  inetQuestion(netlink.AF_INET6, linux.IPPROTO_TCP),
  inetQuestion(linux.AF_INET, netlink.IPPROTO_UDP),
  inetQuestion(netlink.AF_INET6, netlink.IPPROTO_UDP),
  { payload: unixRequest(), read: unixSocket },
];

/** `struct inet_diag_req_v2`: family, protocol, extensions, all states, and an identity of zeros. */
function inetQuestion(family: number, protocol: number): Question {
  const payload = Buffer.alloc(netlink.INET_REQUEST_BYTES);
  payload.writeUInt8(family, 0);
  payload.writeUInt8(protocol, 1);
  payload.writeUInt32LE(0xffffffff, 4);
  return { payload, read: (message) => inetSocket(message, protocol) };
}

/** `struct inet_diag_msg`. */
function inetSocket(message: Buffer, protocol: number): SocketSnapshot | null {
  if (message.length < netlink.INET_ANSWER_BYTES) return null;
  const inode = message.readUInt32LE(68);
  // A connection that is only half there, or over, belongs to no descriptor.
  if (inode === 0) return null;
  const size = message.readUInt8(0) === linux.AF_INET ? 4 : 16;
  const numbers = {
    inode,
    state: message.readUInt8(1),
    rqueue: message.readUInt32LE(56),
    wqueue: message.readUInt32LE(60),
    local: addressText(message.subarray(8, 8 + size), message.readUInt16BE(4)),
    remote: addressText(message.subarray(24, 24 + size), message.readUInt16BE(6)),
  };
  if (protocol === linux.IPPROTO_TCP) return tcpSocket(numbers);
  const { rqueue, wqueue, local, remote } = numbers;
  const connected = numbers.state === 1;
  const state = connected ? 'established' : 'closed';
  const shown = { state, local, remote: connected ? remote : null } as const;
  return { protocol: 'udp', inode, ...shown, unread: rqueue, unsent: wqueue, queued: 0, endUnread: false };
}

/** `struct unix_diag_req`, asking for queue lengths. */
function unixRequest(): Buffer {
  const payload = Buffer.alloc(netlink.UNIX_REQUEST_BYTES);
  payload.writeUInt8(linux.AF_UNIX, 0);
  payload.writeUInt32LE(0xffffffff, 4);
  payload.writeUInt32LE(netlink.UDIAG_SHOW_RQLEN, 12);
  return payload;
}

/** `struct unix_diag_msg` and its attributes. */
function unixSocket(message: Buffer): SocketSnapshot | null {
  if (message.length < netlink.UNIX_ANSWER_BYTES) return null;
  const listens = message.readUInt8(2) === 10;
  const [received, sent] = unixQueues(message);
  return {
    protocol: 'unix',
    inode: message.readUInt32LE(4),
    state: listens ? 'listen' : message.readUInt8(2) === 1 ? 'established' : 'closed',
    local: null,
    remote: null,
    unread: listens ? 0 : received,
    unsent: listens ? 0 : sent,
    queued: listens ? received : 0,
    endUnread: false,
  };
}

function unixQueues(message: Buffer): readonly [number, number] {
  let at: number = netlink.UNIX_ANSWER_BYTES;
  while (at + 4 <= message.length) {
    const length = message.readUInt16LE(at);
    if (message.readUInt16LE(at + 2) === netlink.UNIX_DIAG_RQLEN && length >= 12) {
      return [message.readUInt32LE(at + 4), message.readUInt32LE(at + 8)];
    }
    at += Math.max((length + 3) & ~3, 4);
  }
  return [0, 0];
}
