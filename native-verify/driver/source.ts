// The C of the driver: the user's file is included, so that its statics can be reached, and each function that an
// entry fits gets a wrapper. The rest is a main() of ours in a file of its own, which the user's macros cannot touch.
import type { Callable } from './signature.js';

/** Where the renamed main of the user's file goes; nobody calls it. */
const renamed = 'mux_lint_program_main';

export function includingSource(file: string): string {
  return `#define main ${renamed}\n#include "${file.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"\n#undef main\n`;
}

/** The included file, a wrapper for each function, and the table that the driver looks them up in. */
export function subjectSource(file: string, functions: readonly Callable[]): string {
  const parameters = 'int a, int b, int c, int *fds, char *buf';
  const wrappers = functions.map(
    ({ name, entry }, at) => `static void mux_lint_call_${at}(${parameters})\n{\n\t(void)${calls[entry](name)};\n}\n`,
  );
  const table = functions.map((_, at) => `\tmux_lint_call_${at},\n`).join('');
  return [
    includingSource(file),
    ...wrappers,
    `void (*const mux_lint_table[])(${parameters}) = {\n${table}\t0,\n};\n`,
    `const int mux_lint_count = ${functions.length};\n`,
  ].join('\n');
}

const calls: Readonly<Record<Callable['entry'], (name: string) => string>> = {
  handler: (name) => `${name}(a, b, buf, c)`,
  turn: (name) => `${name}(fds, a)`,
  loop: (name) => `${name}(fds, a, b)`,
  server: (name) => `${name}(a, b)`,
  object: (name) => `${name}()`,
};

/** A call whose failures are told: its name, and its parameters as C writes them, `type name` each. */
type Recorded = readonly [string, string, ...string[]];

const recorded: readonly Recorded[] = [
  ['int', 'epoll_create', 'int size'],
  ['int', 'epoll_create1', 'int flags'],
  ['int', 'epoll_ctl', 'int ep', 'int op', 'int fd', 'struct epoll_event *event'],
  ['int', 'epoll_wait', 'int ep', 'struct epoll_event *events', 'int room', 'int timeout'],
  ['int', 'epoll_pwait', 'int ep', 'struct epoll_event *events', 'int room', 'int timeout', 'const sigset_t *mask'],
  ['int', 'poll', 'struct pollfd *entries', 'nfds_t count', 'int timeout'],
  ['int', 'select', 'int width', 'fd_set *in', 'fd_set *out', 'fd_set *except', 'struct timeval *timeout'],
  ['ssize_t', 'read', 'int fd', 'void *into', 'size_t size'],
  ['ssize_t', 'recv', 'int fd', 'void *into', 'size_t size', 'int flags'],
  ['ssize_t', 'write', 'int fd', 'const void *from', 'size_t size'],
  ['ssize_t', 'send', 'int fd', 'const void *from', 'size_t size', 'int flags'],
  ['int', 'accept', 'int fd', 'struct sockaddr *from', 'socklen_t *size'],
  ['int', 'accept4', 'int fd', 'struct sockaddr *from', 'socklen_t *size', 'int flags'],
  ['int', 'connect', 'int fd', 'const struct sockaddr *to', 'socklen_t size'],
  ['int', 'close', 'int fd'],
];

/** What the linker must know so that the recorders stand before the calls. */
export const recorderFlags: readonly string[] = recorded.map(([, name]) => `-Wl,--wrap=${name}`);

function recorder([type, name, ...parameters]: Recorded, index: number): string {
  const list = parameters.join(', ');
  const names = parameters.map((parameter) => /\w+$/.exec(parameter)?.[0] ?? '').join(', ');
  const call = `told("${name}", ${index}, __real_${name}(${names}))`;
  return `${type} __real_${name}(${list});
${type} __wrap_${name}(${list})
{
	return ${/^epoll_p?wait$/.test(name) ? `filled(events, ${call})` : call};
}
`;
}

/**
 * Arguments: index, entry, again, size, report descriptor, soft limit of descriptors, our process,
 * then the handed descriptors.
 * What it tells on the report descriptor: `limits SOFT isolated|shared`, `calling`, `failed CALL ERRNO` when a recorded
 * call fails with that error for the first time, and `returned` after one call.
 */
