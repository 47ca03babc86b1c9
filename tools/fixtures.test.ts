// Every fixture says what it wants in its comments; the engine must say exactly that, under both parser backends.
import { describe, expect, it } from 'vitest';
import type { LintResult } from '../analysis/finding.js';
import { lint } from '../analysis/lint.js';
import { loadParser, type Backend, type Parser } from '../analysis/text/parse.js';
import { rules } from '../rules/index.js';
import { fixtures, judge, ownRules, type Fixture } from './fixtures.js';

const ids = new Set(rules.map(({ id }) => id));
const all = fixtures();
const results = new Map<string, LintResult>();

const wasm = await loadParser('wasm');
const native = await attempt('native');

describe.each<[Backend, Parser | string]>([
  ['wasm', wasm],
  ['native', native],
])('under the %s parser', (_, parser) => {
  it.for(all.map((fixture) => [fixture.name, fixture] as const))('%s', ([, fixture], context) => {
    if (typeof parser === 'string') return context.skip(parser);
    const result = linted(fixture, parser);
    expect(result.failures).toEqual([]);
    expect(judge(fixture, result, ids, ownRules(fixture, all, ids))).toEqual([]);
  });
});

describe('both parsers give identical results', () => {
  it.for(all.map((fixture) => [fixture.name, fixture] as const))('%s', ([, fixture], context) => {
    if (typeof native === 'string') return context.skip(native);
    expect(linted(fixture, native)).toEqual(linted(fixture, wasm));
  });
});

/** Each fixture is linted once with each parser, however many questions there are about it. */
function linted(fixture: Fixture, parser: Parser): LintResult {
  const key = `${parser.backend} ${fixture.name}`;
  const result = results.get(key) ?? lint(fixture.files, rules, parser, fixture);
  results.set(key, result);
  return result;
}

async function attempt(backend: Backend): Promise<Parser | string> {
  try {
    return await loadParser(backend);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return `the optional ${backend} parser does not load here (${reason})`;
  }
}
