// Programs beside the twins: those that leave something behind for a good reason, and those in which a bug hides behind
// timers, time-outs or a second process.
import { beforeEach, describe, expect, it } from 'vitest';
import type { VerdictState } from '../../analysis/verdict.js';
import { needs, noCode } from '../testing.js';
import type { ProgramRule } from './entry.js';
import { judgeProgram, listening, withProgram } from './testing.js';
import { verifyProgram } from './verify.js';

interface Expectation {
  readonly name: string;
  readonly source: string;
  readonly rule: ProgramRule;
  readonly state: VerdictState;
  readonly reason?: RegExp;
  readonly drive?: string;
}

/** An edge-triggered echo that reads once an event, and the places where its variants differ. */
function edgeEcho(variant: {
  readonly timeout?: number;
  readonly start?: string;
  readonly idle?: string;
  readonly after?: string;
}): string {
  const { timeout = -1, start = '', idle = '', after = '' } = variant;
  return listening(`
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = l }, got[8];
	char b[512];
	ssize_t r;
	signal(SIGPIPE, SIG_IGN);
	${start}
	int ep = epoll_create1(0);
	epoll_ctl(ep, EPOLL_CTL_ADD, l, &ev);
	for (;;) {
		int n = epoll_wait(ep, got, 8, ${timeout});
		if (n == 0) { ${idle} }
		for (int i = 0; i < n; i++) {
			int fd = got[i].data.fd;
			if (fd == l) {
				fd = accept4(l, 0, 0, SOCK_NONBLOCK);
				ev.events = EPOLLIN | EPOLLET;
				ev.data.fd = fd;
				epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
				continue;
			}
			r = read(fd, b, sizeof b);
			if (r > 0) write(fd, b, r);
			if (r == 0) close(fd);
			${after}
		}
	}`);
}

const sweep = 'for (int fd = 3; fd < 32; fd++) if (fd != l) while ((r = read(fd, b, sizeof b)) > 0) write(fd, b, r);';

const tick = `
	struct itimerspec often = { { 0, 20000000 }, { 0, 20000000 } };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	timerfd_settime(timer, 0, &often, 0);`;

/** A select echo of one client at a time: the listener is left out of the set until the client has gone. */
const oneAtATime = listening(`
	for (;;) {
		fd_set set;
		char b[512];
		ssize_t r;
		FD_ZERO(&set);
		FD_SET(l, &set);
		if (select(l + 1, &set, 0, 0, 0) < 0) continue;
		int c = accept(l, 0, 0);
		for (;;) {
			FD_ZERO(&set);
			FD_SET(c, &set);
			if (select(c + 1, &set, 0, 0, 0) < 0) continue;
			if ((r = read(c, b, sizeof b)) <= 0) break;
			write(c, b, r);
		}
		close(c);
	}`);

/** A chat that drops a line as a whole for a client that has no room, by asking the queue before. */
const dropsWholeLines = listening(
  `
	struct pollfd p[32] = { { .fd = l, .events = POLLIN } };
	char b[32][4096];
	int used[32] = { 0 }, n = 1;
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(p, n, -1) < 0) continue;
		for (int i = 1; i < n; i++) {
			if (!(p[i].revents & (POLLIN | POLLHUP))) continue;
			ssize_t r = read(p[i].fd, b[i] + used[i], sizeof b[i] - used[i]);
			if (r == 0) { close(p[i].fd); p[i].fd = -1; continue; }
			if (r < 0) continue;
			used[i] += r;
			char *from = b[i], *end;
			while ((end = memchr(from, 10, b[i] + used[i] - from)) != 0) {
				for (int j = 1; j < n; j++) {
					int queued = 0;
					if (j == i || p[j].fd < 0) continue;
					ioctl(p[j].fd, SIOCOUTQ, &queued);
					if (queued < 8000) write(p[j].fd, from, end + 1 - from);
				}
				from = end + 1;
			}
			used[i] = b[i] + used[i] - from;
			memmove(b[i], from, used[i]);
		}
		if ((p[0].revents & POLLIN) && n < 32) {
			p[n].fd = accept4(l, 0, 0, SOCK_NONBLOCK);
			p[n++].events = POLLIN;
		}
	}`,
);

