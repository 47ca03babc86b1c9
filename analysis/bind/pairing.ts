// Members that belong together: a function that is kept in one field of an object is called for the descriptor that was put into
// another field of the same object, and not for those of all objects of that type.
import type { Expr } from '../facts/facts.js';
import type { Caller } from './callers.js';
import type { Flows } from './flows.js';
import type { Index, LinkedFunction } from '../link/link.js';
import type { Node } from './node.js';

export interface Pairs {
  readonly index: Index;
  flows(fn: LinkedFunction): Flows;
  callersOf(fn: LinkedFunction): readonly Caller[];
}

/** What was put into `of` where `fn` was put into `beside`; null where nobody puts both in one place. */
export function pairedWith(fn: LinkedFunction, of: Node, beside: Node, pairs: Pairs): readonly Node[] | null {
  if (of.kind !== 'field') return null;
  const found = new Set<Node>();
  let isPaired = false;
  for (const maker of pairs.index.storing(of.field)) {
    const flows = pairs.flows(maker);
    const values = flows.into(of);
    if (values.length === 0) continue;
    if (flows.functionsIn(beside).includes(fn)) {
      isPaired = true;
      for (const value of values) found.add(value);
    }
    for (const from of flows.into(beside)) {
      const position = parameterAt(from, maker);
      if (position < 0) continue;
      for (const caller of pairs.callersOf(maker)) {
        if (!gives(caller, position, fn, pairs)) continue;
        isPaired = true;
        for (const value of values) for (const node of given(value, maker, caller, pairs)) found.add(node);
      }
    }
  }
  return isPaired ? [...found] : null;
}

function parameterAt(node: Node, fn: LinkedFunction): number {
  return node.kind === 'local' && node.fn === fn ? fn.facts.parameters.findIndex(({ name }) => name === node.name) : -1;
}

function gives(caller: Caller, position: number, fn: LinkedFunction, { index }: Pairs): boolean {
  const arg = caller.argumentAt(position);
  return arg !== undefined && namesFunction(arg, fn, caller.site.fn.facts.file, index);
}

function namesFunction(value: Expr, fn: LinkedFunction, file: string, index: Index): boolean {
  if (value.op === 'address' || value.op === 'cast') return namesFunction(value.of, fn, file, index);
  return value.op === 'name' && value.name === fn.facts.name && index.functionsNamed(value.name, file).includes(fn);
}

/** A parameter of the maker is what the caller gave for it. */
function given(value: Node, maker: LinkedFunction, caller: Caller, pairs: Pairs): readonly Node[] {
  const position = parameterAt(value, maker);
  if (position < 0) return [value];
  const arg = caller.argumentAt(position);
  return arg ? pairs.flows(caller.site.fn).nodesAt(arg, caller.site.at) : [];
}
