// From bytes to text, and what is refused.
import { afterAll, describe, expect, it } from 'vitest';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { decode, LARGEST_MEGABYTES, readSource } from './read-source.js';
import { temporaryTree } from './testing.js';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

describe('invalid UTF-8', () => {
  it.for([
    ['one byte of Latin-1', bytes('/* caf', 0xe9, ' */ read();'), '/* caf\ufffd */ read();'],
    ['two that look like the start of three', bytes('"', 0xe9, 0xa9, '" x'), '"\ufffd\ufffd" x'],
    ['beside what is valid', bytes('é', 0xff, '日本'), 'é\ufffd日本'],
    ['a surrogate', bytes('a', 0xed, 0xa0, 0x80, 'b'), 'a\ufffd\ufffd\ufffdb'],
    ['an overlong slash', bytes('a', 0xc0, 0xaf, 'b'), 'a\ufffd\ufffdb'],
    ['cut off at the end', bytes('a', 0xf0, 0x9f, 0x98), 'a\ufffd\ufffd\ufffd'],
    ['above the last character', bytes(0xf4, 0x90, 0x80, 0x80), '\ufffd\ufffd\ufffd\ufffd'],
  ] as const)('%s keeps every column', ([, input, expected]) => {
    expect(decode(input)).toBe(expected);
  });

  it('drops a byte order mark, which is no column', () => {
    expect(decode(bytes('\ufeffint x;'))).toBe('int x;');
    expect(decode(bytes('\ufeffint x;', 0xff))).toBe('int x;\ufffd');
  });
});

describe('files', () => {
  const tree = temporaryTree({ 'empty.c': '', 'binary.c': bytes('\x7fELF', 0, 0, 0), 'crlf.c': 'a\r\nb\r\n' });
  afterAll(tree.remove);

  it('may be empty', () => {
    expect(readSource(tree.path('empty.c'))).toEqual({ text: '' });
  });

  it('keep their line ends', () => {
    expect(readSource(tree.path('crlf.c'))).toEqual({ text: 'a\r\nb\r\n' });
  });

  it.for([
    ['binary.c', 'binary', 'is a binary file'],
    ['missing.c', 'unreadable', 'cannot be read: no such file or folder'],
    ['.', 'unreadable', 'cannot be read: it is a folder'],
    ['empty.c/x', 'unreadable', 'cannot be read: a part of the path is not a folder'],
  ] as const)('%s is refused', ([name, because, refused]) => {
    expect(readSource(tree.path(name))).toEqual({ refused, because });
  });

  it('larger than the cap are refused with the cap', () => {
    writeFileSync(tree.path('large.c'), '');
    truncateSync(tree.path('large.c'), 50e6);
    const refused = `is not read: it has 50 MB, the cap is ${LARGEST_MEGABYTES} MB`;
    expect(readSource(tree.path('large.c'))).toEqual({ refused, because: 'large' });
  });

  it('that are loops of links, or sockets, are refused', async () => {
    symlinkSync('loop.c', tree.path('loop.c'));
    expect(readSource(tree.path('loop.c'))).toMatchObject({ refused: 'cannot be read: a loop of symbolic links' });
    mkdirSync(tree.path('s'));
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(tree.path('s/socket.c'), resolve));
    try {
      expect(readSource(tree.path('s/socket.c'))).toMatchObject({
        refused: 'cannot be read: it is a socket or a pipe',
      });
    } finally {
      server.close();
    }
  });
});
