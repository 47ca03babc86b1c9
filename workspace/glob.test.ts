// Globs as the shell means them.
import { describe, expect, it } from 'vitest';
import { glob, isGlob } from './glob.js';

describe('glob', () => {
  it.for([
    ['src/*.c', 'src/a.c', true],
    ['src/*.c', 'src/deep/a.c', false],
    ['./src/*.c', 'src/a.c', true],
    ['src/**/*.c', 'src/a.c', true],
    ['src/**/*.c', 'src/x/y/a.c', true],
    ['src/**', 'src/x/y/a.c', true],
    ['**/net.?', 'net.c', true],
    ['**/net.?', 'a/b/net.h', true],
    ['{src,lib}/*.{c,h}', 'lib/a.h', true],
    ['{src,lib}/*.{c,h}', 'test/a.h', false],
    ['[a-c]*.c', 'b.c', true],
    ['[!a-c]*.c', 'b.c', false],
    ['[!a-c]*.c', 'd.c', true],
    ['a+b.c*', 'a+b.c', true],
    ['a.c?', 'axcd', false],
  ] as const)('%s and %s: %s', ([pattern, path, expected]) => {
    expect(glob(pattern).matches(path)).toBe(expected);
  });

  it.for([
    ['src/net/*.c', 'src/net'],
    ['*.c', '.'],
    ['/usr/include/**', '/usr/include'],
    ['/*.c', '/'],
  ] as const)('%s is looked for in %s', ([pattern, base]) => {
    expect(glob(pattern).base).toBe(base);
  });

  it('is only what has a sign', () => {
    expect(['a.c', 'src/', 'a*.c', '{a}.c'].filter(isGlob)).toEqual(['a*.c', '{a}.c']);
  });
});
