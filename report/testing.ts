// Findings as plain data for the tests of the formats: one with a story over two files, one that assumes something.
import type { Finding, Range } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';
import { reportOf, type Linted, type Report, type Shown } from './report.js';

export function range(line: number, column: number, endColumn: number, endLine = line): Range {
  return { start: { line, column }, end: { line: endLine, column: endColumn } };
}

const NET = `static void add(int ep, struct conn *c)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
}










static void on_readable(struct conn *c)
{
	ssize_t n;

	n = read(c->fd, c->buf, sizeof c->buf);
	if (n > 0)
		reply(c, n);
}
`;

const LOOP = `for (;;)\n\tn = epoll_wait(ep, events, 64, -1);\n`;

export const READ: Finding = {
  rule: 'et-read-not-drained',
  severity: 'error',
  file: 'src/net.c',
  range: range(20, 6, 40),
  function: 'on_readable',
  message: "'c->fd' is edge-triggered but not read until it would block",
  hint: 'read until it fails with EAGAIN',
  assumes: null,
  notes: [
    { file: 'src/net.c', range: range(4, 2, 42), message: 'registered edge-triggered here' },
    { file: 'src/net.c', range: range(20, 6, 40), message: 'reads at most 4096 bytes, once' },
    { file: 'src/net.c', range: range(23, 1, 2), message: 'control goes back to the wait' },
    { file: 'src/loop.c', range: range(2, 6, 36), message: 'which sleeps although bytes are there' },
  ],
  specimen: {
    api: 'epoll',
    kind: 'stream',
    nonblocking: true,
    mask: 'EPOLLIN|EPOLLET',
    calls: [{ call: 'read', size: 4096, loops: false }],
    assumed: [],
  },
  fix: {
    title: 'read in a loop',
    safety: 'suggested',
    edits: [{ file: 'src/net.c', range: range(20, 2, 2), newText: 'do ' }],
  },
  statement: 'n = read(c->fd, c->buf, sizeof c->buf);',
};

export const WRITE: Finding = {
  ...READ,
  rule: 'partial-write-dropped',
  severity: 'warning',
  range: range(22, 3, 14),
  message: "a short write to 'c->fd' loses the rest of the message",
  hint: 'keep what was not written and wait for EPOLLOUT',
  assumes: 'the descriptor is non-blocking',
  notes: [],
  fix: null,
  statement: 'reply(c, n);',
};

export const HINT: Finding = { ...WRITE, severity: 'hint', range: range(21, 2, 8), statement: 'if (n > 0)' };

export const VERDICT: Verdict = {
  about: 'pattern',
  tier: 'kernel',
  state: 'demonstrated',
  transcript: ['epoll_wait = 1: EPOLLIN', 'read(5, 4096) = 4096', 'epoll_wait(0 ms) = 0   936 bytes unread'],
  control: ['read until EAGAIN', 'epoll_wait(0 ms) = 0   0 bytes unread'],
  reason: null,
  kernel: '6.18.44',
  seed: 1,
};

export function linted(findings: readonly Finding[], more: Partial<Linted> = {}): Linted {
  return {
    findings,
    allowed: [],
    gaps: [],
    failures: [],
    summary: { files: 12, analysed: 9, skipped: 3, milliseconds: 84, compileCommands: [] },
    texts: new Map([
      ['src/net.c', NET],
      ['src/loop.c', LOOP],
    ]),
    ...more,
  };
}

export function report(findings: readonly Finding[], more: Partial<Linted> = {}, shown: Partial<Shown> = {}): Report {
  return reportOf(linted(findings, more), { hints: false, ...shown });
}

/** A finding on one line of a text of its own. */
export function findingIn(text: string, marked: string): Report {
  const line = text.slice(0, text.indexOf(marked)).split('\n').length;
  const column = text.indexOf(marked) - text.lastIndexOf('\n', text.indexOf(marked));
  const finding = { ...WRITE, file: 'a.c', assumes: null, range: range(line, column, column + marked.length) };
  return report([finding], { texts: new Map([['a.c', text]]) });
}
