// What a function does, as a wrapper, to the descriptors that it is given: how often it transfers, how the result reaches its caller,
// what it sets, registers, closes and hands on. Computed from the paths through it, for people to read and to correct by a row.
import type { LinkedFunction } from '../link/link.js';
import type { Deed, Last } from './ledger.js';
import type { Project } from '../project.js';
import type { Where } from '../paths/event.js';
import { acts, pathsThrough, siteKey, type Exit } from './summary-paths.js';
import {
  deedsAt,
  lines,
  share,
  transferSummary,
  type Share,
  type TransferSummary,
  type World,
} from './summary-transfer.js';

export type { RestSummary, Share, TransferSummary } from './summary-transfer.js';

export interface DeedSummary {
  readonly does: string;
  readonly paths: Share;
  readonly lines: readonly number[];
  /** Lines of exits on which it was not done. */
  readonly not: readonly number[];
}

export interface DescriptorSummary {
  readonly name: string;
  readonly transfers: readonly TransferSummary[];
  readonly deeds: readonly DeedSummary[];
  /** Whether its registration is set anew, by ADD or MOD. */
  readonly rearms: Share;
}

export interface SetSummary {
  readonly name: string;
  readonly deeds: readonly { readonly does: string; readonly lines: readonly number[] }[];
}

export interface FunctionSummary {
  readonly descriptors: readonly DescriptorSummary[];
  readonly sets: readonly SetSummary[];
  /** False where a limit was hit: then it may do more than is told. */
  readonly complete: boolean;
}

export function summaryOf(fn: LinkedFunction, project: Project): FunctionSummary {
  const { guide } = project;
  if (!acts(fn, project.bindings) && !guide.keepsArgument(fn)) return { descriptors: [], sets: [], complete: true };
  const paths = pathsThrough(fn, guide);
  const lineOf = ({ fn: at, span }: Where): number => project.locate(at, span).range.start.line;
  const world: World = { fn, paths, lineOf };
  const labels = new Set([
    ...[...paths.seen.values()].map(({ label }) => label),
    ...paths.exits.flatMap(({ ledger }) => [...ledger.accounts.keys()]),
  ]);
  return {
    descriptors: [...labels]
      .map((name) => descriptorSummary(name, world))
      .filter((one) => isWorthTelling(one, fn, project))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    sets: setSummaries(world),
    complete: paths.complete,
  };
}

/** Not of a number or a text that is passed on, which nobody takes for a descriptor or for an object that holds one. */
function isWorthTelling({ name, transfers, deeds }: DescriptorSummary, fn: LinkedFunction, project: Project): boolean {
  if (transfers.length > 0 || deeds.some(({ does }) => !/^(passes|stores)/.test(does))) return true;
  const parameter = fn.facts.parameters.find((one) => one.name === name);
  if (deeds.length === 0 || !parameter) return false;
  const type = project.index.resolve(parameter.type, fn.facts.file);
  if (type.pointers > 0) return /^(struct|union) /.test(type.base);
  return project.bindings.origin({ op: 'name', name, span: fn.facts.span }, fn).sites.length > 0;
}

function descriptorSummary(name: string, world: World): DescriptorSummary {
  const exits = exitsWith(name, world);
  const sites = new Map<string, Last>();
  for (const { label, last } of world.paths.seen.values()) if (label === name) sites.set(siteKey(last), last);
  const isArmed = ({ does }: Deed): boolean => does.kind === 'control' && does.command !== 'DEL';
  return {
    name,
    transfers: [...sites.values()].map((site) => transferSummary(name, site, world)).sort((a, b) => a.line - b.line),
    deeds: deedSummaries(name, world),
    rearms: share(exits, (exit) => deedsAt(exit, name).some(isArmed)),
  };
}

/** Ways out on which it is there: what the function makes itself is not there on all. */
function exitsWith(name: string, { paths }: World): readonly Exit[] {
  return name.startsWith('what ') ? paths.exits.filter(({ ledger }) => ledger.accounts.has(name)) : paths.exits;
}

function deedSummaries(name: string, world: World): readonly DeedSummary[] {
  const exits = exitsWith(name, world);
  const kinds = new Map<string, Deed[]>();
  for (const deed of exits.flatMap((exit) => deedsAt(exit, name))) {
    const text = deedText(deed);
    kinds.set(text, [...(kinds.get(text) ?? []), deed]);
  }
  const all = [...kinds].map(([does, deeds]) => ({
    does,
    paths: share(exits, (exit) => deedsAt(exit, name).some((deed) => deedText(deed) === does)),
    lines: lines(
      deeds.map(({ where }) => where),
      world,
    ),
    not: lines(
      exits.flatMap(({ ledger, span }) =>
        (ledger.accounts.get(name)?.deeds ?? []).some((deed) => deedText(deed) === does)
          ? []
          : [{ fn: world.fn, span }],
      ),
      world,
    ),
  }));
  return all.sort((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0) || (a.does < b.does ? -1 : 1));
}

function deedText({ does }: Deed): string {
  switch (does.kind) {
    case 'close':
      return 'closes it';
    case 'shutdown':
      return 'shuts it down';
    case 'nonblocking':
      return 'sets it non-blocking';
    case 'blocking':
      return 'sets it blocking';
    case 'control':
      return does.command === 'DEL'
        ? 'removes it'
        : `${COMMANDS[does.command] ?? 'registers it'} for ${does.mask ?? '?'}`;
    case 'pass':
      return does.to === 'thread' ? 'hands it to a thread' : `passes it to '${does.to}', who may keep it`;
    case 'store':
      return `stores it in '${does.to}'`;
  }
}

const COMMANDS: Readonly<Record<string, string>> = { ADD: 'registers it', MOD: 'modifies it' };

const SET_WORDS: Readonly<Record<string, string>> = {
  zero: 'empties it',
  add: 'adds to it',
  remove: 'removes from it',
  copy: 'copies into it',
  given: 'passes it on',
  source: 'copies it',
  wait: 'passes it to select',
};

function setSummaries(world: World): readonly SetSummary[] {
  const { sets } = world.paths;
  const deeds = sets.filter(
    ({ set, does }) =>
      does in SET_WORDS && sets.some((one) => one.set === set && /^(add|remove|wait|source)$/.test(one.does)),
  );
  return [...new Set(deeds.map(({ set }) => set))].map((name) => {
    const own = deeds.filter(({ set }) => set === name);
    return {
      name,
      deeds: [...new Set(own.map(({ does }) => does))].map((does) => ({
        does: SET_WORDS[does] ?? does,
        lines: lines(
          own.filter((one) => one.does === does).map(({ where }) => where),
          world,
        ),
      })),
    };
  });
}
