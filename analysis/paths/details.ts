// Events that only some obligations ask for, because looking for them costs something: where the -1 of a failed call is used as
// if it were a number of bytes, and where the reason of a failure is looked at.
import { lengthOf } from '../knowledge/calls.js';
import type { CallOperation, Expr, Operation } from '../facts/facts.js';
import { calledName } from '../bind/flows.js';
import { MAX_TARGETS } from '../bind/bind.js';
import { expressionsOf, isErrno, visitExpr } from '../link/liveness.js';
import { ERRNO } from './assume.js';
import { evaluate, type Scope } from './evaluate.js';
import type { Event } from './event.js';
import type { Guide } from './guide.js';
import type { Look } from './obligation.js';
import type { Draft } from './state.js';
import { isConstant, soleSymbol, type Value } from './value.js';

/** What an operation is about to do, in the state before it. */
export function detailsOf(
  operation: Operation,
  draft: Draft,
  scope: Scope,
  looks: readonly Look[],
  guide: Guide,
): Event[] {
  return [
    ...(looks.includes('use') ? usesIn(operation, draft, scope) : []),
    ...(looks.includes('errno') ? reasonsIn(operation, draft, scope, guide) : []),
  ];
}

function usesIn(operation: Operation, draft: Draft, scope: Scope): Event[] {
  const where = { fn: scope.frame.fn, span: operation.span };
  const used = (expr: Expr, as: 'index' | 'length'): Event[] => {
    const failed = negativeFailure(expr, draft, scope);
    return failed === null ? [] : [{ kind: 'use', failed, as, ...where }];
  };
  const length = operation.kind === 'call' ? lengthArgument(operation, scope) : undefined;
  return [...indexesOf(operation).flatMap((at) => used(at, 'index')), ...(length ? used(length, 'length') : [])];
}

function lengthArgument(call: CallOperation, { frame, index }: Scope): Expr | undefined {
  const name = calledName(call, frame.fn, index);
  const model = name === null ? null : index.model(name, frame.fn.facts.file, call.args.length);
  const position = model && lengthOf(model);
  return position === null ? undefined : call.args[position];
}

/** The failure of which a value is the negative result. */
function negativeFailure(expr: Expr, draft: Draft, scope: Scope): string | null {
  const value = evaluate(expr, draft, scope);
  return isConstant(value) && value.c < 0 ? (value.failed ?? null) : null;
}

const known = new WeakMap<Operation, readonly Expr[]>();

/** The indexes, other than numbers, of the elements that an operation reads or writes. */
function indexesOf(operation: Operation): readonly Expr[] {
  const before = known.get(operation);
  if (before) return before;
  const found: Expr[] = [];
  const lent = new Set<Expr>();
  for (const expr of expressionsOf(operation)) {
    visitExpr(expr, (e) => {
      // Where an element would stand is no access; for a call it is as good as one.
      if (e.op === 'address' && operation.kind !== 'call') lent.add(e.of);
      if (e.op === 'index' && e.at.op !== 'int' && !lent.has(e)) found.push(e.at);
      if (e.op === 'deref' && e.of.op === 'binary' && e.of.sign === '+') found.push(e.of.right);
    });
  }
  known.set(operation, found);
  return found;
}

/** Comparisons of errno, or of a copy of it, and calls of whoever may compare it. */
function reasonsIn(operation: Operation, draft: Draft, scope: Scope, guide: Guide): Event[] {
  const where = { fn: scope.frame.fn, span: operation.span };
  const reason = reasonIn(draft);
  const isReason = (expr: Expr): boolean =>
    isErrno(expr) || (reason !== null && NAMING.has(expr.op) && reason === reasonOf(evaluate(expr, draft, scope)));
  if (operation.kind === 'call') {
    const isTold = isJudge(operation, scope, guide) || operation.args.some(isReason);
    const name = calledName(operation, scope.frame.fn, guide.index);
    const isKnown = name !== null && guide.index.model(name, scope.frame.fn.facts.file) !== null;
    return isTold && !isKnown ? [{ kind: 'errno', with: null, ...where }] : [];
  }
  const events: Event[] = [];
  for (const expr of expressionsOf(operation)) {
    visitExpr(expr, (e) => {
      if (e.op !== 'binary' || !COMPARING.test(e.sign)) return;
      const other = isReason(e.left) ? e.right : isReason(e.right) ? e.left : null;
      if (!other) return;
      const value = evaluate(other, draft, scope);
      events.push({ kind: 'errno', with: isConstant(value) ? value.c : null, ...where });
    });
  }
  return events;
}

const COMPARING = /^[=!<>]=?$/;
const NAMING: ReadonlySet<string> = new Set(['name', 'member', 'temp']);

/** What tells errno of the last failure apart from other numbers; null where none is known. */
function reasonIn(draft: Draft): string | null {
  const value = draft.store.get(ERRNO);
  return value ? reasonOf(value) : null;
}

function reasonOf(value: Value): string | null {
  return value.k === 'num' ? (value.failed ?? soleSymbol(value)) : null;
}

/** Whether somebody is called who compares errno himself. */
function isJudge(call: CallOperation, { frame }: Scope, guide: Guide): boolean {
  const targets = guide.bindings.callees(call, frame.fn);
  return targets.length <= MAX_TARGETS && targets.some((target) => guide.comparesErrno(target));
}
