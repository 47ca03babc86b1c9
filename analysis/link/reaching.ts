// Which assignment a local was last given its value by: one name that is used for two descriptors, one after the other, is two.
import type { Graph, Operation } from '../facts/facts.js';
import { expressionsOf, successors, visitExpr } from './liveness.js';

/** For a local and a position, the positions of the assignments whose value may stand in it there. */
export interface Reaching {
  /** Whether the local is told apart at all: it is assigned more than once, and only by its name. */
  has(name: string): boolean;
  at(position: number, name: string): readonly number[];
}

export function reaching(
  graph: Graph,
  parameters: ReadonlySet<string>,
  locals: { has(name: string): boolean },
): Reaching {
  const names = reassigned(graph, parameters, locals);
  const states = names.size > 0 ? solve(graph, names) : [];
  return {
    has: (name) => names.has(name),
    at: (position, name) => [...(states[position]?.get(name) ?? [])],
  };
}

function reassigned(
  graph: Graph,
  parameters: ReadonlySet<string>,
  locals: { has(name: string): boolean },
): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const lent = new Set<string>();
  for (const operation of graph.operations) {
    const name = assigned(operation);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const expr of expressionsOf(operation)) {
      visitExpr(expr, (e) => {
        if (e.op === 'address' && e.of.op === 'name') lent.add(e.of.name);
      });
    }
  }
  const several = [...counts].filter(
    ([name, count]) => count > 1 && locals.has(name) && !parameters.has(name) && !lent.has(name),
  );
  return new Set(several.map(([name]) => name));
}

export function assigned(operation: Operation): string | null {
  return operation.kind === 'assign' && operation.sign === '=' && operation.target.op === 'name'
    ? operation.target.name
    : null;
}

type State = Map<string, ReadonlySet<number>>;

function solve(graph: Graph, names: ReadonlySet<string>): readonly State[] {
  const states: State[] = graph.operations.map(() => new Map<string, ReadonlySet<number>>());
  const work = [graph.entry];
  const visited = new Set<number>();
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const operation = graph.operations[at];
    const here = states[at];
    if (!operation || !here) continue;
    visited.add(at);
    const name = assigned(operation);
    for (const next of successors(operation)) {
      const into = states[next];
      if (!into) continue;
      let grown = !visited.has(next);
      for (const tracked of names) {
        const given = tracked === name ? new Set([at]) : here.get(tracked);
        if (given) grown = join(into, tracked, given) || grown;
      }
      if (grown) work.push(next);
    }
  }
  return states;
}

function join(into: State, name: string, given: ReadonlySet<number>): boolean {
  const before = into.get(name);
  if (before && [...given].every((at) => before.has(at))) return false;
  into.set(name, new Set([...(before ?? []), ...given]));
  return true;
}
