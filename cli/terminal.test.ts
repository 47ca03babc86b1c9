// What the reader's terminal can show.
import { describe, expect, it } from 'vitest';
import type { Output } from './run.js';
import { styleOf } from './terminal.js';

const terminal: Output = { isTTY: true, columns: 100, write: () => true };
const pipe: Output = { write: () => true };

describe('colour', () => {
  it.for([
    ['on a terminal', terminal, {}, null, true],
    ['in a pipe', pipe, {}, null, false],
    ['on a terminal, unwanted', terminal, { NO_COLOR: '1' }, null, false],
    ['on a terminal with an empty NO_COLOR', terminal, { NO_COLOR: '' }, null, true],
    ['on a dumb terminal', terminal, { TERM: 'dumb' }, null, false],
    ['in a pipe, wanted', pipe, { FORCE_COLOR: '1' }, null, true],
    ['in a pipe, wanted by 0', pipe, { FORCE_COLOR: '0' }, null, false],
    ['by option, against the environment', pipe, { NO_COLOR: '1' }, true, true],
    ['not by option, against the environment', terminal, { FORCE_COLOR: '1' }, false, false],
  ] as const)('%s', ([, output, env, wish, colour]) => {
    expect(styleOf(output, env, wish).colour).toBe(colour);
  });
});

describe('links', () => {
  const page = /^file:\/\/.*\/docs\/rules\/et-read-not-drained\.md$/;

  it('lead to the page of the rule, on terminals with colour only', () => {
    expect(styleOf(terminal, {}, null).link('et-read-not-drained')).toMatch(page);
    expect(styleOf(terminal, { NO_COLOR: '1' }, null).link('et-read-not-drained')).toBeNull();
    expect(styleOf(pipe, {}, true).link('et-read-not-drained')).toBeNull();
    expect(styleOf(terminal, {}, null).link('no-such-rule')).toBeNull();
  });
});

describe('line drawing', () => {
  it.for([
    [{}, true],
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C' }, true],
    [{ LC_ALL: 'de_DE.ISO-8859-1', LANG: 'de_DE.UTF-8' }, false],
    [{ TERM: 'linux' }, false],
  ] as const)('under %j: %s', ([env, unicode]) => {
    expect(styleOf(pipe, env, null).unicode).toBe(unicode);
  });
});

it('takes the width of the terminal', () => {
  expect(styleOf(terminal, {}, null).width).toBe(100);
  expect(styleOf(pipe, {}, null).width).toBe(160);
});
