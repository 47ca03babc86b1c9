// The direction of imports, and what each folder may not touch. The table of folders in ARCHITECTURE.md is the law:
// this test reads it there and holds every import and every project reference against it.
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, readIfThere, trackedFiles } from './repository.js';
import ts from 'typescript';

interface Import {
  readonly from: string;
  readonly folder: string;
  readonly specifier: string;
  readonly isType: boolean;
}

interface Allowance {
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Single files that may be imported although their folder may not. */
  readonly doors: readonly string[];
}

const files = trackedFiles().filter((path) => /^[a-z-]+\/.*\.ts$/.test(path) && !path.startsWith('fixtures/'));
const imports = files.flatMap(importsOf);
const allowances = folderTable();

describe('the table of folders', () => {
  it('knows every folder that holds code', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => !allowances.has(folder))).toEqual([]);
  });

  it.for([...allowances.keys()])('%s imports only what it may', (folder) => {
    const allowance = allowances.get(folder);
    const wrong = imports.filter((one) => one.folder === folder && !isAllowed(one, allowance));
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it.for([...allowances.keys()])('%s is compiled against nothing else', (folder) => {
    const config = readIfThere(`${folder}/tsconfig.json`);
    if (config === null) return;
    const { values = [], types = [] } = allowances.get(folder) ?? {};
    const references = [...config.matchAll(/"path":\s*"\.\.\/([a-z-]+)"/g)].map((match) => match[1] ?? '');
    expect(references.filter((one) => ![...values, ...types, 'all'].includes(one) && !values.includes('all'))).toEqual(
      [],
    );
  });
});

describe('packages have one home', () => {
  it.for([
    ['the parser', /^(?:web-)?tree-sitter/, ['analysis/text/parse.ts']],
    ['the protocol of editors', /^vscode-(?:languageserver|jsonrpc)/, ['server/']],
    ['the editor', /^vscode(?:-languageclient.*)?$/, ['client/']],
    ['foreign functions', /^koffi/, ['native-verify/']],
  ] as const)('%s', ([, packages, homes]) => {
    const strays = imports.filter(({ from, specifier }) => {
      return packages.test(specifier) && !homes.some((home) => from.startsWith(home));
    });
    expect(strays.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });
});

describe('the engine is pure', () => {
  const inEngine = (path: string): boolean => /^(?:analysis|rules)\//.test(path) && !path.endsWith('.test.ts');

  it('nothing of Node is imported below the drivers, except to find the grammar', () => {
    const strays = imports.filter(({ from, specifier }) => inEngine(from) && specifier.startsWith('node:'));
    expect([...new Set(strays.map(({ from }) => from))].filter((path) => path !== 'analysis/text/parse.ts')).toEqual(
      [],
    );
  });

  it('nothing is printed, asked of the process, or put off', () => {
    const impure = /\bconsole\.|\bprocess\.|\bsetTimeout\(|\bMath\.random\(|\bDate\.now\(|\bfetch\(/;
    const strays = files.filter(
      (path) => inEngine(path) && path !== 'analysis/text/parse.ts' && impure.test(code(path)),
    );
    expect(strays).toEqual([]);
  });

  it('rules see neither syntax nor text', () => {
    const layers = /^\.\.\/analysis\/(?:parse|chunk|lower[a-z-]*)\.js$/;
    const strays = imports.filter(({ folder, from, specifier }) => {
      return folder === 'rules' && !from.endsWith('.test.ts') && layers.test(specifier);
    });
    expect(strays.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });
});

describe('house style', () => {
  it('has default exports for rules and scenarios only', () => {
    const strays = files.filter((path) => {
      return (
        /^export default\b/m.test(code(path)) && !/^(?:rules|native-verify\/scenarios)\/[a-z0-9-]+\.ts$/.test(path)
      );
    });
    expect(strays).toEqual([]);
  });

  it('leaves the end of the process to the event loop', () => {
    expect(files.filter((path) => /\bprocess\.exit\(/.test(code(path)))).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('ties every invariant to a test that exists', () => {
    const paragraphs = read('ARCHITECTURE.md').split('\n\n');
    const invariants = paragraphs.filter((text) => text.startsWith('**Architecture Invariant'));
    const broken = invariants.filter((text) => {
      const ties = [...text.replaceAll('\n', ' ').matchAll(/`([a-z-]+\/[\w./-]+\.test\.ts)` › ([^;.)]+)/g)];
      return ties.length === 0 || !ties.every(([, path = '', title = '']) => readIfThere(path)?.includes(title.trim()));
    });
    expect(invariants.length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
  });
});

/** Rows of the table: a folder in the first cell, `what it may import` in the last, "types of" before those only typed. */
function folderTable(): ReadonlyMap<string, Allowance> {
  const rows = [...read('ARCHITECTURE.md').matchAll(/^\| `([a-z-]+)\/` +\|.*\| ([^|]+) \|$/gm)];
  return new Map(
    rows.map(([, folder = '', cell = '']) => {
      const [values = '', types = ''] = cell.split('types of');
      const listed = (text: string): string[] => [...text.matchAll(/`([a-z-]+)`/g)].map((match) => match[1] ?? '');
      const doors = [...cell.matchAll(/`([a-z-]+\/[\w.-]+\.ts)`/g)].map((match) => match[1] ?? '');
      return [folder, { values: cell.trim() === 'all' ? ['all'] : listed(values), types: listed(types), doors }];
    }),
  );
}

function isAllowed({ from, folder, specifier, isType }: Import, allowance: Allowance | undefined): boolean {
  if (!specifier.startsWith('.')) return true;
  const path = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  const target = folderOf(path);
  if (target === folder || target === '') return true;
  const { values = [], types = [], doors = [] } = allowance ?? {};
  if (doors.includes(path)) return true;
  return values.includes('all') || values.includes(target) || (isType && types.includes(target));
}

function importsOf(from: string): readonly Import[] {
  const { importedFiles } = ts.preProcessFile(read(from));
  const typed = new Set(
    [...read(from).matchAll(/^(?:import|export) type\b[^;]*?from '([^']+)'/gm)].map(([, name]) => name),
  );
  return importedFiles.map(({ fileName }) => {
    return { from, folder: folderOf(from), specifier: fileName, isType: typed.has(fileName) };
  });
}

function folderOf(path: string): string {
  return posix.dirname(path).split('/')[0]?.replace('.', '') ?? '';
}

/** The text without comments and strings, so that prose is not mistaken for code. */
function code(path: string): string {
  return read(path)
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
}
