// The bundled extension stands alone: its server answers from a folder with nothing of ours around it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, bundleCommandLine } from './bundle.js';
import { READS_ONCE } from '../workspace/testing.js';
import { read, root } from './repository.js';

const folder = mkdtempSync(join(tmpdir(), 'mux-lint-bundle-'));
beforeAll(() => bundle(folder));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the bundle', () => {
  it('has the files that the manifest and the client name', () => {
    expect(read('client/package.json')).toContain('"main": "./dist/extension.cjs"');
    expect(existsSync(join(folder, 'extension.cjs'))).toBe(true);
    expect(read('client/extension.ts')).toContain("'server.mjs'");
    expect(existsSync(join(folder, 'server.mjs'))).toBe(true);
  });

  it('starts a server that lints, with no packages around it', async () => {
    const answer = await talk([join(folder, 'server.mjs'), '--stdio']);
    expect(answer).toContain('"code":"et-read-not-drained"');
    expect(answer).toContain('docs/rules/et-read-not-drained.md');
  });
});

describe('the command line in one piece', () => {
  const bundled = join(root, 'dist/bundle-test');
  const file = join(folder, 'once.c');
  beforeAll(() => {
    writeFileSync(file, READS_ONCE);
    return bundleCommandLine(bundled);
  });
  afterAll(() => {
    rmSync(bundled, { recursive: true });
  });

  const ran = (place: string, words: readonly string[]): { stdout: string; stderr: string; status: number | null } => {
    const command = [join(place, 'main.js'), ...words];
    const { stdout, stderr, status } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
    return { stdout: stdout.replace(/"milliseconds": \d+|\d+ ms\b/g, 'ms'), stderr, status };
  };

  it.for([
    ['-f', 'json', '--hints', file],
    ['-f', 'sarif', '--backend', 'wasm', file],
    [file, '--compile-commands', 'gone.json'],
    ['explain', 'et-read-not-drained'],
    ['doctor', '--facts', file],
    ['--version'],
    ['check', '--formt'],
  ])('says the same for %j', (words) => {
    const whole = ran(join(root, 'dist/cli'), words);
    expect(ran(bundled, words)).toEqual(whole);
    expect(whole.stdout + whole.stderr).not.toBe('');
  });

  it('finds the verifier', () => {
    // Not what the kernel says is the question, but that somebody answers for it.
    expect(ran(bundled, ['verify', '-f', 'json', file]).stdout).toMatch(/"state": "(?:not-)?demonstrated"/);
  });

  it('is a language server', async () => {
    expect(await talk([join(bundled, 'main.js'), 'lsp'])).toContain('"code":"et-read-not-drained"');
  });
});

describe('the command line', () => {
  it('is the same server for other editors', async () => {
    expect(await talk([join(root, 'dist/cli/main.js'), 'lsp'])).toContain('"code":"et-read-not-drained"');
  });
});

/** Everything that a server writes about a fixture, and what it complains about, until its input ends. */
async function talk(program: readonly string[]): Promise<string> {
  const server = spawn(process.execPath, program, { cwd: folder });
  let output = '';
  const ended = new Promise<unknown>((resolve) => server.once('close', resolve));
  const published = new Promise<void>((resolve) => {
    server.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('textDocument/publishDiagnostics')) resolve();
    });
  });
  server.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (const message of opening(read('fixtures/et-read-not-drained.c'))) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  await Promise.race([published, ended]);
  server.stdin.end();
  await ended;
  return output;
}

function opening(text: string): readonly object[] {
  const textDocument = { uri: 'untitled:fixture', languageId: 'c', version: 1, text };
  return [
    { id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } },
    { method: 'initialized', params: {} },
    { method: 'textDocument/didOpen', params: { textDocument } },
  ];
}
