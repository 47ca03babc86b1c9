// A process in a known state is seen as what it is, and is not changed by being looked at.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Absent, Libc } from '../libc.js';
import { loadLibc } from '../libc.js';
import { eventually, needs, noCode } from '../testing.js';
import { settled } from './settled.js';
import type { DescriptorSnapshot, ProcessSnapshot } from './snapshot.js';
import { snapshot, whyNoSnapshot } from './snapshot.js';
import { threadsOf } from './threads.js';
import type { CompiledSubject } from './testing.js';
import { startCompiled } from './testing.js';

const libc = await loadLibc();
const started: CompiledSubject[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((subject) => subject.end()));
});

describe('a snapshot', () => {
  beforeEach(needs(noCode));

  it('shows threads, registrations, queues and the sets of sleepers', async () => {
    const { pid, numbers } = await start(manyThings);
    const rest = await settled(pid);
    expect(rest).toMatchObject({ waiting: false, pending: false });
    const seen = look(pid, libc, true);
    const at = (name: string): DescriptorSnapshot | undefined =>
      seen.descriptors.find(({ number }) => number === numbers.get(name));

    expect(seen.gaps).toEqual([]);
    expect(seen.threads.map(({ call }) => call?.name).sort()).toEqual(['epoll_wait', 'poll', 'pselect6', 'read']);
    expect(at('listener')?.socket).toMatchObject({ protocol: 'tcp', state: 'listen', queued: 2, unread: 0 });
    expect(at('stream')).toMatchObject({ kind: 'socket', unread: 936, unsent: 0, nonblocking: true });
    expect(at('stream')?.socket).toMatchObject({ state: 'peer-finished', endUnread: true });
    expect(at('client')?.socket).toMatchObject({ state: 'closing', remote: at('stream')?.socket?.local });
    expect(at('unix')).toMatchObject({ unread: 33, nonblocking: false });
    expect(at('pipe')).toMatchObject({ kind: 'pipe', unread: 3 });
    expect(at('event')).toMatchObject({ kind: 'eventfd', unread: 17 });
    expect(at('timer')).toMatchObject({ kind: 'timerfd', unread: 0 });
    expect(at('timer')?.expiresMilliseconds).toBeGreaterThan(1000);
    const registered = seen.epolls.flatMap(({ registrations }) => registrations);
    expect(registered.map(({ tfd, maskHex }) => [tfd, maskHex])).toEqual([[numbers.get('stream'), '80000019']]);
    expect(registered[0]?.inode).toBe(at('stream')?.inode);
  });

  it('reads what a select and a poll watch out of the memory of the process', async () => {
    const { pid, numbers } = await start(manyThings);
    await settled(pid);
    const calls = look(pid, libc).threads.flatMap(({ call }) => call ?? []);
    const watched = (name: string): unknown => calls.find((call) => call.name === name)?.watched;
    expect(watched('pselect6')).toEqual({ read: [numbers.get('idle')], write: [], except: [numbers.get('client')] });
    expect(watched('poll')).toEqual({ read: [numbers.get('idle')], write: [], except: [] });
    expect(calls.find(({ name }) => name === 'read')).toMatchObject({ on: numbers.get('idle'), waits: false });
    expect(calls.find(({ name }) => name === 'epoll_wait')).toMatchObject({ on: numbers.get('epoll'), timed: false });
  });

  it('knows a poll again after the process was stopped and went on', async () => {
    const { pid } = await start(manyThings);
    await settled(pid);
    process.kill(pid, 'SIGSTOP');
    const isStopped = (): boolean => threadsOf(pid)?.every(({ state }) => state === 'T') === true;
    expect(await eventually(isStopped)).toBe(true);
    process.kill(pid, 'SIGCONT');
    await settled(pid);
    const names = look(pid, libc).threads.map(({ call }) => call?.name);
    expect(names.sort()).toEqual(['epoll_wait', 'poll', 'pselect6', 'read']);
  });

  it('does without koffi, and says what it cannot see then', async () => {
    const { pid, numbers } = await start(manyThings);
    const seen = look(pid, { absent: 'koffi does not load here' }, true);
    const unread = (name: string): unknown =>
      seen.descriptors.find(({ number }) => number === numbers.get(name))?.unread;
    expect([unread('stream'), unread('unix'), unread('pipe')]).toEqual([936, null, null]);
    expect(seen.gaps).toEqual([
      `koffi does not load here: queues of TCP sockets only, from /proc/${pid}/net`,
      'koffi does not load here: what waits in pipes is unknown',
    ]);
  });

  it('is null for a process that has ended', async () => {
    const subject = startCompiled(manyThings);
    await subject.firstLine;
    await subject.end();
    expect(snapshot(subject.pid, libc)).toBeNull();
    expect(whyNoSnapshot(subject.pid)).toBe(`process ${subject.pid} has ended`);
  });
});

describe('a process comes to rest', () => {
  beforeEach(needs(noCode));

  it('with time-outs only when they have passed', async () => {
    const { pid } = await start(program('for (;;) poll(NULL, 0, 30);'));
    const begun = performance.now();
    expect(await settled(pid, { turns: 0 })).toMatchObject({ waiting: true, pending: true });
    expect(await settled(pid)).toMatchObject({ waiting: true, pending: false });
    expect(performance.now() - begun).toBeGreaterThan(30);
    expect(look(pid, libc).threads[0]?.call).toMatchObject({ timed: true, timeoutMilliseconds: 30 });
  });

  it('never while it spins', async () => {
    const { pid } = await start(program('for (;;);'));
    expect(await settled(pid, { boundMs: 100 })).toBeNull();
  });

  it('with a time-out longer than the bound, which is told', async () => {
    const { pid } = await start(program('poll(NULL, 0, 60000);'));
    expect(await settled(pid, { boundMs: 100 })).toMatchObject({ waiting: true, pending: true });
  });
});

