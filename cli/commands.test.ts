// The commands through the real program: formats, exit codes, help, and readers that leave early.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { READS_ALL, READS_ONCE, temporaryTree } from '../workspace/testing.js';
import { COMMANDS } from './arguments.js';
import { packageVersion } from './package.js';
import { muxLint, program } from './testing.js';

const rule = 'et-read-not-drained';
const tree = temporaryTree({
  'bad.c': READS_ONCE,
  'good.c': READS_ALL,
  'plain.c': 'int f(void) { return 1; }\n',
  'hint/mux-lint.json': `{ "rules": { "${rule}": "hint" } }`,
  'hint/bad.c': READS_ONCE,
  'warning/mux-lint.json': `{ "rules": { "${rule}": "warning" } }`,
  'warning/bad.c': READS_ONCE,
});
afterAll(tree.remove);

function run(...words: readonly string[]): ReturnType<typeof muxLint> {
  return muxLint(tree.folder, words);
}

describe('check', () => {
  it.for([
    [0, ['good.c', 'plain.c']],
    [1, ['bad.c', 'good.c']],
    [1, ['check', 'bad.c']],
    [0, ['hint']],
    [1, ['hint', '--fail-level', 'hint']],
    [1, ['warning']],
    [0, ['warning', '--fail-level', 'error']],
    [2, ['bad.c', 'gone.c']],
  ] as const)('exits with %i for %j', ([status, words]) => {
    expect(run(...words).status).toBe(status);
  });

  it('prints the story and a summary', () => {
    const { stdout, stderr } = run('bad.c', 'plain.c');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^error\[et-read-not-drained\]: .*\n +╭─ bad\.c:11:7 in reads_once\n/);
    expect(stdout).toMatch(/\n 11 │ +if \(read\(fd, buf, n\) == 0\)\n +│ +\^{16}/);
    expect(stdout).toMatch(/╰─ hint: .*\n\nFound 1 error in 1 file \(2 files, 1 skipped, \d+ ms\)\n$/);
  });

  it('says how many hints are not shown', () => {
    expect(run('hint').stdout).toMatch(/^No findings \(1 file, 1 hint not shown: --hints, \d+ ms\)\n$/);
    expect(run('hint', '--hints').stdout).toMatch(/^hint\[et-read-not-drained\]/);
  });

  it('takes the current folder without a path', () => {
    expect(run('--format', 'concise').stdout.match(/\[et-read-not-drained\]$/gm)).toHaveLength(2);
  });

  it('writes several reports of one run', () => {
    const { status, stdout } = run('bad.c', '-f', 'sarif=out.sarif', '-f', 'json=out.json', '-f', 'concise');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^bad\.c:11:7: error: /);
    expect(JSON.parse(readFileSync(tree.path('out.json'), 'utf8'))).toMatchObject({ findings: [{ rule }] });
    expect(JSON.parse(readFileSync(tree.path('out.sarif'), 'utf8'))).toMatchObject({
      runs: [{ results: [{ ruleId: rule }] }],
    });
    expect(run('good.c', '-f', 'json=gone/out.json')).toMatchObject({
      status: 2,
      stderr: "mux-lint: error: 'gone/out.json' cannot be written: no such file or folder\n",
    });
  });

  it('finds the same with both parsers, where both load', () => {
    const [native, wasm] = ['native', 'wasm'].map((name) => run('bad.c', 'good.c', '-f', 'concise', '--backend', name));
    expect(wasm).toMatchObject({ status: 1 });
    const findings = (text = ''): string => text.replace(/\d+ ms/, '');
    // Where the native parser does not load, demanding it is told and not silently undone.
    if (native?.status === 2) expect(native.stderr).toContain('mux-lint: error: the native parser does not load here');
    else expect(findings(native?.stdout)).toBe(findings(wasm?.stdout));
  });
});

