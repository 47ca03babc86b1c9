// Lowering real shapes of C, good and bad: the functions are found, and nothing is too large or too broken to go on.
import { describe, expect, it } from 'vitest';
import { describeFacts } from './describe.js';
import type { FileFacts } from './facts.js';
import { lowerChunk, lowerFile, lowerFragment } from './lower.js';
import { loadParser } from '../text/parse.js';

const parser = await loadParser('wasm');
const lower = (text: string): FileFacts => lowerFile('a.c', text, parser);

/** Each function with the names that it calls. */
function calls(text: string): string[] {
  return lower(text).functions.map(({ name, graph }) => {
    const called = graph.operations.flatMap((o) =>
      o.kind === 'call' && o.callee.op === 'name' ? [o.callee.name] : [],
    );
    return `${name}: ${called.join(' ')}`;
  });
}

describe('functions and their calls', () => {
  it.for([
    ['Windows line ends', 'int f(int a)\r\n{\r\n\tread(a);\r\n}\r\n', ['f: read']],
    ['a byte order mark', '\uFEFFint f(int a) { read(a); }', ['f: read']],
    ['wide characters', 'int f(int a) { puts("日本 😀"); read(a); }', ['f: puts read']],
    ['an old-style definition', 'int f(a)\n  int a;\n{\n  read(a);\n}', ['f: read']],
    ['a dead region', '#if 0\nint g(void) { h(); }\n#endif\nint f(int a) { read(a); }', ['f: read']],
    [
      'a body that lacks a brace',
      'int f(int a)\n{\n  if (a) {\n    read(a);\n}\nint g(int a)\n{\n  write(a);\n}\n',
      ['f: read', 'g: write'],
    ],
  ] as const)('%s', ([, text, expected]) => {
    expect(calls(text)).toEqual(expected);
  });
});

it('counts a name from its place in the text, wide characters included', () => {
  const text = '/* 😀 */ int f(int a) { puts("日本"); read(a); }';
  const [fn] = lower(text).functions;
  const read = fn?.graph.operations.find(
    (o) => o.kind === 'call' && o.callee.op === 'name' && o.callee.name === 'read',
  );
  const base = fn?.base ?? 0;
  expect(text.slice(base + (read?.span.start ?? 0), base + (read?.span.end ?? 0))).toBe('read(a)');
});

it('joins the lines of a continued macro', () => {
  const [macro] = lower('#define TWICE(a, b) do { a; \\\r\n b; } while (0)').macros;
  expect(macro).toMatchObject({ name: 'TWICE', parameters: ['a', 'b'] });
  expect(macro?.body).not.toContain('\\');
});

it('lowers both arms where each opens a brace', () => {
  const text = 'int f(int a)\n{\n#ifdef A\n  if (one(a)) {\n#else\n  if (two(a)) {\n#endif\n    read(a);\n  }\n}\n';
  expect(calls(text)).toEqual(['f: one read', 'f: two read']);
});

it('takes a generated switch of 50,000 lines', () => {
  const cases = Array.from({ length: 50_000 }, (_, i) => `  case ${i}: g(a); break;`).join('\n');
  const [fn] = lower(`int f(int a)\n{\n  switch (a) {\n${cases}\n  }\n}\n`).functions;
  expect(fn?.graph.operations.filter(({ kind }) => kind === 'call')).toHaveLength(50_000);
});

/** The only function's graph, one operation a line, without numbers. */
function graph(body: string): string[] {
  const text = describeFacts(lower(`int f(int a)\n{\n${body}\n}\n`));
  return text
    .split('\n')
    .slice(4)
    .map((line) => line.replace(/^[ >]*\d+ {2}/, ''))
    .filter((line) => line !== '' && line !== 'end');
}

