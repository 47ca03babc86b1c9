// What the doctor says of small real C texts: the graph of a function, and the numbers and words of the binding report.
import { describe, expect, it } from 'vitest';
import { bindingReport, type BindingReport } from './describe-bindings.js';
import { beliefText, functionBeliefs } from './describe-functions.js';
import { bindingText } from './describe-report.js';
import { describeFacts } from '../facts/describe.js';
import type { CallModel } from '../knowledge/calls.js';
import { projectOf } from '../lint.js';
import { lowerFile } from '../facts/lower.js';
import { loadParser } from '../text/parse.js';
import type { Project } from '../project.js';

const parser = await loadParser();

function projectFrom(text: string, models: ReadonlyMap<string, CallModel> = new Map()): Project {
  const files = [{ path: 'a.c', text }];
  return projectOf(files, parser, models, () => true);
}

function reportOn(text: string): BindingReport {
  return bindingReport(projectFrom(text));
}

/** An echo server whose listener and connections are known through and through. */
const ECHO = `
int main(void)
{
	struct epoll_event ev, events[16];
	int ep = epoll_create1(0);
	int lfd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	listen(lfd, 10);
	ev.events = EPOLLIN;
	ev.data.fd = lfd;
	epoll_ctl(ep, EPOLL_CTL_ADD, lfd, &ev);
	for (;;) {
		int n = epoll_wait(ep, events, 16, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == lfd) {
				int c = accept4(lfd, NULL, NULL, SOCK_NONBLOCK);
				ev.events = EPOLLIN | EPOLLET;
				ev.data.fd = c;
				epoll_ctl(ep, EPOLL_CTL_ADD, c, &ev);
			} else {
				char buf[64];
				while (read(events[i].data.fd, buf, sizeof buf) > 0)
					;
			}
		}
	}
}
`;

describe('the binding report', () => {
  it('knows all of a plain server', () => {
    const { shares, registrations, gaps } = reportOn(ECHO);
    expect(shares).toEqual({
      mask: { known: 2, of: 2 },
      handler: { known: 2, of: 2 },
      kind: { known: 2, of: 2 },
      nonblocking: { known: 2, of: 2 },
      transferObject: { known: 1, of: 1 },
      acceptObject: { known: 1, of: 1 },
    });
    expect(registrations).toMatchObject([
      { command: 'ADD', mask: 'EPOLLIN', kind: 'listener', nonblocking: true, handlers: ['main'], missing: [] },
      { mask: 'EPOLLIN|EPOLLET', kind: 'stream', nonblocking: true, sites: ['accept4 in main'], at: { line: 18 } },
    ]);
    expect(gaps).toEqual([]);
  });

  it('is told in columns', () => {
    const text = bindingText(reportOn(ECHO));
    expect(text).toMatch(/^0 gaps\n/);
    expect(text).toMatch(/^ {2}O_NONBLOCK +2 of 2 {2}100 %$/m);
    expect(text).toContain(
      '  a.c:10 main: ADD lfd  EPOLLIN  listener  non-blocking\n      from socket in main; handled in main\n',
    );
  });

  it('says what is missing, and why', () => {
    const { shares, registrations, onlyParameter } = reportOn(`
      void watch(int ep, int fd, unsigned mask)
      {
        struct epoll_event ev = { .events = mask | EPOLLET, .data.fd = fd };
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
      }
      void say(char *b) { write(table[3].fd, b, 10); }
      void hear(int fd, char *b) { read(fd, b, 10); }
    `);
    const none = { known: 0, of: 1 };
    expect(shares).toMatchObject({ mask: none, handler: none, kind: none, nonblocking: none });
    expect(shares.transferObject).toEqual({ known: 1, of: 2 });
    expect(onlyParameter).toBe(1);
    expect(registrations[0]).toMatchObject({ mask: 'EPOLLET', maskIsWhole: false, sites: ['parameter fd of watch'] });
    expect(registrations[0]?.missing).toEqual([
      'mask: only EPOLLET is sure, other bits may be set',
      'handler: nothing reads, writes or accepts on it',
      'kind: it comes in as parameter fd of watch, whose caller is not seen',
      'O_NONBLOCK: it comes in as parameter fd of watch, and no path sets or clears it',
    ]);
  });

  it('names transfers that nothing flows into', () => {
    const report = reportOn('void say(char *b) { write(table[3].fd, b, 10); }');
    expect(report.transfers[0]?.missing).toEqual(["origin: no call that makes a descriptor flows into 'table[3].fd'"]);
    expect(bindingText(report)).toMatch(/without a known object\n {2}a\.c:1 say: write\(table\[3\]\.fd\) {2}origin/);
  });

  it('counts a place once however many contexts it has, with the best of them', () => {
    const { shares } = reportOn(`
      static int get(int fd, char *b) { return read(fd, b, 10); }
      void one(char *b) { get(socket(AF_INET, SOCK_STREAM, 0), b); }
      void two(char *b) { get(accept(table[0], 0, 0), b); }
      void three(char *b, struct odd *o) { get(o->somewhere, b); }
    `);
    expect(shares.transferObject).toEqual({ known: 1, of: 1 });
  });
});

