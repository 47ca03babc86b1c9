// Where things are in this repository, whether the tools run from their source or compiled below dist/.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  if (existsSync(join(from, 'tsconfig.base.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('no tsconfig.base.json above the tools folder');
  return findRoot(parent);
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The text of a file, or null when it does not exist. */
export function readIfThere(path: string): string | null {
  return existsSync(join(root, path)) ? read(path) : null;
}

/** Names in a folder with this ending, without it, in the order of the alphabet. */
export function names(folder: string, ending: string): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => entry.name.slice(0, -ending.length))
    .sort();
}

/** Ids of the rules: every rules/*.ts that is neither the index nor a test. */
export function ruleIds(): readonly string[] {
  return names('rules', '.ts').filter((name) => name !== 'index' && !name.endsWith('.test'));
}

/** What git tracks or would track: everything that is not ignored. */
export function trackedFiles(): readonly string[] {
  const output = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    },
  );
  return output
    .split('\0')
    .filter((path) => path !== '' && statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true);
}
