// The index over small trees: what names mean where, who uses them, and how little is parsed for it.
import { describe, expect, it } from 'vitest';
import { openIndex, typeOf, type Index, type LinkedFunction } from './link.js';
import { loadParser } from '../text/parse.js';

const parser = await loadParser('wasm');

function open(files: Readonly<Record<string, string>>, isMarked: (path: string) => boolean = () => true): Index {
  const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
  return openIndex(texts, parser, new Map(), isMarked);
}

function ids(functions: readonly LinkedFunction[]): string[] {
  return functions.map(({ id }) => id);
}

describe('functionNamed', () => {
  const index = open({
    'a/one.c': 'static int f(void) { }\nint g(void) { }\nint main(void) { }',
    'a/two.c': 'static int f(void) { }\nint h(void) { }\nint main(void) { }',
    'b/three.c': 'int g(void) { }\nstatic int secret(void) { }',
    'b/four.c': '#include "../a/two.c"\nint user(void) { }',
    'inc.h': 'static inline int shared(void) { }',
  });
  it.for<[string, string, string | null]>([
    ['f', 'a/one.c', 'a/one.c:f'],
    ['f', 'a/two.c', 'a/two.c:f'],
    ['f', 'b/three.c', null],
    ['f', 'b/four.c', 'a/two.c:f'],
    ['g', 'a/two.c', 'a/one.c:g'],
    ['g', 'b/four.c', 'b/three.c:g'],
    ['secret', 'a/one.c', null],
    ['shared', 'a/one.c', 'inc.h:shared'],
    ['nobody', 'a/one.c', null],
  ])('%s in %s', ([name, file, expected]) => {
    expect(index.functionNamed(name, file)?.id ?? null).toBe(expected);
  });

  it.for<[string, string, string[]]>([
    ['int f(a, b)\n  int a; /* first */\n  char *b;\n{\n  return a;\n}', 'f', ['a', 'b']],
    ['UNKNOWN(exported) static int f(int a) SUFFIX\n{\n}', 'f', ['a']],
    ['extern "C" {\nint f(int a) { }\n}', 'f', ['a']],
    ['int x;\nmain() { }', 'main', []],
    [
      `/* ${'long '.repeat(20)} */\n#define HANDLER(n) static void n##_handler(struct ev *ev)\nHANDLER(read)\n{\n}`,
      'read_handler',
      ['ev'],
    ],
    [`/* ${'long '.repeat(20)} */\n#define TEST(n) int run_##n(void); int run_##n(void)\nTEST(it) { }`, 'run_it', []],
  ])('finds the function of %s', ([text, name, parameters]) => {
    const fn = open({ 'a.c': text }).functionNamed(name, 'a.c');
    expect(fn?.facts.parameters.map((p) => p.name)).toEqual(parameters);
  });

  it('keeps places where a head was written out', () => {
    const text = `/* ${'long '.repeat(20)} */\n#define HANDLER(n) static void n##_handler(struct ev *ev)\nHANDLER(x) { read(ev); }`;
    const fn = open({ 'a.c': text }).functionNamed('x_handler', 'a.c');
    const call = fn?.graph.operations.find(({ kind }) => kind === 'call');
    const base = fn?.facts.base ?? 0;
    expect(text.slice(base + (call?.span.start ?? 0), base + (call?.span.end ?? 0))).toBe('read(ev)');
  });
});

describe('functionsNamed', () => {
  it('gives the alternatives of a conditional, those of this system first', () => {
    const text = '#ifdef _WIN32\nint f(void) { }\n#else\nint f(int a) { }\n#endif\nint g(void) { }\nint g(int a) { }';
    const index = open({ 'a.c': text });
    expect(ids(index.functionsNamed('f', 'a.c'))).toEqual(['a.c:f#1', 'a.c:f']);
    expect(ids(index.functionsNamed('g', 'a.c'))).toEqual(['a.c:g']);
  });

  it('gives what alternative files hold, those that make known calls first', () => {
    const index = open({
      'ae.c': '#ifdef A\n#include "evport.c"\n#else\n#include "epoll.c"\n#endif\nint turn(void) { return wait_one(); }',
      'epoll.c': 'static int wait_one(int ep) { return epoll_wait(ep, 0, 1, -1); }',
      'evport.c': 'static int wait_one(int ep) { return port_get(ep); }',
    });
    expect(ids(index.functionsNamed('wait_one', 'ae.c'))).toEqual(['epoll.c:wait_one', 'evport.c:wait_one']);
  });
});

