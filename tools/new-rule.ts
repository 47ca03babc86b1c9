// `npm run new-rule -- NAME`: a rule that compiles and finds nothing, a fixture that wants nothing yet, and a scenario.
// Everything generated follows, so that the next thing to do is to write C.
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { fixtureTemplate, ruleTemplate, scenarioTemplate } from './templates.js';
import { root } from './repository.js';

/** Writes the three files, or says in a sentence why it does not. */
export function newRule(name: string): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(`'${name}' is not a name for a rule: lower case words with hyphens, as in 'poll-hup-ignored'`);
  }
  const texts = new Map([
    [`rules/${name}.ts`, ruleTemplate(name)],
    [`fixtures/${name}.c`, fixtureTemplate(name)],
    [`native-verify/scenarios/${name}.ts`, scenarioTemplate(name)],
  ]);
  const taken = [...texts.keys()].filter((path) => existsSync(join(root, path)));
  if (taken.length > 0) throw new Error(`'${name}' exists already: ${taken.join(', ')}`);
  for (const [path, text] of texts) writeFileSync(join(root, path), text);
  return [...texts.keys()];
}

function main(name: string | undefined): void {
  try {
    if (name === undefined) throw new Error('usage: npm run new-rule -- NAME');
    for (const path of newRule(name)) console.log(`wrote ${path}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
    return;
  }
  // This process was compiled without the new rule; the generator compiles it and starts with it.
  const generator = fileURLToPath(new URL('generate.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [generator], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 3;
  if (status === 0) console.log(`next: write bad_* and good_* into fixtures/${name}.c, then npm test -- -t ${name}`);
}

if (argv[1] === fileURLToPath(import.meta.url)) main(argv[2]);
