// `mux-lint doctor` about code, through the real program: what is read, bound and believed, in words and for machines.
import { afterAll, describe, expect, it } from 'vitest';
import { READS_ONCE, temporaryTree } from '../workspace/testing.js';
import { muxLint } from './testing.js';

const tree = temporaryTree({
  'bad.c': READS_ONCE,
  'src/log.c': 'void note(int fd) { log_it(fd); }\n',
  'src/wrap.c':
    'int drain(int fd, char *b)\n{\n  for (;;) {\n    int n = read(fd, b, 10);\n    if (n <= 0)\n      return n;\n  }\n}\n',
  'src/mux-lint.json': '{ "models": { "log_it": { "does": "nothing" } } }',
  'wrong/mux-lint.json': '{ "models": { "log_it": { "does": "notihng" } } }',
  'wrong/a.c': READS_ONCE,
});
afterAll(tree.remove);

function doctor(...words: readonly string[]): ReturnType<typeof muxLint> {
  return muxLint(tree.folder, ['doctor', ...words]);
}

describe('doctor about code', () => {
  it('shows the graphs of a file', () => {
    const { status, stdout, stderr } = doctor('--facts', 'bad.c');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^bad\.c: 1 function, /);
    expect(stdout).toMatch(/^void reads_once\(int ep, int fd, char \*buf, int n\)$/m);
    expect(stdout).toMatch(/= epoll_wait\(ep, &ev, 1, -1\)/);
  });

  it('tells how much is bound', () => {
    const { status, stdout } = doctor('--bindings', 'bad.c');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {2}mask +1 of 1 {2}100 %$/m);
    expect(stdout).toContain('bad.c:8 reads_once: ADD fd  EPOLLIN|EPOLLET');
    expect(JSON.parse(doctor('--bindings', 'bad.c', '--format', 'json').stdout)).toMatchObject({
      shares: { mask: { known: 1, of: 1 }, transferObject: { known: 1, of: 1 } },
      registrations: [{ mask: 'EPOLLIN|EPOLLET', handlers: ['reads_once'] }],
    });
  });

  it('tells what it believes of functions, with the rows of the configuration', () => {
    const { stdout } = doctor('--models', 'src/log.c');
    expect(stdout).toMatch(/^note \(line 1\)$/m);
    expect(stdout).toMatch(/rows in use +log_it: nothing/);
    expect(JSON.parse(doctor('--models', 'src/log.c', '-f', 'json').stdout)).toMatchObject([
      { function: 'note', keepsArgument: { is: false }, unknown: [] },
    ]);
  });

  it('tells what a wrapper does, and why', () => {
    const { stdout } = doctor('--models', 'src/wrap.c');
    expect(stdout).toMatch(/^ {2}fd +reads until it would block, with read: loops back to the read on line 4 /m);
    expect(stdout).toMatch(/^ {19}gives a status code: end of file: 0, would block: -1, an error: -1$/m);
    expect(JSON.parse(doctor('--models', 'src/wrap.c', '-f', 'json').stdout)).toMatchObject([
      {
        function: 'drain',
        summary: {
          descriptors: [
            { name: 'fd', transfers: [{ line: 4, repeats: 'until-again', result: 'status' }], rearms: 'no' },
          ],
          complete: true,
        },
      },
    ]);
  });

  it.for([
    [['--facts', 'gone.c'], "'gone.c' cannot be read: no such file or folder"],
    [['--bindings', 'gone.c'], "'gone.c' cannot be read: no such file or folder"],
    [['--facts', 'bad.c', '--bindings'], '--facts and --bindings do not go together; ask one at a time'],
    [['--bindings', 'wrong'], "'notihng' is nothing that a call does; did you mean 'nothing'?"],
    [['--bindings', 'bad.c', '-f', 'sarif'], "unknown format 'sarif'; known are pretty, json"],
  ] as const)('%j is a mistake of the user', ([words, message]) => {
    const { status, stderr } = doctor(...words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
