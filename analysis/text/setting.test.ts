// What a compile database changes in the texts of a tree: arms that are settled, headers that are found, what is undecided.
import { describe, expect, it } from 'vitest';
import type { Unit } from '../build.js';
import { settled } from './arms.js';
import { truth, type Known } from './condition.js';
import { settingOf } from './setting.js';

const known = new Map<string, Known>([
  ['ON', ' 1'],
  ['OFF', ' 0'],
  ['BARE', ''],
  ['SIZE', ' 4096'],
  ['ALIAS', ' SIZE'],
  ['SUM', ' 1 + 1'],
  ['LOOP', ' LOOP'],
  ['GONE', null],
]);

describe('the test of an #if', () => {
  it.for([
    ['ON', true],
    ['OFF', false],
    ['GONE', false],
    ['UNKNOWN', null],
    ['!UNKNOWN', null],
    ['defined(ON) && !defined GONE', true],
    ['defined(UNKNOWN)', null],
    ['OFF && UNKNOWN', false],
    ['UNKNOWN || ON', true],
    ['UNKNOWN && ON', null],
    ['SIZE >= 0x1000ul', true],
    ['ALIAS / 1024 == 4', true],
    ['SUM * 2 == 4', null],
    ['LOOP', null],
    ['BARE', null],
    ['ON ? OFF : UNKNOWN', false],
    ['UNKNOWN ? 1 : 1', true],
    ['__has_include(<sys/epoll.h>)', null],
    ['ON || __has_include("x.h")', true],
    ['1 / OFF', null],
    ['-1 < 0', true],
    ["'a' == 97", true],
    ['1 +', null],
    ['', null],
    ['010 == 8', true],
  ] as const)('%s is %s', ([test, expected]) => {
    expect(truth('if', test, (name) => known.get(name))).toBe(expected);
  });

  it('of #ifdef and #ifndef is whether there is such a macro', () => {
    const ask = (word: string, name: string): boolean | null => truth(word, name, (one) => known.get(one));
    expect(['BARE', 'GONE', 'UNKNOWN'].map((name) => ask('ifdef', name))).toEqual([true, false, null]);
    expect(['BARE', 'GONE', 'UNKNOWN'].map((name) => ask('ifndef', name))).toEqual([false, true, null]);
  });
});

/** What remains, without blank lines and the spaces at ends of lines. */
function remains(text: string, macros: ReadonlyMap<string, Known> = known): readonly string[] {
  const result = settled(text, macros, () => []).text;
  expect(result.length).toBe(text.length);
  expect(result.split('\n').length).toBe(text.split('\n').length);
  return result.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trimEnd()]));
}

describe('arms', () => {
  it.for([
    ['taken', '#ifdef ON\na\n#else\nb\n#endif\nc', ['a', 'c']],
    ['dropped', '#if OFF\na\n#else\nb\n#endif\nc', ['b', 'c']],
    ['undecided', '#if UNKNOWN\na\n#else\nb\n#endif', ['#if UNKNOWN', 'a', '#else', 'b', '#endif']],
    ['dropped behind a choice', '#if UNKNOWN\na\n#elif OFF\nb\n#endif', ['#if UNKNOWN', 'a', '#endif']],
    [
      'taken behind a choice',
      '#if UNKNOWN\na\n#elif ON\nb\n#else\nc\n#endif',
      ['#if UNKNOWN', 'a', '#else', 'b', '#endif'],
    ],
    [
      'that begin a choice',
      '#if OFF\na\n#elif UNKNOWN\nb\n#else\nc\n#endif',
      ['#if   UNKNOWN', 'b', '#else', 'c', '#endif'],
    ],
    ['within dropped ones', '#if OFF\n#if UNKNOWN\na\n#else\nb\n#endif\n#endif\nc', ['c']],
    ['within taken ones', '#if ON\n#if OFF\na\n#endif\nb\n#else\n#if ON\nc\n#endif\n#endif', ['b']],
    ['of a test over two lines', '#if ON && \\\n OFF\na\n#endif\nb', ['b']],
    ['in a comment', '/*\n#if OFF\n*/\na', ['/*', '#if OFF', '*/', 'a']],
    ['with a comment', '#if OFF /* why\n not */\na\n#endif // OFF\nb', ['b']],
    ['behind #undef', '#undef ON\n#ifdef ON\na\n#else\nb\n#endif', ['#undef ON', 'b']],
    [
      'behind an undecided #undef',
      '#if UNKNOWN\n#undef ON\n#endif\n#ifdef ON\na\n#endif',
      ['#if UNKNOWN', '#undef ON', '#endif', '#ifdef ON', 'a', '#endif'],
    ],
    ['behind another value', '#define SIZE 1\n#if SIZE == 1\na\n#endif', ['#define SIZE 1', 'a']],
    ['with a default', '#ifndef SIZE\n#define SIZE 1\n#endif\n#if SIZE > 1\na\n#endif', ['a']],
    ['without an end', '#if OFF\na', []],
    ['with an end too many', '#endif\na', ['#endif', 'a']],
  ] as const)('%s', ([, text, expected]) => {
    expect(remains(text)).toEqual(expected);
  });
});

