// The protocol of the verifier's child process: one JSON object a line, requests on standard input, answers on
// standard output, in any order, matched by `id`. The child ends when its standard input does.

//   {"id":1,"tier":"kernel","rule":"et-read-not-drained","specimen":{…},"seed":1}
//   {"id":2,"tier":"code","rule":"et-read-not-drained","file":"/src/a.c","function":"on_readable","seed":1,"flags":["-Iinclude"]}
//       (with "text":"…" in the place of the file's own: an unsaved buffer, or the file with a fix applied)
//   {"id":3,"tier":"code","rule":"et-read-not-drained","file":"/src/a.c","list":true}
//
//   {"id":1,"verdict":{…}}     as in the json of `verify`
//   {"id":3,"functions":["on_readable"]}     what the code tier of this rule can call in the file
//   {"id":null,"error":"…"}    for a line that is no request
import type { DescriptorKind, Specimen, SpecimenCall } from '../analysis/finding.js';
import type { Verdict } from '../analysis/verdict.js';

export interface KernelRequest {
  readonly id: number;
  readonly tier: 'kernel';
  readonly rule: string;
  readonly specimen: Specimen;
  readonly seed: number;
}

/** One function of one file; the file is compiled once for all of them. */
export interface CodeRequest {
  readonly id: number;
  readonly tier: 'code';
  readonly rule: string;
  readonly file: string;
  readonly function: string;
  readonly seed: number;
  /** Stands in the place of the file's text: an unsaved buffer, or the file with a fix applied. */
  readonly text?: string;
  /** Flags for the compiler: include folders and macros. */
  readonly flags: readonly string[];
}

export interface ListRequest {
  readonly id: number;
  readonly tier: 'code';
  readonly rule: string;
  readonly file: string;
  readonly list: true;
}

export type Request = KernelRequest | CodeRequest | ListRequest;

export type Answer =
  | { readonly id: number; readonly verdict: Verdict }
  | { readonly id: number; readonly functions: readonly string[] }
  | { readonly id: number | null; readonly error: string };

/** A request as it should be, or what is wrong with the line. */
export function parseRequest(line: string): Request | { readonly id: number | null; readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { id: null, error: 'not a line of JSON' };
  }
  if (!isRecord(value) || typeof value.id !== 'number') return { id: null, error: 'a request has a number as its id' };
  const { id, tier, rule } = value;
  if (typeof rule !== 'string') return { id, error: 'a request names its rule' };
  if (tier === 'kernel') return kernelRequest(id, rule, value);
  if (tier === 'code') return codeRequest(id, rule, value);
  return { id, error: `the tier is "kernel" or "code"` };
}

/** An answer of the child; null for a line that is none. */
export function parseAnswer(line: string): Answer | null {
  try {
    const value: unknown = JSON.parse(line);
    return isAnswer(value) ? value : null;
  } catch {
    return null;
  }
}

function kernelRequest(id: number, rule: string, value: Fields): ReturnType<typeof parseRequest> {
  const { specimen, seed } = value;
  if (!isSpecimen(specimen)) return { id, error: 'a kernel request carries the specimen of its finding' };
  if (typeof seed !== 'number') return { id, error: 'a request has a number as its seed' };
  return { id, tier: 'kernel', rule, specimen, seed };
}

function codeRequest(id: number, rule: string, value: Fields): ReturnType<typeof parseRequest> {
  const { file, function: name, seed, flags, list, text } = value;
  if (typeof file !== 'string') return { id, error: 'a code request names its file' };
  if (list === true) return { id, tier: 'code', rule, file, list };
  if (typeof name !== 'string') return { id, error: 'a code request names its function' };
  if (typeof seed !== 'number') return { id, error: 'a request has a number as its seed' };
  if (!isListOf(flags, isString)) return { id, error: 'flags are a list of strings' };
  if (text !== undefined && !isString(text)) return { id, error: 'a text is a string' };
  return { id, tier: 'code', rule, file, function: name, seed, flags, ...(text === undefined ? {} : { text }) };
}

type Fields = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isSpecimen(value: unknown): value is Specimen {
  return (
    isRecord(value) &&
    isOneOf(value.api, ['epoll', 'poll', 'select', 'none']) &&
    isOneOf(value.kind, kinds) &&
    (value.nonblocking === null || typeof value.nonblocking === 'boolean') &&
    (value.mask === null || isString(value.mask)) &&
    isListOf(value.calls, isCall) &&
    isListOf(value.assumed, isString)
  );
}

function isCall(value: unknown): value is SpecimenCall {
  return (
    isRecord(value) &&
    isString(value.call) &&
    (value.size === null || typeof value.size === 'number') &&
    typeof value.loops === 'boolean'
  );
}

function isAnswer(value: unknown): value is Answer {
  if (!isRecord(value)) return false;
  if (isString(value.error)) return value.id === null || typeof value.id === 'number';
  return typeof value.id === 'number' && (isRecord(value.verdict) || isListOf(value.functions, isString));
}

function isOneOf(value: unknown, names: readonly string[]): boolean {
  return isString(value) && names.includes(value);
}

const kinds: readonly DescriptorKind[] = [
  'listener',
  'stream',
  'datagram',
  'seqpacket',
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
