// One file from disk to text: what is too large, not a file, binary or unreadable is refused in words.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Larger files are not read; the largest hand-written or amalgamated C files are below 10 MB. */
export const LARGEST_MEGABYTES = 16;

export type Source =
  { readonly text: string } | { readonly refused: string; readonly because: 'unreadable' | 'binary' | 'large' };

export function readSource(path: string): Source {
  try {
    // A named pipe would block the open and a device might have no end; both are refused after a non-blocking open.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return readOpened(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return { refused: `cannot be read: ${reasonOf(error)}`, because: 'unreadable' };
  }
}

function readOpened(fd: number): Source {
  const status = fstatSync(fd);
  if (status.isDirectory()) return { refused: 'cannot be read: it is a folder', because: 'unreadable' };
  if (!status.isFile()) return { refused: 'cannot be read: it is not a regular file', because: 'unreadable' };
  if (status.size > LARGEST_MEGABYTES * 1e6) {
    const megabytes = Math.round(status.size / 1e5) / 10;
    const refused = `is not read: it has ${megabytes} MB, the cap is ${LARGEST_MEGABYTES} MB`;
    return { refused, because: 'large' };
  }
  const bytes = readFileSync(fd);
  if (bytes.subarray(0, 8192).includes(0)) return { refused: 'is a binary file', because: 'binary' };
  return { text: decode(bytes) };
}

/** Plain words for what the system says. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (typeof code !== 'string') return error instanceof Error ? error.message : String(error);
  return REASONS[code] ?? code;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'a loop of symbolic links',
  ENOTDIR: 'a part of the path is not a folder',
  ENXIO: 'it is a socket or a pipe',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
};

const strict = new TextDecoder('utf-8', { fatal: true });

/**
 * A byte that is no UTF-8 becomes one replacement character, so that what follows it on the line keeps its column.
 * A byte order mark is no column in editors, and none here.
 */
export function decode(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeBroken(bytes);
  }
}

function decodeBroken(bytes: Uint8Array): string {
  const pieces: string[] = [];
  let from = 0;
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? (from = 3) : 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    pieces.push(utf8(bytes, from, at), '\ufffd');
    from = ++at;
  }
  pieces.push(utf8(bytes, from, at));
  return pieces.join('');
}

function utf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}

/** How many bytes a valid sequence has here; 0 when there is none. Surrogates and overlong forms are none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (length === 0 || second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