describe('users of a name', () => {
  const index = open({
    'a.c': [
      '#define CALL_F(x) f(x)',
      '#define TWICE(x) CALL_F(x); CALL_F(x)',
      'int f(int a) { return a; }',
      'int direct(void) { return f(1); }',
      'int macro(void) { TWICE(1); }',
      'int word(void) { puts("f"); /* f */ }',
      'struct ops { int (*run)(int); } table[] = { { f } };',
    ].join('\n'),
    'b.c': 'int other(void) { return f(2); }',
  });
  it('are found in the text and through macros, not in strings and comments', () => {
    expect(ids(index.naming('f'))).toEqual(['a.c:direct', 'a.c:macro', 'b.c:other']);
    expect(ids(index.naming('f', 'b.c'))).toEqual(['b.c:other']);
    expect(ids(index.naming('nobody'))).toEqual([]);
  });
  it('are tables, too', () => {
    expect(index.tablesNaming('f').map(({ name, file }) => `${file}:${name}`)).toEqual(['a.c:table']);
    expect(index.tablesNaming('f', 'b.c')).toEqual([]);
  });
});

describe('what is done to members', () => {
  const index = open({
    'a.c': [
      '#define SET(c, f, v) ((c)->f = (v))',
      '#define FD(c) ((c)->fd)',
      '#define ev_fd data.fd',
      '#define RUN(c) (c)->run(c)',
      'struct a { int fd, run; }; struct b { int fd; };',
      'void plain(struct a *a) { a->fd = 1; }',
      'void macro(struct a *a) { SET(a, fd, 1); }',
      'void lvalue(struct a *a) { FD(a) = 1; }',
      'void alias(struct a *a) { a->ev_fd = 1; }',
      'void braces(void) { struct b b = { .fd = 1 }; }',
      'void address(struct a *a) { g(&a->fd); }',
      'void reads(struct a *a) { g(a->fd, FD(a)); }',
      'void calls(struct a *a) { a->run(a); }',
      'void macro_calls(struct a *a) { RUN(a); }',
      'void table_calls(struct a *a) { a->handlers[3](a); }',
    ].join('\n'),
  });
  it.for<['storing' | 'callingThrough', string, string[]]>([
    ['storing', 'fd', ['plain', 'macro', 'lvalue', 'alias', 'braces', 'address']],
    ['storing', 'run', []],
    ['callingThrough', 'run', ['calls', 'macro_calls']],
    ['callingThrough', 'handlers', ['table_calls']],
    ['callingThrough', 'fd', []],
  ])('%s %s', ([ask, field, expected]) => {
    expect(ids(index[ask](field))).toEqual(expected.map((name) => `a.c:${name}`));
  });
});

