// The open documents, from didOpen to didClose, and the one analysis at a time of each of them.
// A result belongs to the text that it was computed from; if the text has moved on meanwhile, it is dropped.
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** Publishes only while `isCurrent()` holds, and never rejects. */
export type Analyse = (document: TextDocument, isCurrent: () => boolean) => Promise<void>;

interface Open {
  readonly document: TextDocument;
  /** Counts changes of the text and of the settings. */
  revision: number;
  isRunning: boolean;
}

export class Documents {
  readonly #open = new Map<string, Open>();
  readonly #analyse: Analyse;

  constructor(analyse: Analyse) {
    this.#analyse = analyse;
  }

  get(uri: string): TextDocument | undefined {
    return this.#open.get(uri)?.document;
  }

  open(document: TextDocument): void {
    const entry = { document, revision: 0, isRunning: false };
    this.#open.set(document.uri, entry);
    void this.#run(entry);
  }

  /** The document was updated in place. */
  changed(uri: string): void {
    const entry = this.#open.get(uri);
    if (entry === undefined) return;
    entry.revision++;
    void this.#run(entry);
  }

  allChanged(): void {
    for (const uri of this.#open.keys()) this.changed(uri);
  }

  close(uri: string): void {
    this.#open.delete(uri);
  }

  /** What arrives while an analysis runs is analysed once, the last of it, when that is done. */
  async #run(entry: Open): Promise<void> {
    if (entry.isRunning) return;
    entry.isRunning = true;
    for (let seen = -1; seen !== entry.revision && this.#isOpen(entry);) {
      await quiet(entry);
      seen = entry.revision;
      const analysed = seen;
      await this.#analyse(entry.document, () => entry.revision === analysed && this.#isOpen(entry));
    }
    entry.isRunning = false;
  }

  #isOpen(entry: Open): boolean {
    return this.#open.get(entry.document.uri) === entry;
  }
}

/** Messages that have already arrived are read first, one a turn, so that a burst of changes is one analysis. */
async function quiet(entry: Open): Promise<void> {
  for (let seen = -1; seen !== entry.revision;) {
    seen = entry.revision;
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
}
