// What is believed of a function as a wrapper, in words: a line for each thing that it does to a descriptor or a set, with the reason.
import type { DeedSummary, DescriptorSummary, FunctionSummary, RestSummary, TransferSummary } from './summary.js';

/** A name in a column of its own, and what is said of it. */
export function summaryLines({ descriptors, sets, complete }: FunctionSummary): readonly string[] {
  return [
    ...descriptors.flatMap((one) => column(one.name, descriptorLines(one))),
    ...sets.flatMap(({ name, deeds }) =>
      column(
        name,
        deeds.map(({ does, lines }) => `${does} (${at(lines)})`),
      ),
    ),
    ...(complete
      ? []
      : column('limits', ['it has too many paths to follow them all, and may do more than is said here'])),
  ];
}

const WIDTH = 17;

function column(name: string, lines: readonly string[]): readonly string[] {
  return lines.map(
    (line, i) => (i === 0 ? (name.length < WIDTH ? name.padEnd(WIDTH) : `${name}: `) : ' '.repeat(WIDTH)) + line,
  );
}

function descriptorLines({ transfers, deeds, rearms }: DescriptorSummary): readonly string[] {
  const registers = deeds.some(({ does }) => /^(registers|modifies)/.test(does));
  return [
    ...transfers.flatMap(transferLines),
    ...deeds.map(deedLine),
    ...(registers && rearms !== 'all' && transfers.length > 0
      ? ['leaves it without a new registration on some paths']
      : []),
  ];
}

const WAYS: Readonly<Record<TransferSummary['way'], string>> = { in: 'reads', out: 'writes', accept: 'accepts' };
const REPEATS: Readonly<Record<TransferSummary['repeats'], string>> = {
  once: 'once',
  'until-short': 'until a short count',
  'until-all': 'until all is done',
  'until-again': 'until it would block',
};
const RESULTS: Readonly<Record<TransferSummary['result'], string>> = {
  count: 'gives the count',
  descriptor: 'gives the new descriptor',
  status: 'gives a status code',
  bool: 'gives yes or no',
  output: 'leaves the count where the caller finds it',
  nothing: 'gives nothing of the result',
  unknown: 'gives something made of the result',
};

function transferLines(one: TransferSummary): readonly string[] {
  return [
    `${WAYS[one.way]} ${REPEATS[one.repeats]}, with ${one.call}: ${one.because}`,
    `${RESULTS[one.result]}: ${one.resultBecause}`,
    ...(one.onAgain === 'leaves' ? [] : [`where the call would block, it ${one.onAgain}`]),
    ...(one.rest ? [restLine(one.rest)] : []),
  ];
}

function restLine({ kept, places, armsOut }: RestSummary): string {
  const where = places.length > 0 ? ` in ${places.map((place) => `'${place}'`).join(', ')}` : '';
  const keeps =
    kept === 'all'
      ? `keeps or tells the rest${where}`
      : kept === 'no'
        ? 'forgets the rest'
        : `forgets the rest on some paths${where === '' ? '' : `, and keeps it${where} on others`}`;
  const arms =
    armsOut === 'all'
      ? 'EPOLLOUT is armed for it'
      : armsOut === 'some'
        ? 'EPOLLOUT is armed for it on some paths'
        : 'EPOLLOUT is not armed for it';
  return `${keeps}; ${arms}`;
}

function deedLine({ does, paths, lines, not }: DeedSummary): string {
  const others = paths === 'some' && not.length > 0 ? `; not on those that leave on ${at(not)}` : '';
  return `${does}, on ${paths} paths (${at(lines)})${others}`;
}

function at(lines: readonly number[]): string {
  return `line${lines.length === 1 ? '' : 's'} ${lines.join(', ')}`;
}
