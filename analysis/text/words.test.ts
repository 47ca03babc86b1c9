// The lexer pass: what items define, which words they hold, and what they do to members.
import { describe, expect, it } from 'vitest';
import { Lexicon } from './lexicon.js';
import { ASSIGNED, CALLED, Entries, MEMBER, PLAIN, STORED, THROUGH } from './postings.js';
import { scan, type Item } from './words.js';

const FLAGS = { plain: PLAIN, member: MEMBER, called: CALLED, stored: STORED, through: THROUGH, assigned: ASSIGNED };

function scanned(text: string) {
  const lexicon = new Lexicon();
  const entries = new Entries();
  const { items, includes } = scan(text, 0, lexicon, entries);
  const words = (item: Item, flag: keyof typeof FLAGS): string[] => {
    const found: string[] = [];
    for (let slot = item.from; slot < item.to; slot++)
      if ((entries.flag(slot) & FLAGS[flag]) !== 0) found.push(lexicon.name(entries.word(slot)));
    return found;
  };
  const defined = items.flatMap((item) => [
    ...(item.macro ? [`macro ${lexicon.name(item.macro.word)}`] : []),
    ...item.defines.map(({ kind, word }) => `${kind} ${lexicon.name(word)}`),
  ]);
  return { items, includes, words, defined, lexicon };
}

describe('definitions', () => {
  it.for<[string, string[]]>([
    ['int f(int a) { return a; }', ['function f']],
    ['int f(a, b) int a; char *b; { return a; }', ['function f']],
    ['static void (*pick(int a))(int) { return 0; }', ['function pick']],
    ['PUBLIC(int) f(int a) { }', ['function PUBLIC', 'function f']],
    ['__attribute__((format(printf, 1, 2))) int f(int a) { }', ['function f']],
    ['int f(void) __attribute__((noreturn)); int a;', ['variable a']],
    ['extern "C" {\nint f(void) { }\n}', ['function f']],
    ['int a, *b = &a, c[3];', ['variable a', 'variable b', 'variable c']],
    ['int (*cb)(int), *(*table[3])(void);', ['variable cb', 'variable table']],
    ['static LIST_HEAD(, conn) head;', ['variable head']],
    ['typedef int handler(struct conn *), *cb;', ['typedef cb', 'typedef handler']],
    ['typedef void (*cb)(int, struct a *);', ['typedef cb']],
    [
      'typedef struct conn { int fd; struct inner { int x; } in; } conn_t;',
      ['tag conn', 'tag inner', 'typedef conn_t'],
    ],
    [
      'enum state { IDLE, BUSY = IDLE + 1,\n#ifdef A\nOTHER\n#endif\n} s;',
      [...['tag state', 'enumerator IDLE', 'enumerator BUSY', 'enumerator OTHER', 'variable s']],
    ],
    ['struct __attribute__((packed)) wire { int a; };', ['tag wire']],
    ['#define MAX(a, b) a\n#define NAME 1', ['macro MAX', 'macro NAME']],
    ['struct conn {\n#define CONN_OPEN 1\n  int state;\n};', ['tag conn', 'macro CONN_OPEN']],
    ['struct a { int x; }\nint f(int a)\n{\n}', ['tag a', 'function f']],
    ['int f(void)\n{\n  if (a) {\n  }\nout: if (feof(x)) {\n  }\n}', ['function f']],
    ['int f(void)\n{\n  if (a) {\nint g(int b)\n{\n  }\n}\n', ['function f', 'function g']],
  ])('%s', ([text, expected]) => {
    expect(scanned(text).defined).toEqual(expected);
  });

  it('are private where the head says static, and not where a parameter of the body does', () => {
    expect(scanned('static int f(void) { }\nint g(void) { static int n; }').items.map((i) => i.isStatic)).toEqual([
      true,
      false,
    ]);
  });

  it.for<[string, Item['role']]>([
    ['int f(void) { }', 'function'],
    ['struct ops ops = { .read = f };', 'table'],
    ['struct ops ops;', 'type'],
    ['int f(void);', 'type'],
    ['#define F f', 'macro'],
  ])('%s is a %s', ([text, role]) => {
    expect(scanned(text).items.map((item) => item.role)).toEqual([role]);
  });
});

