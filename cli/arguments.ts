// The command line as data, or one sentence that says what is wrong with it and what was probably meant.
import { parseArgs } from 'node:util';
import { meant } from '../workspace/closest.js';

export const COMMANDS = ['check', 'verify', 'explain', 'rules', 'lsp', 'doctor'] as const;
export type CommandName = (typeof COMMANDS)[number];

export const FORMATS = ['pretty', 'concise', 'json', 'sarif'] as const;
export type FormatName = (typeof FORMATS)[number];

/** One report of a run; null for standard output. */
export interface FormatChoice {
  readonly name: FormatName;
  readonly file: string | null;
}

export interface Arguments {
  readonly command: CommandName;
  /** Whether the command was written out; the help of the bare program is another. */
  readonly isNamed: boolean;
  /** Paths, or the rule of `explain`. */
  readonly words: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  readonly formats: readonly FormatChoice[];
  readonly hints: boolean;
  readonly config: string | null;
  readonly compileCommands: string | null;
  readonly colour: boolean | null;
  readonly backend: 'native' | 'wasm' | null;
  readonly failLevel: 'error' | 'warning' | 'hint';
  readonly strictComplete: boolean;
  readonly code: boolean;
  readonly program: boolean;
  readonly seed: number;
  readonly facts: string | null;
  /** `doctor --bindings`: the words are paths. */
  readonly bindings: boolean;
  /** `doctor --models FILE`: the words are the paths that are looked at with it. */
  readonly models: string | null;
}

export interface Mistake {
  readonly mistake: string;
}

interface Option {
  readonly type: 'boolean' | 'string';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in a message. */
  readonly value?: string;
  readonly for?: readonly CommandName[];
}

const linting = ['check', 'verify'] as const;

const OPTIONS: Readonly<Record<string, Option>> = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  format: { type: 'string', short: 'f', multiple: true, value: 'NAME', for: ['check', 'verify', 'rules', 'doctor'] },
  hints: { type: 'boolean', for: linting },
  config: { type: 'string', short: 'c', value: 'FILE', for: ['check', 'verify', 'doctor'] },
  'compile-commands': { type: 'string', value: 'PATH', for: ['check', 'verify', 'doctor'] },
  color: { type: 'boolean' },
  'no-color': { type: 'boolean' },
  backend: { type: 'string', value: 'native|wasm', for: ['check', 'verify', 'doctor'] },
  'fail-level': { type: 'string', value: 'error|warning|hint', for: linting },
  'strict-complete': { type: 'boolean', for: linting },
  code: { type: 'boolean', for: ['verify'] },
  program: { type: 'boolean', for: ['verify'] },
  seed: { type: 'string', value: 'NUMBER', for: ['verify'] },
  facts: { type: 'string', value: 'FILE', for: ['doctor'] },
  bindings: { type: 'boolean', for: ['doctor'] },
  models: { type: 'string', value: 'FILE', for: ['doctor'] },
  stdio: { type: 'boolean', for: ['lsp'] },
};

export function parseArguments(words: readonly string[]): Arguments | Mistake {
  const { values, positionals, tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(Object.entries(OPTIONS).map(([name, option]) => [name, parserOption(option)])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const first = tokens.find(({ kind }) => kind === 'positional');
  const named = first?.kind === 'positional' ? COMMANDS.find((one) => one === first.value) : undefined;
  const command = named ?? 'check';
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const mistake = optionMistake(token.name, token.rawName, token.value, command);
    if (mistake !== null) return { mistake };
  }
  const rest = positionals.slice(named === undefined ? 0 : 1);
  return fromValues(values, { command, isNamed: named !== undefined, words: rest });
}

function parserOption({ type, short, multiple }: Option): {
  type: 'boolean' | 'string';
  short?: string;
  multiple?: boolean;
} {
  return { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) };
}

function optionMistake(name: string, written: string, value: string | undefined, command: CommandName): string | null {
  const option = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (option === undefined) {
    const known = Object.keys(OPTIONS);
    const hint = written.startsWith('--') ? meant(name, known).replace(/'(.*)'/, "'--$1'") : '';
    return `unknown option '${written}'${hint || "; 'mux-lint --help' lists them"}`;
  }
  if (option.for !== undefined && !option.for.includes(command))
    return `the option '${written}' belongs to ${option.for.map((one) => `'${one}'`).join(' and ')}, not to '${command}'`;
  if (option.type === 'boolean') return value === undefined ? null : `the option '${written}' takes no value`;
  const isMissing = value === undefined || value === '' || value.startsWith('-');
  return isMissing ? `the option '${written}' needs a value: ${written} ${option.value ?? ''}` : null;
}

type Values = Readonly<Record<string, unknown>>;
type Head = Pick<Arguments, 'command' | 'isNamed' | 'words'>;

function fromValues(values: Values, head: Head): Arguments | Mistake {
  const text = (name: string): string | null => (typeof values[name] === 'string' ? values[name] : null);
  const formats = formatsOf(Array.isArray(values.format) ? values.format.map(String) : [], head.command);
  if ('mistake' in formats) return formats;
  const backend = oneOf('--backend', text('backend'), ['native', 'wasm']);
  if (isMistake(backend)) return backend;
  const failLevel = oneOf('--fail-level', text('fail-level'), ['error', 'warning', 'hint']);
  if (isMistake(failLevel)) return failLevel;
  const seed = text('seed') ?? '1';
  if (!/^\d{1,9}$/.test(seed)) return { mistake: `'${seed}' is no seed; a whole number is one` };
  return {
    ...head,
    help: values.help === true,
    version: values.version === true,
    formats: formats.formats,
    hints: values.hints === true || failLevel === 'hint',
    config: text('config'),
    compileCommands: text('compile-commands'),
    colour: values['no-color'] === true ? false : values.color === true ? true : null,
    backend,
    failLevel: failLevel ?? 'warning',
    strictComplete: values['strict-complete'] === true,
    code: values.code === true,
    program: values.program === true,
    seed: Number(seed),
    facts: text('facts'),
    bindings: values.bindings === true,
    models: text('models'),
  };
}

function formatsOf(texts: readonly string[], command: CommandName): { formats: readonly FormatChoice[] } | Mistake {
  const formats: FormatChoice[] = [];
  const known = command === 'rules' || command === 'doctor' ? (['pretty', 'json'] as const) : FORMATS;
  for (const text of texts) {
    const equals = text.indexOf('=');
    const written = equals < 0 ? text : text.slice(0, equals);
    const file = equals < 0 ? null : text.slice(equals + 1);
    const name = known.find((one) => one === written);
    if (name === undefined) return { mistake: `unknown format '${written}'${meant(written, known)}` };
    if (file === '') return { mistake: `the format '${text}' names no file` };
    formats.push({ name, file });
  }
  if (formats.filter(({ file }) => file === null).length > 1)
    return { mistake: 'only one format can go to standard output; give the others a file: --format sarif=FILE' };
  return { formats: formats.length === 0 ? [{ name: 'pretty', file: null }] : formats };
}

function oneOf<T extends string>(option: string, text: string | null, known: readonly T[]): T | null | Mistake {
  if (text === null) return null;
  const found = known.find((one) => one === text);
  return found ?? { mistake: `'${text}' is no value of ${option}${meant(text, known)}` };
}

function isMistake(value: string | null | Mistake): value is Mistake {
  return value !== null && typeof value !== 'string';
}