describe('colour', () => {
  const escape = '\u001b';

  it('is off where nobody sees it, and on demand on', () => {
    expect(run('bad.c').stdout).not.toContain(escape);
    expect(run('bad.c', '--color').stdout).toContain(`${escape}[1;31merror${escape}[0m`);
    expect(muxLint(tree.folder, ['bad.c'], { FORCE_COLOR: '1' }).stdout).toContain(escape);
  });

  it('is off where it is not wanted', () => {
    expect(muxLint(tree.folder, ['bad.c'], { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).not.toContain(escape);
    expect(muxLint(tree.folder, ['bad.c', '--no-color'], { FORCE_COLOR: '1' }).stdout).not.toContain(escape);
  });
});

describe('a reader that leaves early', () => {
  it.for([['bad.c'], ['--help'], ['bad.c', '--format', 'json']] as const)('of %j ends it quietly', (words) => {
    const script = '"$@" | true; echo "${PIPESTATUS[0]}"';
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, program, ...words], {
      cwd: tree.folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(words[0] === '--help' ? '0\n' : '1\n');
  });
});

describe('help', () => {
  it.for([[], ...COMMANDS.map((name) => [name])])('of %j fits the screen and ends well', (words) => {
    const { status, stdout, stderr } = run(...words, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.startsWith(words[0] === undefined ? 'mux-lint finds' : 'mux-lint ')).toBe(true);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it('names every command', () => {
    const { stdout } = run('-h');
    expect(COMMANDS.filter((name) => name !== 'check' && !stdout.includes(`mux-lint ${name}`))).toEqual([]);
  });
});

describe('rules, explain, doctor, version', () => {
  it('lists the rules', () => {
    expect(run('rules').stdout).toMatch(/^et-read-not-drained +error +\S/m);
    const ids = run('rules', '--format', 'json').stdout.match(/(?<="id": ")[^"]+/g);
    expect(ids).toEqual(expect.arrayContaining([rule, 'unused-allow', 'allow-without-reason']));
  });

  it('explains a rule', () => {
    const { status, stdout } = run('explain', rule);
    expect(status).toBe(0);
    for (const part of [rule, 'Why', 'What is found', 'What is right', 'Proof', 'References', 'epoll(7)', 'void bad_'])
      expect(stdout).toContain(part);
    expect(run('explain', 'unused-allow').stdout).toContain('Severity: warning');
  });

  it('says what a bug report needs', () => {
    const { status, stdout } = run('doctor');
    expect(status).toBe(0);
    for (const name of ['mux-lint', 'node', 'kernel', 'parser', 'configuration', 'koffi', 'cc'])
      expect(stdout).toMatch(new RegExp(`^${name}: +\\S`, 'm'));
    expect(stdout).toContain('wasm 0.25.10 works');
  });

  it('shows what the engine has read', () => {
    const { status, stdout } = run('doctor', '--facts', 'bad.c', '--format', 'json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ file: 'bad.c', functions: [{ name: 'reads_once' }] });
    expect(run('doctor', '--facts', 'gone.c')).toMatchObject({
      status: 2,
      stderr: "mux-lint: error: 'gone.c' cannot be read: no such file or folder; did you mean 'good.c'?\n",
    });
  });

  it('knows its version', () => {
    expect(run('--version')).toEqual({ status: 0, stdout: `mux-lint ${packageVersion()}\n`, stderr: '' });
  });
});

describe('lsp', () => {
  it('answers on standard output, and ends when it is told to', async () => {
    const server = spawn(process.execPath, [program, 'lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => server.once('close', resolve));
    const say = (message: object): void => {
      const text = JSON.stringify({ jsonrpc: '2.0', ...message });
      server.stdin.write(`Content-Length: ${text.length}\r\n\r\n${text}`);
    };
    say({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
    let heard = '';
    for await (const bytes of server.stdout) {
      heard += String(bytes);
      if (!heard.includes('"id":2') && heard.includes('"id":1')) say({ id: 2, method: 'shutdown' });
      if (heard.includes('"id":2')) say({ method: 'exit' });
    }
    expect(heard).toContain('"capabilities"');
    expect(await ended).toBe(0);
  });
});

describe('verify', () => {
  it('gives each finding a verdict with a control, or says that it cannot', () => {
    const { status, stdout, stderr } = run('verify', 'bad.c', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ verdicts: [{ tier: 'kernel', about: 'pattern', seed: 1 }] }],
    });
    if (status === 5) expect(stderr).toContain('mux-lint: error: not verified: ');
    else {
      expect(status).toBe(1);
      expect(stdout).toMatch(/"state": "demonstrated",\s+"transcript": \[\s+"[^]*"control": \[\s+"/);
    }
  });

  it('has nothing to prove where nothing is found', () => {
    expect(run('verify', 'good.c')).toMatchObject({ status: 0, stderr: '' });
  });
});
