// The steps of a finding's story, taken from the registrations and the path: nobody writes notes by hand.
import { CONSTANTS, epollNames, has } from './constants.js';
import type { Descriptor, Event } from './event.js';
import type { Specimen, SpecimenCall } from './finding.js';
import type { Project, Registration } from './project.js';
import type { WitnessStep } from './rule.js';
import type { Walk } from './walk.js';

/** How a descriptor is watched for a bit: by edges, by level, sometimes one and sometimes the other, or not that we know. */
export type Mode = 'edge' | 'level' | 'mixed' | 'unknown';

export function modeOf(fd: Descriptor, bit: 'EPOLLIN' | 'EPOLLOUT', project: Project): Mode {
  return agreement(relevant(fd, bit, project), 'EPOLLET');
}

/** Whether the registration fires once: `edge` stands for yes here. */
export function fires(fd: Descriptor, project: Project): 'once' | 'again' | 'unknown' {
  const all = project.registrationsOf(fd);
  const answer = agreement(all, 'EPOLLONESHOT');
  return answer === 'edge' ? 'once' : answer === 'level' ? 'again' : 'unknown';
}

function relevant(fd: Descriptor, bit: string, project: Project): Registration[] {
  const value = CONSTANTS.get(bit) ?? 0;
  return project.registrationsOf(fd).filter((r) => has(r.mask.on, value));
}

function agreement(all: readonly Registration[], flag: string): Mode {
  const value = CONSTANTS.get(flag) ?? 0;
  const answers = new Set(all.map((r) => (has(r.mask.on, value) ? 'edge' : r.mask.exact ? 'level' : 'mixed')));
  if (answers.size === 0) return 'unknown';
  const only = [...answers][0];
  return answers.size === 1 && only ? only : 'mixed';
}

/** The registration that matters, and where control goes back. */
export function witnessOf(fd: Descriptor, broke: Event, walk: Walk, project: Project): WitnessStep[] {
  const steps: WitnessStep[] = [];
  const registration = project.registrationsOf(fd).find((r) => r.command === 'ADD') ?? project.registrationsOf(fd)[0];
  if (registration) {
    const { fn, span, mask } = registration;
    steps.push({ fn, span, message: `registered with ${epollNames(mask.on)} here` });
  }
  const end = endOf(broke, walk, project);
  return end ? [...steps, end] : steps;
}

export function endOf(broke: Event, walk: Walk, project: Project): WitnessStep | null {
  const { fn, span } = broke;
  if (broke.kind === 'wait') return { fn, span, message: `control goes back to '${broke.call}' here` };
  if (broke.kind === 'close') return { fn, span, message: `'${broke.fd.text}' is closed here` };
  if (broke.kind === 'exit') return { fn, span, message: `'${fn.facts.name}' ${wayOut(walk, project)}` };
  return null;
}

function wayOut(walk: Walk, project: Project): string {
  if (project.bindings.isThread(walk.root)) return 'ends here';
  return project.calling(walk) === 'callback' ? 'returns to its event loop here' : 'returns here';
}

export function specimenOf(
  fd: Descriptor,
  calls: readonly SpecimenCall[],
  api: Specimen['api'],
  project: Project,
): Specimen {
  const kind = project.kind(fd);
  const nonblocking = project.nonblocking(fd);
  const registration = project.registrationsOf(fd)[0];
  const assumed: string[] = [];
  if (kind === 'unknown') assumed.push('the descriptor is a stream socket');
  if (nonblocking === null) assumed.push('the descriptor is non-blocking');
  for (const call of calls) if (call.size === null) assumed.push(`the size given to '${call.call}'`);
  return { api, kind, nonblocking, mask: registration ? epollNames(registration.mask.on) : null, calls, assumed };
}
