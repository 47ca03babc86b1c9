// The format for people: the whole of one finding as it looks, and what must hold for any text.
import { describe, expect, it } from 'vitest';
import { pretty } from './pretty.js';
import { plain, type Style } from './style.js';
import { findingIn, HINT, range, READ, report, VERDICT, WRITE } from './testing.js';

const STORY = `error[et-read-not-drained]: 'c->fd' is edge-triggered but not read until it would block
    ╭─ src/net.c:20:6 in on_readable
    │
 18 │         ssize_t n;
 19 │
 20 │         n = read(c->fd, c->buf, sizeof c->buf);
    │             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ 2. reads at most 4096 bytes, once
 21 │         if (n > 0)
 22 │                 reply(c, n);
 23 │ }
    │ ─ 3. control goes back to the wait
    │
    ├─ 1. registered edge-triggered here (src/net.c:4:2)
  4 │ epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
    │ ────────────────────────────────────────
    │
    ├─ 4. which sleeps although bytes are there (src/loop.c:2:6)
  2 │ n = epoll_wait(ep, events, 64, -1);
    │     ──────────────────────────────
    │
    ├─ fix: read in a loop (suggested)
    ╰─ hint: read until it fails with EAGAIN

warning[partial-write-dropped]: a short write to 'c->fd' loses the rest of the message
    ╭─ src/net.c:22:3 in on_readable
    │
 20 │         n = read(c->fd, c->buf, sizeof c->buf);
 21 │         if (n > 0)
 22 │                 reply(c, n);
    │                 ^^^^^^^^^^^
 23 │ }
    │
    ├─ assumes: the descriptor is non-blocking
    ╰─ hint: keep what was not written and wait for EPOLLOUT

Found 1 error and 1 warning in 1 file (12 files, 3 skipped, 1 hint not shown: --hints, 84 ms)
`;

describe('a report', () => {
  it('tells the story of each finding with its code', () => {
    expect(pretty(report([READ, WRITE, HINT]), plain)).toBe(STORY);
  });

  it('needs no more than ASCII', () => {
    const text = pretty(report([READ], {}, { verdicts: new Map([[READ, [VERDICT]]]) }), { ...plain, unicode: false });
    expect(text).toMatch(/^[\n\x20-\x7e]*$/);
    expect(text).toContain('    --> src/net.c:20:6 in on_readable\n    |\n 18 |         ssize_t n;\n');
  });

  it('without findings is one line', () => {
    expect(pretty(report([]), plain)).toBe('No findings (12 files, 3 skipped, 84 ms)\n');
    const summary = { files: 0, analysed: 0, skipped: 0, milliseconds: 1, compileCommands: [] };
    expect(pretty(report([], { summary }), plain)).toBe('Nothing to lint (no C files found, 1 ms)\n');
  });

  it('lists what could not be analysed', () => {
    const gaps = [{ file: 'src/odd.c', range: range(4, 1, 2, 9), function: 'x', reason: 'too many paths' }];
    expect(pretty(report([], { gaps }), plain)).toBe(
      'gap: src/odd.c:4:1 in x: too many paths\n\nNo findings (12 files, 3 skipped, 1 gap, 84 ms)\n',
    );
  });

  it('shows a step without code where the text is not at hand', () => {
    const text = pretty(report([READ], { texts: new Map() }), plain);
    expect(text).toContain('├─ 1. registered edge-triggered here (src/net.c:4:2)\n    │\n    ├─ 2. reads');
  });
});

describe('a proof', () => {
  it('stands in the story with its transcript and its control', () => {
    const text = pretty(report([READ], {}, { verdicts: new Map([[READ, [VERDICT]]]) }), plain);
    expect(text).toContain(`
    ├─ this pattern on this kernel: demonstrated, the same calls with the same numbers show it (Linux 6.18.44, seed 1)
    │   what happened
    │     epoll_wait = 1: EPOLLIN
    │     read(5, 4096) = 4096
    │     epoll_wait(0 ms) = 0   936 bytes unread
    │   the control
    │     read until EAGAIN
    │     epoll_wait(0 ms) = 0   0 bytes unread
    │
`);
  });

  it('folds steps that differ in numbers only', () => {
    const transcript = [1, 2, 3, 4, 5].map((n) => `connect(client ${n}) = 0`);
    const verdict = { ...VERDICT, transcript, control: transcript.slice(0, 3) };
    const text = pretty(report([READ], {}, { verdicts: new Map([[READ, [verdict]]]) }), plain);
    expect(text).toContain('connect(client 1) = 0\n    │     (3 more like it)\n    │     connect(client 5) = 0\n');
    expect(text).toContain('connect(client 2) = 0\n    │     connect(client 3) = 0\n    │\n');
  });

  it('of the kernel tier is never called a confirmation', () => {
    const text = pretty(report([READ], {}, { verdicts: new Map([[READ, [VERDICT]]]) }), plain);
    expect(text).not.toMatch(/confirm|proved|proven/);
  });
});

