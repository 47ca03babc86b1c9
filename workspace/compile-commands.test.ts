// The compile database through the entry of all drivers: where it is found, what it decides, and what is said of a bad one.
import { symlinkSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { loadParser } from '../analysis/text/parse.js';
import { compiledAs } from './compile-commands.js';
import { lintPaths, lintTexts, type WorkspaceOptions, type WorkspaceResult } from './lint-paths.js';
import { READS_ONCE, temporaryTree } from './testing.js';

const parser = await loadParser('wasm');

/** Wrong where ONCE is defined, and only there. */
const CHOICE = `#ifdef ONCE\n${READS_ONCE}\n#endif\n`;
const on = JSON.stringify([{ directory: '.', file: 'a.c', command: 'cc -DONCE -c a.c' }]);
const off = on.replace('-DONCE', '-UONCE');

function found({ findings }: WorkspaceResult): readonly string[] {
  return findings.map(({ file }) => file);
}

function lintIn(
  folder: string,
  paths: readonly string[] = [],
  options: WorkspaceOptions = {},
): Promise<WorkspaceResult> {
  return lintPaths(paths, { folder, parser, ...options });
}

describe('a database', () => {
  const tree = temporaryTree({
    'plain/a.c': CHOICE,
    'root/a.c': CHOICE,
    'root/compile_commands.json': off,
    'built/src/a.c': CHOICE,
    'built/build/compile_commands.json': off.replaceAll('"a.c"', '"../src/a.c"'),
    'other/commands.json': off.replaceAll('"a.c"', '"../plain/a.c"'),
  });
  symlinkSync('root', tree.path('link'));
  afterAll(tree.remove);

  it('is not needed', async () => {
    const result = await lintIn(tree.path('plain'));
    expect(found(result)).toEqual(['a.c']);
    expect(result.summary.compileCommands).toEqual([]);
  });

  it.for([
    ['at the root of what is linted', 'root', '.', 'compile_commands.json'],
    ['above what is linted', '.', 'root/a.c', 'root/compile_commands.json'],
    ['in a build folder above', 'built', 'src', 'build/compile_commands.json'],
    ['through a symbolic link', 'link', '.', 'compile_commands.json'],
  ] as const)('is found %s', async ([, folder, path, database]) => {
    const result = await lintIn(tree.path(folder), [path]);
    expect(found(result)).toEqual([]);
    expect(result.summary.compileCommands).toEqual([database]);
    expect(result).toMatchObject({ problems: [], unread: [], gaps: [] });
  });

  it.for(['other/commands.json', 'build/compile_commands.json', 'build'])('may be named: %s', async (name) => {
    const named = name.startsWith('build') ? tree.path(`built/${name}`) : tree.path(name);
    const { findings, summary } = await lintIn(tree.folder, ['plain'], { compileCommands: named });
    expect([findings.length, summary.compileCommands]).toEqual(
      name.startsWith('build') ? [1, []] : [0, ['other/commands.json']],
    );
  });

  it('that is named and is not there is a problem', async () => {
    const { problems, findings } = await lintIn(tree.path('plain'), [], { compileCommands: 'gone' });
    expect(problems).toEqual([{ file: 'gone', at: null, message: 'cannot be read: no such file or folder' }]);
    expect(findings).toHaveLength(1);
  });

  it('holds for open buffers, as it is now', async () => {
    const open = [{ path: tree.path('root/a.c'), text: CHOICE }];
    expect(found(await lintTexts(open, { folder: tree.path('root'), parser }))).toEqual([]);
    const changed = temporaryTree({ 'a.c': '', 'compile_commands.json': on });
    const result = await lintTexts([{ path: changed.path('a.c'), text: CHOICE }], { folder: changed.folder, parser });
    changed.remove();
    expect(found(result)).toEqual(['a.c']);
    const unsaved = await lintTexts([{ path: 'untitled:Untitled-1', text: CHOICE }], { parser });
    expect(unsaved.findings).toHaveLength(1);
  });
});

describe('a bad database', () => {
  const entry = { directory: '.', file: 'a.c', command: 'cc -UONCE -c a.c' };
  const bad = { ...entry, file: 'b.c', command: 'cc -DX="a -c b.c' };
  const mistakes = {
    broken: ['[\n  { "directory": ".", }\n]', "2:21: a comma before '}' is not allowed in JSON", 1],
    empty: ['', '1:1: the text ends too early: a value is expected', 1],
    'an object': ['{}', '1:1: a compile database is an array of commands', 1],
    'an entry without a command': [
      JSON.stringify([{ directory: '.', file: 'b.c' }, entry]),
      "1:2: a command needs 'directory', 'file', and 'arguments' or 'command'",
      0,
    ],
    'a number': [
      JSON.stringify([entry, 7]),
      "1:62: a command needs 'directory', 'file', and 'arguments' or 'command'",
      0,
    ],
    'a quote without an end': [JSON.stringify([bad, entry]), "1:2: a quote in 'command' has no end", 0],
  } as const;

  it.for(Object.entries(mistakes))('%s is one problem at its place, and nothing else is lost', async ([, about]) => {
    const [text, message, findings] = about;
    const tree = temporaryTree({ 'a.c': CHOICE, 'b.c': '', 'compile_commands.json': text });
    const result = await lintIn(tree.folder);
    tree.remove();
    expect(result.problems.map(({ at, message: said }) => `${at?.line}:${at?.column}: ${said}`)).toEqual([message]);
    expect(result.findings).toHaveLength(findings);
    expect(result.summary.files).toBe(2);
  });

  it('that names what is not there is a gap, told once', async () => {
    const lacking = [
      entry,
      { ...entry, file: 'gone.c' },
      { ...entry, file: 'lost.c' },
      { ...entry, command: 'xyz -include no.h @no.rsp -UONCE' },
    ];
    const tree = temporaryTree({ 'a.c': CHOICE, 'compile_commands.json': JSON.stringify(lacking) });
    const result = await lintIn(tree.folder);
    tree.remove();
    expect(result.unread.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      "compile_commands.json names with -include 'no.h', which cannot be read: no such file or folder",
      "compile_commands.json is understood in part: 'xyz' is no compiler that is known here; its options are taken for those of cc",
      "compile_commands.json is understood in part: the response file 'no.rsp' cannot be read: no such file or folder",
      "compile_commands.json names 2 files that are not there: 'gone.c'",
    ]);
    expect(result).toMatchObject({ findings: [], problems: [] });
  });
});

it('says how the compiler is called that proves a finding, with a header found in the folders of the command', () => {
  const command = 'cc -Iinc -DX=1 -include forced.h -c ../src/a.c';
  const tree = temporaryTree({
    'src/a.c': '',
    'build/inc/forced.h': '#define Y\n',
    'build/compile_commands.json': JSON.stringify([{ directory: '.', file: '../src/a.c', command }]),
  });
  const file = { path: 'src/a.c', absolute: tree.path('src/a.c') };
  const { build, flags } = compiledAs([file], { folder: tree.folder, named: null, isWhole: true });
  tree.remove();
  expect(build).toMatchObject([{ file: 'src/a.c', folders: ['build/inc'], forced: [{ path: 'build/inc/forced.h' }] }]);
  const inc = tree.path('build/inc');
  expect(flags.get('src/a.c')).toEqual(['-I', inc, '-DX=1', '-include', `${inc}/forced.h`]);
});
