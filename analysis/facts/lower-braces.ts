// Braced initialisers: what stands at which field or element. Designators of fields become paths from the outermost object.
import type { Syntax } from '../text/parse.js';
import type { BraceItem, Expr } from './facts.js';
import { lowerExpr, spanOf, UNKNOWN, type Lowering } from './lower-expr.js';
import { child } from './lower-type.js';

export function braces(node: Syntax, low: Lowering): Expr {
  const items: BraceItem[] = [];
  collect(node, [], items, low);
  return { op: 'braces', items, span: spanOf(node) };
}

function collect(node: Syntax, path: readonly string[], items: BraceItem[], low: Lowering): void {
  for (const item of node.children) {
    if (item.type === 'initializer_pair') pair(item, path, items, low);
    else place(item, path, items, low);
  }
}

/** A list that names the fields of a field is part of the outer one: `.data = { .fd = 3 }`. */
function place(value: Syntax, path: readonly string[], items: BraceItem[], low: Lowering): void {
  if (path.length > 0 && value.type === 'initializer_list' && isFlat(value)) collect(value, path, items, low);
  else items.push({ path, value: lowerExpr(value, low) });
}

/** Named throughout, or one value, which is that of the first field. */
function isFlat(list: Syntax): boolean {
  if (list.children.length === 1) return child(list.children[0] ?? list, 'designator')?.type !== 'subscript_designator';
  return list.children.every(
    (item) => item.type === 'initializer_pair' && child(item, 'designator')?.type === 'field_designator',
  );
}

function pair(node: Syntax, outer: readonly string[], items: BraceItem[], low: Lowering): void {
  const value = child(node, 'value');
  if (!value) return;
  const designators = node.children.filter((part) => part.field === 'designator');
  const at = designators.findIndex((part) => part.type !== 'field_designator');
  const fields = at < 0 ? designators : designators.slice(0, at);
  const path = fields.length === 0 ? outer : [...outer, ...fields.map((field) => fieldName(field, low))];
  const element = at < 0 ? undefined : designators[at];
  if (element) items.push({ path, ...elements(element, low), value: behind(designators.slice(at + 1), value, low) });
  else place(value, path, items, low);
}

function fieldName(designator: Syntax, low: Lowering): string {
  const [name] = designator.children;
  return name ? low.text(name) : '';
}

/** `[3]`, or `[1 ... 3]`. */
function elements(designator: Syntax, low: Lowering): { at: Expr; to?: Expr } {
  const [first, last] = designator.children;
  const at = first ? low.pure(first) : UNKNOWN;
  return designator.type === 'subscript_range_designator' && last ? { at, to: low.pure(last) } : { at };
}

/** What stands at an element; designators behind `[3]` name a part of it. */
function behind(designators: readonly Syntax[], value: Syntax, low: Lowering): Expr {
  const at = designators.findIndex((part) => part.type !== 'field_designator');
  const fields = at < 0 ? designators : designators.slice(0, at);
  const element = at < 0 ? undefined : designators[at];
  if (designators.length === 0) return lowerExpr(value, low);
  const inner = element ? behind(designators.slice(at + 1), value, low) : lowerExpr(value, low);
  const path = fields.map((field) => fieldName(field, low));
  const item: BraceItem = element ? { path, ...elements(element, low), value: inner } : { path, value: inner };
  return { op: 'braces', items: [item], span: spanOf(value) };
}
