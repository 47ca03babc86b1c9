// Every fixture says what it wants in its comments; the engine must say exactly that, under both parser backends.
import { describe, expect, it } from 'vitest';
import { lint } from '../analysis/lint.js';
import { loadParser, type Backend, type Parser } from '../analysis/text/parse.js';
import { rules } from '../rules/index.js';
import { fixtures, judge, ownRules } from './fixtures.js';

const ids = new Set(rules.map(({ id }) => id));
const all = fixtures();

const wasm = await loadParser('wasm');
const native = await attempt('native');

describe.each<[Backend, Parser | string]>([
  ['wasm', wasm],
  ['native', native],
])('under the %s parser', (_, parser) => {
  it.for(all.map((fixture) => [fixture.name, fixture] as const))('%s', ([, fixture], context) => {
    if (typeof parser === 'string') return context.skip(parser);
    const { findings, failures } = lint(fixture.files, rules, parser);
    expect(failures).toEqual([]);
    expect(judge(fixture, findings, ids, ownRules(fixture, all, ids))).toEqual([]);
  });
});

describe('both parsers give identical results', () => {
  it.for(all.map((fixture) => [fixture.name, fixture] as const))('%s', ([, fixture], context) => {
    if (typeof native === 'string') return context.skip(native);
    expect(lint(fixture.files, rules, native)).toEqual(lint(fixture.files, rules, wasm));
  });
});

async function attempt(backend: Backend): Promise<Parser | string> {
  try {
    return await loadParser(backend);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return `the optional ${backend} parser does not load here (${reason})`;
  }
}
