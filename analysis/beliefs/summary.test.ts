// What is believed of wrappers, on small texts of the forms in which real programs write them.
import { describe, expect, it } from 'vitest';
import { projectOf } from '../lint.js';
import { loadParser } from '../text/parse.js';
import { summaryOf, type DescriptorSummary, type FunctionSummary, type TransferSummary } from './summary.js';
import { summaryLines } from './summary-text.js';

const parser = await loadParser();

const HEAD =
  'struct conn { int fd; char *buf; int len; int off; int got; struct conn *next; };\nextern struct conn *head;\n';

/** Of the last function of the text, which begins on line 1. */
function summary(text: string): FunctionSummary {
  const project = projectOf([{ path: 'a.c', text: `${text.trim()}\n${HEAD}` }], parser, new Map(), () => true);
  const fn = project.index.functionsIn('a.c').at(-1);
  return fn ? summaryOf(fn, project) : { descriptors: [], sets: [], complete: false };
}

function descriptor(text: string): DescriptorSummary | undefined {
  return summary(text).descriptors[0];
}

function transfer(text: string): TransferSummary | undefined {
  return descriptor(text)?.transfers[0];
}

const READN = `
ssize_t readn(int fd, void *vptr, size_t n)
{
  size_t nleft = n;
  ssize_t nread;
  char *ptr = vptr;
  while (nleft > 0) {
    if ((nread = read(fd, ptr, nleft)) < 0) {
      if (errno == EINTR) nread = 0; else return -1;
    } else if (nread == 0)
      break;
    nleft -= nread;
    ptr += nread;
  }
  return n - nleft;
}`;

const DRAIN = `
int drain(struct conn *c)
{
  for (;;) {
    int n = read(c->fd, c->buf, 512);
    if (n < 0) {
      if (errno == EAGAIN) return 0;
      if (errno == EINTR) continue;
      return -1;
    }
    if (n == 0) return -1;
  }
}`;

const UNTIL_SHORT = `
int fill(int fd, char *buf)
{
  int n, total = 0;
  do {
    n = read(fd, buf, 4096);
    if (n <= 0) break;
    total += n;
  } while (n == 4096);
  return total;
}`;

describe('how often it transfers', () => {
  it.for([
    [
      'int get(int fd, char *b, int n) { return read(fd, b, n); }',
      'once',
      'no path leads from what the read on line 1 took',
    ],
    [DRAIN, 'until-again', 'loops back to the read on line 4 until it would block'],
    [
      READN,
      'until-all',
      'loops back to the read on line 7 after a short count, and leaves when all that was asked for is there',
    ],
    [
      UNTIL_SHORT,
      'until-short',
      'loops back to the read on line 5 while it returns a full buffer, and leaves on a short count',
    ],
    [
      'void all(int l) { int c; while ((c = accept(l, 0, 0)) >= 0) close(c); }',
      'until-again',
      'loops back to the accept on line 1 until it would block',
    ],
    [
      'int put(int fd, char *p, int n) { int r; do r = write(fd, p, n); while (r < 0); return r; }',
      'once',
      'it is done again only after an error',
    ],
  ] as const)('%s', ([text, repeats, because]) => {
    const found = transfer(text);
    expect(found?.repeats).toBe(repeats);
    expect(found?.because).toContain(because);
  });

  it('is seen through the functions that it calls', () => {
    const text =
      'int get(int fd, char *b) { return recv(fd, b, 9, 0); }\nint next(struct conn *c) { return get(c->fd, c->buf); }';
    expect(descriptor(text)).toMatchObject({
      name: 'c->fd',
      transfers: [{ call: 'recv', repeats: 'once', result: 'count' }],
    });
  });

  it('is no loop where the loop waits for the next event', () => {
    const text = 'extern int s;\nvoid f(char *b) { for (;;) { poll(0, 0, -1); read(s, b, 10); } }';
    expect(descriptor(text)).toMatchObject({ name: 's', transfers: [{ repeats: 'once' }] });
  });

  it('tells who waits where the call would block', () => {
    const loop = (wait: string): string => `
      int put(int fd, char *p, int n) {
        int off = 0;
        while (off < n) {
          int w = send(fd, p + off, n - off, 0);
          if (w < 0 && errno == EAGAIN) { ${wait} continue; }
          if (w < 0) return -1;
          off += w;
        }
        return off;
      }`;
    expect(transfer(loop('poll(0, 0, 10);'))).toMatchObject({ repeats: 'until-all', onAgain: 'waits and tries again' });
    expect(transfer(loop(''))).toMatchObject({ onAgain: 'tries again' });
    expect(transfer(READN)).toMatchObject({ onAgain: 'leaves' });
  });
});

