// One engine: the same file gives the same findings from `lint()`, on the command line and in the editor.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Located, Severity } from '../analysis/finding.js';
import { lint } from '../analysis/lint.js';
import { loadParser } from '../analysis/text/parse.js';
import { rules } from '../rules/index.js';
import { converse, type Conversation } from '../server/conversation.js';
import { fixtures } from './fixtures.js';
import { root } from './repository.js';

/** What every driver must agree on, in the numbers of people: lines and columns from 1. */
interface Said {
  readonly rule: unknown;
  readonly severity: Severity;
  readonly range: string;
  readonly message: string | undefined;
  readonly notes: readonly string[];
}

// Whole programs, and one fixture that shows many shapes; each is one file, as in an editor.
const files = fixtures()
  .filter(({ name }) => name.startsWith('servers/') || name === 'et-read-not-drained')
  .flatMap((fixture) => fixture.files);
const parser = await loadParser();
let conversation: Conversation;
beforeAll(async () => {
  conversation = await converse();
});
afterAll(() => conversation.close());

describe('identical findings', () => {
  it.for(files.map((file) => [file.path, file] as const))('%s', async ([path, file]) => {
    const { findings } = lint([file], rules, parser);
    const expected = findings.map((finding): Said => {
      const notes = finding.notes.map((note) => `${inNumbers(note.range)} ${note.message}`);
      return { ...finding, range: inNumbers(finding.range), notes };
    });
    expect(sorted(commandLine(path))).toEqual(sorted(expected));
    expect(sorted(await editor(path, file.text))).toEqual(sorted(expected));
  });

  it('there are some', () => {
    expect(lint(files, rules, parser).findings).not.toEqual([]);
  });
});

interface Printed {
  readonly findings: readonly (Omit<Said, 'range' | 'notes'> & Pick<Located, 'range'> & { notes: readonly Note[] })[];
}

interface Note extends Pick<Located, 'range'> {
  readonly message: string;
}

function commandLine(path: string): readonly Said[] {
  const command = ['dist/cli/main.js', '--format', 'json', '--hints', path];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  expect([0, 1], stderr).toContain(status);
  const printed: unknown = JSON.parse(stdout);
  if (!isPrinted(printed)) throw new Error(`not the json format: ${stdout.slice(0, 200)}`);
  return printed.findings.map((one) => ({
    ...one,
    range: inNumbers(one.range),
    notes: one.notes.map((note) => `${inNumbers(note.range)} ${note.message}`),
  }));
}

function isPrinted(value: unknown): value is Printed {
  return typeof value === 'object' && value !== null && 'findings' in value && Array.isArray(value.findings);
}

async function editor(path: string, text: string): Promise<readonly Said[]> {
  const uri = pathToFileURL(join(root, path)).href;
  const textDocument = { uri, languageId: 'c', version: 1, text };
  await conversation.notify('textDocument/didOpen', { textDocument });
  const { diagnostics } = await conversation.until((published) => published.uri === uri);
  const severities: readonly Severity[] = ['error', 'warning', 'hint', 'hint'];
  return diagnostics.map((diagnostic) => ({
    rule: diagnostic.code,
    severity: severities[(diagnostic.severity ?? 1) - 1] ?? 'error',
    range: fromZero(diagnostic.range),
    message: firstLine(diagnostic.message),
    notes: (diagnostic.relatedInformation ?? []).map(
      ({ location, message }) => `${fromZero(location.range)} ${message}`,
    ),
  }));
}

function inNumbers({ start, end }: Located['range']): string {
  return `${start.line}:${start.column}-${end.line}:${end.column}`;
}

interface ZeroBased {
  readonly line: number;
  readonly character: number;
}

function fromZero({ start, end }: { start: ZeroBased; end: ZeroBased }): string {
  return `${start.line + 1}:${start.character + 1}-${end.line + 1}:${end.character + 1}`;
}

function sorted(said: readonly Said[]): readonly string[] {
  return said
    .map(
      ({ rule, severity, range, message, notes }) =>
        `${range} ${severity} ${String(rule)}: ${message ?? ''} [${notes.join('; ')}]`,
    )
    .sort();
}

/** The message comes first; hint and assumption follow on lines of their own. */
function firstLine(message: unknown): string | undefined {
  return typeof message === 'string' ? message.split('\n')[0] : undefined;
}
