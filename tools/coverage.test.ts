// What counts as a call in the text, and how much of it the facts know.
import { describe, expect, it } from 'vitest';
import { loadParser } from '../analysis/text/parse.js';
import { callTokens, coverage } from './coverage.js';

const parser = await loadParser('wasm');

describe('calls in a text', () => {
  it.for([
    ['calls, however they are nested', 'int f(int a) { return read(a) + g(write (a)); }', ['read', 'write']],
    ['no comments and texts', 'int f(int a) { /* read(a) */ puts("read(a)"); // write(a)\n return \'(\'; }', []],
    ['no declarations', 'ssize_t read(int);\nint f(int a) { extern ssize_t write(int); return send(a); }', ['send']],
    ['no definitions', 'static int accept(int a) { return a; }', []],
    ['no members', 'int f(struct c *c) { return c->read(c) + c->ops.write(c); }', []],
    ['no directives', '#define GET(a) read(a)\n#if read(1)\n#endif\nint f(int a) { return GET(a); }', []],
    ['no continued directives', '#define GET(a) \\\n  read(a)\nint f(int a) { return recv(a); }', ['recv']],
    ['no dead regions', '#if 0\nint f(int a) { read(a); }\n#else\nint f(int a) { write(a); }\n#endif', ['write']],
    [
      'dead regions in a function',
      'int f(int a) {\n#if 0\n#ifdef A\n read(a);\n#endif\n#endif\n write(a);\n}',
      ['write'],
    ],
    ['initialisers of tables', 'int t[] = { fileno(stdin) };\nint x(void);', ['fileno']],
    [
      'both arms that open a block',
      'int f(int a) {\n#ifdef A\n if (a) {\n#else\n if (!a) {\n#endif\n read(a); }\n}\nint accept(int a);',
      ['read'],
    ],
    ['functions in extern "C"', 'extern "C" {\nint read(int);\nint f(int a) { return write(a); }\n}', ['write']],
  ] as const)('%s', ([, text, expected]) => {
    expect(callTokens(text).map(({ name }) => name)).toEqual(expected);
  });

  it('stand where they say', () => {
    const text = '\uFEFFint f(int a)\r\n{\r\n\treturn 1 + read(a);\r\n}\r\n';
    expect(callTokens(text).map(({ start }) => text.slice(start, start + 5))).toEqual(['read(']);
  });
});

describe('the coverage of a file', () => {
  it('is whole where every call is in the facts', () => {
    const text =
      'TEST(a) { if (poll(p, 1, 0) > 0) LIST_FOREACH(x, y, z) { read(x); } }\nint f(int a) { return recv(a); }';
    expect(coverage('a.c', text, parser)).toEqual({ tokens: 3, covered: 3, lacking: [] });
  });

  it('names what is not', () => {
    const text = 'class Reader {\n  void get() { read(fd); }\n};\n';
    const { tokens, covered, lacking } = coverage('a.h', text, parser);
    expect([tokens, covered]).toEqual([1, 0]);
    expect(lacking).toEqual([{ name: 'read', line: 2, reason: 'no function was found around it' }]);
  });
});
