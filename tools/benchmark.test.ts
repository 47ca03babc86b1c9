// The whole benchmark over a tree that is written here from the repository's own servers, whose bugs are known.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchmark, readRequest, type Report } from './benchmark.js';
import { read, ruleIds } from './repository.js';
import { readWants } from './want.js';

const folder = mkdtempSync(join(tmpdir(), 'mux-lint-benchmark-'));
const bad = 'servers/select-chat-bad.c';
const good = 'servers/select-chat-good.c';

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a tree with labels', () => {
  let report: Report;
  const request = { sources: folder, labels: folder, severity: 'error', only: '', list: true, limit: 60 } as const;
  const rule = 'fdset-not-rebuilt';
  const text = read(`fixtures/${bad}`);
  const wanted = readWants({ path: bad, text }, new Set(ruleIds())).expectations.find((one) => one.rule === rule);
  const line = wanted?.line ?? 0;

  beforeAll(async () => {
    write('some+one/c0ffee/net/chat.c', text);
    write('some+one/c0ffee/net/right.c', read(`fixtures/${good}`));
    write('ids.tsv', 'label\trules\n');
    write('exhaustive.tsv', 'repo\tcommit\tpath\nsome/one\tc0ffee\tnet/right.c\n');
    const labels = [
      `net/chat.c\t${line}\t${rule}\ttrue-bug\tthe set is used up`,
      `net/right.c\t5\t${rule}\ttrue-bug\ta bug that is not there`,
      `net/absent.c\t5\t${rule}\ttrue-bug\ta file that is not there`,
    ];
    const head = 'repo\tcommit\tpath\tline\thazard\tverdict\treason';
    write('labels.tsv', [head, ...labels.map((one) => `some/one\tc0ffee\t${one}`), ''].join('\n'));
    report = await benchmark(request, () => undefined);
  });

  it('counts what was found and what was missed', () => {
    const row = report.lines
      .join('\n')
      .split('\n')
      .find((one) => one.startsWith(rule));
    expect(row?.split(/ +/).slice(1)).toEqual(['1', '0', '1', '1.00', '0.50', '0', '0', '0', '0']);
  });

  it('lists what was missed, with the reason of the label', () => {
    expect(report.lines.filter((one) => one.startsWith('missed'))).toEqual([
      `missed     ${rule} some+one/c0ffee/net/right.c:5 | labelled ${rule} true-bug at 5: a bug that is not there`,
    ]);
  });

  it('counts as missed what a tree that takes too long would have shown', async () => {
    const { lines, warnings } = await benchmark({ ...request, limit: 0.001 }, () => undefined);
    expect(lines.filter((one) => one.startsWith('missed'))).toHaveLength(2);
    expect(warnings).toContain('some+one/c0ffee: not done after 0.001 s');
  });

  it('warns of a labelled file that is not there, and does not count it', () => {
    expect(report.warnings).toEqual(['some+one/c0ffee/net/absent.c: absent, not judged']);
  });
});

describe('labels that are wrong', () => {
  const cases = [
    ['a line that is no number', 'some/one\tc0ffee\ta.c\tx\tsigpipe\tclean\t', "labels.tsv:2: 'x' is not a line"],
    ['an unknown verdict', 'some/one\tc0ffee\ta.c\t1\tsigpipe\tfine\t', "labels.tsv:2: 'fine' is not a verdict"],
    ['a row that is cut off', 'some/one\tc0ffee', 'labels.tsv:2: has 2 columns, not 7'],
  ] as const;

  it.for(cases)('%s', async ([name, row, message]) => {
    const labels = `wrong/${name}`;
    write(`${labels}/labels.tsv`, `repo\tcommit\tpath\tline\thazard\tverdict\treason\n${row}\n`);
    write(`${labels}/exhaustive.tsv`, 'repo\tcommit\tpath\n');
    write(`${labels}/ids.tsv`, 'label\trules\n');
    const request = {
      sources: folder,
      labels: join(folder, labels),
      severity: 'error',
      only: '',
      list: false,
      limit: 60,
    } as const;
    await expect(benchmark(request, () => undefined)).rejects.toThrow(message);
  });
});

describe('the command line', () => {
  it('takes the labels from the sources unless it is told otherwise', () => {
    const request = { sources: 'code', severity: 'warning', only: '', list: false, limit: 600 };
    expect(readRequest(['code'])).toEqual({ ...request, labels: 'code' });
    expect(readRequest(['code', '--labels', 'hand', '--list'])).toEqual({ ...request, labels: 'hand', list: true });
  });

  it.for([[[]], [['a', 'b']], [['a', '--lables', 'b']], [['a', '--severity', 'fatal']], [['a', '--limit', '0']]])(
    'refuses %j',
    ([args]) => {
      expect(readRequest(args ?? [])).toBeNull();
    },
  );
});

function write(path: string, text: string): void {
  const absolute = join(folder, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, text);
}