describe('values', () => {
  const index = open({
    'p/a.c':
      '#include "size.h"\n#define SELF SELF\n#define NEXT BUFSZ\nenum { A, B = 7, C };\nint limit = 5; static int mode; int *where; int f(void) { int limit = 1; limit = 2; mode++; }',
    'p/size.h': '#define BUFSZ 100\nextern int shared;',
    'q/a.c': '#include "size.h"\nenum { A = 3 };\nint shared = 8;\n#define mode_ptr &limit\nstatic int mode = 4;',
    'q/size.h': '#define BUFSZ 200\n#define HELPER(x) read(x)',
    'r/table.c':
      'int watched = 1, quiet = 2;\nstruct { int *p; } all[] = { { &watched } };\n#define BUMP(v) ((v)++)\nint raised = 1; int g(void) { BUMP(raised); }',
  });
  it.for<[string, string, number | string | null]>([
    ['BUFSZ', 'p/a.c', 100],
    ['BUFSZ', 'q/a.c', 200],
    ['A', 'p/a.c', 0],
    ['A', 'q/a.c', 3],
    ['B', 'q/a.c', 7],
    ['NEXT', 'p/a.c', 'BUFSZ'],
    ['SELF', 'p/a.c', null],
    ['EPOLLIN', 'p/a.c', 1],
  ])('constant %s in %s', ([name, file, expected]) => {
    const value = index.constant(name, file);
    expect(value?.op === 'int' ? value.value : value?.op === 'name' ? value.name : null).toBe(expected);
  });
  it.for<[string, string, number | null]>([
    ['limit', 'p/a.c', 5],
    ['mode', 'p/a.c', null],
    ['mode', 'q/a.c', 4],
    ['shared', 'p/a.c', 8],
    ['where', 'p/a.c', null],
    ['watched', 'r/table.c', null],
    ['quiet', 'r/table.c', 2],
    ['raised', 'r/table.c', null],
  ])('settled %s in %s', ([name, file, expected]) => {
    const value = index.settled(name, file);
    expect(value?.op === 'int' ? value.value : null).toBe(expected);
  });
  it('of macros with arguments are fragments', () => {
    expect(index.fragment('HELPER', 'q/a.c')?.macro.parameters).toEqual(['x']);
    expect(index.fragment('BUFSZ', 'q/a.c')).toBeNull();
  });
  it('of macros end with the source file that they stand in', () => {
    expect(index.fragment('BUMP', 'r/table.c')).not.toBeNull();
    expect(index.fragment('BUMP', 'p/a.c')).toBeNull();
    expect(index.constant('NEXT', 'r/table.c')).toBeNull();
  });
  it('of variables are definitions rather than declarations', () => {
    expect(index.variableNamed('shared', 'p/a.c')).toMatchObject({ file: 'q/a.c', isExtern: false });
    expect(index.variableNamed('mode', 'r/table.c')).toBeNull();
  });
});

describe('types', () => {
  const index = open({
    'a.c': '#include "a.h"\nint f(conn_t *c) { return c->in.at + c->fd; }',
    'a.h': 'typedef struct { int fd; struct { long at; } in; union { short low; }; } conn_t;\nstruct same { int a; };',
    'b/b.c': 'struct same { char *b; };\ntypedef int (*cb_t)(struct same *);',
  });
  it.for<[string, string | undefined, string[]]>([
    ['struct same', 'a.c', ['a']],
    ['struct same', 'b/b.c', ['b']],
    ['struct pollfd', undefined, ['fd', 'events', 'revents']],
    ['struct nobody', 'a.c', []],
  ])('%s in %s', ([base, file, expected]) => {
    expect((index.fields(base, file) ?? []).map(({ name }) => name)).toEqual(expected);
  });
  it('follow typedefs and members without names', () => {
    const fn = index.functionNamed('f', 'a.c');
    const none = { start: 0, end: 0 };
    const of = { op: 'name', name: 'c', span: none } as const;
    const member = (field: string) => ({ op: 'member', of, field, arrow: true, span: none }) as const;
    expect(fn && typeOf(member('fd'), fn, index).base).toBe('int');
    expect(fn && typeOf(member('low'), fn, index).base).toBe('short');
    expect(index.resolve({ base: 'cb_t', pointers: 0, dimensions: [], isFunction: false })).toMatchObject({
      base: 'int',
      pointers: 1,
      isFunction: true,
    });
  });
});

