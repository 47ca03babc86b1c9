// Rows that users add to the table of calls: plain data in, a CallModel out, or what is wrong with it and what was possible.
// The builders say what a row may hold; the same builders, asked with a recorder, describe themselves for the schema.
import type { CallModel } from './calls.js';
import type { DescriptorKind } from '../finding.js';

/** One mistake of a row: `word` is what stands there, `known` what could have stood there. */
export interface ModelMistake {
  /** The key at fault; null when one is missing. */
  readonly key: string | null;
  readonly message: string;
  readonly word: string | null;
  readonly known: readonly string[];
}

/** What a key of a row may hold. */
export type ModelField =
  | { readonly holds: 'position' | 'positions' | 'places' | 'yes-or-no'; readonly required: boolean }
  | { readonly holds: 'word'; readonly words: readonly string[]; readonly required: boolean };

export type Row = Readonly<Record<string, unknown>>;

export const DOES = [
  'transfer',
  'accept',
  'wait',
  'control',
  'close',
  'shutdown',
  'make',
  'mode',
  'nonblock',
  'listen',
  'duplicate',
  'set',
  'copy',
  'thread',
  'callback',
  'idle',
  'allocate',
  'release',
  'end',
  'nothing',
] as const satisfies readonly CallModel['does'][];

type Does = (typeof DOES)[number];

export function modelOf(row: Row): { readonly model: CallModel } | { readonly mistakes: readonly ModelMistake[] } {
  const does = DOES.find((one) => one === row.does);
  if (does === undefined) return { mistakes: [doesMistake(row.does)] };
  const mistakes: ModelMistake[] = [];
  const asked = new Map<string, ModelField>();
  const model = BUILDERS[does](reader(row, asked, mistakes));
  for (const key of Object.keys(row)) {
    if (key === 'does' || asked.has(key)) continue;
    mistakes.push({ key, message: `'${does}' has no '${key}'`, word: key, known: [...asked.keys()] });
  }
  return mistakes.length > 0 ? { mistakes } : { model };
}

/** The keys of each sort of row besides `does`. */
export function modelFields(does: Does): ReadonlyMap<string, ModelField> {
  const asked = new Map<string, ModelField>();
  BUILDERS[does](reader({}, asked, []));
  return asked;
}

function doesMistake(does: unknown): ModelMistake {
  if (does === undefined) return { key: null, message: `'does' is missing`, word: null, known: [...DOES] };
  const word = typeof does === 'string' ? does : null;
  return { key: 'does', message: `${written(does)} is nothing that a call does`, word, known: [...DOES] };
}

interface Reader {
  position(key: string): number;
  optional(key: string): number | null;
  positions(key: string): readonly number[];
  /** Positions, and null for what is no argument. */
  places(key: string): readonly (number | null)[];
  flag(key: string): boolean;
  word<T extends string>(key: string, words: readonly [T, ...T[]]): T;
}

/** More arguments than any call has; a larger number is a slip, such as a size in bytes. */
const LAST_POSITION = 15;

function reader(row: Row, asked: Map<string, ModelField>, mistakes: ModelMistake[]): Reader {
  const complain = (key: string, wanted: string, known: readonly string[] = []): void => {
    const value = row[key];
    if (value === undefined) mistakes.push({ key: null, message: `'${key}' is missing: ${wanted}`, word: null, known });
    else {
      const word = typeof value === 'string' && known.length > 0 ? value : null;
      mistakes.push({ key, message: `'${key}' must be ${wanted}, not ${written(value)}`, word, known });
    }
  };
  return {
    position: (key) => {
      asked.set(key, { holds: 'position', required: true });
      if (isPosition(row[key])) return row[key];
      complain(key, POSITION);
      return 0;
    },
    optional: (key) => {
      asked.set(key, { holds: 'position', required: false });
      if (row[key] === undefined || row[key] === null) return null;
      if (isPosition(row[key])) return row[key];
      complain(key, POSITION);
      return null;
    },
    positions: (key) => {
      asked.set(key, { holds: 'positions', required: true });
      const value: unknown = row[key];
      if (Array.isArray(value) && value.length > 0 && value.every(isPosition)) return value;
      complain(key, 'a list of the positions of arguments, from 0');
      return [];
    },
    places: (key) => {
      asked.set(key, { holds: 'places', required: true });
      if (isPlaces(row[key])) return row[key];
      complain(key, 'a list of the positions of arguments, from 0, or null for what is none');
      return [];
    },
    flag: (key) => {
      asked.set(key, { holds: 'yes-or-no', required: false });
      if (row[key] !== undefined && typeof row[key] !== 'boolean') complain(key, 'true or false');
      return row[key] === true;
    },
    word: (key, words) => {
      asked.set(key, { holds: 'word', words, required: true });
      const found = words.find((one) => one === row[key]);
      if (found === undefined) complain(key, `one of ${words.map((one) => `'${one}'`).join(', ')}`, words);
      return found ?? words[0];
    },
  };
}

