// Bundles the extension: the client for the editor, the server for the editor's Node, the WASM grammar and the rules' pages.
// Nothing of node_modules is needed beside the result, and nothing in it is native.
import { build } from 'esbuild';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { root } from './repository.js';

const { resolve } = createRequire(import.meta.url);

export async function bundle(into: string): Promise<void> {
  const common = { bundle: true, platform: 'node', target: 'node20', minify: true, logLevel: 'warning' } as const;
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

if (argv[1] === fileURLToPath(import.meta.url)) await bundle(join(root, 'client/dist'));
