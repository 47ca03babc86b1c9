// Variables outside of functions with an initialiser: tables of functions, and objects that hold them from the start.
import type { Expr, Type } from '../facts/facts.js';
import { itemsOf } from './flows.js';
import type { Index, LinkedFunction, Variable } from '../link/link.js';
import type { Node, Nodes } from './node.js';

/** The functions that a node holds by a variable's initialiser. */
export function functionsInTable(
  variable: Variable,
  node: Node,
  index: Index,
  nodes: Nodes,
): readonly LinkedFunction[] {
  const found: LinkedFunction[] = [];
  visit(variable, index, nodes, (to, value) => {
    if (to.includes(node)) found.push(...functionsNamedIn(value, variable.file, index));
  });
  return found;
}

/** The places in a variable's initialiser in which a name stands. */
export function holdersIn(variable: Variable, name: string, index: Index, nodes: Nodes): readonly Node[] {
  const found: Node[] = [];
  visit(variable, index, nodes, (to, value) => {
    if (names(value, name)) found.push(...to);
  });
  return found;
}

function visit(variable: Variable, index: Index, nodes: Nodes, tell: (to: readonly Node[], value: Expr) => void): void {
  const go = (to: readonly Node[], value: Expr, type: Type): void => {
    if (value.op === 'braces') {
      for (const item of itemsOf(value, type, index, nodes, to)) go(item.to, item.value, item.type ?? type);
    } else tell(to, value);
  };
  const own = nodes.global(variable.isStatic ? variable.file : null, variable.name);
  if (variable.value) go([own], variable.value, index.resolve(variable.type, variable.file));
}

function functionsNamedIn(value: Expr, file: string, index: Index): readonly LinkedFunction[] {
  if (value.op === 'address' || value.op === 'cast') return functionsNamedIn(value.of, file, index);
  return value.op === 'name' ? index.functionsNamed(value.name, file) : [];
}

function names(value: Expr, name: string): boolean {
  if (value.op === 'address' || value.op === 'cast') return names(value.of, name);
  if (value.op === 'choose') return names(value.then, name) || names(value.otherwise, name);
  return value.op === 'name' && value.name === name;
}
