// The process of the language server: `node server/main.js --stdio`, or `--node-ipc` when the editor starts it.
import { existsSync } from 'node:fs';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server.js';

// Beside the compiled folder in the package, and beside the bundle in the extension.
const pages = ['../../docs/rules/', './docs/rules/'].map((path) => new URL(path, import.meta.url)).find(existsSync);

serve(createConnection(ProposedFeatures.all), pages ?? null);
