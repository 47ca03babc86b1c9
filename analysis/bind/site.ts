// Where a descriptor comes from: the call that makes it, with what that tells of its kind and mode.
import { has } from '../knowledge/constants.js';
import { constantValue } from '../link/constant-value.js';
import type { Bindings } from './bind.js';
import type { Expr } from '../facts/facts.js';
import type { DescriptorKind } from '../finding.js';
import type { CallSite } from './flows.js';
import type { Index, LinkedFunction } from '../link/link.js';

/** A call that makes a descriptor, or a parameter by which one comes in. */
export interface Site {
  readonly id: string;
  readonly fn: LinkedFunction;
  /** Of the call; `parameter` for a parameter. */
  readonly name: string;
  readonly kind: DescriptorKind;
  /** As created; null when the flags are not known. */
  readonly nonblocking: boolean | null;
}

export type Source = { readonly site: Site } | { readonly fn: LinkedFunction };

export function makeSite(
  { call, fn, name, model, at }: CallSite,
  index: Index,
  isListener: (site: Site) => boolean,
): Site {
  const flagsAt = model && 'flags' in model ? model.flags : null;
  const flagsArg = flagsAt === null ? undefined : call.args[flagsAt];
  const flags = flagsArg ? (constantValue(flagsArg, fn, index) ?? hinted(flagsArg, fn, index)) : 0;
  let kind: DescriptorKind = model?.does === 'make' ? model.kind : model?.does === 'accept' ? 'stream' : 'unknown';
  if (model?.does === 'make' && model.type !== undefined) {
    const type = flags === null ? null : flags & 0xf;
    kind = type === 1 ? 'stream' : type === 2 ? 'datagram' : type === 5 ? 'seqpacket' : 'unknown';
  }
  if (kind === 'eventfd' && flags !== null && has(flags, 1)) kind = 'eventfd-semaphore';
  if (kind === 'pipe' && flags !== null && has(flags, 0o40000)) kind = 'packet-pipe';
  // A path may name a terminal or a FIFO as well.
  if (name?.startsWith('open')) kind = 'unknown';
  const nonblocking = flags === null ? null : has(flags, 0o4000);
  const site: Site = {
    id: siteId({ fn, call, at }),
    fn,
    name: name ?? '',
    get kind() {
      return name === 'socket' && isListener(site) ? 'listener' : kind;
    },
    nonblocking,
  };
  return site;
}

/** The type of an address is the one that the hints ask for: getaddrinfo(3). */
function hinted(type: Expr, fn: LinkedFunction, index: Index): number | null {
  if (type.op !== 'member' || type.field !== 'ai_socktype') return null;
  const asked = fn.graph.operations.flatMap((o) => {
    if (o.kind !== 'assign') return [];
    if (o.value.op === 'braces') return o.value.items.filter(({ path }) => path[0] === type.field).map((i) => i.value);
    return o.target.op === 'member' && o.target.field === type.field ? [o.value] : [];
  });
  const [first, ...others] = asked.map((value) => constantValue(value, fn, index));
  return first !== undefined && others.every((value) => value === first) ? first : null;
}

/** Of what a call makes. */
export function siteId({ fn, call, at }: Pick<CallSite, 'fn' | 'call' | 'at'>): string {
  return `${fn.id}@${call.span.start}.${at}`;
}

/** The sockets that somebody listens or accepts on. */
export function listenersIn(index: Index, bindings: Pick<Bindings, 'flows' | 'sources'>): ReadonlySet<Site> {
  const found = new Set<Site>();
  for (const fn of new Set([...index.seeds, ...index.naming('listen')])) {
    for (const { model, call } of bindings.flows(fn).calls) {
      const fd = model?.does === 'listen' || model?.does === 'accept' ? call.args[model.fd] : undefined;
      for (const source of fd ? bindings.sources(fd, fn, 'descriptor') : []) {
        if ('site' in source && source.site.name === 'socket') found.add(source.site);
      }
    }
  }
  return found;
}
