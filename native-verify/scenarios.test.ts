// Every scenario on this kernel: the bad sequence reproduces, the corrected one does not, again and again alike.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Specimen } from '../analysis/finding.js';
import { judgePattern } from './kernel-tier.js';
import type { Libc } from './libc.js';
import { loadLibc } from './libc.js';
import type { Scenario } from './scenario.js';
import { scenarioNames, scenarioOf } from './scenarios.js';
import { needs } from './testing.js';

/** Runs of each scenario with one seed; the release is tried with 100. */
const repeats = Number(process.env.MUX_LINT_KERNEL_REPEATS ?? '5');
const loaded = await loadLibc();
const absent = 'absent' in loaded ? loaded.absent : null;

describe('scenarios', () => {
  it('are found by the name of their rule', async () => {
    expect(scenarioNames()).toEqual(
      expect.arrayContaining([
        'et-accept-not-drained',
        'et-read-not-drained',
        'fdset-not-rebuilt',
        'oneshot-not-rearmed',
        'partial-write-dropped',
      ]),
    );
    expect(await scenarioOf('no-such-rule')).toBeNull();
    expect(await scenarioOf('../kernel')).toBeNull();
  });

  it.each(scenarioNames())('%s states its claim in one sentence', async (name) => {
    expect((await named(name)).claim).toMatch(/^[^A-Z\n].*[^.\n]$/u);
  });
});

describe('the kernel tier', () => {
  beforeEach(needs(absent));
  it.each(scenarioNames())(`demonstrates %s ${repeats} times of ${repeats}, with the same transcript`, async (name) => {
    const scenario = await named(name);
    const verdicts = Array.from({ length: repeats }, () => JSON.stringify(judgePattern(libc(), scenario, unknown, 7)));
    expect(new Set(verdicts).size).toBe(1);
    expect(JSON.parse(verdicts[0] ?? '')).toMatchObject({
      about: 'pattern',
      tier: 'kernel',
      state: 'demonstrated',
      reason: null,
      seed: 7,
    });
  });

  it.each(scenarioNames())('demonstrates %s for any seed', async (name) => {
    const scenario = await named(name);
    for (let seed = 0; seed < 20; seed += 1) {
      expect(judgePattern(libc(), scenario, unknown, seed), `seed ${seed}`).toMatchObject({ state: 'demonstrated' });
    }
  });

  it.each(playable)('$rule is demonstrated with $what', async ({ rule, specimen, line }) => {
    const verdict = judgePattern(libc(), await named(rule), { ...unknown, ...specimen }, 1);
    expect(verdict).toMatchObject({ state: 'demonstrated', reason: null });
    expect(verdict.transcript.join('\n')).toContain(line);
    expect(verdict.control.length).toBeGreaterThan(0);
  });

  it.each(harmless)('$rule is not demonstrated with $what', async ({ rule, specimen }) => {
    const verdict = judgePattern(libc(), await named(rule), { ...unknown, ...specimen }, 1);
    expect(verdict.state).toBe('not-demonstrated');
    expect(verdict.transcript.length).toBeGreaterThan(0);
  });

  it.each(refused)('$rule refuses $what in words', async ({ rule, specimen, reason }) => {
    const verdict = judgePattern(libc(), await named(rule), { ...unknown, ...specimen }, 1);
    expect(verdict.state).toBe('not-executable');
    expect(verdict.reason).toContain(reason);
  });

  it('prints what was assumed, and only that', async () => {
    const scenario = await named('et-read-not-drained');
    const assumed = (specimen: Specimen): readonly string[] =>
      judgePattern(libc(), scenario, specimen, 1).transcript.filter((line) => line.startsWith('assumed: '));
    expect(assumed({ ...unknown, assumed: ['the descriptor is a stream socket'] })).toEqual([
      'assumed: the descriptor is a stream socket',
      'assumed: the mask is EPOLLIN|EPOLLET',
      'assumed: one read of 4096 bytes',
      'assumed: the descriptor is nonblocking',
    ]);
    const calls = [{ call: 'read', size: 512, loops: false }];
    expect(assumed({ ...unknown, kind: 'stream', nonblocking: true, mask: 'EPOLLIN|EPOLLET', calls })).toEqual([]);
  });
});

const unknown: Specimen = { api: 'epoll', kind: 'unknown', nonblocking: null, mask: null, calls: [], assumed: [] };

const read = (size: number) => ({ call: 'read', size, loops: false });