describe('facts as text', () => {
  const text = `
#define LIMIT 10
#define TAKE(f) read(f, buf, LIMIT)
struct conn { int fd; char *name; };
static int on(struct conn *c, char *buf)
{
	if (TAKE(c->fd) < 0)
		return -1;
	c->name = buf;
	return 0;
}
`;

  it('is a numbered graph with macros, structs and constants below it', () => {
    const shown = describeFacts(lowerFile('a.c', text, parser));
    expect(shown).toMatch(/^a\.c: 1 function, 2 macros, 1 struct/);
    expect(shown).toContain('static int on(struct conn *c, char *buf)\n');
    expect(shown).toMatch(/\$\d+ = TAKE\(c->fd\)\n/);
    expect(shown).toMatch(/ {2}if \$\d+ < 0 -> \d+ else \d+\n/);
    expect(shown).toMatch(/ {2}c->name = buf\n/);
    expect(shown).toContain('  LIMIT = 10\n  TAKE(f) = read(f, buf, LIMIT)\n');
    expect(shown).toContain('  struct conn { int fd; char *name }\n');
  });

  it('shows macros spliced when it is given the index', () => {
    const { index } = projectFrom(text);
    const own = index.fileFacts('a.c');
    expect(describeFacts(own, index)).toMatch(/\$\d+ = read\(c->fd, buf, LIMIT\)/);
  });

  it('says under which conditions a function is there', () => {
    const shown = describeFacts(
      lowerFile('a.c', '#ifdef A\nvoid f(void) {}\n#else\nvoid f(void) {}\n#endif\n', parser),
    );
    expect(shown.match(/\[present if (not )?.*A.*\]/g)).toHaveLength(2);
  });
});

describe('what is believed of functions', () => {
  const text = `
struct conn *all;
int my_read(int fd, char *b, int n) { return read(fd, b, n); }
void die(char *why) { perror(why); exit(1); }
void keep(struct conn *c) { all = c; }
void ask(struct conn *c) { odd_call(c); }
int plain(int a) { return a + 1; }
`;
  const believed = (models?: ReadonlyMap<string, CallModel>): ReturnType<typeof functionBeliefs> =>
    functionBeliefs(projectFrom(text, models), 'a.c');

  it('comes with the reason', () => {
    expect(believed()).toMatchObject([
      { function: 'my_read', model: null, relevant: { is: true, because: 'it calls read' }, wraps: [WRAPS] },
      { function: 'die', endsProcess: { is: true, because: 'every way through it comes to exit' } },
      { function: 'keep', keepsArgument: { is: true, because: "'c' is stored in 'all'" } },
      { function: 'ask', keepsArgument: { because: "'c' is passed to 'odd_call', of which nothing is known" } },
      { function: 'plain', relevant: { is: false }, endsProcess: { is: false }, keepsArgument: { is: false } },
    ]);
  });
  const WRAPS = "read on parameter 'fd'";

  it('changes with the rows of the configuration', () => {
    const models = new Map<string, CallModel>([['odd_call', { does: 'nothing' }]]);
    const ask = believed(models).find((one) => one.function === 'ask');
    expect(ask).toMatchObject({ keepsArgument: { is: false }, unknown: [], calls: { odd_call: { does: 'nothing' } } });
  });

  it('is told in words', () => {
    expect(beliefText(believed())).toContain(`wrapper          of ${WRAPS}\n`);
    expect(beliefText(believed())).toContain('nothing known of odd_call');
    expect(beliefText(believed())).toMatch(
      /^ {2}fd +reads once, with read: no path leads from what the read on line 3 /m,
    );
    expect(beliefText(believed())).toMatch(/^ {2}c +stores it in 'all', on all paths \(line 5\)$/m);
  });
});
