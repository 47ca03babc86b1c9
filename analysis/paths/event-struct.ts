// What a path knows of the structure that a registration is made with: members that nobody has given a value, and members of
// its union that took the place of others. Kept as marks beside the places, and gone with them.
import type { Registered } from './event.js';
import type { Type } from '../facts/facts.js';
import type { Draft } from './state.js';
import { constant, isConstant, soleSymbol, type Value } from './value.js';

/** Ends the names of marks, so that no place of the code is one. */
export const MARK = '?';

const MEMBERS = ['events', 'data'] as const;
/** What was stored in the union for this registration, and gave way to another member. */
const LOST = '.lost.';
/** What stands in the union now has been registered, or has come from a wait. */
const USED = `.used${MARK}`;

/** A local that begins without a value. */
export function begin(place: string, type: Type, draft: Draft): void {
  if (type.base !== 'struct epoll_event' || type.pointers > 0 || type.dimensions.length > 0) return;
  for (const member of MEMBERS) draft.store.set(unset(place, member), constant(1));
}

function unset(place: string, member: string): string {
  return `${place}.${member}${MARK}`;
}

const MEMBER = /^(.*)\.(events|data)(?:\.(\w+))?$/;

/** A member is assigned; with `whole` all of its bits are. Only one member of the union is there at a time. */
export function assigned(place: string, whole: boolean, draft: Draft): void {
  const [, of, member, inner] = MEMBER.exec(place) ?? [];
  if (of === undefined || member === undefined) return;
  if (whole) draft.store.delete(unset(of, member));
  if (member !== 'data') return;
  const isUsed = draft.store.delete(`${of}${USED}`);
  const prefix = `${of}.data.`;
  for (const [other, value] of [...draft.store]) {
    if (!other.startsWith(prefix) || other === place) continue;
    draft.store.delete(other);
    const isNothing = (isConstant(value) && value.c === 0) || isRead(other, value, draft);
    const name = other.slice(prefix.length);
    // Whoever fills the whole of it first, or last, may mean the two halves.
    if (!isUsed && !isNothing && inner !== 'u64' && name !== 'u64')
      draft.store.set(`${of}${LOST}${name}${MARK}`, value);
  }
}

/** It was only looked at. */
function isRead(place: string, value: Value, draft: Draft): boolean {
  const text = draft.names.textOf(soleSymbol(value) ?? '');
  return text === place || text?.startsWith(`${place}~`) === true;
}

/** Somebody who is not looked into has the address of the structure. */
export function lent(place: string, draft: Draft): void {
  for (const key of [...draft.store.keys()])
    if (key.startsWith(`${place}.`) && key.endsWith(MARK)) draft.store.delete(key);
}

/** A wait has filled the structure: what it holds was stored for no registration. */
export function delivered(place: string, draft: Draft): void {
  draft.store.set(`${place}${USED}`, constant(1));
}

/** What the kernel gets; from here on the structure is used. */
export function registered(place: string, draft: Draft): Registered {
  const { store } = draft;
  const found = [...store.keys()].find((other) => other.startsWith(`${place}.data.`) && !other.endsWith(MARK));
  const lost = [...store.keys()].find((other) => other.startsWith(`${place}${LOST}`));
  const seen: Registered = {
    unset: MEMBERS.filter((member) => store.get(unset(place, member))?.k === 'num'),
    member: found?.slice(`${place}.data.`.length) ?? null,
    replaced: lost?.slice(place.length + LOST.length, -MARK.length) ?? null,
  };
  if (lost !== undefined) store.delete(lost);
  store.set(`${place}${USED}`, constant(1));
  return seen;
}