describe('being looked at', () => {
  beforeEach(needs(noCode));

  it('makes no event for a descriptor that was closed', async () => {
    const subject = startCompiled(closesAllTheTime);
    started.push(subject);
    await subject.firstLine;
    let looks = 0;
    while (snapshot(subject.pid, libc) !== null) {
      looks += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const last = (await subject.allLines).at(-1) ?? '';
    expect(last).toMatch(/^rounds [1-9]\d{2,} junk 0$/u);
    expect(looks).toBeGreaterThan(50);
  });
});

async function start(source: string): Promise<{ readonly pid: number; readonly numbers: ReadonlyMap<string, number> }> {
  const subject = startCompiled(source);
  started.push(subject);
  const words = (await subject.firstLine).split(' ').map((word) => word.split('='));
  return { pid: subject.pid, numbers: new Map(words.map(([name, number]) => [name ?? '', Number(number)])) };
}

function look(pid: number, through: Libc | Absent, pipes = false): ProcessSnapshot {
  const seen = snapshot(pid, through, { pipes });
  if (seen === null) throw new Error(whyNoSnapshot(pid));
  return seen;
}

function program(body: string): string {
  return `#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
int main(void) { puts("ready"); fflush(stdout); ${body} }`;
}

const headers = `#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static struct sockaddr_in sa;
static socklen_t size = sizeof sa;

static int make_listener(void) {
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	sa.sin_family = AF_INET;
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(fd, (struct sockaddr *)&sa, sizeof sa);
	listen(fd, 8);
	getsockname(fd, (struct sockaddr *)&sa, &size);
	return fd;
}

static int make_client(void) {
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	connect(fd, (struct sockaddr *)&sa, sizeof sa);
	return fd;
}
`;

const manyThings = `${headers}
static int client, idle[2];

static void *selecting(void *arg) {
	fd_set r, e;
	FD_ZERO(&r); FD_ZERO(&e);
	FD_SET(idle[0], &r); FD_SET(client, &e);
	select(64, &r, NULL, &e, NULL);
	return NULL;
}

static void *polling(void *arg) {
	struct pollfd p[2] = { { .fd = idle[0], .events = POLLIN }, { .fd = -1, .events = POLLIN } };
	poll(p, 2, -1);
	return NULL;
}

static void *reading(void *arg) {
	char c;
	read(idle[0], &c, 1);
	return NULL;
}

int main(void) {
	char bytes[936] = { 0 };
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	struct itimerspec in_a_while = { .it_value = { .tv_sec = 1000 } };
	int listener = make_listener(), unix_pair[2], filled[2];
	pthread_t t;

	client = make_client();
	int stream = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	make_client(); make_client();
	write(client, bytes, sizeof bytes);
	shutdown(client, SHUT_WR);
	socketpair(AF_UNIX, SOCK_STREAM, 0, unix_pair);
	write(unix_pair[1], bytes, 33);
	pipe(filled); pipe(idle);
	write(filled[1], bytes, 3);
	int event = eventfd(17, 0), timer = timerfd_create(CLOCK_MONOTONIC, 0), ep = epoll_create1(0);
	timerfd_settime(timer, 0, &in_a_while, NULL);
	epoll_ctl(ep, EPOLL_CTL_ADD, stream, &ev);
	poll(&(struct pollfd){ .fd = stream, .events = POLLRDHUP }, 1, 1000);
	epoll_wait(ep, &ev, 1, 1000);
	pthread_create(&t, NULL, selecting, NULL);
	pthread_create(&t, NULL, polling, NULL);
	pthread_create(&t, NULL, reading, NULL);
	printf("listener=%d stream=%d client=%d unix=%d pipe=%d idle=%d event=%d timer=%d epoll=%d\\n", listener, stream,
	       client, unix_pair[0], filled[0], idle[0], event, timer, ep);
	fflush(stdout);
	for (;;)
		epoll_wait(ep, &ev, 1, -1);
}`;

// Every round registers a descriptor, sleeps a little, closes it, and lets the other end speak and go: whoever holds a
// copy meanwhile makes the kernel report the closed one.
const closesAllTheTime = `${headers}
int main(void) {
	int listener = make_listener(), ep = epoll_create1(0), rounds = 0, junk = 0;
	struct timespec begun, now;

	puts("ready");
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		int ends[2];
		struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP, .data.u64 = rounds }, got;

		if (rounds % 3 == 0) {
			ends[1] = make_client();
			ends[0] = accept(listener, NULL, NULL);
		} else if (rounds % 3 == 1) {
			socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
		} else {
			pipe(ends);
		}
		epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &ev);
		epoll_wait(ep, &got, 1, 1);
		close(ends[0]);
		if (rounds % 3 != 2)
			send(ends[1], "x", 1, MSG_NOSIGNAL);
		close(ends[1]);
		while (epoll_wait(ep, &got, 1, 0) > 0 && junk < 1000000)
			junk++;
		rounds++;
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 < 700);
	printf("rounds %d junk %d\\n", rounds, junk);
	return 0;
}`;
