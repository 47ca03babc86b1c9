// The configuration: what holds, and how each mistake is told at its place.
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const ids = ['et-read-not-drained', 'oneshot-not-rearmed', 'partial-write-dropped'];

function read(text: string): ReturnType<typeof readConfig> {
  return readConfig('/project/mux-lint.json', text, ids);
}

function problems(text: string): readonly string[] {
  return read(text).problems.map(({ at, message }) => `${at?.line ?? 0}:${at?.column ?? 0} ${message}`);
}

describe('a right configuration', () => {
  const text = `{
    "$schema": "./schema.json",
    "rules": { "et-read-not-drained": "off", "oneshot-not-rearmed": "hint" },
    "models": { "my_read": { "does": "transfer", "direction": "in", "fd": 0, "size": 2 } },
    "programs": [{ "sources": ["a.c", "lib/*.c"], "build": "make", "run": "./a", "drive": "burst" }]
  }`;

  it('is taken as it is written', () => {
    const { config, problems: none } = read(text);
    expect(none).toEqual([]);
    expect([...config.rules]).toEqual([
      ['et-read-not-drained', 'off'],
      ['oneshot-not-rearmed', 'hint'],
    ]);
    expect([...config.models]).toEqual([
      ['my_read', { does: 'transfer', direction: 'in', fd: 0, size: 2, flags: null }],
    ]);
    expect(config.programs).toMatchObject([{ sources: ['a.c', 'lib/*.c'], folder: '/project' }]);
  });

  it('may leave out or set to null what a program does not need', () => {
    const { config, problems: none } = read('{ "programs": [{ "sources": "a.c", "build": null, "run": "./a" }] }');
    expect(none).toEqual([]);
    expect(config.programs).toEqual([{ sources: ['a.c'], build: null, run: './a', drive: null, folder: '/project' }]);
  });

  it('may be empty, and may begin with a byte order mark', () => {
    expect(read('\ufeff{}').problems).toEqual([]);
  });
});

describe('a mistake is told with its line, its key and what was meant', () => {
  it.for([
    ['{\n  "rule": {}\n}', "2:3 unknown key 'rule'; did you mean 'rules'?"],
    ['{\n  "xyzzy": 1 }', "2:3 unknown key 'xyzzy'; known are rules, models, programs, $schema"],
    [
      '{ "rules": {\n  "et-read-not-drainde": "off" } }',
      "2:3 unknown rule 'et-read-not-drainde'; did you mean 'et-read-not-drained'?",
    ],
    [
      '{ "rules": {\n "oneshot-not-rearmed": "warn" } }',
      "2:25 'warn' is no level for 'oneshot-not-rearmed'; did you mean 'warning'?",
    ],
    [
      '{ "rules": { "oneshot-not-rearmed": false } }',
      "1:37 false is no level for 'oneshot-not-rearmed'; did you mean 'off'?",
    ],
    [
      '{ "rules": { "oneshot-not-rearmed": 2 } }',
      "1:37 2 is no level for 'oneshot-not-rearmed'; known are off, hint, warning, error",
    ],
    ['{ "rules": [] }', "1:12 'rules' must be an object, not an array"],
    [
      '{ "models": { "my_read": { "does": "transfr", "fd": 0 } } }',
      "1:36 the model of 'my_read': 'transfr' is nothing that a call does; did you mean 'transfer'?",
    ],
    [
      '{ "models": { "my_read": { "does": "read", "fd": 0 } } }',
      "1:36 the model of 'my_read': 'read' is nothing that a call does; did you mean 'transfer'?",
    ],
    [
      '{ "models": { "my_read": { "does": "accept", "fd": 0, "flag": 3 } } }',
      "1:55 the model of 'my_read': 'accept' has no 'flag'; did you mean 'flags'?",
    ],
    [
      '{ "models": { "my_read": { "does": "close", "fd": "0" } } }',
      "1:51 the model of 'my_read': 'fd' must be the position of an argument, from 0, not '0'",
    ],
    [
      '{ "models": { "x": { "does": "close" } } }',
      "1:20 the model of 'x': 'fd' is missing: the position of an argument, from 0",
    ],
    ['{ "models": { "a b": { "does": "end" } } }', "1:15 'a b' is no name of a function"],
    ['{ "models": { "my_read": "read" } }', "1:26 the model of 'my_read' must be an object, not 'read'"],
    ['{ "programs": {} }', "1:15 'programs' must be an array of { sources, build, run, drive }, not an object"],
    [
      '{ "programs": [{ "source": ["a.c"], "run": "./a" }] }',
      "1:18 unknown key 'source' of a program; did you mean 'sources'?",
    ],
    ['{ "programs": [{ "sources": ["a.c"] }] }', "1:16 a program needs the key 'run'"],
    [
      '{ "programs": [{ "sources": [1], "run": "x" }] }',
      "1:29 'sources' of a program must be a list of paths, not an array",
    ],
    ['{ "programs": [{ "sources": ["a"], "run": 1 }] }', "1:43 'run' of a program must be text, not 1"],
    ['[]', '1:1 the configuration must be an object, not an array'],
    ['', '1:1 the text ends too early: a value is expected'],
    ['{\n  "rules": {},\n}', "2:14 a comma before '}' is not allowed in JSON"],
    ['{\n  // why\n}', '2:3 JSON has no comments'],
    ['{ "rules" {} }', "1:11 ':' is expected after the key 'rules'"],
    ['{ rules: {} }', '1:3 a key in double quotes is expected'],
    ['{ "rules": off }', "1:12 'off' is no value; text stands in double quotes"],
    ['{ "rules": {}, "rules": {} }', "1:16 the key 'rules' stands here twice"],
    ['{ "rules": {} } x', '1:17 the text goes on after the end of the value'],
    ['{ "$schema": "a', '1:14 the string has no end on this line'],
    ['{ "$schema": "\\q" }', '1:14 the string has an escape that JSON does not know'],
  ] as const)('%s', ([text, expected]) => {
    expect(problems(text)).toEqual([expected]);
  });

  it('and costs its own entry only', () => {
    const { config } = read('{ "rules": { "nonsense": "off", "oneshot-not-rearmed": "hint" }, "rulez": 1 }');
    expect([...config.rules]).toEqual([['oneshot-not-rearmed', 'hint']]);
  });

  it('however deep the nesting is', () => {
    expect(problems(`{ "models": ${'['.repeat(100_000)}`)).toEqual(['1:113 nested too deeply']);
  });
});
