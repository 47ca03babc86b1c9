// Rows of the configuration: each row of the engine's own table is one, and every mistake is told.
import { describe, expect, it } from 'vitest';
import { CALLS } from './calls.js';
import { DOES, modelFields, modelOf, type Row } from './model.js';

function mistakes(row: Row): readonly string[] {
  const result = modelOf(row);
  return 'model' in result ? [] : result.mistakes.map(({ message }) => message);
}

describe('a row', () => {
  it('can say all that the engine says of its own calls', () => {
    for (const [name, model] of CALLS) expect([name, modelOf({ ...model })]).toEqual([name, { model }]);
  });

  it('may leave out what a call does not have', () => {
    expect(modelOf({ does: 'transfer', direction: 'in', fd: 0, size: 2 })).toEqual({
      model: { does: 'transfer', direction: 'in', fd: 0, size: 2, flags: null },
    });
  });

  it.for<[Row, string[]]>([
    [{}, ["'does' is missing"]],
    [{ does: 'read' }, ["'read' is nothing that a call does"]],
    [{ does: 'close' }, ["'fd' is missing: the position of an argument, from 0"]],
    [{ does: 'close', fd: '0' }, ["'fd' must be the position of an argument, from 0, not '0'"]],
    [{ does: 'close', fd: -1 }, ["'fd' must be the position of an argument, from 0, not -1"]],
    [{ does: 'close', fd: 4096 }, ["'fd' must be the position of an argument, from 0, not 4096"]],
    [{ does: 'nothing', fd: 0 }, ["'nothing' has no 'fd'"]],
    [
      { does: 'callback', entries: [2], gives: ['fd'] },
      ["'gives' must be a list of the positions of arguments, from 0, or null for what is none, not a list"],
    ],
    [{ does: 'end', thread: 1 }, ["'thread' must be true or false, not 1"]],
    [
      { does: 'wait', api: 'epol', timeout: 3, subject: [] },
      [
        "'api' must be one of 'epoll', 'poll', 'select', not 'epol'",
        "'subject' must be a list of the positions of arguments, from 0, not a list",
      ],
    ],
  ])('%j is refused', ([row, expected]) => {
    expect(mistakes(row)).toEqual(expected);
  });

  it('knows its own keys', () => {
    expect([...modelFields('copy').keys()]).toEqual(['to', 'from', 'length']);
    expect(DOES.map((does) => modelFields(does).size).every((size) => size <= 7)).toBe(true);
  });
});
