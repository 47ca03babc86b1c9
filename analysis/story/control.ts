// Where a registration is decided: the call itself, or the call of the helper that makes it for others.
import type { CallSite } from '../bind/flows.js';
import type { Control } from '../paths/effects.js';
import type { Where } from '../paths/event.js';
import type { Expr } from '../facts/facts.js';
import { printed } from '../facts/print.js';

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