describe('conditionals', () => {
  it('that cut through an argument list are read arm by arm, each under its condition', () => {
    const text = 'int f(int a)\n{\n  return read(a,\n#ifdef A\n    one()\n#else\n    two()\n#endif\n  );\n}\n';
    expect(calls(text)).toEqual(['f: one read', 'f: two read']);
    expect(lower(text).functions.map(({ presence }) => presence)).toEqual([
      [{ test: 'A', holds: true }],
      [{ test: 'A', holds: false }],
    ]);
  });

  it('with the same condition are chosen alike', () => {
    const text =
      'int f(int a)\n{\n#if A\n if (a) {\n#else\n {\n#endif\n#if A\n one();\n#else\n two();\n#endif\n }\n}\n';
    expect(calls(text)).toEqual(['f: one', 'f: two']);
  });

  it('around a head give a function for each head', () => {
    const text = '#ifdef A\nstatic int f(int a)\n#else\nint f(long a)\n#endif\n{\n  read(a);\n}\n';
    expect(lower(text).functions.map(({ isStatic, parameters }) => [isStatic, parameters[0]?.type.base])).toEqual([
      [true, 'int'],
      [false, 'long'],
    ]);
  });

  it('leave a variable that each arm declares one variable', () => {
    expect(graph('#if A\n int n = 1;\n#else\n long n = 2;\n#endif\n return n;')).toContain('return n');
  });

  it('guard the cases that stand in them', () => {
    const lines = graph('switch (a) {\n#if A\n case 1: one();\n#endif\n default: two(); }');
    expect(lines.filter((line) => line.startsWith('if '))).toEqual([
      'if #A -> 5 else 3',
      'if a == 1 -> 2 else 3',
      'if #A -> 2 else 3',
    ]);
  });

  it('in a table leave all rows', () => {
    const [table] = lower('struct x t[] = {\n { one },\n#ifdef A\n { two },\n#endif\n};\n').variables;
    expect(table?.value).toMatchObject({ op: 'braces', items: [{}, {}] });
  });
});

describe('macros that the grammar has no place for', () => {
  it.for([
    ['before a type', 'static NOINLINE int f(int a) { read(a); }'],
    ['around a type', 'API_EXPORT(int) f(int a) { read(a); }'],
    ['behind a head', 'int f(int a) ATTR_UNUSED FORMAT(1, 2) { read(a); }'],
    ['behind parameters', 'int f(int a UNUSED, UNUSED(int b), int UNUSED(c)) { read(a); }'],
    ['behind locals', 'int f(int a) { int n __unused = 1, m __unused; read(a); }'],
    ['before locals', 'int f(int a) { z_const char *n = 0; static THREAD_LOCAL int m = 1; read(a); }'],
    ['around declarations', 'int f(int a) { DEBUG(int n = 0;) DEBUG(char b[3]); read(a); }'],
    ['alone on their line', 'int f(int a)\n{\n  BEGIN_ENTRY\n\n  read(a);\n  END_ENTRY\n}'],
    ['with a type to take', 'int f(int a) { struct x *n = container_of(a, struct x, a); read(va_arg(ap, char *)); }'],
    ['beside texts', 'int f(int a) { read("%" PRI "s" NAME(1) "x", OTHER "y"); }'],
  ] as const)('%s', ([, text]) => {
    const [fn, ...others] = lower(text).functions;
    expect(others).toEqual([]);
    expect(fn).toMatchObject({ name: 'f', errors: [] });
    expect(fn?.parameters[0]?.name).toBe('a');
    expect(calls(text)[0]).toContain('read');
  });

  it('own the statement that is indented further, and no other', () => {
    expect(graph('  EACH_OF(x, y)\n    read(x);\n  write(a);')).toEqual([
      'loop -> 3',
      'meet -> 6',
      '$0 = EACH_OF(x, y) with a block at 1',
      'if … -> 5 else 2',
      '$1 = read(x) -> 1',
      '$2 = write(a)',
    ]);
    expect(graph('  TRACE(x)\n  write(a);')).toEqual(['$0 = TRACE(x)', '$1 = write(a)']);
  });

  it('are no types of what stands on the next line', () => {
    expect(calls('int f(int a)\n{\n  BEGIN_ENTRY\n\n  read(a);\n  TRACE(a)\n  write(a);\n}\n')).toEqual([
      'f: read TRACE write',
    ]);
  });

  it('make a head, whose name is the whole macro', () => {
    expect(calls('TEST_IMPL(one) {\n  read(1);\n}\n')).toEqual(['TEST_IMPL(one): read']);
  });

  it('give way to the name of a parameter', () => {
    const [fn] = lower('int f(int UNUSED(a), UNUSED(char *b)) { return 0; }').functions;
    expect(fn?.parameters.map(({ name }) => name)).toEqual(['a', 'b']);
  });
});

