// Bundles the extension: the client for the editor, the server for the editor's Node, the WASM grammar and the rules' pages.
// Nothing of node_modules is needed beside the result, and nothing in it is native. And bundles the command line, which starts
// in half the time when it is a few files rather than hundreds; parsers and the verifier stay packages and processes of their own.
import { build } from 'esbuild';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from './repository.js';

const { resolve } = createRequire(import.meta.url);

const common = { bundle: true, platform: 'node', target: 'node20', minify: true, logLevel: 'warning' } as const;

export async function bundle(into: string): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(root, 'client/extension.ts')],
    outfile: join(into, 'extension.cjs'),
    format: 'cjs',
    external: ['vscode'],
  });
  await build({
    ...common,
    entryPoints: [join(root, 'server/main.ts')],
    outfile: join(into, 'server.mjs'),
    format: 'esm',
    // The protocol's packages are CommonJS and ask for parts of Node by `require`.
    banner: { js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);" },
  });
  cpSync(resolve('web-tree-sitter/tree-sitter.wasm'), join(into, 'tree-sitter.wasm'));
  const grammar = 'tree-sitter-c/tree-sitter-c.wasm';
  cpSync(resolve(grammar), join(into, 'node_modules', grammar));
  cpSync(join(root, 'docs/rules'), join(into, 'docs/rules'), { recursive: true });
}

/** From what is compiled into a folder beside it, from which it reaches the verifier and the server by the same relative paths. */
export async function bundleCommandLine(into: string): Promise<void> {
  rmSync(into, { recursive: true, force: true });
  await build({
    ...common,
    entryPoints: [join(root, 'dist/cli/main.js')],
    outdir: into,
    format: 'esm',
    splitting: true,
    external: ['tree-sitter', 'tree-sitter-c', 'web-tree-sitter', join(root, 'dist/native-verify/*')],
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  if (argv[2] === 'command-line') await bundleCommandLine(join(root, 'dist/bundle'));
  else await bundle(join(root, 'client/dist'));
}
