// Where a registration is decided: the call itself, or the call of the helper that makes it for others.
import type { CallSite } from '../bind/flows.js';
import type { Specimen } from '../finding.js';
import { epollNames, has } from '../knowledge/constants.js';
import type { Project } from '../project.js';
import type { Control } from '../paths/effects.js';
import type { Where } from '../paths/event.js';
import type { Expr } from '../facts/facts.js';
import { printed } from '../facts/print.js';
import { UNKNOWN } from './story.js';

interface Decision {
  readonly at: Where;
  /** The argument as it is given there. */
  readonly given: Expr;
}

/** The call that does not pass on what its own function was given, as far up as the registration was followed. */
function decisionOn(position: number, control: CallSite, event: Control): Decision {
  let { fn, call } = control;
  let given: Expr = call.args[position] ?? { op: 'unknown' };
  for (const outer of [...event.chain].reverse()) {
    const name = given.op === 'name' ? given.name : null;
    const parameter = fn.facts.parameters.findIndex((one) => one.name === name);
    const next = parameter < 0 ? undefined : outer.call.args[parameter];
    if (!next) break;
    ({ fn, call } = outer);
    given = next;
  }
  return { at: { fn, span: call.span }, given };
}

/** Where the structure is at hand, and how it is named there. */
export function structureOf(control: CallSite, event: Control): { readonly at: Where; readonly name: string } {
  const position = control.model?.does === 'control' ? control.model.event : 0;
  const { at, given } = decisionOn(position, control, event);
  return { at, name: printed(given).replace(/^&/, '') };
}

/** Where it is decided that these bits are set: the call itself, or that of the caller which gives some of them. */
export function maskedAt({ fn, call }: CallSite, event: Control, bits: number): Where {
  const outer = has(event.ownBits, bits) ? undefined : event.chain[0];
  return outer ? { fn: outer.fn, span: outer.call.span } : { fn, span: call.span };
}

/** For a registration that the kernel refuses whatever the descriptor is. */
export function refusedSpecimen({ command, fd, mask }: Control, project: Project): Specimen {
  return {
    ...UNKNOWN,
    api: 'epoll',
    kind: project.kind(fd),
    mask: mask ? epollNames(mask.on) : null,
    calls: [{ call: `epoll_ctl ${command ?? 'ADD'}`, size: null, loops: false }],
  };
}