describe('what happens to words', () => {
  it.for<[string, keyof typeof FLAGS, string[]]>([
    ['f(a); b->g(c);', 'called', ['f']],
    ['c->fd = a.b; c->data.ptr = 0; s.x |= 1; n->count++; --m->left;', 'stored', ['fd', 'ptr', 'x', 'count', 'left']],
    ['c->slots[i].fd = 3; c->list[n] = 0;', 'stored', ['fd', 'list']],
    ['struct a b = { .fd = 1, .data = { .ptr = 0 } };', 'stored', ['fd', 'data', 'ptr']],
    [
      'g(&c->buf, &(c->size), &((c)->in.at)); (void)&c->cast; x = a & c->mask;',
      'stored',
      ['buf', 'size', 'at', 'cast'],
    ],
    ['g((char *)&c->buf, (unsigned)&c->low);', 'stored', ['buf', 'low']],
    ['if (c->a == 1 || c->b <= 2 || c->d != 3) e(c->f);', 'stored', []],
    ['c->w <<= 1; c->v >>= 2; if (c->u << 2) ;', 'stored', ['w', 'v']],
    [
      'c->read(c); (*c->write)(c); c->ops[i](c); (c->close)(c); c->ops.open(c); c->skip = 1;',
      'through',
      ['read', 'write', 'ops', 'close', 'open'],
    ],
    ['a = 1; b[i] = 2; s.x = 3; p->y = 4; h(&d, *e); ++n; m--;', 'assigned', ['a', 'b', 's', 'd', 'n', 'm']],
    ['/* a = 1; */ "b = 1;"; \'c\'; // d = 1;', 'plain', []],
    ['\n#if 0\na = 1;\n#else\nb = 1;\n#endif\n', 'plain', ['b']],
  ])('%s (%s)', ([body, flag, expected]) => {
    const { items, words } = scanned(`void outer(void) {${body}}`);
    expect(items.flatMap((item) => words(item, flag)).filter((word) => word !== 'outer')).toEqual(expected);
  });
});

describe('macros', () => {
  const macro = (text: string) => {
    const { items, lexicon } = scanned(text);
    const head = items[0]?.macro;
    return head && { ...head, word: lexicon.name(head.word), tail: head.tail < 0 ? null : lexicon.name(head.tail) };
  };

  it.for<[string, string | null, boolean]>([
    ['#define FD(c) ((c)->fd)', 'fd', true],
    ['#define my_read read', 'read', false],
    ['#define ev_fd data.fd', 'fd', true],
    ['#define EMPTY', null, false],
    ['#define SUM(a, b) ((a) + 1)', null, false],
  ])('%s ends with a word', ([text, tail, tailIsMember]) => {
    expect(macro(text)).toMatchObject({ tail, tailIsMember });
  });

  it.for<[string, number]>([
    ['#define SET(c, f, v) ((c)->f = (v))', STORED],
    ['#define CALL(c, f) \\\n  (c)->f(c)', THROUGH],
    ['#define INC(v) ((v)++)', ASSIGNED],
    ['#define GET(c, f) ((c)->f)', 0],
  ])('%s does something to a parameter', ([text, toParameters]) => {
    expect(macro(text)).toMatchObject({ toParameters });
  });
});

it('tells what a file includes, and when', () => {
  expect(scanned('#include "a.h"\n#ifdef X\n#  include <sys/b.h>\n#endif').includes).toEqual([
    { path: 'a.h', isQuoted: true, presence: [] },
    { path: 'sys/b.h', isQuoted: false, presence: [{ test: 'X', holds: true }] },
  ]);
});

it('takes a comment behind a directive for a part of it', () => {
  expect(scanned('#define A 1 /* it {\n  goes on */\nint b;').defined).toEqual(['macro A', 'variable b']);
  expect(scanned('#define A "/*"\nint b;').defined).toEqual(['macro A', 'variable b']);
});

it.for([
  ['conditionals that nobody closes', '#if A\nint x;\n'.repeat(20_000)],
  ['braces that nobody closes', '{'.repeat(200_000)],
  ['parentheses that nobody closes', `int a = ${'('.repeat(200_000)}`],
  ['prototypes that look like old definitions', 'EXPORT(int) f(a);\n'.repeat(50_000)],
  ['dead regions in each other', '#if 0\n'.repeat(50_000)],
  ['a table on one line', `int t[] = {${'1, '.repeat(1_000_000)}};`],
])('goes on after %s', ([, text]) => {
  expect(scanned(`${text}`).items.length).toBeGreaterThanOrEqual(0);
});
