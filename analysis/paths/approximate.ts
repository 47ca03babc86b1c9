// Calls with many outcomes, as one state in which any of them may have happened: what comes before a question does not have to
// be told apart.
import { control, disarm, written } from './call-control.js';
import { havoc, havocAddresses, step, type CallContext, type CallStep } from './call.js';
import type { CallModel } from '../knowledge/calls.js';
import { ERRNO } from './assume.js';
import { evaluate, originOf, type Scope } from './evaluate.js';
import type { CallOperation } from '../facts/facts.js';
import { calledName } from '../bind/flows.js';
import type { Draft } from './state.js';
import { ANY, type Value } from './value.js';

/** Null where the call has one outcome anyway, or none that the table knows. */
export function approximate(operation: CallOperation, draft: Draft, scope: Scope): CallStep | null {
  const { frame, index } = scope;
  const name = calledName(operation, frame.fn, index);
  const model = name === null ? null : index.model(name, frame.fn.facts.file, operation.args.length);
  if (!model) return null;
  const at = `${frame.context}#${operation.temp}`;
  const args = (): Value[] => operation.args.map((arg) => evaluate(arg, draft, scope));
  switch (model.does) {
    case 'transfer':
      return transferred(model, operation, args(), draft, scope, at);
    case 'accept': {
      havocAddresses(args(), draft, at);
      const origin = originOf({ op: 'temp', id: operation.temp }, scope);
      return failing(draft, draft.fresh(draft.names.of('d', at), { lo: -1, origin }), at);
    }
    case 'wait': {
      const values = args();
      disarm(draft);
      for (const position of model.subject) written(values[position], model, draft, at, values[0]);
      return failing(draft, draft.fresh(draft.names.of('w', at), { lo: -1 }), at);
    }
    case 'control': {
      const context: CallContext = { operation, name: name ?? '', args: args(), scope, at };
      return control(model, context, draft)[0] ?? null;
    }
    default:
      return null;
  }
}

function transferred(
  model: CallModel & { does: 'transfer' },
  operation: CallOperation,
  args: readonly Value[],
  draft: Draft,
  scope: Scope,
  at: string,
): CallStep {
  const buffer = args[1];
  if (model.direction === 'in' && buffer?.k === 'addr') havoc(buffer.place, draft, at);
  const offset = model.progress === undefined ? undefined : args[model.progress];
  if (offset?.k === 'addr') havoc(offset.place, draft, at);
  return failing(draft, draft.fresh(draft.names.of('v', at), { ...ANY, lo: -1 }), at);
}

function failing(draft: Draft, value: Value, at: string): CallStep {
  if (draft.store.has(ERRNO)) draft.store.set(ERRNO, draft.fresh(draft.names.of('e', at)));
  return step(draft, value);
}
