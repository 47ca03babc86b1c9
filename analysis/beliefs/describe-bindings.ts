// The binding report: of all registrations and transfers, for how many it is known what they are about. A place of the source
// counts once, with the best that was known there in any context.
import type { Site } from '../bind/bind.js';
import { epollNames } from '../knowledge/constants.js';
import { counted } from '../facts/describe.js';
import type { Descriptor, Event, Mask, Where } from '../paths/event.js';
import type { DescriptorKind, Gap, Position } from '../finding.js';
import type { LinkedFunction } from '../link/link.js';
import type { Project } from '../project.js';

export interface Share {
  readonly known: number;
  readonly of: number;
}

interface PlaceBelief {
  readonly file: string;
  readonly at: Position;
  readonly function: string;
  /** As the code names the descriptor. */
  readonly descriptor: string;
  /** The calls that may have made it, in words. */
  readonly sites: readonly string[];
  /** What is not known, and why, in words. */
  readonly missing: readonly string[];
}

export interface RegistrationBelief extends PlaceBelief {
  readonly command: 'ADD' | 'MOD' | 'ADD or MOD';
  /** The bits that are sure; null when none is. */
  readonly mask: string | null;
  readonly maskIsWhole: boolean;
  /** Functions that read, write or accept on it. */
  readonly handlers: readonly string[];
  readonly kind: DescriptorKind;
  readonly nonblocking: boolean | null;
}

export interface TransferBelief extends PlaceBelief {
  readonly call: string;
}

export interface BindingReport {
  readonly shares: Readonly<
    Record<'mask' | 'handler' | 'kind' | 'nonblocking' | 'transferObject' | 'acceptObject', Share>
  >;
  /** Transfers and accepts whose only known origin is a parameter that no seen caller fills; they count as known. */
  readonly onlyParameter: number;
  /** epoll_ctl calls reached whose operation no walk knew; they are no registrations here. */
  readonly unknownCommand: number;
  readonly gaps: readonly Gap[];
  readonly registrations: readonly RegistrationBelief[];
  readonly transfers: readonly TransferBelief[];
  readonly accepts: readonly TransferBelief[];
}

type Control = Extract<Event, { readonly kind: 'control' }>;

/** A call that transfers or accepts, with what is known of its descriptor. */
interface UseOfDescriptor extends Where {
  readonly call: string;
  readonly fd: Descriptor;
}

function usesOf(over: 'transfer' | 'accept', project: Project): UseOfDescriptor[] {
  return project.subjects(over).flatMap((site) => {
    const fd = project.descriptor(site);
    return fd ? [{ fn: site.fn, span: site.call.span, call: site.name ?? '', fd }] : [];
  });
}

export function bindingReport(project: Project): BindingReport {
  const controls = byPlace(project.effects.controls);
  const isRegistration = (event: Control): boolean => event.command === 'ADD' || event.command === 'MOD';
  const handlers = handlersIn(project);
  const registrations = controls.flatMap((all) => {
    const own = all.filter(isRegistration);
    return own.length === 0 ? [] : [registrationBelief(own, project, handlers)];
  });
  const transferEvents = byPlace(usesOf('transfer', project));
  const acceptEvents = byPlace(usesOf('accept', project));
  const transfers = transferEvents.map((all) => transferBelief(all, project));
  const accepts = acceptEvents.map((all) => transferBelief(all, project));
  const share = <T>(all: readonly T[], known: (one: T) => boolean): Share => ({
    known: all.filter(known).length,
    of: all.length,
  });
  return {
    shares: {
      mask: share(registrations, (r) => r.maskIsWhole),
      handler: share(registrations, (r) => r.handlers.length > 0),
      kind: share(registrations, (r) => r.kind !== 'unknown'),
      nonblocking: share(registrations, (r) => r.nonblocking !== null),
      transferObject: share(transfers, (t) => t.sites.length > 0),
      acceptObject: share(accepts, (t) => t.sites.length > 0),
    },
    onlyParameter: [...transferEvents, ...acceptEvents].filter((all) => {
      const sites = all.flatMap((event) => event.fd.sites);
      return sites.length > 0 && sites.every(isParameter);
    }).length,
    unknownCommand: controls.filter((all) => all.every((event) => event.command === null)).length,
    gaps: project.gaps(),
    registrations,
    transfers,
    accepts,
  };
}

function byPlace<T extends Where>(events: readonly T[]): T[][] {
  const places = new Map<string, T[]>();
  for (const event of events) {
    const key = placeOf(event.fn, event.span.start);
    const known = places.get(key);
    if (known) known.push(event);
    else places.set(key, [event]);
  }
  return [...places.values()];
}

function placeOf({ facts }: LinkedFunction, start: number): string {
  return `${facts.file}:${facts.base + start}`;
}

function isParameter(site: Site): boolean {
  return site.name === 'parameter';
}

