// How the files of a tree are compiled, as a driver has read it from a compile database: plain data, one unit for each command.
import type { Text } from './text/catalog.js';

export type Build = readonly Unit[];

export interface Unit {
  /** The file that is compiled, as it stands in the list of files. */
  readonly file: string;
  /** Macros of the command line: what follows the name in its `#define` (` 4096`, `(x) x`), or null where it is undefined. */
  readonly macros: ReadonlyMap<string, string | null>;
  /** Headers that are read before the file, in order. */
  readonly forced: readonly Text[];
  /** Folders that are searched for `#include "…"` alone, in order; written as paths of files are, `` for the working folder. */
  readonly quoted: readonly string[];
  /** Folders that are searched for every `#include`, in order. */
  readonly folders: readonly string[];
  /** The program or library that the object becomes a part of; null where the command does not tell. */
  readonly program: string | null;
}