describe('seeds', () => {
  it('make a known call themselves, by an alias or by a macro, in a marked file', () => {
    const text = [
      '#define my_read read',
      '#define SLEEP(ep) do { epoll_wait(ep, 0, 1, -1); } while (0)',
      'void direct(int fd) { read(fd, 0, 0); }',
      'void alias(int fd) { my_read(fd, 0, 0); }',
      'void macro(int ep) { SLEEP(ep); }',
      'void member(struct a *a) { a->read(a); }',
      'void nothing(void) { printf("read(%d)", 1); }',
    ].join('\n');
    const index = open({ 'a.c': text, 'b.c': text }, (path) => path === 'a.c');
    expect(ids(index.seeds)).toEqual(['a.c:direct', 'a.c:alias', 'a.c:macro']);
  });

  it('are not those that call a function of the project with such a name', () => {
    const index = open({
      'a.c': 'static int close(struct c *c) { return 0; }\nint f(struct c *c) { return close(c); }',
      'b.c': 'int g(int fd) { return close(fd); }',
    });
    expect(ids(index.seeds)).toEqual(['b.c:g']);
    expect(index.model('close', 'a.c')).toBeNull();
    expect(index.model('close', 'b.c')).toMatchObject({ does: 'close' });
  });

  it('are told by the words, and are all that is parsed when they are looked at', () => {
    const filler = Array.from({ length: 50 }, (_, i) => `int f${i}(int a) { return a; }`).join('\n');
    const index = open({ 'a.c': `${filler}\nint r(int fd) { return read(fd, 0, 0); }` });
    expect(index.parsed()).toMatchObject({ chunks: 0, bytes: 0, ofChunks: 51 });
    expect(ids(index.seeds)).toEqual(['a.c:r']);
    expect(index.parsed()).toMatchObject({ chunks: 0, bytes: 0 });
    expect(index.seeds.map((fn) => fn.graph.operations.some(({ kind }) => kind === 'call'))).toEqual([true]);
    expect(index.parsed()).toMatchObject({ chunks: 1 });
  });
});

it('tells programs apart by what their main reaches, callbacks and tables included', () => {
  const index = open({
    'one.c': 'extern struct op ops[]; int main(void) { run(ops); }',
    'two.c': 'int main(void) { other(); }',
    'lib.c':
      'static int cb(void) { }\nstruct op ops[] = { { cb } };\nint other(void) { }\nint nobody(void) { }\n#define GO other\nint run(void) { GO(); }',
  });
  const programs = (name: string): readonly string[] => {
    const fn = index.functionNamed(name, 'lib.c');
    return fn ? index.programsOf(fn) : ['?'];
  };
  expect(programs('cb')).toEqual(['one.c:main']);
  expect(programs('other')).toEqual(['one.c:main', 'two.c:main']);
  expect(programs('nobody')).toEqual([]);
});

it('splices a macro once where it names itself', () => {
  const index = open({ 'a.c': '#define read(fd) wrapped(read(fd))\nint f(int fd) { return read(fd); }' });
  const graph = index.functionNamed('f', 'a.c')?.graph;
  const calls = graph?.operations.flatMap((o) => (o.kind === 'call' && o.callee.op === 'name' ? [o.callee.name] : []));
  expect(calls).toEqual(['read', 'wrapped']);
});

it('goes on where lowering fails, and says so', () => {
  const broken = {
    backend: parser.backend,
    parse: (text: string) => (text.includes('bad') ? fail() : parser.parse(text)),
  };
  const fail = (): never => {
    throw new Error('no tree');
  };
  const index = openIndex(
    [{ path: 'a.c', text: 'int bad(int a) { read(a); }\nint good(int a) { read(a); }' }],
    broken,
    new Map(),
    () => true,
  );
  const kinds = index.seeds.map((fn) => [fn.id, ...fn.graph.operations.map(({ kind }) => kind)]);
  expect(kinds).toEqual([
    ['a.c:bad', 'return'],
    ['a.c:good', 'pass', 'call', 'return'],
  ]);
  expect(index.failures()).toEqual([{ file: 'a.c', rule: null, error: 'no tree' }]);
});

it('gives all facts of a file for reports', () => {
  const facts = open({
    'a.c': '#define A 1\nenum { B };\ntypedef int t;\nstruct s { t x; };\nint v;\nint f(void) { }',
  }).fileFacts('a.c');
  expect(facts.functions.map(({ name }) => name)).toEqual(['f']);
  expect(facts.macros.map(({ name }) => name)).toEqual(['A']);
  expect([...facts.constants.keys(), ...facts.typedefs.keys()]).toEqual(['B', 't']);
  expect([...facts.structs, ...facts.variables].map(({ name }) => name)).toEqual(['struct s', 'v']);
});
