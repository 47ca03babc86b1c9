// Where our own package lies, whether the command line runs compiled or from its source, and what it says of itself.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute folder of the package. */
export const packageFolder = folderOf(dirname(fileURLToPath(import.meta.url)));

export function packageVersion(): string {
  const text: unknown = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'));
  const isNamed = typeof text === 'object' && text !== null && 'version' in text;
  return isNamed && typeof text.version === 'string' ? text.version : 'unknown';
}

/** A file of the package as text; null when it was not shipped. */
export function packageText(path: string): string | null {
  const absolute = join(packageFolder, path);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8') : null;
}

function folderOf(from: string): string {
  const parent = dirname(from);
  return existsSync(join(from, 'package.json')) || parent === from ? from : folderOf(parent);
}