describe('how the result reaches the caller', () => {
  it.for([
    [
      'int get(int fd, char *b, int n) { return read(fd, b, n); }',
      'count',
      'all: the count, a part: the count, end of file: 0',
    ],
    [READN, 'count', 'would block: -1'],
    [DRAIN, 'status', 'end of file: -1, would block: 0, an error: -1'],
    ['bool put(int fd, char *b, int n) { return write(fd, b, n) == n; }', 'bool', 'all: 1, a part: 0'],
    [
      'int get(int fd, char *b, int n, int *out) { int r = read(fd, b, n); if (r < 0) return -errno; *out = r; return 0; }',
      'output',
      "the count is stored in '*out'",
    ],
    ['int get(struct conn *c) { c->got = read(c->fd, c->buf, 100); return 0; }', 'output', "'c->got'"],
    ['void put(int fd, char *b) { write(fd, b, 100); }', 'nothing', 'it returns no value and stores none'],
    ['int put(int fd, char *b) { write(fd, b, 100); return 0; }', 'nothing', 'it returns 0 whatever happens'],
    ['int one(int l) { return accept(l, 0, 0); }', 'descriptor', 'all: the new descriptor'],
    [
      'int put(int fd, char *b) { if (write(fd, b, 100) < 0) return -errno; return 0; }',
      'status',
      'an error: an error number',
    ],
  ] as const)('%s', ([text, result, because]) => {
    const found = transfer(text);
    expect(found?.result).toBe(result);
    expect(found?.resultBecause).toContain(because);
  });
});

describe('what becomes of the rest', () => {
  const flush = (rest: string): string => `
    int flush(int ep, struct conn *c)
    {
      int n = write(c->fd, c->buf + c->off, c->len - c->off);
      if (n < 0) { if (errno != EAGAIN) { close(c->fd); return -1; } n = 0; }
      ${rest}
      return 0;
    }`;
  const arm = `struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT, .data.ptr = c };
    epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);`;

  it('is told with the place that keeps it', () => {
    expect(transfer(flush(`c->off += n; if (c->off < c->len) { ${arm} }`))?.rest).toEqual({
      kept: 'all',
      places: ['c->off'],
      armsOut: 'some',
    });
    expect(transfer(flush(`c->off += n; ${arm}`))?.rest).toMatchObject({ armsOut: 'all' });
    expect(transfer(flush('c->off += n;'))?.rest).toMatchObject({ kept: 'all', armsOut: 'no' });
    expect(transfer(flush(''))?.rest).toEqual({ kept: 'no', places: [], armsOut: 'no' });
  });

  it('is lost where a loop gives up in the middle without a word', () => {
    const text = `
      int put(int fd, const char *p, int len) {
        while (len > 0) {
          int w = write(fd, p, len);
          if (w < 0) return -1;
          p += w; len -= w;
        }
        return 0;
      }`;
    expect(transfer(text)).toMatchObject({ repeats: 'until-all', result: 'status', rest: { kept: 'no' } });
  });
});

