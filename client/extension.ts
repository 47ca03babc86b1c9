// The extension of the editor: starts the language server and stops it. It decides nothing; settings go over as they are.
import { join } from 'node:path';
import { workspace, type ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  // The editor's own Node runs the server, so nothing of the workspace is executed and nothing has to be installed.
  const server = { module: context.asAbsolutePath(join('dist', 'server.mjs')), transport: TransportKind.ipc };
  client = new LanguageClient('mux-lint', 'mux-lint', server, {
    documentSelector: [{ language: 'c' }],
    // What the server starts with; it asks for the settings again when they change.
    initializationOptions: workspace.getConfiguration('mux-lint'),
  });
  await client.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}
