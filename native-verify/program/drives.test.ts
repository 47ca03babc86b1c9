// What a program owes its clients, by drive: what is late, what is lost, and what may be left out.
import { describe, expect, it } from 'vitest';
import type { Drive, Missing } from './drives.js';
import { driveNamed, driveNames, speech } from './drives.js';

describe('a drive', () => {
  it.each([
    ['echo', (said: Buffer) => said, { amount: 0, hole: false }],
    ['echo', (said: Buffer) => said.subarray(0, 900), { amount: 100, hole: false }],
    ['echo', (said: Buffer) => without(said, 300, 100), { amount: 100, hole: true }],
    ['relay', (said: Buffer) => without(said, 300, 100), { amount: 100, hole: true }],
    ['lines', (said: Buffer) => Buffer.from(answers(said, 0)), { amount: 0, hole: null }],
    ['lines', (said: Buffer) => Buffer.from(answers(said, 3)), { amount: 3, hole: null }],
    ['chat', (said: Buffer) => said, { amount: 0, hole: false }],
    ['chat', (said: Buffer) => Buffer.from(prefixed(said)), { amount: 0, hole: false }],
    ['chat', (said: Buffer) => without(said, 0, said.indexOf('\n') + 1), { amount: 0, hole: false }],
    ['chat', (said: Buffer) => without(said, 300, 100), { amount: 1, hole: true }],
  ] as const)('%s knows what is missing, case %#', (name, hear, expected) => {
    const drive = known(name);
    const said = speech(drive, 7, 1000).subarray(0, 1000);
    expect(missing(drive, said, hear(said))).toMatchObject(expected);
  });

  it('of http counts responses', () => {
    const drive = known('http');
    const said = Buffer.concat([1, 2, 3].map((at) => drive.message(at)));
    const heard = Buffer.from('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n');
    expect(missing(drive, said, heard)).toEqual({ amount: 1, unit: 'responses', hole: null });
  });

  it('without knowledge of the answers judges none', () => {
    expect(driveNamed(null)).toBe(driveNamed('talk'));
    expect(driveNamed('talk')?.missing).toBeNull();
    expect(driveNamed('gopher')).toBeNull();
    expect(driveNames()).toBe('echo, lines, chat, relay, http, talk');
  });

  it('says the same for the same seed, and numbers that fit', () => {
    const drive = known('chat');
    expect(speech(drive, 5, 4000).equals(speech(drive, 5, 4000))).toBe(true);
    expect(speech(drive, 5, 4000).equals(speech(drive, 6, 4000))).toBe(false);
    const said = speech(drive, 123_456_789_012, 4000);
    expect(missing(drive, said, said).amount).toBe(0);
  });
});

function known(name: string): Drive {
  const drive = driveNamed(name);
  if (drive === null) throw new Error(`no drive ${name}`);
  return drive;
}

function missing(drive: Drive, said: Buffer, heard: Buffer): Missing {
  if (drive.missing === null) throw new Error('nothing is owed');
  return drive.missing(said, heard);
}

function without(bytes: Buffer, at: number, size: number): Buffer {
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
}

function answers(said: Buffer, lost: number): string {
  return 'ok\n'.repeat(said.toString().split('\n').length - 1 - lost);
}

function prefixed(said: Buffer): string {
  return said.toString().replaceAll(/^(?=.)/gmu, 'somebody: ');
}
