// What a path has done so far to the descriptors that a function was given: kept beside the state of the path, descriptor by
// descriptor, under the name by which the function's caller would speak of it (`fd`, `c->fd`).
import { CONSTANTS, epollNames, has } from '../knowledge/constants.js';
import type { Event, Outcome, Where } from '../paths/event.js';
import type { LinkedFunction } from '../link/link.js';
import type { Names } from '../paths/state.js';

export type Way = 'in' | 'out' | 'accept';

/** The last transfer or accept of one sort on a descriptor, and what has become of its count since. */
export interface Last {
  readonly where: Where;
  readonly call: string;
  readonly way: Way;
  readonly outcome: Outcome;
  /** Bytes asked for, when constant. */
  readonly size: number | null;
  /** Symbols in what was asked for. */
  readonly from: readonly string[];
  /** Values that are made of its count, or of those before it. */
  readonly progress: readonly string[];
  /** Something made of the count was put outside of the function's own variables. */
  readonly kept: boolean;
  /** The path has waited since. */
  readonly waited: boolean;
}

/** One thing that a path did to a descriptor: equal keys mean the same thing at the same place. */
export interface Deed {
  readonly key: string;
  readonly where: Where;
  readonly does:
    | { readonly kind: 'close' | 'shutdown' | 'nonblocking' | 'blocking' }
    | { readonly kind: 'control'; readonly command: string; readonly mask: string | null; readonly out: boolean }
    | { readonly kind: 'pass' | 'store'; readonly to: string };
}

export interface Account {
  readonly last: Readonly<Partial<Record<Way, Last>>>;
  readonly deeds: readonly Deed[];
}

/** By the name of the descriptor; for sets by the name of their place, see `SetDeed`. */
export interface Ledger {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly key: string;
}

export const EMPTY: Ledger = { accounts: new Map(), key: '' };

/** Told of each transfer, with the one before it on the same descriptor. */
export type Again = (label: string, last: Last, next: Last) => void;

export function entered(ledger: Ledger, events: readonly Event[], callers: CallerWords, again: Again): Ledger {
  let accounts: Map<string, Account> | null = null;
  for (const event of events) {
    const changes = changed(accounts ?? ledger.accounts, event, callers, again);
    if (changes.length === 0) continue;
    accounts ??= new Map(ledger.accounts);
    for (const [label, account] of changes) accounts.set(label, account);
  }
  return accounts ? { accounts, key: keyOf(accounts) } : ledger;
}

type Accounts = ReadonlyMap<string, Account>;

function changed(accounts: Accounts, event: Event, callers: CallerWords, again: Again): [string, Account][] {
  switch (event.kind) {
    case 'transfer':
    case 'accept': {
      const label = callers.name(event.fd.key);
      const made = event.kind === 'accept' && event.outcome === 'full' ? callers.made(event) : null;
      // Each accepted descriptor is a new one.
      const fresh: [string, Account][] = made === null ? [] : [[made, FRESH]];
      if (label === null) return fresh;
      return [[label, transferred(accounts.get(label) ?? FRESH, event, label, again)], ...fresh];
    }
    case 'close':
    case 'shutdown':
    case 'listen':
    case 'nonblock':
    case 'control': {
      const label = callers.name(event.fd.key);
      const deed = label === null ? null : deedOf(event);
      return label === null || !deed ? [] : [[label, withDeed(accounts.get(label) ?? FRESH, deed)]];
    }
    case 'escape':
      return handed(accounts, event, callers);
    case 'same':
    case 'keep':
    case 'wait':
      return [...accounts].flatMap(([label, account]): [string, Account][] => {
        const after = followed(account, event);
        return after === account ? [] : [[label, after]];
      });
    default:
      return [];
  }
}

const FRESH: Account = { last: {}, deeds: [] };

function transferred(
  account: Account,
  event: Event & { kind: 'transfer' | 'accept' },
  label: string,
  again: Again,
): Account {
  const { fn, span, call, outcome } = event;
  const way = event.kind === 'accept' ? 'accept' : event.direction;
  const before = account.last[way];
  const result = event.kind === 'transfer' ? event.result : null;
  const last: Last = {
    where: { fn, span },
    call,
    way,
    outcome,
    size: event.kind === 'transfer' ? event.size : null,
    from: event.kind === 'transfer' ? event.from : [],
    progress: union(before?.progress ?? [], result === null ? [] : [result]),
    // What was kept before stays so where nothing came to it.
    kept: result === null && (before?.kept ?? false),
    waited: false,
  };
  if (before) again(label, before, last);
  return { ...account, last: { ...account.last, [way]: last } };
}

function deedOf(event: Event & { kind: 'close' | 'shutdown' | 'listen' | 'nonblock' | 'control' }): Deed | null {
  if (event.kind === 'listen') return null;
  const { fn, span } = event;
  const at = `${fn.id}@${span.start}`;
  if (event.kind === 'nonblock') {
    const kind = event.on ? 'nonblocking' : 'blocking';
    return { key: `${kind}${at}`, where: { fn, span }, does: { kind } };
  }
  if (event.kind !== 'control') return { key: `${event.kind}${at}`, where: { fn, span }, does: { kind: event.kind } };
  const { mask } = event;
  const command = event.command ?? 'ADD or MOD';
  const bits = mask === null || command === 'DEL' ? null : `${epollNames(mask.on)}${mask.exact ? '' : '|?'}`;
  const out = mask !== null && has(mask.on, CONSTANTS.get('EPOLLOUT') ?? 0) && command !== 'DEL';
  return {
    key: `${command}${bits ?? ''}${at}`,
    where: { fn, span },
    does: { kind: 'control', command, mask: bits, out },
  };
}

