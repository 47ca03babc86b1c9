// House rules of style as lint: strict types, sizes, and the direction of imports between the folders.
// The table `mayImport` is the one in ARCHITECTURE.md; project references enforce the same a second time.
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const folders = [
  'analysis',
  'rules',
  'workspace',
  'report',
  'native-verify',
  'cli',
  'server',
  'bot',
  'client',
  'tools',
];

/** What a folder may import as values; `types` are importable with `import type` only. */
const mayImport = {
  analysis: { values: [], types: [] },
  rules: { values: ['analysis'], types: [] },
  workspace: { values: ['analysis', 'rules'], types: [] },
  report: { values: ['analysis'], types: [] },
  'native-verify': { values: [], types: ['analysis'] },
  cli: { values: ['workspace', 'report', 'analysis', 'rules'], types: ['native-verify'] },
  server: { values: ['workspace', 'report', 'analysis', 'rules'], types: ['native-verify'] },
  bot: { values: ['workspace', 'report', 'analysis', 'rules'], types: ['native-verify'] },
  client: { values: [], types: [] },
};

/** Packages with one home; everywhere else their import is an error. */
const homes = [
  { packages: 'web-tree-sitter|tree-sitter|tree-sitter-c', home: 'analysis' },
  { packages: 'vscode-languageserver.*|vscode-jsonrpc.*|vscode-languageserver-protocol.*', home: 'server' },
  { packages: 'vscode|vscode-languageclient.*', home: 'client' },
  { packages: 'koffi', home: 'native-verify' },
];

function fence(folder) {
  const { values, types } = mayImport[folder];
  const others = folders.filter((other) => other !== folder && !values.includes(other));
  const never = others.filter((other) => !types.includes(other));
  const foreign = homes.filter(({ home }) => home !== folder).map(({ packages }) => packages);
  return {
    files: [`${folder}/**/*.ts`],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${never.join('|')})/`,
              message: `${folder}/ may not import this folder (ARCHITECTURE.md).`,
            },
            ...types.map((other) => ({
              // The one door of the verifier: it starts the child process and speaks with it.
              regex: `^(\\.\\./)+${other}/(?!client\\.js$)`,
              allowTypeImports: true,
              message: `${folder}/ may import only types of ${other}/ (ARCHITECTURE.md).`,
            })),
            { regex: `^(${foreign.join('|')})(/|$)`, message: `This package has one home, and it is not ${folder}/.` },
          ],
        },
      ],
    },
  };
}

const exportsAndEnums = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: 'ExportAllDeclaration', message: 'Import from the file that owns the name.' },
];

export default defineConfig(
  { ignores: ['**/dist/**', '**/node_modules/**', 'fixtures/**', 'docs/**'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    ignores: ['vitest.config.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // An underscore says that the contract hands over more than this place needs.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Set process.exitCode and let the event loop end.' },
      ],
      'no-restricted-syntax': [
        'error',
        ...exportsAndEnums,
        { selector: 'ExportDefaultDeclaration', message: 'Default exports are for rules and scenarios.' },
      ],
    },
  },
  { files: ['vitest.config.ts'], extends: [tseslint.configs.recommended] },
  Object.keys(mayImport).map(fence),
  {
    files: ['rules/*.ts', 'native-verify/scenarios/*.ts', 'vitest.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...exportsAndEnums] },
  },
  { files: ['rules/*.ts'], ignores: ['rules/*.test.ts'], rules: { 'max-lines': ['error', { max: 200 }] } },
  {
    // The edges to foreign code, where a type is a promise that only a person can check.
    files: ['analysis/text/parse.ts', 'native-verify/kernel.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': 'off' },
  },
  { files: ['analysis/**/*.ts', 'rules/**/*.ts', 'report/**/*.ts'], rules: { 'no-console': 'error' } },
  {
    // Pure and synchronous: nothing of Node, so that the engine runs anywhere; only the grammar has to be found.
    files: ['analysis/**/*.ts', 'rules/**/*.ts', 'report/**/*.ts'],
    ignores: ['**/*.test.ts', 'analysis/text/parse.ts', 'report/fingerprint.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: '^node:', message: 'Drivers do input and output.' }] }],
    },
  },
  { files: ['**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  { files: ['**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
);
