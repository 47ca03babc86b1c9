// Programs that misbehave: one clear reason each, and nothing left running, whoever is killed.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually, needs, noCode } from '../testing.js';
import type { ProgramEntry, ProgramOptions, ProgramReport } from './entry.js';
import { programRules } from './entry.js';
import { judgeProgram, listening, processesMarked, withProgram } from './testing.js';
import { verifyProgram } from './verify.js';

const echo = 'int c = accept(l, 0, 0); char b[512]; ssize_t n; while ((n = read(c, b, sizeof b)) > 0) write(c, b, n);';
const serving = `for (;;) { ${echo} close(c); }`;

interface Misbehaviour {
  readonly name: string;
  readonly source: string;
  readonly reason: RegExp;
  readonly entry?: Partial<ProgramEntry>;
  readonly options?: ProgramOptions;
}

const misbehaviours: readonly Misbehaviour[] = [
  { name: 'does not build', source: 'int main(void) { return missing; }', reason: /^it does not build: .*missing/u },
  {
    name: 'builds without end',
    source: '',
    entry: { build: 'sleep 1000' },
    options: { limitMilliseconds: 300 },
    reason: /^it does not build within 300 ms$/u,
  },
  {
    name: 'ends at once with a complaint',
    source: '#include <stdio.h>\nint main(void) { fputs("no config\\n", stderr); return 3; }',
    reason: /^it ended with status 3: no config$/u,
  },
  { name: 'crashes at once', source: 'int main(void) { __builtin_trap(); }', reason: /^it was ended by SIGILL$/u },
  {
    name: 'never listens',
    source: '#include <unistd.h>\nint main(void) { pause(); }',
    options: { limitMilliseconds: 1000 },
    reason: /^it listens on no TCP port within \d+ ms$/u,
  },
  { name: 'crashes on a client', source: listening('accept(l, 0, 0); abort();'), reason: /^it was ended by SIGABRT$/u },
  { name: 'spins', source: listening('for (;;);'), reason: /^it does not come to rest: it never sleeps in a wait$/u },
  {
    name: 'prints without end',
    source: listening('char b[65536]; memset(b, 65, sizeof b); for (;;) write(1, b, sizeof b);'),
    reason: /^it prints more than 8 MB$/u,
  },
  {
    name: 'eats memory',
    // All of it before it listens, and the same pages many times: how fast the machine is must not matter.
    source: listening(
      serving,
      'int f = memfd_create("m", 0); if (ftruncate(f, 64 << 20) == 0) for (int i = 0; i < 20; i++) mmap(0, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, f, 0);',
    ),
    reason: /^it takes more than 1024 MB of memory$/u,
  },
  {
    name: 'never answers',
    source: listening('for (;;) { int c = accept(l, 0, 0); char b[512]; while (read(c, b, sizeof b) > 0); close(c); }'),
    reason: /^it never answers: the drive 'echo' does not fit it$/u,
  },
  {
    name: 'has an unknown drive',
    source: listening(serving),
    entry: { drive: 'gopher' },
    reason: /^the drive 'gopher' is not known; there are echo, lines, chat, relay, http, talk$/u,
  },
];

describe.each([true, false])('a program that misbehaves, isolated: %s', (isolate) => {
  beforeEach(needs(noCode));

  it.each(misbehaviours.map((one) => [one.name, one] as const))(
    '%s',
    async (name, { source, reason, entry, options }) => {
      const mark = markFor(name);
      const report = await withProgram(source, mark, (made) =>
        verifyProgram({ ...made, ...entry }, { isolate, judge: judgeProgram, ...options }),
      );
      expect(reasons(report)).toContainEqual(expect.stringMatching(reason));
      expect(report.results.filter(({ verdict }) => verdict.state === 'confirmed')).toEqual([]);
      expect(await eventually(() => processesMarked(mark).length === 0)).toBe(true);
    },
    60_000,
  );

  it('ignores SIGTERM, forks and lets go of its parent, and is ended all the same', async () => {
    const daemon = 'signal(SIGTERM, SIG_IGN); if (fork() == 0) { setsid(); if (fork() == 0) for (;;) pause(); }';
    const mark = markFor('daemon');
    const report = await withProgram(listening(serving, daemon), mark, (entry) =>
      verifyProgram(entry, { isolate, judge: judgeProgram }),
    );
    expect(report.results.map(({ rule }) => rule)).toEqual(programRules);
    expect(await eventually(() => processesMarked(mark).length === 0)).toBe(true);
  }, 60_000);

  it('is ended when the one who asked is killed', async () => {
    const mark = markFor('orphan');
    await withProgram(listening(serving), mark, async (entry) => {
      const asking = `
        const { verifyProgram } = await import(${JSON.stringify(verifyCompiled)});
        await verifyProgram(${JSON.stringify(entry)}, { isolate: ${isolate} });`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', asking], { stdio: 'ignore' });
      const ended = new Promise((settle) => child.once('close', settle));
      // The command line of the one who asks holds the mark as well; this is what the program's own looks like.
      const program = ['/server', '0', mark].join('\0');
      expect(await eventually(() => processesMarked(program).length > 0, 20_000)).toBe(true);
      child.kill('SIGKILL');
      await ended;
      expect(await eventually(() => processesMarked(mark).length === 0, 20_000)).toBe(true);
    });
  }, 60_000);
});

const verifyCompiled = fileURLToPath(new URL('../../dist/native-verify/program/verify.js', import.meta.url));

function reasons({ results }: ProgramReport): readonly string[] {
  return results.map(({ verdict }) => verdict.reason ?? '');
}

function markFor(name: string): string {
  return `${name.replaceAll(/\W/gu, '-')}-${process.pid}-${Math.random().toString(36).slice(2)}`;
}
