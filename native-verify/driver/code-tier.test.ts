// Functions of files written here, compiled and executed for real: what is confirmed, and what is refused and why.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Verdict } from '../../analysis/verdict.js';
import type { ClientOptions } from '../client.js';
import { VerifierClient } from '../client.js';
import { childProgram, eventually, isAlive, needs, noCode, noKernel } from '../testing.js';

const folder = mkdtempSync(join(tmpdir(), 'mux-code-tier-'));
const clients: VerifierClient[] = [];
const client = start({ lanes: 4 });

afterAll(async () => {
  await Promise.all(clients.map((one) => one.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('the code tier', () => {
  beforeEach(needs(noCode));
  it.each(['static_reader', 'bad_reads_once'])('confirms %s', async (name) => {
    expect(await judge('et-read-not-drained', readers, name)).toMatchObject({
      about: 'function',
      tier: 'code',
      state: 'confirmed',
      reason: null,
    });
  });

  it.each([
    ['drains', 'nothing is left behind'],
    ['pauses_while_peer_is_slow', 'nothing is left behind'],
    ['level_triggered_sleeper', 'the kernel does not show the claimed cause'],
    ['never_reads', 'one more arrival does not make it take what is left'],
  ])('does not reproduce %s', async (name, reason) => {
    const verdict = await judge('et-read-not-drained', readers, name);
    expect(verdict.state).toBe('not-reproduced');
    expect(verdict.reason).toContain(reason);
    expect(verdict.control.length).toBeGreaterThan(0);
  });

  it.each([
    ['crashes', 'SIGSEGV'],
    ['leaves', 'status 3'],
    ['spins', 'never comes to rest'],
    ['waits_long', 'time-out that did not pass'],
    ['takes_a_struct', 'can call only a function of the form takes_a_struct (int ep, int fd, char *buf, int n)'],
    ['swaps', 'can call only a function of the form'],
    ['no_such_function', 'can call only a function of the form'],
  ])('cannot execute %s and says why', async (name, reason) => {
    const verdict = await judge('et-read-not-drained', oddities, name);
    expect(verdict.state).toBe('not-executable');
    expect(verdict.reason).toContain(reason);
  });

  it.each([
    ['int f(int ep, int fd, char *buf, int n) { return missing(n); }', "needs 'missing', which is defined elsewhere"],
    ['int f(int ep, int fd, char *buf, int n) { return n +; }', 'does not compile by itself: expected expression'],
    ['#include "nowhere.h"', 'does not compile by itself: nowhere.h: No such file or directory'],
  ])('says why it cannot build %j', async (text, reason) => {
    const verdict = await judge('et-read-not-drained', text, 'f');
    expect(verdict).toMatchObject({ state: 'not-executable' });
    expect(verdict.reason).toContain(reason);
  });

  it('says that a file cannot be read', async () => {
    const verdict = await ask(client, 'et-read-not-drained', join(folder, 'absent.c'), 'f');
    expect(verdict.reason).toContain('absent.c cannot be read');
  });

  it('runs the function with reset signals, the usual limits and no descriptor but its own', async () => {
    expect(await judge('et-read-not-drained', surroundings, 'exits_when_surroundings_differ')).toMatchObject({
      state: 'confirmed',
    });
  });

  it('passes flags to the compiler', async () => {
    const file = write(`#ifndef ANSWER\n#error no answer\n#endif\n${readers}`);
    const verdict = await client.verify({
      tier: 'code',
      rule: 'et-read-not-drained',
      file,
      function: 'bad_reads_once',
      seed: 1,
      flags: ['-DANSWER=42'],
    });
    expect(verdict.state).toBe('confirmed');
    expect((await ask(client, 'et-read-not-drained', file, 'bad_reads_once')).reason).toContain('no answer');
  });

  it('judges a text in the place of the file, with the headers of the file', async () => {
    writeFileSync(join(folder, 'beside.h'), '#define COUNT 1\n');
    const file = write(`#include "beside.h"\n${readers}`);
    const question = { tier: 'code', rule: 'et-read-not-drained', file, seed: 1, flags: [] } as const;
    const fixed = readFileSync(file, 'utf8').replace(
      'return read(sock',
      'while (read(sock, buffer, size) > 0); return read(sock',
    );
    expect((await client.verify({ ...question, function: 'bad_reads_once' })).state).toBe('confirmed');
    expect(await client.verify({ ...question, function: 'bad_reads_once', text: fixed })).toMatchObject({
      state: 'not-reproduced',
      reason: 'nothing is left behind',
    });
  });

  it('reaches a helper through the only function that leads to it', async () => {
    const one = await judge('et-read-not-drained', helpers, 'on_message');
    expect(one.state).toBe('confirmed');
    expect(one.transcript.join('\n')).toContain('bad_calls_back runs');
    const two = await judge('et-read-not-drained', helpers, 'fill');
    expect(two.state).toBe('not-executable');
    expect(two.reason).toContain('several lead to fill: bad_fills_once, good_fills');
  });

  it('lists what it can call, the conditionals decided and main left out', async () => {
    expect(await client.functions('et-read-not-drained', write(oddities))).toEqual([
      'crashes',
      'leaves',
      'spins',
      'waits_long',
    ]);
  });

  it('takes the process with it when the verifier is killed', async () => {
    const own = start();
    const pending = ask(own, 'et-read-not-drained', write(named), 'spins_under_a_name');
    expect(await eventually(() => pidsOf('mux-spinner').length === 1)).toBe(true);
    const [first] = pidsOf('mux-spinner');
    if (own.pid !== null) process.kill(own.pid, 'SIGKILL');
    expect(await eventually(() => !pidsOf('mux-spinner').includes(first ?? ''))).toBe(true);
    expect((await pending).reason).toBe('the process never comes to rest in a wait');
    expect(await eventually(() => pidsOf('mux-spinner').length === 0)).toBe(true);
  });

  it('leaves no folder and no process behind', async () => {
    const scratch = mkdtempSync(join(folder, 'scratch-'));
    const own = start({ env: { ...process.env, TMPDIR: scratch } });
    expect((await ask(own, 'et-read-not-drained', write(forks), 'bad_forks_and_reads_once')).state).toBe('confirmed');
    await own.close();
    expect(readdirSync(scratch)).toEqual([]);
    expect(await eventually(() => pidsOf('mux-marked').length === 0)).toBe(true);
  });
});

describe('without a compiler', () => {
  beforeEach(needs(noKernel));
  it('says that there is no compiler', async () => {
    const bare = start({ env: { PATH: '/nonexistent' } });
    expect(await ask(bare, 'et-read-not-drained', write(readers), 'drains')).toMatchObject({
      state: 'not-executable',
      reason: 'there is no C compiler (cc) on PATH',
    });
  });
});

const headers = `#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
static void wait_for(int ep, int fd, unsigned mask, int timeout)
{
	struct epoll_event ev = { .events = mask, .data.fd = fd };
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	epoll_wait(ep, &ev, 1, timeout);
}
`;

const readers = `${headers}
static int static_reader(int epfd, const int sock, char *buffer, size_t size)
{
	wait_for(epfd, sock, EPOLLIN | EPOLLET, -1);
	return read(sock, buffer, size);
}
void bad_reads_once(int a, int b, char *c, int d) { static_reader(a, b, c, d); }
void drains(int ep, int fd, char *buf, int n)
{
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	while (read(fd, buf, n) > 0)
		;
}
/* Echoes, and reads on only while its answers go out: with a peer that takes them it always does. */
void pauses_while_peer_is_slow(int ep, int fd, char *buf, int n)
{
	wait_for(ep, fd, EPOLLIN | EPOLLOUT | EPOLLET, -1);
	for (int r; (r = read(fd, buf, n)) > 0;)
		for (int w = 0; w < r;) {
			int k = write(fd, buf + w, r - w);
			if (k < 0)
				poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
			w += k > 0 ? k : 0;
		}
}
void level_triggered_sleeper(int ep, int fd, char *buf, int n)
{
	wait_for(ep, fd, EPOLLRDHUP, -1);
}
void never_reads(int ep, int fd, char *buf, int n)
{
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
}
int main(int argc, char **argv) { return argc; }
`;

const helpers = `${headers}
struct conn { int fd; char *buf; int n; void (*on_read)(struct conn *); };
static void on_message(struct conn *c) { read(c->fd, c->buf, c->n); }
static int fill(struct conn *c) { return read(c->fd, c->buf, c->n); }
void bad_calls_back(int ep, int fd, char *buf, int n)
{
	struct conn c = { fd, buf, n, on_message };
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	c.on_read(&c);
}
void bad_fills_once(int ep, int fd, char *buf, int n)
{
	struct conn c = { fd, buf, n, 0 };
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	fill(&c);
}
void good_fills(int ep, int fd, char *buf, int n)
{
	struct conn c = { fd, buf, n, 0 };
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	while (fill(&c) > 0)
		;
}
`;

const oddities = `${headers}
struct conn { int fd; };
void crashes(int ep, int fd, char *buf, int n) { *(volatile int *)0 = n; }
void leaves(int ep, int fd, char *buf, int n) { _exit(3); }
void spins(int ep, int fd, char *buf, int n) { for (;;); }
void waits_long(int ep, int fd, char *buf, int n) { wait_for(ep, fd, EPOLLIN | EPOLLET, 60000); read(fd, buf, 1); wait_for(ep, fd, EPOLLIN | EPOLLET, 60000); }
void takes_a_struct(struct conn *c) { }
int swaps(int first, int second, char *text, int length) { return first + second; }
#if 0
void compiled_out(int ep, int fd, char *buf, int n) { }
#endif
int main(void) { return "{"[0] + '{'; }
`;

const surroundings = `${headers}
void exits_when_surroundings_differ(int ep, int fd, char *buf, int n)
{
	struct rlimit files, core;
	struct sigaction pipe;
	sigset_t blocked;
	getrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_CORE, &core);
	sigaction(SIGPIPE, NULL, &pipe);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	if (files.rlim_cur != 1024 || core.rlim_cur != 0 || pipe.sa_handler != SIG_DFL || sigismember(&blocked, SIGPIPE))
		_exit(9);
	if (!(fcntl(fd, F_GETFL) & O_NONBLOCK) || fd != 3)
		_exit(8);
	for (int other = 3; other < 900; other++)
		if (other != fd && other != ep && fcntl(other, F_GETFD) >= 0)
			_exit(7);
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	read(fd, buf, n);
}
`;

const named = `${headers}
void spins_under_a_name(int ep, int fd, char *buf, int n)
{
	prctl(PR_SET_NAME, "mux-spinner");
	for (;;)
		;
}
`;

const forks = `${headers}
void bad_forks_and_reads_once(int ep, int fd, char *buf, int n)
{
	static int forked;
	if (!forked++ && fork() == 0) {
		prctl(PR_SET_NAME, "mux-marked");
		for (;;)
			pause();
	}
	wait_for(ep, fd, EPOLLIN | EPOLLET, -1);
	read(fd, buf, n);
}
`;

function start(options: ClientOptions = {}): VerifierClient {
  const one = new VerifierClient({ program: childProgram, ...options });
  clients.push(one);
  return one;
}

let files = 0;

function write(text: string): string {
  files += 1;
  const file = join(folder, `case-${files}.c`);
  writeFileSync(file, text);
  return file;
}

function judge(rule: string, text: string, name: string): Promise<Verdict> {
  return ask(client, rule, write(text), name);
}

function ask(one: VerifierClient, rule: string, file: string, name: string): Promise<Verdict> {
  return one.verify({ tier: 'code', rule, file, function: name, seed: 1, flags: [] });
}

/** The processes whose main thread calls itself so. */
function pidsOf(name: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/u.test(pid) && isAlive(Number(pid)) && commandOf(pid) === name);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // It has ended since the listing.
    return '';
  }
}
