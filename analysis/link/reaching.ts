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
  const known = new Map<string, ReadonlyMap<number, readonly number[]>>();
  return {
    has: (name) => names.has(name),
    at: (position, name) => {
      const own = known.get(name) ?? reachedBy(name, names.get(name) ?? [], graph);
      known.set(name, own);
      return own.get(position) ?? NOWHERE;
    },
  };
}

const NOWHERE: readonly number[] = [];

function reassigned(
  graph: Graph,
  parameters: ReadonlySet<string>,
  locals: { has(name: string): boolean },
): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  const lent = new Set<string>();
  for (const [at, operation] of graph.operations.entries()) {
    const name = assigned(operation);
    if (name !== null) places.set(name, [...(places.get(name) ?? []), at]);
    for (const expr of expressionsOf(operation)) {
      visitExpr(expr, (e) => {
        if (e.op === 'address' && e.of.op === 'name') lent.add(e.of.name);
      });
    }
  }
  return new Map(
    [...places].filter(([name, own]) => own.length > 1 && locals.has(name) && !parameters.has(name) && !lent.has(name)),
  );
}

export function assigned(operation: Operation): string | null {
  return operation.kind === 'assign' && operation.sign === '=' && operation.target.op === 'name'
    ? operation.target.name
    : null;
}

/** For the positions behind the assignments of a local, which of these may have been the last. */
function reachedBy(
  name: string,
  assignments: readonly number[],
  { operations }: Graph,
): ReadonlyMap<number, readonly number[]> {
  const reached = new Map<number, number[]>();
  const seen = new Int32Array(operations.length).fill(-1);
  for (const from of assignments) {
    const work = [from];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      const operation = operations[at];
      for (const next of operation ? successors(operation) : []) {
        if (seen[next] === from) continue;
        seen[next] = from;
        const last = reached.get(next);
        if (last) last.push(from);
        else reached.set(next, [from]);
        const behind = operations[next];
        if (behind && assigned(behind) !== name) work.push(next);
      }
    }
  }
  return reached;
}
