// How the clients of each kind of program speak, and what the program owes them.
import { vary } from '../scenario.js';

export interface Drive {
  readonly name: string;
  /** How many clients belong together: with two, the second one hears what the first one says. */
  readonly party: 1 | 2;
  /** One whole message with a number, so that the place of a loss can be told. */
  readonly message: (at: number) => Buffer;
  /** The least that says nothing new: it only shows whether something is read at all. */
  readonly poke: Buffer;
  /** What has not been heard although it was said; null where nothing is known of what is owed. */
  readonly missing: ((said: Buffer, heard: Buffer) => Missing) | null;
}

export interface Missing {
  readonly amount: number;
  readonly unit: 'bytes' | 'lines' | 'responses';
  /** Something that was said later has been heard; null when that cannot be told from the bytes. */
  readonly hole: boolean | null;
}

export function driveNamed(name: string | null): Drive | null {
  return drives.find((drive) => drive.name === (name ?? 'talk')) ?? null;
}

export const driveNames = (): string => drives.map(({ name }) => name).join(', ');

/** Whole messages of about so many bytes together. */
export function speech({ message }: Drive, from: number, bytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let sum = 0; sum < bytes; sum += parts.at(-1)?.length ?? 0) parts.push(message(from + parts.length));
  return Buffer.concat(parts);
}

/** Lengths differ, so that no buffer of the program ends where a line does, time and again. */
function line(at: number): Buffer {
  return Buffer.from(`${numberOf(at)} ${'x'.repeat(vary(at, 30, 80))}\n`);
}

function request(at: number): Buffer {
  return Buffer.from(`GET /${numberOf(at)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
}

function numberOf(at: number): string {
  return String(Math.abs(at) % 100_000_000).padStart(8, '0');
}

const lines = { message: line, poke: Buffer.from('\n') } as const;

const drives: readonly Drive[] = [
  { name: 'echo', party: 1, ...lines, missing: missingBytes },
  { name: 'lines', party: 1, ...lines, missing: missingLines },
  { name: 'chat', party: 2, ...lines, missing: tornLines },
  { name: 'relay', party: 2, ...lines, missing: missingBytes },
  // Some servers take an empty line between requests, the others end the connection, which proves nothing.
  { name: 'http', party: 1, message: request, poke: Buffer.from('\r\n'), missing: missingResponses },
  { name: 'talk', party: 1, ...lines, missing: null },
];

/** Every byte is owed, in order: a first difference before the end of what was heard is a hole. */
function missingBytes(said: Buffer, heard: Buffer): Missing {
  const length = Math.min(said.length, heard.length);
  const same = said.subarray(0, length).equals(heard.subarray(0, length));
  return { amount: Math.max(said.length - heard.length, same ? 0 : 1), unit: 'bytes', hole: !same };
}

function missingLines(said: Buffer, heard: Buffer): Missing {
  return { amount: Math.max(count(said, '\n') - count(heard, '\n'), 0), unit: 'lines', hole: null };
}

function missingResponses(said: Buffer, heard: Buffer): Missing {
  const amount = Math.max(count(said, 'GET /') - count(heard, 'HTTP/1.'), 0);
  return { amount, unit: 'responses', hole: null };
}

/** A chat may drop a whole line for whom it likes; a line that is torn apart was nobody's decision. */
function tornLines(said: Buffer, heard: Buffer): Missing {
  const numbers = new Map(
    said
      .toString('latin1')
      .split('\n')
      .map((line) => [line.slice(0, 9), line]),
  );
  const complete = heard.toString('latin1').split('\n').slice(0, -1);
  const torn = complete.filter((line) => {
    const number = /\d{8} /u.exec(line)?.[0];
    const whole = number === undefined ? undefined : numbers.get(number);
    return whole === undefined ? /x{8}/u.test(line) : !line.includes(whole);
  });
  return { amount: torn.length, unit: 'lines', hole: torn.length > 0 };
}

function count(bytes: Buffer, text: string): number {
  let found = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) found += 1;
  return found;
}