const POSITION = 'the position of an argument, from 0';

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_POSITION;
}

function isPlaces(value: unknown): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((one) => one === null || isPosition(one));
}

function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

const KINDS: readonly [DescriptorKind, ...DescriptorKind[]] = [
  'stream',
  'datagram',
  'seqpacket',
  'listener',
  'pipe',
  'packet-pipe',
  'tty',
  'eventfd',
  'eventfd-semaphore',
  'timerfd',
  'signalfd',
  'inotify',
  'epoll',
  'regular',
  'unknown',
];

/** A key that is left out where it is not given, as the engine's own rows do. */
function given<K extends string>(key: K, value: number | null): Partial<Record<K, number>>;
function given(key: string, value: number | null): Partial<Record<string, number>> {
  return value === null ? {} : { [key]: value };
}

const BUILDERS: Readonly<Record<Does, (row: Reader) => CallModel>> = {
  transfer: (row) => ({
    does: 'transfer',
    direction: row.word('direction', ['in', 'out']),
    fd: row.position('fd'),
    size: row.optional('size'),
    flags: row.optional('flags'),
    ...(row.flag('vector') ? { vector: true } : {}),
    ...given('progress', row.optional('progress')),
    ...(row.flag('whole') ? { whole: true } : {}),
  }),
  accept: (row) => ({ does: 'accept', fd: row.position('fd'), flags: row.optional('flags') }),
  wait: (row) => ({
    does: 'wait',
    api: row.word('api', ['epoll', 'poll', 'select']),
    timeout: row.position('timeout'),
    subject: row.positions('subject'),
    ...given('count', row.optional('count')),
    ...given('width', row.optional('width')),
    ...(row.flag('spends') ? { spends: true } : {}),
  }),
  control: (row) => ({
    does: 'control',
    ep: row.position('ep'),
    operation: row.position('operation'),
    fd: row.position('fd'),
    event: row.position('event'),
  }),
  close: (row) => ({ does: 'close', fd: row.position('fd') }),
  shutdown: (row) => ({ does: 'shutdown', fd: row.position('fd') }),
  make: (row) => ({
    does: 'make',
    kind: row.word('kind', KINDS),
    flags: row.optional('flags'),
    ...given('type', row.optional('type')),
    ...given('into', row.optional('into')),
    ...given('positive', row.optional('positive')),
  }),
  mode: (row) => ({
    does: 'mode',
    fd: row.position('fd'),
    command: row.position('command'),
    value: row.position('value'),
  }),
  nonblock: (row) => ({ does: 'nonblock', fd: row.position('fd'), ...(row.flag('off') ? { off: true } : {}) }),
  listen: (row) => ({ does: 'listen', fd: row.position('fd') }),
  duplicate: (row) => ({ does: 'duplicate', fd: row.position('fd') }),
  set: (row) => ({
    does: 'set',
    operation: row.word('operation', ['zero', 'add', 'remove', 'test']),
    set: row.position('set'),
    fd: row.optional('fd'),
    ...given('length', row.optional('length')),
  }),
  copy: (row) => ({
    does: 'copy',
    to: row.position('to'),
    from: row.position('from'),
    ...given('length', row.optional('length')),
  }),
  thread: (row) => ({ does: 'thread', entry: row.position('entry'), argument: row.position('argument') }),
  callback: (row) => ({ does: 'callback', entries: row.positions('entries'), gives: row.places('gives') }),
  release: (row) => ({
    does: 'release',
    object: row.position('object'),
    ...(row.flag('memory') ? { memory: true } : {}),
  }),
  idle: () => ({ does: 'idle' }),
  allocate: (row) => ({
    does: 'allocate',
    ...given('size', row.optional('size')),
    ...given('count', row.optional('count')),
  }),
  end: (row) => ({ does: 'end', ...(row.flag('thread') ? { thread: true } : {}) }),
  nothing: (row) => ({ does: 'nothing', ...given('length', row.optional('length')) }),
};
