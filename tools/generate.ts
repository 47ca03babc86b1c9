// `npm run generate`: writes everything that follows from rules, fixtures and scenarios; `--check` only says what is stale.
// The index of the rules comes first, since all other texts are made from the rules that it imports.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { indexOfRules, INDEX } from './rule-index.js';
import { names, readIfThere, root } from './repository.js';

/** Writes what is stale and removes pages of rules that are gone. */
export async function generate(): Promise<readonly string[]> {
  const index = await indexOfRules();
  if (readIfThere(INDEX) !== index) {
    write(INDEX, index);
    compile();
  }
  const texts = await generated();
  const stale = staleIn(texts);
  for (const path of stale) write(path, texts.get(path) ?? '');
  const gone = orphans(texts);
  for (const path of gone) rmSync(join(root, path));
  return [...stale, ...gone];
}

/** Every generated text by its path, as it should be. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const { rulePages, readme, manifest, schema } = await import('./generated-texts.js');
  return new Map([
    [INDEX, await indexOfRules()],
    ...(await rulePages()),
    await readme(),
    await manifest(),
    await schema(),
  ]);
}

/** Pages that no rule stands for any more. */
export function orphans(texts: ReadonlyMap<string, string>): readonly string[] {
  return names('docs/rules', '.md')
    .map((name) => `docs/rules/${name}.md`)
    .filter((path) => !texts.has(path));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function compile(): void {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the project does not compile with its new index of rules');
}

async function main(check: boolean): Promise<void> {
  if (!check) {
    for (const path of await generate()) console.log(`generated ${path}`);
    return;
  }
  const texts = await generated();
  for (const path of [...staleIn(texts), ...orphans(texts)]) {
    console.error(`${path} is stale: run 'npm run generate'`);
    process.exitCode = 1;
  }
}

function staleIn(texts: ReadonlyMap<string, string>): readonly string[] {
  return [...texts].filter(([path, text]) => readIfThere(path) !== text).map(([path]) => path);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await main(argv.includes('--check')).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
