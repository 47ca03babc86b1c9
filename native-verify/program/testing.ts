// What the tests of the program tier share: the compiled judge, small programs, and a look for what was left running.
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgramEntry } from './entry.js';

/** The judge runs compiled, as it does for users; `npm test` builds first. */
export const judgeProgram = fileURLToPath(new URL('../../dist/native-verify/program/judge.js', import.meta.url));

/** Runs with a C program in a folder of its own; the mark stands in its command line, so that it can be found. */
export async function withProgram<T>(
  source: string,
  mark: string,
  run: (entry: ProgramEntry) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mux-lint-entry-'));
  try {
    await writeFile(join(folder, 'server.c'), source);
    return await run({
      sources: ['server.c'],
      build: 'cc -w -O1 -pthread -o "$OUT/server" server.c',
      run: `"$OUT/server" 0 ${mark}`,
      drive: 'echo',
      folder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The processes whose command line holds the mark, in whatever namespace they are. */
export function processesMarked(mark: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/u.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && commandOf(pid).includes(mark));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** A listener and a client's connection, after which the body goes on; the name of the listener is `l`. */
export function listening(body: string, before = ''): string {
  return `#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <sys/timerfd.h>
#include <unistd.h>
int main(void) {
	struct sockaddr_in sa = { .sin_family = AF_INET };
	${before}
	int l = socket(AF_INET, SOCK_STREAM, 0);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	bind(l, (struct sockaddr *)&sa, sizeof sa);
	listen(l, 64);
	${body}
	return 0;
}`;
}