describe('statements and values', () => {
  it.for([
    ['an object for each literal', 'g(&(struct x){ .b = 1 });', ['declare (struct x){…}', '(struct x){…} = {.b = 1}']],
    ['a range of cases', 'switch (a) { case 1 ... 3: g(); }', ['if a >= 1 -> 4 else 1', 'if a <= 3 -> 2 else 1']],
    ['hints', 'if (likely(a && g())) h();', ['if a -> 2 else 4', '$0 = g()', 'if $0 -> 4 else 5']],
    ['elements of a table', 'int t[] = { [X] = 1, [2 ... 3] = 4 };', ['t = {[X] = 1, [2 ... 3] = 4}']],
    ['designators of elements', 'struct x t = { .b[1].c = 2, .d = { .e = 3 } };', ['t = {.b[1] = {.c = 2}, .d.e = 3}']],
    ['commas in a condition', 'while (a = g(), a > 0) ;', ['if a > 0 -> 1 else 2']],
    ['chained assignments', 'b = c = g();', ['c = $0', 'b = $0']],
    ['assembly', 'asm("" : "=r"(a)); g();', ['a = …', '$0 = g()']],
    ['types of locals', 'char *b; typeof(b) c = 0;', ['c = 0']],
  ] as const)('%s', ([, body, expected]) => {
    const lines = graph(body).map((line) => line.trim());
    const places = expected.map((line) => lines.findIndex((one) => one.startsWith(line.replace(/ -> .*/, ''))));
    expect(places.every((at, i) => at >= 0 && (i === 0 || at > (places[i - 1] ?? 0)))).toBe(true);
  });

  it('a computed goto may go to every label', () => {
    expect(graph('goto *g; one: h(); return 1; two: i();')).toEqual([
      'jump -> 8',
      'loop',
      '$0 = h()',
      'return 1',
      'loop',
      '$1 = i()',
      'if … -> 2 else 5',
    ]);
  });

  it('a nested function is a function by itself', () => {
    expect(calls('int f(int a) { int g(int b) { return read(b); } return g(a); }')).toEqual(['g: read', 'f: g']);
  });
});

it('lowers one chunk with the offsets of its file', () => {
  const text = 'int x;\nint f(int a) { read(a); }\n';
  const chunk = { kind: 'code', start: 7, end: text.length, presence: [] } as const;
  const { functions, variables } = lowerChunk('a.c', text, chunk, parser);
  expect([functions.map(({ base }) => base), variables]).toEqual([[7], []]);
});

it('keeps what a macro declares, and repairs its body', () => {
  const macro = {
    name: 'M',
    file: 'a.c',
    base: 0,
    parameters: ['x'],
    body: 'int n; n = of(x, struct y *, <)',
    presence: [],
  };
  const { broken, locals } = lowerFragment(macro, parser);
  expect([broken, [...(locals?.keys() ?? [])]]).toEqual([false, ['n']]);
});

it('leaves a comment sign within a text of a macro alone', () => {
  expect(lower('#define URL "http://x" // why\n').macros[0]?.body.trim()).toBe('"http://x"');
});

describe('what is generated', () => {
  const many = (count: number, one: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => one(i)).join('\n');
  it.for([
    ['a table of 20,000 rows', `struct x t[] = {\n${many(20_000, (i) => `{ "x", ${i}, f${i} },`)}\n};`],
    ['20,000 times else if', `int f(int a)\n{\n if (a) g();\n${many(20_000, (i) => `else if (a == ${i}) g();`)}\n}`],
    ['20,000 cases of one block', `int f(int a)\n{\n switch (a) {\n${many(20_000, (i) => `case ${i}:`)} g(); }\n}`],
    ['a sum of 20,000 calls', `int f(int a)\n{\n return a ${many(20_000, () => '+ g()')};\n}`],
    ['a choice of 5,000 values', `int f(int a)\n{\n return ${many(5000, (i) => `a == ${i} ? g() :`)} 0;\n}`],
    ['20,000 parentheses', `int f(int a)\n{\n return ${'('.repeat(20_000)}a${')'.repeat(20_000)};\n}`],
    [
      '1,000 conditionals that open a block',
      `int f(int a)\n{\n${many(1000, (i) => `#if A${i}\nif (a) {\n#else\n{\n#endif\ng(); }`)}\n}`,
    ],
  ] as const)('%s', ([, text]) => {
    const { functions, variables } = lower(text);
    expect(functions.length + variables.length).toBeGreaterThan(0);
  });
});
