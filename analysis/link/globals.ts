// What names stand for outside of functions: variables and their values, enumerators, macros.
import type { Catalog } from '../text/catalog.js';
import { CONSTANTS } from '../knowledge/constants.js';
import type { Expr, VariableFacts } from '../facts/facts.js';
import type { Functions, LinkedFunction } from './functions.js';
import { isHeader } from '../text/includes.js';
import type { Index } from './link.js';
import { lends } from './liveness.js';
import type { Lowered } from './lowered.js';
import type { MacroLookup } from './splice.js';
import type { Item } from '../text/words.js';

export type Variable = VariableFacts & { readonly file: string };

/** Variables that more functions than this may assign are taken to be assigned: nobody looks at all of them. */
const MAX_SUSPECTS = 40;

export function macrosOf(catalog: Catalog, lowered: Lowered): (name: string, file: string) => ReturnType<MacroLookup> {
  return (name, file) => {
    const macros = catalog.defining('macro', name).filter(({ macro }) => macro?.takesArguments);
    const [first] = catalog.includes.ordered(macros, catalog.fileOf(file));
    return first ? lowered.macro(first) : null;
  };
}

/** What a constant, an enumerator or an object-like macro stands for. */
export function constantsOf(catalog: Catalog, lowered: Lowered): Index['constant'] {
  const enumerator = (item: Item, name: string): Expr | null => lowered.facts(item).constants.get(name) ?? null;
  const macro = (item: Item, name: string): Expr | null => {
    const found = lowered.macro(item);
    if (!found || found.fragment.broken || found.fragment.graph.operations.length !== 1) return null;
    const { value } = found.fragment;
    // `#define A A` tells the preprocessor that there is an A, and nothing more.
    return value?.op === 'name' && value.name === name ? null : value;
  };
  return (name, file) => {
    const macros = catalog.defining('macro', name).filter((item) => !item.macro?.takesArguments);
    const all = [...catalog.defining('enumerator', name), ...macros];
    for (const item of catalog.includes.ordered(all, catalog.fileOf(file))) {
      const value = item.macro ? macro(item, name) : enumerator(item, name);
      if (value) return value;
    }
    const known = CONSTANTS.get(name);
    return known === undefined ? null : { op: 'int', value: known };
  };
}

type Variables = Pick<Index, 'variableNamed' | 'settled' | 'table' | 'tablesNaming'>;

export function variablesOf(catalog: Catalog, lowered: Lowered, functions: Functions): Variables {
  const byItem = new Map<Item, readonly Variable[]>();
  const inItem = (item: Item): readonly Variable[] => {
    const known = byItem.get(item);
    if (known) return known;
    const file = catalog.texts[item.file]?.path ?? '';
    const variables = lowered.facts(item).variables.map((variable) => ({ ...variable, file }));
    byItem.set(item, variables);
    return variables;
  };
  const found = new Map<string, Variable | null>();
  const variableNamed: Index['variableNamed'] = (name, path) => {
    const items = catalog.defining('variable', name);
    if (items.length === 0) return null;
    const key = `${path}:${name}`;
    const known = found.get(key);
    if (known !== undefined) return known;
    let best: Variable | null = null;
    for (const item of catalog.includes.ordered(items, catalog.fileOf(path))) {
      const variable = inItem(item).find((one) => one.name === name);
      if (!variable) continue;
      // A declaration says less than a definition, wherever that stands.
      if (!best || (best.isExtern && !variable.isExtern && !variable.isStatic)) best = variable;
      if (!best.isExtern) break;
    }
    found.set(key, best);
    return best;
  };
  const assigned = new Map<Variable, boolean>();
  const isAssigned = (variable: Variable): boolean => {
    const known = assigned.get(variable) ?? mayBeAssigned(variable, catalog, functions);
    assigned.set(variable, known);
    return known;
  };
  return {
    variableNamed,
    settled: (name, file) => {
      const variable = variableNamed(name, file);
      if (!variable || variable.isExtern || variable.type.pointers > 0 || variable.type.dimensions.length > 0)
        return null;
      return isAssigned(variable) ? null : (variable.value ?? { op: 'int', value: 0 });
    },
    table: (name, file) => {
      const variable = variableNamed(name, file);
      return variable?.value?.op === 'braces' && !isAssigned(variable) ? variable : null;
    },
    tablesNaming: (word, file) =>
      tableItems(word, file, catalog).flatMap((item) => inItem(item).filter(({ value }) => value !== null)),
  };
}

function tableItems(word: string, file: string | undefined, catalog: Catalog): readonly Item[] {
  const at = file === undefined ? null : catalog.fileOf(file);
  return catalog.naming(word).filter((item) => item.role === 'table' && (at === null || item.file === at));
}

/** Whether somebody who can see the variable assigns it, or takes its address. */
function mayBeAssigned(variable: Variable, catalog: Catalog, functions: Functions): boolean {
  const { name, file } = variable;
  const home = catalog.fileOf(file);
  const isOwn = variable.isStatic && !isHeader(file);
  const suspects = catalog
    .doing('assign', name)
    .filter((item) => !isOwn || item.file === home || catalog.includes.reached(item.file).has(home));
  if (suspects.length > MAX_SUSPECTS) return true;
  // A declaration with its value is marked like an assignment; another table that has the address is one.
  const own = new Set(catalog.defining('variable', name));
  return suspects.some((item) => {
    if (item.role === 'function') return functions.of(item).some((fn) => assigns(fn, name));
    return !own.has(item);
  });
}

function assigns(fn: LinkedFunction, name: string): boolean {
  if (fn.facts.locals.has(name)) return false;
  const isPartOf = (expr: Expr): boolean =>
    expr.op === 'member' || expr.op === 'index' ? isPartOf(expr.of) : expr.op === 'name' && expr.name === name;
  return fn.graph.operations.some(
    (operation) => (operation.kind === 'assign' && isPartOf(operation.target)) || lends(operation, isPartOf),
  );
}
