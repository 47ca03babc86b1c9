// Which files a command line means.
import { afterAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { findFiles } from './find-files.js';
import { temporaryTree } from './testing.js';

const tree = temporaryTree({
  'main.c': '',
  'main.h': '',
  'notes.txt': '',
  'src/net.c': '',
  'src/deep/er/loop.c': '',
  'src/build/generated.c': '',
  'src/target/real.c': '',
  '.git/hook.c': '',
  'node_modules/x/binding.c': '',
  'cmake-build-debug/check.c': '',
  'odd/a[1].c': '',
});
symlinkSync('..', tree.path('src/up'));
symlinkSync('/', tree.path('src/deep/.root'));
symlinkSync('src/deep', tree.path('again'));
symlinkSync('self', tree.path('self'));
symlinkSync('nowhere', tree.path('dangling.c'));
afterAll(tree.remove);

function found(...paths: readonly string[]): readonly string[] {
  return findFiles(paths, tree.folder).files.map(({ path }) => path);
}

const everything = [
  'dangling.c',
  'main.c',
  'main.h',
  'odd/a[1].c',
  'src/deep/er/loop.c',
  'src/net.c',
  'src/target/real.c',
];

describe('a walk', () => {
  it('takes C files, leaves out what nobody wrote, and ends in spite of loops', () => {
    expect(found()).toEqual(everything);
    expect(found('.')).toEqual(everything);
  });

  it('knows a file by its own path, not by a link', () => {
    expect(found('again', '.')).toContain('again/er/loop.c');
    expect(found('.', 'again')).toContain('src/deep/er/loop.c');
    expect(found('.', 'again', 'src', 'src/up')).toHaveLength(everything.length);
  });

  it('goes into a folder that it would leave out, when that is named', () => {
    expect(found('src/build')).toEqual(['src/build/generated.c']);
    expect(found('node_modules')).toEqual(['node_modules/x/binding.c']);
  });

  it('prints paths out of the working folder as they are reached from it', () => {
    const { files } = findFiles(['../main.c'], tree.path('src'));
    expect(files.map(({ path }) => path)).toEqual(['../main.c']);
  });

  it('does not open what it finds', () => {
    execFileSync('mkfifo', [tree.path('odd/pipe.c')]);
    expect(found('odd')).toEqual(['odd/a[1].c', 'odd/pipe.c']);
  });
});

describe('names', () => {
  it('of files are taken whatever their ending', () => {
    expect(findFiles(['notes.txt'], tree.folder).files).toEqual([
      { path: 'notes.txt', absolute: tree.path('notes.txt'), named: true },
    ]);
  });

  it('count as named when they are found by a walk as well', () => {
    const { files } = findFiles(['.', 'main.c'], tree.folder);
    expect(files.filter(({ named }) => named).map(({ path }) => path)).toEqual(['main.c']);
  });

  it('with the signs of a glob mean the file of that name, if there is one', () => {
    expect(found('odd/a[1].c')).toEqual(['odd/a[1].c']);
  });

  it('may be globs', () => {
    expect(found('src/**/*.c')).toEqual(['src/deep/er/loop.c', 'src/net.c', 'src/target/real.c']);
    expect(found('*.{h,txt}')).toEqual(['main.h', 'notes.txt']);
    expect(found('*')).toEqual(['dangling.c', 'main.c', 'main.h']);
    expect(found(`${tree.folder}/src/*.c`)).toEqual(['src/net.c']);
  });

  it.for([
    ['gone.c', 'cannot be read: no such file or folder'],
    ['maim.c', "cannot be read: no such file or folder; did you mean 'main.c'?"],
    ['main.c/x', 'cannot be read: a part of the path is not a folder'],
    ['self', 'cannot be read: a loop of symbolic links'],
    ['gone/*.c', 'matches no file'],
    ['src/*.cpp', 'matches no file'],
  ] as const)('%s is a problem', ([path, reason]) => {
    expect(findFiles([path, 'main.c'], tree.folder)).toEqual({
      files: [{ path: 'main.c', absolute: tree.path('main.c'), named: true }],
      problems: [{ path, reason }],
      gaps: [],
    });
  });

  it('are no problem when another name has them already', () => {
    expect(findFiles(['.', 'src/*.c'], tree.folder).problems).toEqual([]);
  });
});
