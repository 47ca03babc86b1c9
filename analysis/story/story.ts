// The steps of a finding's story, taken from the registrations and the path: nobody writes notes by hand.
import { CONSTANTS, epollNames, has } from '../knowledge/constants.js';
import { siteId, type Site } from '../bind/site.js';
import type { Calling, Descriptor, Event, Where } from '../paths/event.js';
import type { Specimen, SpecimenCall } from '../finding.js';
import type { Registration } from '../paths/effects.js';
import type { Project } from '../project.js';
import type { WitnessStep } from '../rule.js';

/** How a descriptor is watched for a bit: by edges, by level, sometimes one and sometimes the other, or not that we know. */
export type Mode = 'edge' | 'level' | 'mixed' | 'unknown';

/** The mode of any descriptor that it may be: an edge anywhere counts, since each origin is an execution of its own. */
export function modeOf(fd: Descriptor, bit: 'EPOLLIN' | 'EPOLLOUT', project: Project): Mode {
  if (!project.isUsed('EPOLLET')) return 'unknown';
  return any(watched(fd, project).map((site) => agreement(relevant(site, bit, project), 'EPOLLET')));
}

/** What it may be, as far as the instance that gave it watches that. */
function watched(fd: Descriptor, project: Project): readonly Site[] {
  const from = fd.instances ?? [];
  if (from.length === 0) return fd.sites;
  const here = fd.sites.filter((site) =>
    project
      .registrationsOf(site)
      .some(({ instances }) => instances.length === 0 || instances.some((instance) => from.includes(instance))),
  );
  return here.length > 0 ? here : fd.sites;
}

/** Whether a further edge is waited for: one-shot registrations wait for being armed again, and that makes one. */
export function awaitsEdge(fd: Descriptor, bit: 'EPOLLIN' | 'EPOLLOUT', project: Project): boolean {
  if (modeOf(fd, bit, project) !== 'edge') return false;
  return watched(fd, project).some((site) => {
    const only = { ...fd, sites: [site] };
    return modeOf(only, bit, project) === 'edge' && fires(only, project) !== 'once';
  });
}

/** Whether the registration fires once: `edge` stands for yes here. */
export function fires(fd: Descriptor, project: Project): 'once' | 'again' | 'unknown' {
  if (!project.isUsed('EPOLLONESHOT')) return 'unknown';
  const answer = any(watched(fd, project).map((site) => agreement(project.registrationsOf(site), 'EPOLLONESHOT')));
  return answer === 'edge' ? 'once' : answer === 'level' ? 'again' : 'unknown';
}

function any(modes: readonly Mode[]): Mode {
  return (['edge', 'mixed', 'level'] as const).find((mode) => modes.includes(mode)) ?? 'unknown';
}

function relevant(site: Site, bit: string, project: Project): Registration[] {
  const value = CONSTANTS.get(bit) ?? 0;
  return project.registrationsOf(site).filter((r) => has(r.mask.on, value));
}

function agreement(all: readonly Registration[], flag: string): Mode {
  const value = CONSTANTS.get(flag) ?? 0;
  // A mask of which only some bits are sure says nothing of the others, where another registration says it.
  const sure = all.filter((r) => has(r.mask.on, value) || r.mask.exact);
  const answers = new Set((sure.length > 0 ? sure : all).map((r) => answerOf(r, value)));
  const only = [...answers][0];
  return answers.size === 1 && only ? only : 'mixed';
}

function answerOf({ mask }: Registration, flag: number): Mode {
  if (has(mask.on, flag)) return 'edge';
  return mask.exact ? 'level' : 'mixed';
}

function registrationsOf(fd: Descriptor, project: Project): Registration[] {
  return [...new Set(fd.sites.flatMap((site) => project.registrationsOf(site)))];
}

/** The call that made a descriptor; null for a parameter. */
export function madeAt(site: Site, project: Project): Where | null {
  const call = project.bindings.flows(site.fn).calls.find((one) => site.id === siteId(one));
  return call ? { fn: call.fn, span: call.call.span } : null;
}

/** The registration that matters, and where control goes back. */
export function witnessOf(fd: Descriptor, broke: Event, flag: string, project: Project): WitnessStep[] {
  const steps: WitnessStep[] = [];
  const all = registrationsOf(fd, project).filter((r) => has(r.mask.on, CONSTANTS.get(flag) ?? 0));
  const registration = all.find((r) => r.command === 'ADD') ?? all[0];
  if (registration) {
    const { fn, span, mask } = registration;
    steps.push({ fn, span, message: `registered with ${epollNames(mask.on)} here` });
  }
  const end = endOf(broke);
  return end ? [...steps, end] : steps;
}

export function endOf(broke: Event): WitnessStep | null {
  const { fn, span } = broke;
  if (broke.kind === 'wait') return { fn, span, message: `control goes back to '${broke.call}' here` };
  if (broke.kind === 'idle') return { fn, span, message: `'${broke.call}' waits for other work here` };
  if (broke.kind === 'close') return { fn, span, message: `'${broke.fd.text}' is closed here` };
  if (broke.kind === 'transfer')
    return { fn, span, message: `'${broke.call}' does not go on where the last one stopped here` };
  if (broke.kind === 'end') return { fn, span, message: 'the process ends here' };
  if (broke.kind === 'exit') return { fn, span, message: `'${fn.facts.name}' ${wayOut(broke.calling)}` };
  return null;
}

function wayOut(calling: Calling): string {
  if (calling === 'thread') return 'ends here';
  return calling === 'callback' ? 'returns to its event loop here' : 'returns here';
}

/** A specimen of which nothing is known, and nothing assumed: what a rule knows takes its place. */
export const UNKNOWN: Specimen = {
  api: 'none',
  kind: 'unknown',
  nonblocking: null,
  mask: null,
  calls: [],
  assumed: [],
};

export function specimenOf(
  fd: Descriptor,
  calls: readonly SpecimenCall[],
  api: Specimen['api'],
  project: Project,
): Specimen {
  const kind = project.kind(fd);
  const nonblocking = project.nonblocking(fd);
  const registration = registrationsOf(fd, project)[0];
  const assumed: string[] = [];
  if (kind === 'unknown') assumed.push('the descriptor is a stream socket');
  if (nonblocking === null) assumed.push('the descriptor is non-blocking');
  for (const call of calls) if (call.size === null) assumed.push(`the size given to '${call.call}'`);
  return { api, kind, nonblocking, mask: registration ? epollNames(registration.mask.on) : null, calls, assumed };
}
