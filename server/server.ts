// The language server: a table of handlers between the two converters. It knows the protocol and decides nothing about C.
import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocumentSyncKind,
  type TextDocumentSyncOptions,
  type ClientCapabilities,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyse, type Analysis } from './analysis.js';
import { Documents } from './documents.js';
import {
  changed,
  encodingOf,
  noSettings,
  pathOf,
  SECTION,
  settingsOf,
  type Encoding,
  type Settings,
} from './from-protocol.js';
import { toDiagnostic, type Target } from './to-protocol.js';

/** `pages` is the folder of the rules' pages, to which diagnostics link; null where they are not installed. */
export function serve(connection: Connection, pages: URL | null): void {
  let encoding: Encoding = 'utf-16';
  let settings: Settings = noSettings;
  let client: ClientCapabilities = {};
  const complain = complainer(connection);
  const documents = new Documents(async (document, isCurrent) => {
    const { uri, version } = document;
    const analysis = await attempt(() => analyse({ path: pathOf(uri), text: document.getText() }, settings));
    // The old diagnostics stay until new ones are complete, and stay for good when the engine could not finish.
    if (!isCurrent()) return;
    complain(uri, typeof analysis === 'string' ? [analysis] : analysis.complaints);
    if (typeof analysis === 'string') return;
    const { file, findings } = analysis;
    const target: Target = { encoding, pages, document: (name) => (name === file ? document : undefined) };
    const diagnostics = findings.map((finding) => toDiagnostic(finding, target));
    await connection.sendDiagnostics({ uri, version, diagnostics });
  });

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    encoding = encodingOf(params);
    settings = settingsOf(params.initializationOptions);
    client = params.capabilities;
    return {
      capabilities: { positionEncoding: encoding, textDocumentSync: SYNC },
      serverInfo: { name: 'mux-lint' },
    };
  });

  connection.onInitialized(() => register(connection, client));
  connection.onDidChangeWatchedFiles(() => {
    documents.allChanged();
  });

  connection.onDidChangeConfiguration(async (params) => {
    settings = settingsOf(canBeAsked(client) ? await connection.workspace.getConfiguration(SECTION) : params.settings);
    documents.allChanged();
  });

  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    documents.open(TextDocument.create(uri, languageId, version, text));
  });

  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    const document = documents.get(uri);
    if (document === undefined) return;
    changed(document, contentChanges, version, encoding);
    documents.changed(uri);
  });

  connection.onDidCloseTextDocument(async ({ textDocument: { uri } }) => {
    documents.close(uri);
    await connection.sendDiagnostics({ uri, diagnostics: [] });
  });

  connection.listen();
}

const SYNC: TextDocumentSyncOptions = { openClose: true, change: TextDocumentSyncKind.Incremental };

/** What is read for each document beside its own text. */
const WATCHED = ['**/mux-lint.json', '**/compile_commands.json'].map((globPattern) => ({ globPattern }));

/** Asks to be told of changes, as far as the editor takes such wishes. */
async function register({ client }: Connection, capabilities: ClientCapabilities): Promise<void> {
  if (canBeAsked(capabilities)) await client.register(DidChangeConfigurationNotification.type, { section: SECTION });
  if (capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true)
    await client.register(DidChangeWatchedFilesNotification.type, { watchers: WATCHED });
}

function canBeAsked({ workspace }: ClientCapabilities): boolean {
  return workspace?.configuration === true;
}

/** An internal error is a sentence; one poisonous file does not end the server. */
async function attempt(work: () => Promise<Analysis>): Promise<Analysis | string> {
  try {
    return await work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is wrong is said once, not again with every key. */
function complainer(connection: Connection): (uri: string, complaints: readonly string[]) => void {
  const said = new Map<string, string>();
  return (uri, complaints) => {
    const text = complaints.join('\n');
    if (text !== '' && said.get(uri) !== text) connection.console.error(`mux-lint: ${text}`);
    said.set(uri, text);
  };
}
