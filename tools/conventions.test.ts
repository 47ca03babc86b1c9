// The laws of the repository that no compiler knows: one name for the files of a rule, the words of messages, clean texts.
// ARCHITECTURE.md names these tests beside the invariants that they hold.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lint } from '../analysis/lint.js';
import { loadParser } from '../analysis/text/parse.js';
import { rules, type RuleId } from '../rules/index.js';
import { fixtures, isRightTwin, wantsOf } from './fixtures.js';
import { names, read, root, ruleIds, trackedFiles } from './repository.js';

const ids = new Set<string>(ruleIds());
const all = fixtures();
const ruleFixtures = all.filter(({ name }) => ids.has(name));
const tracked = trackedFiles();
const texts = tracked.filter((path) => !/\.(?:png|wasm|ico)$/.test(path)).map((path) => ({ path, text: read(path) }));
const sources = texts.filter(({ path }) => path.endsWith('.ts'));

describe('one name, four files', () => {
  it.for([...ids])('%s has its rule, fixture, scenario and page', (id) => {
    const rule = rules.find((one) => one.id === id);
    expect(rule, 'the default export of its file has this id').toBeDefined();
    expect(existsSync(`${root}/fixtures/${id}.c`)).toBe(true);
    expect(existsSync(`${root}/docs/rules/${id}.md`)).toBe(true);
    if (rule && 'scenario' in rule.evidence) {
      expect(rule.evidence.scenario).toBe(id);
      expect(existsSync(`${root}/native-verify/scenarios/${id}.ts`)).toBe(true);
    }
  });

  it('is not worn by a scenario without a rule', () => {
    const scenarios = names('native-verify/scenarios', '.ts').filter((name) => !/^index$|\.test$/.test(name));
    expect(scenarios.filter((name) => !ids.has(name))).toEqual([]);
  });

  it('is the name under which a rule yields to others', () => {
    const known = new Set<string>(rules.map(({ id }) => id));
    for (const { id, yieldsTo = [] } of rules) {
      expect(
        yieldsTo.filter((other) => !known.has(other)),
        id,
      ).toEqual([]);
    }
  });
});

/** The hazards that the project began with; a misspelt id here does not compile. */
const core: readonly RuleId[] = [
  'et-accept-not-drained',
  'et-read-not-drained',
  'fdset-not-rebuilt',
  'oneshot-not-rearmed',
  'partial-write-dropped',
];