export const driverSource = `#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern void (*const mux_lint_table[])(int, int, int, int *, char *);
extern const int mux_lint_count;

static int report;

/* Without the recorders, and without a change of errno that anybody sees. */
static void tell(const char *line)
{
	if (syscall(SYS_write, report, line, strlen(line)) < 0)
		_exit(125);
}

/* The first time that a call fails with an error is told; errno stays as the call left it. */
static long told(const char *call, int index, long result)
{
	static unsigned char seen[32][256];
	int error = errno;
	char line[64];

	if (result >= 0 || error < 0 || error > 255 || __atomic_exchange_n(&seen[index][error], 1, __ATOMIC_RELAXED))
		return result;
	snprintf(line, sizeof line, "failed %s %d\\n", call, error);
	tell(line);
	errno = error;
	return result;
}

/* The sanitizer does not know that the kernel has written here; what it wrote is touched once more. */
static int filled(struct epoll_event *events, int count)
{
	int at;

	for (at = 0; at < count; at++)
		*(volatile struct epoll_event *)&events[at] = events[at];
	return count;
}

${recorded.map(recorder).join('\n')}
/* Whatever our ancestors forgot to close is not the function's. */
static void close_others(int first)
{
	int number;

#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, report - 1, 0) == 0 && syscall(SYS_close_range, report + 1, ~0U, 0) == 0)
		return;
#endif
	for (number = first; number < 65536; number++)
		if (number != report)
			syscall(SYS_close, number);
}

static void limit(int what, rlim_t soft)
{
	struct rlimit now;

	if (getrlimit(what, &now) == 0 && (now.rlim_max == RLIM_INFINITY || soft <= now.rlim_max)) {
		now.rlim_cur = soft;
		setrlimit(what, &now);
	}
}

static void restrain(int descriptors, int parent)
{
	sigset_t none;
	int isolated, number;
	char line[64];

	for (number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	isolated = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
	/* Whoever started us may be killed: nothing of ours outlives it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(124);
	limit(RLIMIT_NOFILE, descriptors);
	limit(RLIMIT_CPU, 10);
#ifndef __SANITIZE_ADDRESS__
	/* The shadow of the sanitizer is larger than any limit. */
	limit(RLIMIT_AS, (rlim_t)1 << 30);
#endif
	limit(RLIMIT_FSIZE, (rlim_t)1 << 26);
	limit(RLIMIT_CORE, 0);
	snprintf(line, sizeof line, "limits %d %s\\n", descriptors, isolated ? "isolated" : "shared");
	tell(line);
}

int main(int argc, char **argv)
{
	int index, again, size, first, count, at, ep, *fds;
	char *buf;

	if (argc < 8)
		return 126;
	index = atoi(argv[1]);
	again = atoi(argv[3]);
	size = atoi(argv[4]);
	first = atoi(argv[5]);
	report = fcntl(first, F_DUPFD_CLOEXEC, atoi(argv[6]) - 16);
	close_others(first);
	count = argc - 8;
	fds = calloc(count + 1, sizeof *fds);
	buf = malloc(size > 0 ? size : 1);
	if (report < 0 || fds == NULL || buf == NULL || index < 0 || index >= mux_lint_count)
		return 126;
	memset(buf, 'm', size > 0 ? size : 1);
	for (at = 0; at < count; at++)
		fds[at] = atoi(argv[8 + at]);
	restrain(atoi(argv[6]), atoi(argv[7]));
	tell("calling\\n");
	if (strcmp(argv[2], "handler") == 0) {
		ep = epoll_create1(EPOLL_CLOEXEC);
		do
			mux_lint_table[index](ep, fds[0], size, fds, buf);
		while (again);
	} else if (strcmp(argv[2], "server") == 0) {
		mux_lint_table[index](fds[0], fds[1], 0, fds, buf);
	} else if (strcmp(argv[2], "loop") == 0) {
		mux_lint_table[index](count - 1, fds[count - 1], 0, fds, buf);
	} else {
		do
			mux_lint_table[index](count, 0, 0, fds, buf);
		while (again);
	}
	tell("returned\\n");
	for (;;)
		pause();
}
`;