function withDeed(account: Account, deed: Deed): Account {
  if (account.deeds.some(({ key }) => key === deed.key)) return account;
  const deeds = [...account.deeds, deed].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { ...account, deeds };
}

/** The descriptor itself is handed over, or an object that it is a member of. */
function handed(accounts: Accounts, event: Event & { kind: 'escape' }, callers: CallerWords): [string, Account][] {
  const { fn, span, to, keys } = event;
  return keys.flatMap((key): [string, Account][] => {
    const label = callers.name(key.replace(/^&/, ''));
    if (label === null || to === '') return [];
    const isCall = fn.graph.operations.some(
      (o) => o.kind === 'call' && o.span.start === span.start && o.span.end === span.end,
    );
    const kind = isCall ? 'pass' : 'store';
    const deed: Deed = { key: `${kind} ${to} ${fn.id}@${span.start}`, where: { fn, span }, does: { kind, to } };
    return [[label, withDeed(accounts.get(label) ?? FRESH, deed)]];
  });
}

function followed(account: Account, event: Event & { kind: 'same' | 'keep' | 'wait' }): Account {
  let { last } = account;
  for (const way of WAYS) {
    const one = last[way];
    const after = one && afterOne(one, event);
    if (after && after !== one) last = { ...last, [way]: after };
  }
  return last === account.last ? account : { ...account, last };
}

const WAYS: readonly Way[] = ['in', 'out', 'accept'];

function afterOne(last: Last, event: Event & { kind: 'same' | 'keep' | 'wait' }): Last {
  if (event.kind === 'wait') return last.waited ? last : { ...last, waited: true };
  if (event.kind === 'keep') {
    const tells = !last.kept && event.symbols.some((symbol) => last.progress.includes(symbol));
    return tells ? { ...last, kept: true } : last;
  }
  if (!last.progress.includes(event.gone)) return last;
  return { ...last, progress: union(last.progress, [event.stays]) };
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort();
}

function keyOf(accounts: Accounts): string {
  return [...accounts]
    .map(([label, { last, deeds }]) => {
      const lasts = WAYS.map((way) => {
        const one = last[way];
        if (!one) return '';
        const { where, outcome, progress, kept, waited } = one;
        return `${where.fn.id}@${where.span.start}${outcome}${progress.join()}${Number(kept)}${Number(waited)}`;
      });
      return `${label}:${lasts.join('/')}:${deeds.map(({ key }) => key).join()}`;
    })
    .sort()
    .join(';');
}

/** The words of the function's caller for what a path speaks of by symbols and places. */
export class CallerWords {
  private readonly known = new Map<string, string | null>();

  constructor(
    private readonly names: Names,
    private readonly fn: LinkedFunction,
  ) {}

  /** `fd` or `c->fd` for the symbol of what was there when the function was called; null for what has no such name. */
  name(symbol: string): string | null {
    const known = this.known.get(symbol);
    if (known !== undefined) return known;
    const text = /^[@d]/.test(symbol) ? this.names.textOf(symbol) : null;
    const name = symbol.startsWith('*') ? this.place(symbol) : text === null ? null : this.meaning(symbol, text);
    this.known.set(symbol, name);
    return name;
  }

  /** For what a call of the function itself has made; null for a call further in. */
  made({ fn, span }: Where): string | null {
    if (fn !== this.fn) return null;
    const call = fn.graph.operations.find((o) => o.kind === 'call' && o.span.start === span.start);
    return call?.kind === 'call' && call.callee.op === 'name' ? `what ${call.callee.name}() made` : null;
  }

  private meaning(symbol: string, text: string): string | null {
    if (symbol.startsWith('@')) return this.place(text);
    const temp = new RegExp(`#(\\d+)$`).exec(
      text.startsWith(`${this.fn.id}#`) ? text.slice(this.fn.id.length) : '',
    )?.[1];
    const call = this.fn.graph.operations.find((o) => o.kind === 'call' && o.temp === Number(temp));
    return call ? this.made({ fn: this.fn, span: call.span }) : null;
  }

  /** The same for a place. */
  place(text: string): string | null {
    const place = text.replace(/~h\w+$/, '');
    if (place.startsWith('g:'))
      return place
        .slice(2)
        .replace(/^.*\//, '')
        .replaceAll(/\[[^\]]*\]/g, '[]');
    const local = /^0:(\w+)$/.exec(place)?.[1];
    if (local !== undefined) return this.fn.facts.parameters.some(({ name }) => name === local) ? local : null;
    const [, base, rest] = /^\*(@\w+)(.*)$/.exec(place) ?? [];
    const owner = base === undefined ? null : this.name(base);
    if (owner === null || rest === undefined) return null;
    if (rest === '') return `*${owner}`;
    const inside = rest.replaceAll(/\[[^\]]*\]/g, '[]');
    return inside.startsWith('.') ? `${owner}->${inside.slice(1)}` : `${owner}${inside}`;
  }
}
