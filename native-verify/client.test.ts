// The warm child as its users meet it: a real process that is asked, killed, stopped, starved of koffi, and closed.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Specimen } from '../analysis/finding.js';
import type { ClientOptions, Question } from './client.js';
import { VerifierClient } from './client.js';
import { childProgram, eventually, isAlive, needs, noKernel } from './testing.js';

const open: VerifierClient[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()));
});

describe('the client', () => {
  beforeEach(needs(noKernel));
  it('keeps one child for many questions and ends it when closed', async () => {
    const client = start();
    const first = await client.verify(question());
    const pid = client.pid;
    const rest = await Promise.all(Array.from({ length: 20 }, () => client.verify(question())));
    expect(first.state).toBe('demonstrated');
    expect(new Set([first, ...rest].map((verdict) => JSON.stringify(verdict))).size).toBe(1);
    expect(client.pid).toBe(pid);
    await client.close();
    expect(pid !== null && isAlive(pid)).toBe(false);
    expect(await client.verify(question())).toMatchObject({
      state: 'not-executable',
      reason: 'the verifier was closed',
    });
  });

  it('asks a new child when one is killed in the middle of a request', async () => {
    const client = start();
    const pid = await warm(client);
    process.kill(pid, 'SIGSTOP');
    const pending = client.verify(question());
    process.kill(pid, 'SIGKILL');
    expect((await pending).state).toBe('demonstrated');
    expect(client.pid).not.toBe(pid);
  });

  it('gives up a request whose child hangs, kills that child, and goes on with a new one', async () => {
    const client = start({ limitMilliseconds: 1500 });
    const pid = await warm(client);
    process.kill(pid, 'SIGSTOP');
    expect(await client.verify(question())).toMatchObject({
      state: 'not-executable',
      reason: 'no answer within 1500 ms',
    });
    expect(await eventually(() => !isAlive(pid))).toBe(true);
    expect((await client.verify(question())).state).toBe('demonstrated');
  });

  it('says so when the child cannot start at all', async () => {
    const verdict = await start({ program: '/nonexistent/child.js' }).verify(question());
    expect(verdict).toMatchObject({ tier: 'kernel', state: 'not-executable', seed: 3 });
    expect(verdict.reason).toMatch(
      /^the verifier ended \(status 1, Error: Cannot find module .*\) before it answered$/u,
    );
  });

  it('answers not-executable where koffi does not load', async () => {
    const client = start({ nodeOptions: ['--import', withoutKoffi] });
    const verdict = await client.verify(question());
    expect(verdict).toMatchObject({ tier: 'kernel', about: 'pattern', state: 'not-executable' });
    expect(verdict.reason).toContain('koffi does not load here: no binary for this machine');
    const code = await client.verify({ tier: 'code', rule, file: '/x.c', function: 'f', seed: 1, flags: [] });
    expect(code).toMatchObject({ tier: 'code', about: 'function', state: 'not-executable', reason: verdict.reason });
  });

  it('answers not-executable for a rule without a scenario', async () => {
    const verdict = await start().verify({ ...question(), rule: 'no-such-rule' });
    expect(verdict).toMatchObject({ state: 'not-executable', reason: 'no scenario for no-such-rule' });
  });
});

describe('the child', () => {
  it('answers every line, and ends with its input', async () => {
    const child = spawn(process.execPath, [childProgram], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const answers: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => answers.push(line));
    child.stdin.write('not json\n\n{"id":1,"tier":"kernel"}\n{"id":2,"tier":"moon","rule":"x"}\n');
    child.stdin.end(`{"id":3,"tier":"kernel","rule":"x","seed":1,"specimen":{"api":"epoll"}}\n`);
    expect(await ended).toBe(0);
    expect(answers.map((line): unknown => JSON.parse(line))).toEqual([
      { id: null, error: 'not a line of JSON' },
      { id: 1, error: 'a request names its rule' },
      { id: 2, error: 'the tier is "kernel" or "code"' },
      { id: 3, error: 'a kernel request carries the specimen of its finding' },
    ]);
  });
});

const rule = 'et-read-not-drained';

const specimen: Specimen = { api: 'epoll', kind: 'stream', nonblocking: true, mask: null, calls: [], assumed: [] };

/** A resolver that knows every module but one, as on a machine for which koffi has no binary. */
const withoutKoffi = dataModule(
  `import { register } from 'node:module'; register(${JSON.stringify(
    dataModule(
      `export const resolve = (name, context, next) => {
        if (name === 'koffi') throw new Error('no binary for this machine');
        return next(name, context);
      };`,
    ),
  )});`,
);

function dataModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

function question(): Question {
  return { tier: 'kernel', rule, specimen, seed: 3 };
}

function start(options: ClientOptions = {}): VerifierClient {
  const client = new VerifierClient({ program: childProgram, ...options });
  open.push(client);
  return client;
}

async function warm(client: VerifierClient): Promise<number> {
  await client.verify(question());
  const { pid } = client;
  if (pid === null) throw new Error('the client has no child');
  return pid;
}
