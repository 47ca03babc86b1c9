// Lowering real shapes of C, good and bad: the functions are found, and nothing is too large or too broken to go on.
import { describe, expect, it } from 'vitest';
import type { FileFacts } from './facts.js';
import { lowerFile } from './lower.js';
import { loadParser } from './parse.js';

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