function unit(file: string, macros: Readonly<Record<string, string | null>>, more: Partial<Unit> = {}): Unit {
  return { file, macros: new Map(Object.entries(macros)), forced: [], quoted: [], folders: [], program: null, ...more };
}

function texts(files: Readonly<Record<string, string>>, units: readonly Unit[]): Readonly<Record<string, string>> {
  const setting = settingOf(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    units,
  );
  return Object.fromEntries(setting.texts.map(({ path, text }) => [path, text.replace(/\s+/g, ' ').trim()]));
}

const CHOICE = '#ifdef FAST\nyes\n#else\nno\n#endif\n';

describe('a file', () => {
  it('with its macros is settled, and one outside of the database is not', () => {
    const found = texts({ 'a.c': CHOICE, 'b.c': CHOICE }, [unit('a.c', { FAST: ' 1' })]);
    expect(found).toMatchObject({ 'a.c': 'yes', 'b.c': '#ifdef FAST yes #else no #endif' });
  });

  it('with several commands is settled where they agree', () => {
    const twice = [unit('a.c', { FAST: ' 1', SIZE: ' 1' }), unit('a.c', { FAST: ' 1', SIZE: ' 2' })];
    const found = texts({ 'a.c': `${CHOICE}#if SIZE == 1\nsmall\n#endif\n#ifdef SIZE\nsized\n#endif\n` }, twice);
    expect(found['a.c']).toContain('yes #if SIZE == 1 small #endif');
    expect(Object.entries(found).find(([path]) => path.startsWith('<command line'))?.[1]).toBe('#define FAST 1');
  });

  it('lacks a macro that only other commands give', () => {
    const two = [unit('a.c', { FAST: ' 1' }), unit('b.c', {})];
    expect(texts({ 'a.c': CHOICE, 'b.c': CHOICE }, two)).toMatchObject({ 'a.c': 'yes', 'b.c': 'no' });
    const config = { 'a.c': CHOICE, 'b.c': CHOICE, 'config.h': '#define FAST 1\n' };
    expect(texts(config, two)['b.c']).toBe('#ifdef FAST yes #else no #endif');
  });

  it('learns from a header that is forced on it, guard and all', () => {
    const forced = [{ path: 'build/config.h', text: '#ifndef CONFIG_H\n#define CONFIG_H\n#define FAST 1\n#endif\n' }];
    const found = texts({ 'a.c': `#include "config.h"\n${CHOICE}` }, [unit('a.c', {}, { forced })]);
    expect(found['a.c']).toBe('#include "config.h" yes');
    expect(found['build/config.h']).toBe('#ifndef CONFIG_H #define CONFIG_H #define FAST 1 #endif');
  });

  it('does not know a macro that a header changes before', () => {
    const files = { 'a.c': `${CHOICE}#include "x.h"\n${CHOICE}`, 'x.h': '#include "y.h"\n', 'y.h': '#undef FAST\n' };
    expect(texts(files, [unit('a.c', { FAST: ' 1' })])['a.c']).toBe(
      'yes #include "x.h" #ifdef FAST yes #else no #endif',
    );
  });
});

describe('a header', () => {
  it('is settled by what all that include it agree about', () => {
    const files = { 'a.c': '#include "x.h"', 'b.c': '#include "x.h"', 'x.h': `${CHOICE}#ifdef SLOW\nslow\n#endif\n` };
    const both = [unit('a.c', { FAST: '', SLOW: '' }), unit('b.c', { FAST: '' })];
    expect(texts(files, both)['x.h']).toBe('yes #ifdef SLOW slow #endif');
  });

  it('is found in the folders of the command, before a nearer one of that name', () => {
    const files = ['src/a.c', 'src/x.h', 'lib/x.h', 'include/x.h'].map((path) => ({ path, text: '#include <x.h>\n' }));
    const { find } = settingOf(files, [unit('src/a.c', {}, { quoted: ['lib'], folders: ['include'] })]);
    const path = (isQuoted: boolean): string | undefined => files[find('x.h', 0, isQuoted) ?? -1]?.path;
    expect([path(true), path(false)]).toEqual(['src/x.h', 'include/x.h']);
  });
});