const playable: readonly Case<{ line: string }>[] = [
  {
    rule: 'et-read-not-drained',
    what: 'its own buffer',
    specimen: { calls: [read(100)] },
    line: 'read(conn, 100) = 100',
  },
  { rule: 'et-read-not-drained', what: 'a large buffer', specimen: { calls: [read(65_536)] }, line: 'AF_UNIX' },
  {
    rule: 'et-read-not-drained',
    what: 'a header and a body',
    specimen: { calls: [read(4), read(60)] },
    line: 'read(conn, 60)',
  },
  { rule: 'et-read-not-drained', what: 'a pipe', specimen: { kind: 'pipe', calls: [read(512)] }, line: 'pipe2' },
  {
    rule: 'et-read-not-drained',
    what: 'datagrams',
    specimen: { kind: 'datagram', calls: [read(512)] },
    line: 'SOCK_DGRAM',
  },
  { rule: 'et-read-not-drained', what: 'a packet pipe', specimen: { kind: 'packet-pipe' }, line: 'O_DIRECT' },
  { rule: 'et-accept-not-drained', what: 'a listener', specimen: { kind: 'listener' }, line: 'accept queue' },
  {
    rule: 'oneshot-not-rearmed',
    what: 'an edge as well',
    specimen: { mask: 'EPOLLIN|EPOLLET|EPOLLONESHOT' },
    line: 'c0000000',
  },
  { rule: 'oneshot-not-rearmed', what: 'a pipe', specimen: { kind: 'pipe' }, line: '40000000' },
  {
    rule: 'fdset-not-rebuilt',
    what: 'pselect',
    specimen: { api: 'select', calls: [{ call: 'pselect', size: null, loops: false }] },
    line: 'pselect(',
  },
  {
    rule: 'fdset-not-rebuilt',
    what: 'a terminal',
    specimen: { api: 'select', kind: 'tty' },
    line: 'stands for the tty',
  },
  {
    rule: 'partial-write-dropped',
    what: 'a short record',
    specimen: { calls: [{ call: 'send', size: 64, loops: false }] },
    line: 'EAGAIN',
  },
  {
    rule: 'partial-write-dropped',
    what: 'a pipe',
    specimen: { kind: 'pipe', calls: [{ call: 'write', size: 100_000, loops: false }] },
    line: 'pipe2',
  },
];

// The same sequences with a mask or buffer for which the rule would be wrong: the kernel must say so.
const harmless: readonly Case<object>[] = [
  { rule: 'et-read-not-drained', what: 'level-triggered events', specimen: { mask: 'EPOLLIN' } },
  { rule: 'et-accept-not-drained', what: 'level-triggered events', specimen: { kind: 'listener', mask: 'EPOLLIN' } },
  { rule: 'oneshot-not-rearmed', what: 'a mask without the one-shot bit', specimen: { mask: 'EPOLLIN|EPOLLET' } },
];

const refused: readonly Case<{ reason: string }>[] = [
  { rule: 'et-read-not-drained', what: 'a timer', specimen: { kind: 'timerfd' }, reason: 'timerfd' },
  { rule: 'et-read-not-drained', what: 'an unknown bit', specimen: { mask: 'EPOLLSOON' }, reason: 'EPOLLSOON' },
  {
    rule: 'et-read-not-drained',
    what: 'an endless buffer',
    specimen: { calls: [read(1 << 24)] },
    reason: 'does not fit',
  },
  { rule: 'et-accept-not-drained', what: 'a pipe', specimen: { kind: 'pipe' }, reason: 'no accept queue' },
  { rule: 'oneshot-not-rearmed', what: 'a counter', specimen: { kind: 'eventfd' }, reason: 'eventfd' },
  { rule: 'partial-write-dropped', what: 'datagrams', specimen: { kind: 'datagram' }, reason: 'all or nothing' },
  { rule: 'partial-write-dropped', what: 'a blocking socket', specimen: { nonblocking: false }, reason: 'blocks' },
];

type Case<More> = More & {
  readonly rule: string;
  readonly what: string;
  readonly specimen: Partial<Specimen>;
};

async function named(rule: string): Promise<Scenario> {
  const scenario = await scenarioOf(rule);
  if (scenario === null) throw new Error(`no scenario for ${rule}`);
  return scenario;
}

function libc(): Libc {
  if ('absent' in loaded) throw new Error(loaded.absent);
  return loaded;
}
