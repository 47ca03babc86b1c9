// Bad input, through the real program: a clear message on standard error, the exit code of the contract, the other files
// still linted, and never a stack trace.
import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, truncateSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { READS_ONCE, temporaryTree } from '../workspace/testing.js';
import { muxLint } from './testing.js';

const tree = temporaryTree({
  'bad.c': READS_ONCE,
  'walk/bad.c': READS_ONCE,
  'walk/binary.c': new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
  'walk/empty.c': '',
  'walk/huge.c': '',
  'walk/latin.c': Buffer.concat([
    Buffer.from('/* '),
    Buffer.from([0xe9, 0xa9, 0xff]),
    Buffer.from(` */\n${READS_ONCE}`),
  ]),
  'walk/secret.c': READS_ONCE,
  'typo/mux-lint.json': '{\n  "rules": {\n    "et-read-not-drainde": "off"\n  }\n}\n',
  'typo/bad.c': READS_ONCE,
  'broken/mux-lint.json': '{ "rules": { }',
  'broken/bad.c': READS_ONCE,
});
truncateSync(tree.path('walk/huge.c'), 50e6);
symlinkSync('..', tree.path('walk/loop'));
symlinkSync('gone', tree.path('walk/dangling.c'));
execFileSync('mkfifo', [tree.path('walk/pipe.c')]);
chmodSync(tree.path('walk/secret.c'), 0);
afterAll(tree.remove);

const FOUND = /^(\S+):(\d+):\d+: error: .* \[et-read-not-drained\]$/gm;

/** Exit code, places of findings, and the whole of standard error, which never holds a trace. */
function run(...words: readonly string[]): { status: number | null; found: readonly string[]; stderr: string } {
  const { status, stdout, stderr } = muxLint(tree.folder, ['--format', 'concise', ...words]);
  expect(stderr).not.toMatch(/^\s+at |node:internal|\.js:\d/m);
  return { status, found: [...stdout.matchAll(FOUND)].map(([, file, line]) => `${file ?? ''}:${line ?? ''}`), stderr };
}

describe('what was named and cannot be linted', () => {
  it.for([
    ['gone.c', "mux-lint: error: 'gone.c' cannot be read: no such file or folder\n"],
    ['bed.c', "mux-lint: error: 'bed.c' cannot be read: no such file or folder; did you mean 'bad.c'?\n"],
    ['verfy', "mux-lint: error: 'verfy' cannot be read: no such file or folder\n"],
    ['walk/binary.c', "mux-lint: error: 'walk/binary.c' is a binary file\n"],
    ['walk/dangling.c', "mux-lint: error: 'walk/dangling.c' cannot be read: no such file or folder\n"],
    ['walk/pipe.c', "mux-lint: error: 'walk/pipe.c' cannot be read: it is not a regular file\n"],
    ['gone/*.c', "mux-lint: error: 'gone/*.c' matches no file\n"],
  ] as const)('%s', ([path, message]) => {
    expect(run('bad.c', path)).toEqual({ status: 2, found: ['bad.c:11'], stderr: message });
  });

  it('is a misspelt command, if it comes first', () => {
    expect(run('verfy')).toEqual({
      status: 2,
      found: [],
      stderr: "mux-lint: error: 'verfy' cannot be read: no such file or folder; did you mean the command 'verify'?\n",
    });
  });

  it('may be empty, which is fine', () => {
    expect(run('walk/empty.c')).toEqual({ status: 0, found: [], stderr: '' });
  });

  it('is above the cap, which is ours and is told', () => {
    const stderr = "mux-lint: not linted: 'walk/huge.c' is not read: it has 50 MB, the cap is 16 MB\n";
    expect(run('bad.c', 'walk/huge.c')).toEqual({ status: 1, found: ['bad.c:11'], stderr });
    expect(run('walk/empty.c', 'walk/huge.c', '--strict-complete')).toMatchObject({ status: 4, stderr });
  });
});

describe('what is met while walking', () => {
  // Whoever is root reads everything.
  const isRoot = process.getuid?.() === 0;
  const secret = isRoot ? [] : ["mux-lint: not linted: 'walk/secret.c' cannot be read: permission denied\n"];

  it('is told, and the rest is linted with right lines and columns', () => {
    expect(run('walk')).toEqual({
      status: 1,
      found: ['walk/bad.c:11', 'walk/latin.c:12', ...(isRoot ? ['walk/secret.c:11'] : [])],
      stderr: [
        "mux-lint: not linted: 'walk/binary.c' is a binary file\n",
        "mux-lint: not linted: 'walk/dangling.c' cannot be read: no such file or folder\n",
        "mux-lint: not linted: 'walk/huge.c' is not read: it has 50 MB, the cap is 16 MB\n",
        "mux-lint: not linted: 'walk/pipe.c' cannot be read: it is not a regular file\n",
        ...secret,
      ].join(''),
    });
  });

  it('is a gap in the reports for machines', () => {
    const { stdout } = muxLint(tree.folder, ['walk', '--format', 'json']);
    const files = ['binary', 'dangling', 'huge', 'pipe'].map((name) => ({ file: `walk/${name}.c`, function: null }));
    expect(JSON.parse(stdout)).toMatchObject({ gaps: isRoot ? files : [...files, { file: 'walk/secret.c' }] });
  });
});

describe('a configuration with a mistake', () => {
  it('is told with its place, its key and what was meant', () => {
    expect(run('typo')).toEqual({
      status: 2,
      found: ['typo/bad.c:11'],
      stderr:
        "mux-lint: error: typo/mux-lint.json:3:5: unknown rule 'et-read-not-drainde'; did you mean 'et-read-not-drained'?\n",
    });
  });

  it('of its grammar as well', () => {
    expect(run('broken')).toMatchObject({
      status: 2,
      found: ['broken/bad.c:11'],
      stderr: "mux-lint: error: broken/mux-lint.json:1:15: the text ends too early: ',' or '}' is expected\n",
    });
  });

  it('that is not there', () => {
    expect(run('bad.c', '--config', 'gone.json')).toMatchObject({
      status: 2,
      stderr: "mux-lint: error: 'gone.json' cannot be read: no such file or folder\n",
    });
  });
});

describe('a wrong command line is one line', () => {
  it.for([
    [['--formt', 'json'], "unknown option '--formt'; did you mean '--format'?"],
    [['--xyzzy'], "unknown option '--xyzzy'; 'mux-lint --help' lists them"],
    [['-x'], "unknown option '-x'; 'mux-lint --help' lists them"],
    [['--format', 'jsn'], "unknown format 'jsn'; did you mean 'json'?"],
    [['--format'], "the option '--format' needs a value: --format NAME"],
    [['--config', '--hints'], "the option '--config' needs a value: --config FILE"],
    [['--format', 'json', '--format', 'sarif'], 'only one format can go to standard output'],
    [['--hints=yes'], "the option '--hints' takes no value"],
    [['--backend', 'wsm'], "'wsm' is no value of --backend; did you mean 'wasm'?"],
    [['--code'], "the option '--code' belongs to 'verify', not to 'check'"],
    [['verify', '--seed', 'x'], "'x' is no seed; a whole number is one"],
    [['explain'], "'explain' takes one rule"],
    [['explain', 'et-read-not-drain'], "there is no rule 'et-read-not-drain'; did you mean 'et-read-not-drained'?"],
    [['rules', 'x'], "'rules' takes no argument"],
    [['doctor', 'x'], "'doctor' takes no path"],
  ] as const)('%j', ([words, message]) => {
    const { status, stdout, stderr } = muxLint(tree.folder, words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^mux-lint: error: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });
});
