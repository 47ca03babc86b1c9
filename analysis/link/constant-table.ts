// Tables that nobody ever writes to: what stands in them where a member or an element is read.
import type { BraceItem, Expr, Type } from '../facts/facts.js';
import type { Index } from './link.js';

/** All expressions that `expr` may read out of a constant table; null where it reads something else. */
export function tableEntries(
  expr: Expr,
  file: string,
  index: Index,
  numberOf: (at: Expr) => number | null,
): readonly Expr[] | null {
  const steps: Step[] = [];
  let of = expr;
  while (of.op !== 'name') {
    if (of.op === 'member' && !of.arrow) steps.unshift({ field: of.field });
    else if (of.op === 'index') steps.unshift({ at: numberOf(of.at) });
    else return null;
    of = of.of;
  }
  const table = index.table(of.name, file);
  if (!table?.value || steps.length === 0) return null;
  let places: readonly Place[] = [{ value: table.value, type: index.resolve(table.type, table.file) }];
  for (const step of steps) {
    places = places.flatMap((place) => inside(place, step, index, numberOf));
    if (places.length === 0 || places.length > MOST) return null;
  }
  return places.map((place) => place.value);
}

/** More entries than this, and nothing is common to them. */
const MOST = 64;

type Step = { readonly field: string } | { readonly at: number | null };

interface Place {
  readonly value: Expr;
  readonly type: Type;
}

const ZERO: Expr = { op: 'int', value: 0 };

function inside(
  { value, type }: Place,
  step: Step,
  index: Index,
  numberOf: (at: Expr) => number | null,
): readonly Place[] {
  if (value.op !== 'braces') return [];
  if ('field' in step) {
    const fields = index.fields(type.base) ?? [];
    const position = fields.findIndex(({ name }) => name === step.field);
    const member = fields[position];
    if (!member) return [];
    const item = value.items.find(({ path }) => path[0] === step.field) ?? unnamed(value.items[position]);
    return [{ value: item ? rest(item) : ZERO, type: index.resolve(member.type) }];
  }
  if (type.dimensions.length === 0) return [];
  const element: Type = { ...type, dimensions: type.dimensions.slice(1) };
  const { at } = step;
  const items: BraceItem[] = [];
  let position = 0;
  for (const item of value.items) {
    // `[STATE] =` says where the row goes on.
    const named = item.at ? numberOf(item.at) : position;
    if (named === null || item.to) return [];
    if (at === null || at === named) items.push(item);
    position = named + 1;
  }
  if (at !== null && items.length === 0) return [{ value: ZERO, type: element }];
  return items.map((item) => ({ value: rest(item), type: element }));
}

function unnamed(item: BraceItem | undefined): BraceItem | undefined {
  return item?.path.length === 0 ? item : undefined;
}

/** What an item says once its first name is used up. */
function rest(item: BraceItem): Expr {
  if (item.path.length < 2) return item.value;
  return { op: 'braces', items: [{ path: item.path.slice(1), value: item.value }], span: { start: 0, end: 0 } };
}
