// One command of a compiler as facts: every way of writing a macro, a folder, a header, an output.
import { afterAll, describe, expect, it } from 'vitest';
import { flagsOf, wordsOf, type CompilerFlags } from './compiler-flags.js';
import { temporaryTree } from './testing.js';

function flags(command: string, directory = '/p'): CompilerFlags {
  return flagsOf(wordsOf(command) ?? [], directory, null);
}

describe('a macro', () => {
  it.for([
    ['-DX', ' 1'],
    ['-D X', ' 1'],
    ['-DX=', ' '],
    ['-DX=2', ' 2'],
    ['-DX=1 -DX=2', ' 2'],
    ['-DX -UX', null],
    ['-UX -DX', ' 1'],
    ['-DX=\\"a\\ b\\"', ' "a b"'],
    [`-D'X="a b"'`, ' "a b"'],
    ['"-DX=\\"a b\\""', ' "a b"'],
    ["-D'X(a)=a + 1'", '(a) a + 1'],
    ['-DX(a)=(a)', '(a) (a)'],
    ['-Wp,-DX=3,-MD,x.d', ' 3'],
    ['--define-macro=X=4', ' 4'],
    ['-Xclang -DX=1 -DX=5', ' 5'],
  ] as const)('%s', ([words, body]) => {
    const { macros, mistakes } = flags(`cc ${words} -c a.c`);
    expect([...macros]).toEqual([['X', body]]);
    expect(mistakes).toEqual([]);
  });

  it('that is none is told', () => {
    expect(flags('cc -D=1 -c a.c').mistakes).toEqual(["'-D=1' defines no macro"]);
  });

  it('of cl is written with a slash', () => {
    const { macros, folders } = flags("'C:\\bin\\cl.exe' /nologo /DX=1 /D Y /I inc /c /Fo a.obj /data/a.c");
    expect([...macros]).toEqual([
      ['X', ' 1'],
      ['Y', ' 1'],
    ]);
    expect(folders).toEqual(['/p/inc']);
  });
});

describe('folders of headers', () => {
  it('come in the order in which they are searched', () => {
    const found = flags("cc -idirafter z -isystem /usr/x -I. -I 'a b' -Iinc/../c -iquote q -I=root -c a.c");
    expect(found.folders).toEqual(['/p', '/p/a b', '/p/c', '/usr/x', '/p/z']);
    expect(found.quoted).toEqual(['/p/q']);
  });

  it('and macros are kept for another compiler, as absolute paths', () => {
    const { kept } = flags(
      'gcc-13 -std=gnu99 -O2 -Wall -pthread -m32 -DX=1 -Ua -Iinc -include c.h -MMD -MF a.d -o a.o -c a.c',
    );
    expect(kept.join(' ')).toBe('-std=gnu99 -pthread -m32 -DX=1 -Ua -I /p/inc -include c.h');
  });
});

describe('the program', () => {
  it.for([
    ['cc -c a.c -o a.o', null],
    ['cc -c a.c', null],
    ['cc a.c b.c -o bin/relay', '/p/bin/relay'],
    ['cc a.c b.c', '/p/a.out'],
    ['cc -o CMakeFiles/relay.dir/src/a.c.o -c a.c', '/p/CMakeFiles/relay.dir'],
    ['cc -osrc/CMakeFiles/relay.dir/a.c.o -c a.c', '/p/src/CMakeFiles/relay.dir'],
    ['cc -o relay.p/a.c.o -c a.c', '/p/relay.p'],
    ['cc -o sub/relay@exe/a.c.o -c a.c', '/p/sub/relay@exe'],
  ] as const)('of %s', ([command, program]) => {
    expect(flags(command).program).toBe(program);
  });

  it('is told by the output of the database where the command says nothing', () => {
    expect(flagsOf(['cc', '-c', 'a.c'], '/p', 'relay.p/a.c.o').program).toBe('/p/relay.p');
  });
});

describe('the compiler', () => {
  it.for([
    'cc',
    '/usr/bin/x86_64-linux-gnu-gcc-13',
    'ccache clang',
    'CCACHE_X=1 distcc arm-none-eabi-gcc',
    'clang++-18',
  ])('%s is known', (name) => {
    expect(flags(`${name} -DX -c a.c`)).toMatchObject({ mistakes: [], macros: new Map([['X', ' 1']]) });
  });

  it('that is not known is told, and read all the same', () => {
    const { mistakes, macros } = flags('/opt/sdcc -DX -c a.c');
    expect(mistakes).toEqual(["'sdcc' is no compiler that is known here; its options are taken for those of cc"]);
    expect([...macros.keys()]).toEqual(['X']);
  });
});

describe('a response file', () => {
  const tree = temporaryTree({
    'a.rsp': `-DX="a b"\n-I 'in c'\n@b.rsp\n`,
    'b.rsp': '-DY',
    'loop.rsp': '-DZ @loop.rsp',
    'broken.rsp': '-DX="a',
  });
  afterAll(tree.remove);

  it('is read in its place, and may name another', () => {
    const { macros, folders, mistakes } = flags('cc -DX=1 @a.rsp -DY=2 -c a.c', tree.folder);
    expect([...macros]).toEqual([
      ['X', ' a b'],
      ['Y', ' 2'],
    ]);
    expect(folders).toEqual([tree.path('in c')]);
    expect(mistakes).toEqual([]);
  });

  it.for([
    ['gone.rsp', "the response file 'gone.rsp' cannot be read: no such file or folder"],
    ['loop.rsp', "the response file 'loop.rsp' names itself"],
    ['broken.rsp', "the response file 'broken.rsp' has a quote without an end"],
  ] as const)('%s is told, and the rest holds', ([name, message]) => {
    const { macros, mistakes } = flags(`cc @${name} -DW -c a.c`, tree.folder);
    expect(mistakes).toEqual([message]);
    expect(macros.get('W')).toBe(' 1');
  });
});
