// Conversations with the server over a real JSON-RPC connection: what an editor sees, version by version.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { rules } from '../rules/index.js';
import { converse, type Conversation } from './conversation.js';

const pages = new URL('../docs/rules/', import.meta.url);
const uri = 'file:///tmp/conn.c';
const text = `#include <sys/epoll.h>
#include <unistd.h>

void on_event(int ep, int fd, char *buf, int n)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLET };
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev);
	for (;;) {
		epoll_wait(ep, &ev, 1, -1);
		read(fd, buf, n);
	}
}
`;
const [open, change, close] = ['textDocument/didOpen', 'textDocument/didChange', 'textDocument/didClose'];

let conversation: Conversation;
afterEach(() => conversation.close());

function opened(content: string, version = 1, at = uri): object {
  return { textDocument: { uri: at, languageId: 'c', version, text: content } };
}

describe('diagnostics', () => {
  it('are published on open, with the version, the rule, its page and the story', async () => {
    conversation = await converse({ pages });
    await conversation.notify(open, opened(text, 7));
    const { version, diagnostics } = await conversation.until((one) => one.uri === uri);
    expect(version).toBe(7);
    const [diagnostic] = diagnostics.filter(({ code }) => code === 'et-read-not-drained');
    expect(diagnostic).toMatchObject({
      source: 'mux-lint',
      severity: 1,
      codeDescription: { href: new URL('et-read-not-drained.md', pages).href },
      range: { start: { line: 9, character: 2 } },
    });
    const related = diagnostic?.relatedInformation?.map(({ location }) => location) ?? [];
    expect(related.map((location) => [location.uri, location.range.start])).toContainEqual([
      uri,
      { line: 6, character: 1 },
    ]);
    expect(readFileSync(new URL(diagnostic?.codeDescription?.href ?? ''), 'utf8')).toContain('# et-read-not-drained');
  });

  it('follow incremental changes, and go when the bug goes', async () => {
    conversation = await converse();
    await conversation.notify(open, opened(text));
    const before = await conversation.until(({ version }) => version === 1);
    const start = { line: 5, character: text.split('\n')[5]?.indexOf(' | EPOLLET') };
    const range = { start, end: { line: 5, character: (start.character ?? 0) + ' | EPOLLET'.length } };
    await conversation.notify(change, { textDocument: { uri, version: 2 }, contentChanges: [{ range, text: '' }] });
    const after = await conversation.until(({ version }) => version === 2);
    const codes = ({ diagnostics }: typeof before): readonly unknown[] => diagnostics.map(({ code }) => code);
    expect(codes(before)).toContain('et-read-not-drained');
    expect(codes(after)).not.toContain('et-read-not-drained');
  });

  it('are never published for a version that the text has left behind', async () => {
    conversation = await converse();
    await conversation.notify(open, opened('', 1));
    const last = 200;
    for (let version = 2; version <= last; version++) {
      const contentChanges = [{ text: `${text}\n// ${version}\n` }];
      await conversation.notify(change, { textDocument: { uri, version }, contentChanges });
    }
    await conversation.until(({ version }) => version === last);
    const versions = conversation.published.map(({ version }) => version ?? 0);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    // A burst is one analysis, not two hundred.
    expect(versions.length).toBeLessThan(last / 4);
    // The set of the version before is never emptied on the way.
    const sizes = conversation.published.slice(1).map(({ diagnostics }) => diagnostics.length);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  });

  it('are withdrawn when the document closes', async () => {
    conversation = await converse();
    await conversation.notify(open, opened(text));
    await conversation.until(({ version }) => version === 1);
    await conversation.notify(close, { textDocument: { uri } });
    const { diagnostics } = await conversation.until(({ version }) => version === undefined);
    expect(diagnostics).toEqual([]);
  });

  const off = { rules: Object.fromEntries(rules.map(({ id }) => [id, 'off'])) };

  it.each([
    ['sends them', {}, { 'mux-lint': off }],
    ['is asked for them', { workspace: { configuration: true } }, null],
  ])('obey the settings of an editor that %s', async (_, capabilities, sent) => {
    conversation = await converse({ capabilities, settings: () => off });
    await conversation.notify(open, opened(text));
    const before = await conversation.until(({ version }) => version === 1);
    expect(before.diagnostics).not.toEqual([]);
    await conversation.notify('workspace/didChangeConfiguration', { settings: sent });
    const { version } = await conversation.until(({ diagnostics }) => diagnostics.length === 0);
    expect(version).toBe(1);
  });

  it('have the severity that the editor chose', async () => {
    conversation = await converse();
    await conversation.notify(open, opened(text));
    await conversation.until(({ version }) => version === 1);
    const settings = { rules: { 'et-read-not-drained': 'hint' } };
    await conversation.notify('workspace/didChangeConfiguration', { settings });
    await conversation.until(({ diagnostics }) => {
      return diagnostics.some(({ code, severity }) => code === 'et-read-not-drained' && severity === 4);
    });
  });

  it('obey the configuration and the comments that hold for the file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mux-lint-server-'));
    writeFileSync(join(folder, 'mux-lint.json'), '{ "rules": { "et-read-not-drained": "hint" } }');
    const at = pathToFileURL(join(folder, 'conn.c')).href;
    conversation = await converse();
    await conversation.notify(open, opened(text, 1, at));
    const levelled = await conversation.until(({ version }) => version === 1);
    const allowed = text.replace('void on_event', '/* mux-lint-allow et-read-not-drained: one byte */\nvoid on_event');
    const contentChanges = [{ text: allowed }];
    await conversation.notify(change, { textDocument: { uri: at, version: 2 }, contentChanges });
    const after = await conversation.until(({ version }) => version === 2);
    rmSync(folder, { recursive: true });
    const own = ({ diagnostics }: typeof after): typeof diagnostics =>
      diagnostics.filter(({ code }) => code === 'et-read-not-drained');
    expect(own(levelled)).toMatchObject([{ severity: 4 }]);
    expect(own(after)).toEqual([]);
  });

  it('complain once about a configuration with a mistake, and go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mux-lint-server-'));
    writeFileSync(join(folder, 'mux-lint.json'), '{ "rulse": {} }');
    const at = pathToFileURL(join(folder, 'conn.c')).href;
    conversation = await converse();
    await conversation.notify(open, opened(text, 1, at));
    await conversation.until(({ version }) => version === 1);
    const contentChanges = [{ text: `${text}\n` }];
    await conversation.notify(change, { textDocument: { uri: at, version: 2 }, contentChanges });
    const { diagnostics } = await conversation.until(({ version }) => version === 2);
    rmSync(folder, { recursive: true });
    expect(diagnostics).not.toEqual([]);
    expect(conversation.log).toEqual([expect.stringContaining("'rulse'")]);
  });
});

