// What the flags of a transfer tell.
import { CONSTANTS, has } from '../knowledge/constants.js';
import type { Event } from '../paths/event.js';

/** Whether a transfer is given a flag of send(2) and recv(2); one whose flags are not known is not. */
export function isTold({ flags }: Event & { readonly kind: 'transfer' }, flag: 'MSG_DONTWAIT' | 'MSG_PEEK'): boolean {
  return has(flags ?? 0, CONSTANTS.get(flag) ?? 0);
}
