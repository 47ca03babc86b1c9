// A compile database on the command line: it is named in what is printed, its mistakes are told, and a proof compiles by it.
import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { READS_ONCE, temporaryTree } from '../workspace/testing.js';
import { muxLint } from './testing.js';

const text = `#ifndef ANSWER\n#error no answer\n#endif\n${READS_ONCE}`;
const database = (options: string): string =>
  JSON.stringify([{ directory: '.', file: 'a.c', command: `cc ${options} -c a.c` }]);
const tree = temporaryTree({
  'right/a.c': text,
  'right/compile_commands.json': database('-DANSWER=42'),
  'wrong/a.c': text,
  'wrong/compile_commands.json': database('"-DANSWER=42'),
});
afterAll(tree.remove);

describe('a compile database', () => {
  it('is named in the summary of each report', () => {
    expect(muxLint(tree.folder, ['right']).stdout).toMatch(
      /\(1 file, compiled as in right\/compile_commands\.json, \d+ ms\)\n$/,
    );
    expect(JSON.parse(muxLint(tree.folder, ['-f', 'json', 'right']).stdout)).toMatchObject({
      summary: { compileCommands: ['right/compile_commands.json'] },
    });
  });

  it('with a mistake is wrong usage, and the file is linted', () => {
    const { status, stdout, stderr } = muxLint(tree.folder, ['-f', 'concise', 'wrong']);
    expect(status).toBe(2);
    expect(stdout).toContain('wrong/a.c:14:7: error: ');
    expect(stderr).toBe("mux-lint: error: wrong/compile_commands.json:1:2: a quote in 'command' has no end\n");
  });

  it('may be named, and is not there', () => {
    expect(muxLint(tree.folder, ['right', '--compile-commands', 'gone.json'])).toMatchObject({
      status: 2,
      stderr: "mux-lint: error: 'gone.json' cannot be read: no such file or folder\n",
    });
  });

  it('tells how the code of a finding is compiled', (context) => {
    if (spawnSync('cc', ['--version']).status !== 0) return context.skip('there is no C compiler (cc) on PATH');
    expect(muxLint(tree.folder, ['verify', '--code', 'right']).stdout).toContain(
      'this function, compiled and run: confirmed',
    );
    const without = muxLint(tree.folder, ['verify', '--code', 'wrong/a.c']).stdout;
    expect(without).toContain('does not compile by itself: #error no answer');
  });
});