describe('what it does to a descriptor', () => {
  const deeds = (text: string): readonly string[] =>
    descriptor(text)?.deeds.map(({ does, paths }) => `${does}: ${paths}`) ?? [];
  const EVENT = 'struct epoll_event ev = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = c };';

  it.for([
    ['void nb(int fd) { int on = 1; ioctl(fd, FIONBIO, &on); }', ['sets it non-blocking: all']],
    [
      'int nb(int fd) { int f = fcntl(fd, F_GETFL, 0); if (f < 0) return -1; return fcntl(fd, F_SETFL, f | O_NONBLOCK); }',
      ['sets it non-blocking: some'],
    ],
    ['void b(int fd) { int f = fcntl(fd, F_GETFL); fcntl(fd, F_SETFL, f & ~O_NONBLOCK); }', ['sets it blocking: all']],
    [
      `void add(int ep, struct conn *c) { ${EVENT} epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev); }`,
      ['registers it for EPOLLIN|EPOLLONESHOT: all'],
    ],
    [
      `void arm(int ep, struct conn *c) { ${EVENT} if (c->len == 0) return; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev); }`,
      ['modifies it for EPOLLIN|EPOLLONESHOT: some'],
    ],
    [
      'void bye(int ep, int fd) { epoll_ctl(ep, EPOLL_CTL_DEL, fd, 0); close(fd); }',
      ['removes it: all', 'closes it: all'],
    ],
    ['void bye(int fd, int now) { shutdown(fd, 2); if (now) close(fd); }', ['closes it: some', 'shuts it down: all']],
    ['void run(struct conn *c) { pthread_t t; pthread_create(&t, 0, work, c); }', ['hands it to a thread: all']],
    [
      'extern struct conn *head;\nvoid push(struct conn *c) { c->next = head; head = c; }',
      ["stores it in 'head': all"],
    ],
    ['void later(int fd) { pool_add(fd); }', ["passes it to 'pool_add', who may keep it: all"]],
  ] as const)('%s', ([text, expected]) => {
    expect(deeds(text).toSorted()).toEqual([...expected].sort());
  });

  it('tells on which lines, and where a path leaves without', () => {
    const text = 'void arm(int ep, struct conn *c)\n{\n  if (c->len == 0)\n    return;\n  close(c->fd);\n}';
    expect(descriptor(text)?.deeds).toEqual([{ does: 'closes it', paths: 'some', lines: [5], not: [4] }]);
  });

  it('knows the registration on all, some and no paths', () => {
    const text = (body: string): string => `int on(int ep, struct conn *c) { ${EVENT} ${body} }`;
    const mod = 'epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);';
    expect(descriptor(text(`read(c->fd, c->buf, 9); ${mod} return 0;`))?.rearms).toBe('all');
    expect(descriptor(text(`if (read(c->fd, c->buf, 9) == 9) { ${mod} } return 0;`))?.rearms).toBe('some');
    expect(descriptor(text('read(c->fd, c->buf, 9); return 0;'))?.rearms).toBe('no');
  });

  it('follows what it makes itself', () => {
    const text = `
      void nb(int fd) { fcntl(fd, F_SETFL, fcntl(fd, F_GETFL, 0) | O_NONBLOCK); }
      void in(int l) { int c = accept(l, 0, 0); if (c < 0) return; pool_add(c); nb(c); }`;
    expect(summary(text).descriptors).toMatchObject([
      { name: 'l', transfers: [{ way: 'accept', repeats: 'once' }] },
      { name: 'what accept() made', deeds: [{ does: 'sets it non-blocking', paths: 'all' }, { paths: 'all' }] },
    ]);
  });
});

describe('what it does to a set', () => {
  const sets = (text: string): readonly string[] =>
    summary(text).sets.flatMap(({ name, deeds }) => deeds.map(({ does }) => `${name}: ${does}`));

  it.for([
    [
      'void build(fd_set *s, struct conn *c, int n) { FD_ZERO(s); for (int i = 0; i < n; i++) FD_SET(c[i].fd, s); }',
      ['*s: empties it', '*s: adds to it'],
    ],
    ['int turn(fd_set *s, int m) { return select(m, s, 0, 0, 0); }', ['*s: passes it to select']],
    ['fd_set master;\nint turn(int m) { fd_set r = master; return select(m, &r, 0, 0, 0); }', ['master: copies it']],
    [
      'int turn(fd_set *all, int m) { fd_set r; memcpy(&r, all, sizeof r); return select(m, &r, 0, 0, 0); }',
      ['*all: copies it'],
    ],
    ['void gone(fd_set *s, int fd) { FD_CLR(fd, s); }', ['*s: removes from it']],
  ] as const)('%s', ([text, expected]) => {
    expect(sets(text)).toEqual(expected);
  });
});

describe('limits', () => {
  it('are told', () => {
    const tests = Array.from({ length: 40 }, (_, i) => `if (k == ${i}) c->got = read(c->fd, c->buf, ${i + 10});`).join(
      '\n',
    );
    const found = summary(`int f(struct conn *c, int k) { for (;;) { ${tests} if (k > 100) return 0; k++; } }`);
    expect(found.complete).toBe(false);
    expect(summaryLines(found).at(-1)).toContain('too many paths');
  });

  it('say nothing of a function that does nothing', () => {
    expect(summary('int plain(int a) { return a + 1; }')).toEqual({ descriptors: [], sets: [], complete: true });
  });
});

it('is told in words', () => {
  expect(summaryLines(summary(UNTIL_SHORT)).join('\n')).toContain(
    'fd               reads until a short count, with read: loops back to the read on line 5 while it returns a full buffer, ' +
      'and leaves on a short count\n                 gives the count: a part: the count',
  );
});