describe('the caret stands under the code', () => {
  /** The line of code and the one below it, cut where the mark begins. */
  function under(text: string, marked: string, style: Style = plain): readonly [line: string, caret: string] {
    const lines = pretty(findingIn(text, marked), style).split('\n');
    const caret = lines.findIndex((line) => line.includes('^'));
    return [lines[caret - 1] ?? '', lines[caret] ?? ''];
  }

  it.for([
    ['after tabs', 'x;\n\t\tf(1,\twrite(fd));\n', 'write(fd)', ' 2 │                 f(1,    write(fd));', 24],
    ['after wide characters', '/* 日本語 */ write(fd);\n', 'write(fd)', ' 1 │ /* 日本語 */ write(fd);', 13],
    ['after an emoji', '/* 🧵👩‍💻 */ write(fd);\n', 'write(fd)', ' 1 │ /* 🧵👩‍💻 */ write(fd);', 11],
    [
      'after combining marks',
      '/* e\u0301e\u0301 */ write(fd);\n',
      'write(fd)',
      ' 1 │ /* e\u0301e\u0301 */ write(fd);',
      9,
    ],
    ['with Windows line ends', 'x;\r\n\tf();\r\n\twrite(fd);\r\n', 'write(fd)', ' 3 │         write(fd);', 8],
  ] as const)('%s', ([, text, marked, code, column]) => {
    const [line, caret] = under(text, marked);
    expect(line.replace(/^ +/, ' ')).toBe(code);
    expect(caret.replace(/^ +/, '')).toBe(`│ ${' '.repeat(column)}^^^^^^^^^`);
  });

  it('of a line that is too long for the terminal', () => {
    const [line, caret] = under(`x = ${'a + '.repeat(100)}write(fd)${' + b'.repeat(100)};\n`, 'write(fd)', {
      ...plain,
      width: 80,
    });
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('write(fd)');
    expect(line).toMatch(/│ ….*…$/);
  });

  it('of every line of a statement that has a few', () => {
    const finding = { ...WRITE, file: 'a.c', range: range(2, 2, 8, 3) };
    const text = pretty(
      report([finding], { texts: new Map([['a.c', 'f();\n\twrite(fd,\n\t      buf);\ng();\n']]) }),
      plain,
    );
    expect(text).toContain(
      ' 2 │         write(fd,\n   │         ^^^^^^^^^\n 3 │               buf);\n   │               ',
    );
  });

  it('of a place that does not exist any more', () => {
    expect(() => pretty(report([{ ...READ, range: range(900, 70, 80) }]), plain)).not.toThrow();
  });
});

describe('foreign text', () => {
  it('cannot command the terminal or reorder the line', () => {
    const evil = 'write(fd); // \u001b]0;title\u0007\u001b[31m \u202e\u2066\n';
    const text = pretty(findingIn(evil, 'write(fd)'), plain);
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e\u2066]/);
    expect(text).toContain('write(fd); // ␛]0;title␇␛[31m ��');
  });

  it('in names and messages is one line', () => {
    const finding = { ...READ, file: 'a\n\u001b[2Jb.c', message: "'x\u001b[2J' is\nbad" };
    const text = pretty(report([finding]), plain);
    expect(text).not.toContain('\u001b');
    expect(text.split('\n')[0]).toBe("error[et-read-not-drained]: 'x␛[2J' is bad");
  });
});

describe('colour', () => {
  const style: Style = { ...plain, colour: true, link: (rule) => `file:///docs/${rule}.md` };

  it('adds nothing but escapes, and links the rule', () => {
    const text = pretty(report([READ, WRITE, HINT]), style);
    expect(text).toContain('\u001b]8;;file:///docs/et-read-not-drained.md\u001b\\');
    // eslint-disable-next-line no-control-regex -- the escapes that were added are taken away
    const bare = text.replace(/\u001b\]8;;.*?\u001b\\|\u001b\[[0-9;]*m/g, '');
    expect(bare).toBe(STORY);
  });
});
