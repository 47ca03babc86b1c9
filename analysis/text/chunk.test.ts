// Cutting: whole items whatever the text looks like, and the conditions under which each exists.
import { describe, expect, it } from 'vitest';
import { cut } from './chunk.js';

/** The code chunks as text, white space squeezed. */
function items(text: string): string[] {
  return cut(text)
    .filter(({ kind }) => kind === 'code')
    .map(({ start, end }) => text.slice(start, end).replace(/\s+/g, ' '));
}

describe('top-level items', () => {
  it.for([
    [
      'functions and variables',
      'int a;\nint f(void) { return a; }\nint b;',
      ['int a;', 'int f(void) { return a; }', 'int b;'],
    ],
    ['Windows line ends', 'int a;\r\nint f(void)\r\n{\r\n}\r\n', ['int a;', 'int f(void) { }']],
    ['a byte order mark', '\uFEFFint a;\nint b;', ['int a;', 'int b;']],
    [
      'wide characters',
      'char *s = "日本{";\nint f(void) { g("😀}"); }',
      ['char *s = "日本{";', 'int f(void) { g("😀}"); }'],
    ],
    [
      'an old-style definition',
      'int f(a)\n  int a;\n{\n  return a;\n}\nint b;',
      ['int f(a) int a; { return a; }', 'int b;'],
    ],
    ['a dead region', '#if 0\nint a;\n#else\nint b;\n#endif\nint c;', ['int b;', 'int c;']],
    [
      'a body that lacks a brace',
      'int f(void)\n{\n  if (a) {\n}\nint g(void)\n{\n}\n',
      ['int f(void) { if (a) { }', 'int g(void) { }'],
    ],
    [
      'braces in both arms of a conditional',
      'int f(void)\n{\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n  }\n}\nint c;',
      ['int f(void) { #ifdef A if (a) { #else if (b) { #endif } }', 'int c;'],
    ],
    ['braces in comments', '/* { */ int a; // {\nint b;', ['int a;', 'int b;']],
  ] as const)('%s', ([, text, expected]) => {
    expect(items(text)).toEqual(expected);
  });
});

it('keeps a continued directive whole', () => {
  const text = '#define LOOP(x) do { \\\n  f(x); \\\r\n} while (0)\nint a;';
  const [first] = cut(text);
  expect(first?.kind).toBe('directive');
  expect(text.slice(first?.start, first?.end)).toMatch(/while \(0\)$/);
});

it('gives each arm its condition', () => {
  const chunks = cut('#ifdef A\nint a;\n#else\nint b;\n#endif\nint c;');
  expect(chunks.map(({ presence }) => presence)).toEqual([
    [{ test: 'A', holds: true }],
    [{ test: 'A', holds: false }],
    [],
  ]);
});
