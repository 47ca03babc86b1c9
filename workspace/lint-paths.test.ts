// The entry that all drivers share, with the real engine: configuration, suppressions, and files that cannot be linted.
import { afterAll, describe, expect, it } from 'vitest';
import { symlinkSync, truncateSync } from 'node:fs';
import { loadParser } from '../analysis/text/parse.js';
import { lintPaths, lintTexts, type WorkspaceResult } from './lint-paths.js';
import { READS_ALL, READS_ONCE, temporaryTree } from './testing.js';

const parser = await loadParser('wasm');
const rule = 'et-read-not-drained';

function brief({ findings }: WorkspaceResult): readonly string[] {
  return findings.map((one) => `${one.file}:${one.range.start.line} ${one.severity} ${one.rule}`);
}

describe('a folder', () => {
  const tree = temporaryTree({
    'good.c': READS_ALL,
    'plain.c': 'int f(void) { return 1; }\n',
    'sub/bad.c': READS_ONCE,
    'sub/off/mux-lint.json': `{ "rules": { "${rule}": "off" } }`,
    'sub/off/bad.c': READS_ONCE,
    'sub/soft/mux-lint.json': `{ "rules": { "${rule}": "hint" }, "ruels": {} }`,
    'sub/soft/deep/bad.c': READS_ONCE,
    'z/allowed.c': READS_ONCE.replace('\n\nvoid', `\n\n/* mux-lint-allow ${rule}: one byte */\nvoid`),
  });
  afterAll(tree.remove);

  it('is linted with the nearest configuration of each file', async () => {
    const result = await lintPaths(['.'], { folder: tree.folder, parser });
    expect(brief(result)).toEqual([`sub/bad.c:11 error ${rule}`, `sub/soft/deep/bad.c:11 hint ${rule}`]);
    expect(result.problems).toEqual([
      {
        file: 'sub/soft/mux-lint.json',
        at: { line: 1, column: 47 },
        message: "unknown key 'ruels'; did you mean 'rules'?",
      },
    ]);
    expect(result.allowed).toMatchObject([{ finding: { file: 'z/allowed.c' }, reason: 'one byte' }]);
  });

  it('counts what has no call that we know as skipped', async () => {
    const { summary } = await lintPaths(['.'], { folder: tree.folder, parser });
    expect(summary).toMatchObject({ files: 6, analysed: 5, skipped: 1 });
  });

  it('is linted with one configuration where one is demanded', async () => {
    const result = await lintPaths(['.'], { folder: tree.folder, parser, config: 'sub/off/mux-lint.json' });
    expect(brief(result)).toEqual([]);
    expect(result.problems).toEqual([]);
  });

  it('is not linted with a configuration that is not there, and says so once', async () => {
    const { problems } = await lintPaths(['.'], { folder: tree.folder, parser, config: 'gone.json' });
    expect(problems).toEqual([{ file: 'gone.json', at: null, message: 'cannot be read: no such file or folder' }]);
  });
});

describe('open buffers', () => {
  const tree = temporaryTree({ 'mux-lint.json': `{ "rules": { "${rule}": "warning" } }`, 'a.c': READS_ALL });
  afterAll(tree.remove);

  it('count in place of what the disk holds, under the same configuration', async () => {
    const result = await lintTexts([{ path: tree.path('a.c'), text: READS_ONCE }], { folder: tree.folder, parser });
    expect(brief(result)).toEqual([`a.c:11 warning ${rule}`]);
  });
});

describe('bad input', () => {
  const tree = temporaryTree({
    'bad.c': READS_ONCE,
    'binary.c': new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0]),
    'empty.c': '',
    'latin.c': Buffer.concat([Buffer.from([0x2f, 0x2a, 0xe9, 0x2a, 0x2f, 0x0a]), Buffer.from(READS_ONCE)]),
    'large.c': '',
  });
  truncateSync(tree.path('large.c'), 50e6);
  symlinkSync('gone', tree.path('dangling.c'));
  symlinkSync('.', tree.path('loop'));
  afterAll(tree.remove);

  const found = [`bad.c:11 error ${rule}`, `latin.c:12 error ${rule}`];

  it('met while walking is a gap, and the rest is linted', async () => {
    const result = await lintPaths([], { folder: tree.folder, parser });
    expect(brief(result)).toEqual(found);
    expect(result.problems).toEqual([]);
    expect(result.unread.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'binary.c is a binary file',
      'dangling.c cannot be read: no such file or folder',
      'large.c is not read: it has 50 MB, the cap is 16 MB',
    ]);
    expect(result.gaps).toEqual(result.unread);
    expect(result.summary).toMatchObject({ files: 3, analysed: 2, skipped: 1 });
  });

  it('that was named is a problem, but for the cap, and the rest is linted', async () => {
    const named = ['binary.c', 'dangling.c', 'gone.c', 'large.c', 'bad.c', 'latin.c', 'empty.c'];
    const result = await lintPaths(named, { folder: tree.folder, parser });
    expect(brief(result)).toEqual(found);
    expect(result.problems.map(({ file }) => file)).toEqual(['dangling.c', 'gone.c', 'binary.c']);
    expect(result.unread.map(({ file }) => file)).toEqual(['large.c']);
  });
});

describe('a file that makes the engine fail', () => {
  const tree = temporaryTree({ 'bad.c': READS_ONCE, 'poison.c': READS_ONCE.replace('reads_once', 'poison') });
  afterAll(tree.remove);
  const poisoned = {
    ...parser,
    parse: (text: string) => {
      if (text.includes('poison')) throw new RangeError('Maximum call stack size exceeded');
      return parser.parse(text);
    },
  };

  it('is named, and the others are linted', async () => {
    const result = await lintPaths([], { folder: tree.folder, parser: poisoned });
    expect(brief(result)).toEqual([`bad.c:11 error ${rule}`]);
    expect(result.failures).toHaveLength(1);
    expect(result.failures[0]).toMatchObject({ file: 'poison.c', rule: null });
    expect(result.failures[0]?.error).toContain('Maximum call stack size exceeded');
  });
});

describe('models of the configuration', () => {
  const tree = temporaryTree({
    'bad.c': READS_ONCE.replace('read(fd, buf, n)', 'my_read(fd, buf, n)'),
    'told/mux-lint.json': '{ "models": { "my_read": { "does": "transfer", "direction": "in", "fd": 0, "size": 2 } } }',
    'told/bad.c': READS_ONCE.replace('read(fd, buf, n)', 'my_read(fd, buf, n)'),
  });
  afterAll(tree.remove);

  it('tell the engine what a call does whose body it does not see', async () => {
    expect(brief(await lintPaths(['bad.c'], { folder: tree.folder, parser }))).toEqual([]);
    expect(brief(await lintPaths(['told'], { folder: tree.folder, parser }))).toEqual([`told/bad.c:11 error ${rule}`]);
  });
});
