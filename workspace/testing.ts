// What the tests of the drivers share: real files in a folder of their own.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Tree {
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly remove: () => void;
}

/** A folder below the system's own for temporary files, with these files in it. */
export function temporaryTree(files: Readonly<Record<string, string | Uint8Array>>): Tree {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mux-lint-test-')));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return {
    folder,
    path: (name) => join(folder, name),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A small server part with exactly one finding: an edge-triggered descriptor that is read once. */
export const READS_ONCE = `#include <sys/epoll.h>
#include <unistd.h>

void reads_once(int ep, int fd, char *buf, int n)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET, .data.fd = fd };

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	for (;;) {
		epoll_wait(ep, &ev, 1, -1);
		if (read(fd, buf, n) == 0)
			return;
	}
}
`;

/** The same, read until it would block. */
export const READS_ALL = READS_ONCE.replace(
  'if (read(fd, buf, n) == 0)\n\t\t\treturn;',
  'while (read(fd, buf, n) > 0)\n\t\t\t;',
);
