// The client's side of a conversation with the server, in one process over two streams; what the tests speak through.
import { PassThrough } from 'node:stream';
import { createConnection, type InitializeResult, type PublishDiagnosticsParams } from 'vscode-languageserver/node';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node';
import { serve } from './server.js';

export interface Conversation {
  readonly initialized: InitializeResult;
  /** Everything that was published, in order. */
  readonly published: readonly PublishDiagnosticsParams[];
  /** What the server had to complain about. */
  readonly log: readonly string[];
  notify(method: string, params: unknown): Promise<void>;
  /** The first publication that fits, already there or still to come. */
  until(fits: (published: PublishDiagnosticsParams) => boolean): Promise<PublishDiagnosticsParams>;
  close(): Promise<void>;
}

export interface Editor {
  readonly capabilities?: object;
  readonly pages?: URL;
  /** What it answers when the server asks for its settings. */
  readonly settings?: () => object;
}

/** Starts a server, and speaks with it until `close`. */
export async function converse({ capabilities = {}, pages, settings }: Editor = {}): Promise<Conversation> {
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  serve(createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient)), pages ?? null);
  const client = createMessageConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  const published: PublishDiagnosticsParams[] = [];
  const log: string[] = [];
  const waiting = new Set<() => void>();
  client.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    published.push(params);
    for (const look of waiting) look();
  });
  client.onNotification('window/logMessage', (params: { message: string }) => {
    log.push(params.message);
  });
  client.onRequest('client/registerCapability', () => null);
  client.onRequest('workspace/configuration', () => [settings?.() ?? null]);
  client.listen();
  const initialized = await client.sendRequest<InitializeResult>('initialize', {
    processId: null,
    rootUri: null,
    capabilities,
  });
  await client.sendNotification('initialized', {});
  return {
    initialized,
    published,
    log,
    notify: (method, params) => client.sendNotification(method, params),
    until: (fits) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = published.find(fits);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      await client.sendRequest('shutdown');
      client.dispose();
    },
  };
}