/** Keeps connections open, answers every empty line, and forgets what a write leaves over. */
const httpServer = listening(`
	struct pollfd p[32] = { { .fd = l, .events = POLLIN } };
	int line[32] = { 0 }, n = 1;
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		if (poll(p, n, -1) < 0) continue;
		for (int i = 1; i < n; i++) {
			char b[4096], answers[8192] = "";
			ssize_t r = p[i].revents ? read(p[i].fd, b, sizeof b) : -1;
			if (r == 0) { close(p[i].fd); p[i].fd = -1; }
			for (ssize_t k = 0; k < r; k++) {
				if (b[k] == 13) continue;
				if (b[k] == 10 && line[i] == 0) strcat(answers, "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok");
				line[i] = b[k] == 10 ? 0 : line[i] + 1;
			}
			if (*answers) write(p[i].fd, answers, strlen(answers));
		}
		if ((p[0].revents & POLLIN) && n < 32) {
			p[n].fd = accept4(l, 0, 0, SOCK_NONBLOCK);
			p[n++].events = POLLIN;
		}
	}`);

const expectations: readonly Expectation[] = [
  {
    name: 'one read and nothing else',
    source: edgeEcho({}),
    rule: 'et-read-not-drained',
    state: 'confirmed',
  },
  {
    name: 'one read, and the edge is made anew by a MOD',
    source: edgeEcho({ after: 'ev.data.fd = fd; epoll_ctl(ep, EPOLL_CTL_MOD, fd, &ev);' }),
    rule: 'et-read-not-drained',
    state: 'not-reproduced',
    reason: /^nothing is left behind$/u,
  },
  {
    name: 'one read, and a sweep after 50 ms of silence',
    source: edgeEcho({ timeout: 50, idle: sweep }),
    rule: 'et-read-not-drained',
    state: 'not-reproduced',
    reason: /^nothing is left behind$/u,
  },
  {
    name: 'one read, and a time-out that changes nothing',
    source: edgeEcho({ timeout: 50 }),
    rule: 'et-read-not-drained',
    state: 'confirmed',
  },
  {
    name: 'one read, and a time-out that nobody waits for',
    source: edgeEcho({ timeout: 60_000, idle: sweep }),
    rule: 'et-read-not-drained',
    state: 'not-executable',
    reason: /^\d+ bytes are left unread under an edge, but a time-out has not passed yet while it was watched$/u,
  },
  {
    name: 'one read, beside a timer that ticks',
    source: edgeEcho({ start: tick }),
    rule: 'et-read-not-drained',
    state: 'confirmed',
  },
  {
    name: 'one read, in a forked worker',
    source: edgeEcho({ start: 'if (fork() > 0) for (;;) pause();' }),
    rule: 'et-read-not-drained',
    state: 'confirmed',
  },
  {
    name: 'one read, beside a thread in a blocking read',
    source: edgeEcho({ start: 'int p[2]; char c; pipe(p); if (fork() == 0) for (;;) read(p[0], &c, 1);' }),
    rule: 'et-read-not-drained',
    state: 'not-executable',
    reason: /but a thread sleeps in read instead of a wait$/u,
  },
  {
    name: 'one client at a time',
    source: oneAtATime,
    rule: 'fdset-not-rebuilt',
    state: 'not-reproduced',
    reason: /but it was watched again after other clients had gone$/u,
  },
  {
    name: 'a web server that forgets the rest of a write',
    source: httpServer,
    rule: 'partial-write-dropped',
    state: 'confirmed',
    drive: 'http',
  },
  {
    name: 'a web server that is asked for an echo',
    source: httpServer,
    rule: 'partial-write-dropped',
    state: 'not-executable',
    reason: /^it never answers: the drive 'echo' does not fit it$/u,
  },
  {
    name: 'a chat that drops whole lines',
    source: dropsWholeLines,
    rule: 'partial-write-dropped',
    state: 'not-reproduced',
    reason: /^nothing is left behind$/u,
    drive: 'chat',
  },
];

describe('the judgement on a program', () => {
  beforeEach(needs(noCode));

  it.each(expectations.map((one) => [one.name, one] as const))(
    '%s',
    async (_name, { source, rule, state, reason, drive = 'echo' }) => {
      const { results } = await withProgram(source, 'judged', (entry) =>
        verifyProgram({ ...entry, drive }, { judge: judgeProgram, limitMilliseconds: 60_000 }),
      );
      const verdict = results.find((result) => result.rule === rule)?.verdict;
      expect(verdict?.state).toBe(state);
      if (reason === undefined) expect(verdict?.reason).toBeNull();
      else expect(verdict?.reason).toMatch(reason);
    },
    90_000,
  );
});
