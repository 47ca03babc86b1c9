// From what the user names (files, folders, globs) to the list of files to read, each once, in the order of their paths.
// What cannot be read is a problem when it was named and a gap when it was met while walking.
import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { meant } from './closest.js';
import { glob, isGlob } from './glob.js';
import { reasonOf } from './read-source.js';

export interface FoundFile {
  /** Relative to the working folder, with `/` between names. */
  readonly path: string;
  readonly absolute: string;
  readonly named: boolean;
}

export interface Unfound {
  readonly path: string;
  readonly reason: string;
}

export interface FoundFiles {
  readonly files: readonly FoundFile[];
  /** Named, and not to be had. */
  readonly problems: readonly Unfound[];
  /** Folders met while walking that could not be listed. */
  readonly gaps: readonly Unfound[];
}

/** Folders whose contents nobody wrote by hand. Named by the user they are walked all the same. */
export const SKIPPED_FOLDERS = ['node_modules', 'CMakeFiles', 'build', 'builddir', '_build', 'out', 'dist'] as const;

const ENDINGS = /\.[ch]$/;

export function findFiles(paths: readonly string[], folder: string): FoundFiles {
  const search = new Search(folder);
  for (const path of paths.length === 0 ? ['.'] : paths) search.named(path);
  return search.result();
}

/** Whether a walk would leave this folder out. */
function isSkippedFolder(name: string): boolean {
  if (name.startsWith('.') || name.startsWith('cmake-build-') || name.startsWith('bazel-')) return true;
  return SKIPPED_FOLDERS.some((one) => one === name);
}

/** As it is printed: relative to the working folder, `/` between names. */
export function shownPath(absolute: string, folder: string): string {
  const path = relative(folder, absolute);
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

class Search {
  private readonly files = new Map<string, FoundFile>();
  private readonly folders = new Set<string>();
  private readonly problems: Unfound[] = [];
  private readonly gaps: Unfound[] = [];

  constructor(private readonly folder: string) {}

  named(path: string): void {
    const absolute = resolve(this.folder, path);
    const status = statOf(absolute);
    if (!(status instanceof Error)) {
      if (status.isDirectory()) this.walk(absolute, (file) => ENDINGS.test(file), '');
      else this.add(absolute, true);
      return;
    }
    if (isGlob(path)) this.expand(path);
    else this.problems.push({ path, reason: `cannot be read: ${reasonOf(status)}${this.neighbours(absolute)}` });
  }

  result(): FoundFiles {
    const files = [...this.files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    return { files, problems: this.problems, gaps: this.gaps };
  }

  private expand(pattern: string): void {
    const parsed = glob(pattern);
    const before = this.files.size;
    const problemsBefore = this.gaps.length;
    const accepts = (file: string): boolean => {
      if (!parsed.namesEnding && !ENDINGS.test(file)) return false;
      return parsed.matches(this.written(file, pattern));
    };
    const base = resolve(this.folder, parsed.base);
    const isThere = !(statOf(base) instanceof Error);
    if (isThere) this.walk(base, accepts, pattern);
    if (this.files.size > before || this.gaps.length > problemsBefore || this.known(accepts)) return;
    this.problems.push({ path: pattern, reason: 'matches no file' });
  }

  /** What the pattern names may have been found already under another name of the list. */
  private known(accepts: (file: string) => boolean): boolean {
    return [...this.files.values()].some(({ absolute }) => accepts(absolute));
  }

  /** The path in the form in which the pattern is written: absolute, or relative to the working folder. */
  private written(file: string, pattern: string): string {
    return pattern.startsWith('/') ? file : shownPath(file, this.folder);
  }

  /** Real folders come before symbolic links to them, so that a file is known by its own path where it has one here. */
  private walk(top: string, accepts: (file: string) => boolean, purpose: string): void {
    const links: string[] = [];
    const work = [top];
    const realTop = realOf(top);
    for (let next = work.pop() ?? links.shift(); next !== undefined; next = work.pop() ?? links.shift()) {
      const status = statOf(next);
      if (status instanceof Error || !status.isDirectory()) {
        if (accepts(next)) this.add(next, false);
        continue;
      }
      // A link to a folder above would bring in what was not named.
      if (next !== top && isAbove(realOf(next), realTop)) continue;
      const folder = this.list(next, purpose);
      for (const entry of folder?.entries ?? []) {
        const path = join(next, entry.name);
        if (entry.isSymbolicLink() || entry.isDirectory()) {
          if (!isSkippedFolder(entry.name)) (entry.isDirectory() ? work : links).push(path);
        } else if (accepts(path)) this.add(path, false, join(folder?.real ?? next, entry.name));
      }
    }
  }

  /** The entries of a folder; null when it was walked before, by whatever way it was reached. */
  private list(folder: string, purpose: string): { real: string; entries: readonly Dirent[] } | null {
    try {
      const real = realpathSync.native(folder);
      const key = `${real}\n${purpose}`;
      if (this.folders.has(key)) return null;
      this.folders.add(key);
      return { real, entries: readdirSync(folder, { withFileTypes: true }) };
    } catch (error) {
      this.gaps.push({ path: shownPath(folder, this.folder), reason: `cannot be read: ${reasonOf(error)}` });
      return null;
    }
  }

  private add(absolute: string, named: boolean, key = realOf(absolute)): void {
    const known = this.files.get(key);
    if (known === undefined) this.files.set(key, { path: shownPath(absolute, this.folder), absolute, named });
    else if (named && !known.named) this.files.set(key, { ...known, named });
  }

  private neighbours(absolute: string): string {
    try {
      const own = basename(absolute);
      const names = readdirSync(dirname(absolute)).filter((name) => name !== own);
      const hint = meant(own, names);
      return hint.startsWith('; did') ? hint : '';
    } catch {
      return '';
    }
  }
}

function statOf(path: string): Stats | Error {
  try {
    return statSync(path);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isAbove(folder: string, below: string): boolean {
  return below.startsWith(folder === sep ? sep : `${folder}${sep}`);
}

/** The path without symbolic links; itself where there is nothing. */
export function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
