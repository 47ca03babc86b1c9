// The bindings against facts of the kernel that do not depend on any scenario, and the promise to leave nothing open.
import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Kernel } from './kernel.js';
import { withKernel } from './kernel.js';
import type { Libc } from './libc.js';
import { loadLibc, maskBits, maskNames } from './libc.js';
import { needs } from './testing.js';

const loaded = await loadLibc();
const absent = 'absent' in loaded ? loaded.absent : null;

describe('the kernel', () => {
  beforeEach(needs(absent));
  const run = <T>(play: (kernel: Kernel) => T): T => withKernel(libc(), play);

  it('closes every descriptor it handed out, also when a run fails', () => {
    const before = readdirSync('/proc/self/fd').length;
    expect(() =>
      run((kernel) => {
        kernel.pair({ kind: 'tcp', ours: 'a', peer: 'b' });
        kernel.pair({ kind: 'pipe', ours: 'c', peer: 'd' });
        kernel.connectTo(kernel.listener(), 'client');
        kernel.epollCreate();
        kernel.eventfd('counter');
        throw new Error('in the middle');
      }),
    ).toThrow('in the middle');
    expect(readdirSync('/proc/self/fd').length).toBe(before);
  });

  it.each(['unix', 'tcp', 'pipe', 'packet-pipe', 'datagram', 'seqpacket'] as const)(
    'carries bytes over a %s and reports them by name',
    (kind) => {
      const lines = run((kernel) => {
        const { ours, peer } = kernel.pair({ kind, ours: 'ours', peer: 'peer' });
        const ep = kernel.epollCreate();
        kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN|EPOLLET');
        kernel.write(peer, Buffer.from('hello'));
        expect(kernel.until(() => kernel.unread(ours) === 5)).toBe(true);
        expect(kernel.epollWait(ep)).toEqual([{ fd: ours, mask: 'EPOLLIN' }]);
        kernel.read(ours, 64);
        kernel.read(ours, 64);
        kernel.epollWait(ep);
        return kernel.transcript;
      });
      expect(lines.slice(-4)).toEqual([
        'epoll_wait(ep, timeout 0) = 1 ours: EPOLLIN',
        'read(ours, 64) = 5',
        'read(ours, 64) = -1 EAGAIN',
        'epoll_wait(ep, timeout 0) = 0',
      ]);
    },
  );

  it('keeps event data of several descriptors apart, so the layout of the struct is right', () => {
    run((kernel) => {
      const ep = kernel.epollCreate();
      const pairs = ['a', 'b', 'c'].map((name) => kernel.pair({ kind: 'unix', ours: name, peer: `peer of ${name}` }));
      for (const { ours, peer } of pairs) {
        kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN');
        kernel.write(peer, Buffer.from('x'));
      }
      expect(kernel.epollWait(ep).map(({ fd, mask }) => `${fd.name} ${mask}`)).toEqual([
        'a EPOLLIN',
        'b EPOLLIN',
        'c EPOLLIN',
      ]);
    });
  });

  it.each(['select', 'pselect'] as const)(
    '%s leaves the ready members in the set and clears it on a time-out',
    (call) => {
      run((kernel) => {
        const a = kernel.pair({ kind: 'unix', ours: 'a', peer: 'peer of a' });
        const b = kernel.pair({ kind: 'unix', ours: 'b', peer: 'peer of b' });
        kernel.write(a.peer, Buffer.from('x'));
        const set = kernel.fdSet([a.ours, b.ours]);
        expect(kernel[call](set).value).toBe(1);
        expect(kernel.members(set)).toEqual([a.ours]);
        kernel.read(a.ours, 1);
        expect(kernel[call](set).value).toBe(0);
        expect(kernel.members(set)).toEqual([]);
      });
    },
  );

  it('names what fails', () => {
    run((kernel) => {
      const ep = kernel.epollCreate();
      const { ours } = kernel.pair({ kind: 'unix', ours: 'a', peer: 'b' });
      expect(kernel.epollCtl(ep, 'MOD', ours, 'EPOLLIN').error).toBe('ENOENT');
      expect(kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN').error).toBeNull();
      expect(kernel.epollCtl(ep, 'ADD', ours, 'EPOLLIN').error).toBe('EEXIST');
      expect(kernel.registeredMask(ep, ours)).toBe('19');
      expect(kernel.transcript.at(-2)).toBe('epoll_ctl(ep, EPOLL_CTL_ADD, a, EPOLLIN) = -1 EEXIST');
    });
  });

  it('counts the accept queue, the unsent bytes and a counter', () => {
    run((kernel) => {
      const listener = kernel.listener();
      kernel.connectTo(listener, 'one');
      kernel.connectTo(listener, 'two');
      expect(kernel.until(() => kernel.acceptQueue(listener) === 2)).toBe(true);
      const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'a', peer: 'b' });
      kernel.write(ours, Buffer.from('x'));
      expect(kernel.unsent(ours)).toBeGreaterThan(0);
      expect(kernel.recv(peer, 9, 'MSG_PEEK').value).toBe(1);
      kernel.setNonblocking(ours, false);
      expect(kernel.recv(ours, 9, 'MSG_DONTWAIT').error).toBe('EAGAIN');
      expect(kernel.poll(kernel.eventfd('counter', true), 'POLLIN')).toEqual({ value: 0, revents: '0' });
    });
  });

  it('asks another process about a descriptor without keeping it', () => {
    run((kernel) => {
      const before = readdirSync('/proc/self/fd').length;
      const { ours, peer } = kernel.pair({ kind: 'unix', ours: 'a', peer: 'b' });
      kernel.write(peer, Buffer.from('four'));
      expect(kernel.borrow(process.pid, ours.number, 'copy', (copy) => kernel.unread(copy))).toBe(4);
      expect(kernel.borrow(process.pid, 99_999, 'copy', () => 1)).toBeNull();
      expect(readdirSync('/proc/self/fd').length).toBe(before + 2);
    });
  });
});

describe('masks', () => {
  it('go from names to bits and back', () => {
    expect(maskBits('EPOLLIN|EPOLLET')).toBe(0x80000001);
    expect(maskNames(0x80000001)).toBe('EPOLLIN|EPOLLET');
    expect(maskNames(0)).toBe('0');
  });

  it('with an unknown name are an error that tells the name', () => {
    expect(() => maskBits('EPOLLIN|EPOLLMAYBE')).toThrow("'EPOLLMAYBE'");
  });
});

describe('where the bindings cannot be', () => {
  it.each([
    ['darwin', 'arm64', 'Linux only, this is darwin'],
    ['linux', 's390x', 's390x'],
  ])('%s on %s says why', async (platform, arch, reason) => {
    const answer = await loadLibc(platform, arch);
    expect('absent' in answer ? answer.absent : '').toContain(reason);
  });
});

function libc(): Libc {
  if ('absent' in loaded) throw new Error(loaded.absent);
  return loaded;
}