describe('places', () => {
  // The same text before the call, in units of each encoding: tab 1, quotes and stars 6, emoji 2 or 4, CJK 2 or 6.
  const shifted = text.replace('\t\tread(', '\t\t/* 😀漢字 */ read(').replaceAll('\n', '\r\n');

  it.each([
    ['utf-16', undefined, 13],
    ['utf-16', ['utf-16', 'utf-8'], 13],
    ['utf-8', ['utf-8', 'utf-16'], 19],
    ['utf-8', ['utf-32', 'utf-8'], 19],
  ])('are counted in %s for a client that offers %j', async (encoding, positionEncodings, character) => {
    conversation = await converse({ capabilities: { general: { positionEncodings } } });
    expect(conversation.initialized.capabilities.positionEncoding).toBe(encoding);
    await conversation.notify(open, opened(shifted));
    const { diagnostics } = await conversation.until((one) => one.uri === uri);
    const starts = diagnostics.map(({ range }) => range.start);
    expect(starts).toContainEqual({ line: 9, character });
  });

  it('of changes are understood in the encoding that was agreed on', async () => {
    conversation = await converse({ capabilities: { general: { positionEncodings: ['utf-8'] } } });
    await conversation.notify(open, opened(shifted));
    await conversation.until(({ version }) => version === 1);
    const range = { start: { line: 9, character: 19 }, end: { line: 9, character: 23 } };
    const contentChanges = [
      { range, text: 'recv' },
      { range: { start: range.start, end: range.start }, text: '/* é */' },
    ];
    await conversation.notify(change, { textDocument: { uri, version: 2 }, contentChanges });
    const { diagnostics } = await conversation.until(({ version }) => version === 2);
    expect(diagnostics.map(({ range: { start } }) => start)).toContainEqual({ line: 9, character: 27 });
  });

  it('go back to the client under the address that it gave', async () => {
    conversation = await converse();
    const odd = 'file:///tmp/a%20b/%E6%BC%A2.c';
    await conversation.notify(open, opened(text, 1, odd));
    const { diagnostics } = await conversation.until((one) => one.uri === odd);
    const locations = diagnostics.flatMap(({ relatedInformation }) => relatedInformation ?? []);
    expect(new Set(locations.map(({ location }) => location.uri))).toEqual(new Set([odd]));
  });

  it('obey the compile database, and read it again when the editor says that it has changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mux-lint-server-'));
    const write = (option: string): void => {
      const command = `cc ${option} -c conn.c`;
      writeFileSync(
        join(folder, 'compile_commands.json'),
        JSON.stringify([{ directory: folder, file: 'conn.c', command }]),
      );
    };
    write('-UONCE');
    const at = pathToFileURL(join(folder, 'conn.c')).href;
    conversation = await converse();
    await conversation.notify(open, opened(`#ifdef ONCE\n${text}#endif\n`, 1, at));
    const { diagnostics } = await conversation.until(({ version }) => version === 1);
    expect(diagnostics).toEqual([]);
    write('-DONCE');
    const changes = [{ uri: pathToFileURL(join(folder, 'compile_commands.json')).href, type: 2 }];
    await conversation.notify('workspace/didChangeWatchedFiles', { changes });
    await conversation.until((one) => one.uri === at && one.diagnostics.length > 0);
    rmSync(folder, { recursive: true });
  });

  it('work in a buffer that was never saved', async () => {
    conversation = await converse();
    await conversation.notify(open, opened(text, 1, 'untitled:Untitled-1'));
    const { diagnostics } = await conversation.until((one) => one.uri === 'untitled:Untitled-1');
    expect(diagnostics).not.toEqual([]);
  });
});