function registrationBelief(
  events: readonly Control[],
  project: Project,
  handlers: ReadonlyMap<Site, ReadonlySet<LinkedFunction>>,
): RegistrationBelief {
  const masks = events.flatMap(({ mask }) => (mask ? [mask] : []));
  const mask = masks.find((one) => one.exact) ?? masks.find((one) => one.on !== 0) ?? null;
  const kind = events.map(({ fd }) => project.kind(fd)).find((one) => one !== 'unknown') ?? 'unknown';
  const nonblocking = events.map(({ fd }) => project.nonblocking(fd)).find((one) => one !== null) ?? null;
  const sites = sitesOf(events);
  const dispatched = new Set(sites.flatMap((site) => [...(handlers.get(site) ?? [])].map((fn) => fn.facts.name)));
  const commands = new Set(events.map(({ command }) => command));
  const missing = [
    ...(mask?.exact ? [] : [maskReason(mask)]),
    ...(sites.length === 0 ? [originReason(events, project)] : []),
    ...(sites.length > 0 && dispatched.size === 0 ? [NO_HANDLER] : []),
    ...(sites.length > 0 && kind === 'unknown' ? [kindReason(sites)] : []),
    ...(sites.length > 0 && nonblocking === null ? [modeReason(sites)] : []),
  ];
  return {
    ...placeBelief(events, sites, project),
    command: commands.size > 1 ? 'ADD or MOD' : commands.has('MOD') ? 'MOD' : 'ADD',
    mask: mask === null ? null : epollNames(mask.on),
    maskIsWhole: mask?.exact === true,
    handlers: [...dispatched].sort(),
    kind,
    nonblocking,
    missing,
  };
}

function transferBelief(events: readonly UseOfDescriptor[], project: Project): TransferBelief {
  const sites = sitesOf(events);
  const missing = sites.length === 0 ? [originReason(events, project)] : [];
  return { ...placeBelief(events, sites, project), call: events[0]?.call ?? '?', missing };
}

type WithDescriptor = Where & { readonly fd: Descriptor };

function placeBelief(
  events: readonly WithDescriptor[],
  sites: readonly Site[],
  project: Project,
): Omit<PlaceBelief, 'missing'> {
  const first = events[0];
  if (!first) throw new Error('a place has at least one event');
  const { file, range } = project.locate(first.fn, first.span);
  const descriptor = events.find(({ fd }) => fd.text !== '')?.fd.text ?? '?';
  return { file, at: range.start, function: first.fn.facts.name, descriptor, sites: sites.map(siteText) };
}

/** Of the context that knows most, which is the one with the fewest sites but not none. */
function sitesOf(events: readonly WithDescriptor[]): readonly Site[] {
  const lists = events.map(({ fd }) => fd.sites).filter((sites) => sites.length > 0);
  return lists.reduce((best, sites) => (best.length === 0 || sites.length < best.length ? sites : best), []);
}

function siteText(site: Site): string {
  if (isParameter(site)) return `parameter ${site.id.slice(site.id.lastIndexOf('/') + 1)} of ${site.fn.facts.name}`;
  return `${site.name} in ${site.fn.facts.name}`;
}

function maskReason(mask: Mask | null): string {
  if (mask === null) return 'mask: not known on any path';
  return `mask: only ${epollNames(mask.on)} is sure, other bits may be set`;
}

const NO_HANDLER = 'handler: nothing reads, writes or accepts on it';

/** One reason for all that depends on where the descriptor comes from. */
function originReason(events: readonly WithDescriptor[], project: Project): string {
  const fd = events[0]?.fd;
  const text = fd?.text ?? '?';
  const parameter = events[0]?.fn.facts.parameters.find(({ name }) => name === text.replace(/^\(|\)$/g, ''));
  if (/^\d+$/.test(text) || /^STD\w+_FILENO$/.test(text))
    return `origin: '${text}' is a number, not made by any call seen`;
  if (!parameter) return `origin: no call that makes a descriptor flows into '${text}'`;
  const callers = events[0] ? project.bindings.callersOf(events[0].fn).length : 0;
  return `origin: parameter '${text}', and ${callers === 0 ? 'no caller is seen' : `none of ${counted(callers, 'caller')} gives one that is known`}`;
}

function kindReason(sites: readonly Site[]): string {
  const kinds = new Set(sites.map((site) => site.kind));
  if (kinds.size > 1) return `kind: may be ${sites.map((site) => `${site.kind} (${siteText(site)})`).join(' or ')}`;
  if (sites.every(isParameter))
    return `kind: it comes in as ${sites.map(siteText).join(', ')}, whose caller is not seen`;
  return `kind: '${sites[0]?.name ?? '?'}' does not tell it`;
}

function modeReason(sites: readonly Site[]): string {
  if (sites.every(isParameter))
    return `O_NONBLOCK: it comes in as ${sites.map(siteText).join(', ')}, and no path sets or clears it`;
  if (sites.length > 1) return `O_NONBLOCK: differs or is not known among ${sites.map(siteText).join(', ')}`;
  return `O_NONBLOCK: set on some paths and cleared on others, or made with flags that are not known`;
}

/** Functions that transfer or accept, by the sites of their descriptors. */
function handlersIn(project: Project): ReadonlyMap<Site, ReadonlySet<LinkedFunction>> {
  const handlers = new Map<Site, Set<LinkedFunction>>();
  for (const use of [...usesOf('transfer', project), ...usesOf('accept', project)]) {
    for (const site of use.fd.sites) handlers.set(site, (handlers.get(site) ?? new Set()).add(use.fn));
  }
  return handlers;
}