describe('rules', () => {
  it.for(core)('%s is one of them, and an error', (id) => {
    expect(rules.find((rule) => rule.id === id)?.severity).toBe('error');
  });

  it.for(rules.map((rule) => [rule.id, rule] as const))('%s speaks as the others do', ([id, rule]) => {
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(rule.summary).toMatch(/^[a-z'`].*[^.]$/);
    expect(rule.summary).not.toContain('\n');
    expect(rule.why.trim().length).toBeGreaterThan(60);
    expect(rule.references.length).toBeGreaterThan(0);
    for (const reference of rule.references) expect(reference).toMatch(/^[a-z_0-9]+\([1-9]\)/);
  });
});

describe('messages', async () => {
  const parser = await loadParser('wasm');
  const findings = lint(
    all.flatMap(({ files }) => files),
    rules,
    parser,
  ).findings;

  it('there are some to look at', () => {
    expect(findings.length).toBeGreaterThan(rules.length);
  });

  const notes = findings.flatMap((finding) => finding.notes);
  it.for([...new Set([...findings, ...notes].map(({ message }) => message))])('message: %s', (message) => {
    expect(message).toMatch(/^['a-z(]/);
    expect(message).not.toMatch(/\.$/);
    expect(message).not.toMatch(/\bline \d/);
    expect(message).not.toMatch(/[`"]/);
    expect((message.match(/'/g) ?? []).length % 2).toBe(0);
  });

  it.for([...new Set(findings.map(({ hint }) => hint))])('hint: %s', (hint) => {
    expect(hint).toMatch(/^[a-z]/);
    expect(hint).not.toMatch(/\.$|\bline \d|[`"]/);
    expect(hint).not.toMatch(/^(?:you|this|it|the|consider|please)\b/);
  });

  it('say what they assume whenever they are lowered', () => {
    const ceiling = new Map(rules.map(({ id, severity }) => [id, severity]));
    const mute = findings.filter((one) => one.severity !== ceiling.get(one.rule) && one.assumes === null);
    expect(mute.map(({ file, range, rule }) => `${file}:${range.start.line} ${rule}`)).toEqual([]);
  });
});

describe('fixtures', () => {
  it.for(ruleFixtures.map((fixture) => [fixture.name, fixture] as const))('%s shows both sides', ([name, fixture]) => {
    const text = fixture.files.map((file) => file.text).join('\n');
    const functions = [...text.matchAll(/^[a-z].*?\b((?:bad|good)_\w+)\s*\(/gm)];
    const places = functions.map((match) => ({
      name: match[1] ?? '',
      line: text.slice(0, match.index).split('\n').length,
    }));
    const within = (line: number): string => places.findLast((place) => place.line <= line)?.name ?? '';
    const wants = wantsOf(fixture, ids).expectations.filter(({ verb, rule }) => verb === 'want' && rule === name);
    expect(wants.length, `${name} wants nothing yet: put '// want ${name} at "…"' where the squiggle belongs`).not.toBe(
      0,
    );
    expect(
      wants.some(({ at, part }) => at !== null && part !== null),
      'one want has both a place and a text',
    ).toBe(true);
    expect(
      wants.some(({ line }) => within(line).startsWith('bad_')),
      'a want stands in a bad_* function',
    ).toBe(true);
    expect(wants.filter(({ line }) => within(line).startsWith('good_'))).toEqual([]);
    expect(
      places.some((place) => place.name.startsWith('good_')),
      'there is a good_* function',
    ).toBe(true);
  });

  it('of servers are twins', () => {
    const servers = names('fixtures/servers', '.c');
    expect(servers.filter((name) => !/-(?:bad|good)$/.test(name))).toEqual([]);
    // A right program may stand alone: it shows what must stay silent. A buggy one never does.
    const lonely = servers.filter((name) => name.endsWith('-bad') && !servers.includes(name.replace(/-bad$/, '-good')));
    expect(lonely).toEqual([]);
    expect(servers.some((name) => name.endsWith('-bad'))).toBe(true);
    const bad = all.filter((fixture) => fixture.name.startsWith('servers/') && !isRightTwin(fixture));
    const wantless = bad.filter((fixture) => !wantsOf(fixture, ids).expectations.some(({ verb }) => verb === 'want'));
    expect(wantless.map(({ name }) => name)).toEqual([]);
  });

  const compiled = all.filter(({ name }) => ids.has(name) || name.startsWith('servers/'));
  const hasCompiler = spawnSync('cc', ['--version']).status === 0;
  it.for(compiled.flatMap(({ files }) => files.map(({ path }) => path)))('%s is C', (path, context) => {
    if (!hasCompiler) return context.skip('there is no C compiler (cc) on PATH');
    const { status, stderr } = spawnSync('cc', ['-std=gnu17', '-pthread', '-fsyntax-only', path], { cwd: root });
    expect(stderr.toString()).toBe('');
    expect(status).toBe(0);
  });
});

describe('the manifest of the extension', () => {
  const manifest: unknown = JSON.parse(read('client/package.json'));
  const own: unknown = JSON.parse(read('package.json'));
  const version = own !== null && typeof own === 'object' && 'version' in own ? own.version : undefined;

  it('starts with C, is limited without trust, and has the version of the package', () => {
    expect(version).toBeDefined();
    expect(manifest).toMatchObject({
      version,
      activationEvents: ['onLanguage:c'],
      capabilities: { untrustedWorkspaces: { supported: 'limited' } },
    });
  });
});

describe('sizes', () => {
  it('no fixture is longer than 400 lines', () => {
    const long = texts.filter(({ path, text }) => /^fixtures\/.*\.[ch]$/.test(path) && text.split('\n').length > 401);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('the server stays a table of handlers', () => {
    expect(read('server/server.ts').split('\n').length).toBeLessThanOrEqual(151);
  });

  it('no tracked file is larger than 1 MB', () => {
    expect(tracked.filter((path) => statSync(`${root}/${path}`).size > 1 << 20)).toEqual([]);
  });
});

describe('texts', () => {
  // A rule begins with what it is: its summary and its reason are fields.
  const isRule = (path: string): boolean => ruleIds().some((id) => path === `rules/${id}.ts`);

  it('begin with one to four lines that say what the file owns', () => {
    const headless = sources.filter(({ path, text }) => {
      const length = text
        .replace(/^#!.*\n/, '')
        .split('\n')
        .findIndex((line) => !line.startsWith('//'));
      return !isRule(path) && (length < 1 || length > 4);
    });
    expect(headless.map(({ path }) => path)).toEqual([]);
  });

  // The patterns are put together here, so that this file does not contain what it forbids.
  it.for([
    ['a path of somebody’s machine', new RegExp(['/ho', 'me/|/Us', 'ers/|/ro', 'ot/|/wo', 'rk/'].join(''))],
    [
      'the address of a package registry other than in the lock file',
      new RegExp(['regis', 'try\\.|npm', 'js\\.org'].join('')),
    ],
    ['a loose end', new RegExp(['\\bTO', 'DO\\b|\\bFIX', 'ME\\b|\\bXX', 'X\\b'].join(''))],
    [
      'a check switched off without its reason',
      new RegExp(
        ['eslint-', 'disable(?!-next-line [\\w/@-]+ -- \\S)|@ts-', 'ignore|@ts-', 'expect-error|@ts-', 'nocheck'].join(
          '',
        ),
      ),
    ],
  ] as const)('contain nowhere %s', ([, pattern]) => {
    const found = texts.flatMap(({ path, text }) => {
      const line = text.split('\n').findIndex((one) => pattern.test(one));
      return line < 0 || path === 'package-lock.json' ? [] : [`${path}:${line + 1}`];
    });
    expect(found).toEqual([]);
  });

  it('of test runs depend on no sleep', () => {
    const sleeping = sources.filter(
      ({ path, text }) => path.endsWith('.test.ts') && /setTimeout\(\s*(?:resolve|done)\b|timers\/promises/.test(text),
    );
    expect(sleeping.map(({ path }) => path)).toEqual([]);
  });
});
