// How the clients of each kind of program speak, and what the program owes them.
import { vary } from '../scenario.js';

export interface Drive {
  readonly name: string;
  /** How many clients belong together: with two, the second one hears what the first one says. */
  readonly party: 1 | 2;
  /** What has not been heard although it was said; null where nothing is known of what is owed. */
  readonly missing: ((said: Buffer, heard: Buffer) => Missing) | null;
}

export interface Missing {
  readonly amount: number;
  readonly unit: 'bytes' | 'lines';
  /** Something that was said later has been heard; null when that cannot be told from the bytes. */
  readonly hole: boolean | null;
}

export function driveNamed(name: string | null): Drive | null {
  return drives.find((drive) => drive.name === (name ?? 'talk')) ?? null;
}

export const driveNames = (): string => drives.map(({ name }) => name).join(', ');

/** Numbered lines, so that the place of a loss can be told. */
export function lineOf(at: number, size: number): Buffer {
  const number = `${String(at).padStart(8, '0')} `;
  return Buffer.from(`${number}${'x'.repeat(Math.max(size - number.length - 1, 0))}\n`);
}

/** Whole lines of about so many bytes together. */
export function linesOf(seed: number, from: number, bytes: number): Buffer {
  const parts: Buffer[] = [];
  for (let sum = 0; sum < bytes; sum += parts.at(-1)?.length ?? 0) {
    parts.push(lineOf(from + parts.length, vary(seed + parts.length, 40, 90)));
  }
  return Buffer.concat(parts);
}

const drives: readonly Drive[] = [
  { name: 'echo', party: 1, missing: missingBytes },
  { name: 'lines', party: 1, missing: missingLines },
  { name: 'chat', party: 2, missing: tornLines },
  { name: 'relay', party: 2, missing: missingBytes },
  { name: 'talk', party: 1, missing: null },
];

/** Every byte is owed, in order: a first difference before the end of what was heard is a hole. */
function missingBytes(said: Buffer, heard: Buffer): Missing {
  const length = Math.min(said.length, heard.length);
  const same = said.subarray(0, length).equals(heard.subarray(0, length));
  return { amount: Math.max(said.length - heard.length, same ? 0 : 1), unit: 'bytes', hole: !same };
}

function missingLines(said: Buffer, heard: Buffer): Missing {
  return { amount: Math.max(countLines(said) - countLines(heard), 0), unit: 'lines', hole: null };
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

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}
