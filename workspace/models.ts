// The `models` of a configuration: rows for the engine's table of calls, each mistake told at its place with what was meant.
import type { CallModel } from '../analysis/knowledge/calls.js';
import { modelOf } from '../analysis/knowledge/model.js';
import { meant } from './closest.js';
import { membersOf, type Complain } from './config.js';
import { plainValue, type JsonValue } from './json-text.js';

/** A row with a mistake is left out as a whole: half a row would say something that nobody meant. */
export function readModels(value: JsonValue, complain: Complain): ReadonlyMap<string, CallModel> {
  const models = new Map<string, CallModel>();
  for (const { key: name, at, value: row } of membersOf(value, "'models'", complain)) {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      complain(at, `'${name}' is no name of a function`);
      continue;
    }
    const members = membersOf(row, `the model of '${name}'`, complain);
    if (row.kind !== 'object') continue;
    const result = modelOf(Object.fromEntries(members.map((one) => [one.key, plainValue(one.value)])));
    if ('model' in result) {
      models.set(name, result.model);
      continue;
    }
    for (const { key, message, word, known } of result.mistakes) {
      const where = members.find((member) => member.key === key);
      const isKey = where !== undefined && word === key && !('does' === key);
      const place = where === undefined ? row.at : isKey ? where.at : where.value.at;
      complain(place, `the model of '${name}': ${message}${word === null ? '' : meantWord(word, known)}`);
    }
  }
  return models;
}

/** Names of system calls and plain verbs that people write for what a call does. */
const SYNONYMS: Readonly<Record<string, string>> = {
  read: 'transfer',
  write: 'transfer',
  recv: 'transfer',
  send: 'transfer',
  open: 'make',
  socket: 'make',
  exit: 'end',
  abort: 'end',
  malloc: 'allocate',
  free: 'release',
  nonblocking: 'nonblock',
  register: 'callback',
  ignore: 'nothing',
  none: 'nothing',
  dup: 'duplicate',
  input: 'in',
  output: 'out',
  tcp: 'stream',
  udp: 'datagram',
  file: 'regular',
};

function meantWord(word: string, known: readonly string[]): string {
  const synonym = SYNONYMS[word.toLowerCase()];
  return synonym !== undefined && known.includes(synonym) ? `; did you mean '${synonym}'?` : meant(word, known);
}
