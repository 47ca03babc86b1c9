// Which places of a state somebody may still read: the rest is dropped, so that equal states look equal.
import type { Frame } from './evaluate.js';
import { PASSED_ERRNO } from '../link/liveness.js';
import type { Place } from './place.js';

/** Locals live while somebody may read them, in their own frame and, for callers, after the return. */
export function isLive(place: Place, text: string, frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (text === 'g:errno') return wantsErrno(frame, live);
  const { depth, local } = place;
  if (depth < 0) return true;
  if (local.startsWith('%')) return depth <= frame.depth;
  if (depth === frame.depth) return live?.has(local) ?? true;
  if (depth > frame.depth) return false;
  // A caller's local is wanted when the call names it, because a callee may hold its address, or what comes after it does.
  let { caller } = frame;
  while (caller && caller.frame.depth !== depth) caller = caller.frame.caller;
  if (!caller) return true;
  const { live: wanted } = caller.frame.fn;
  return [caller.at, caller.next].some((at) => wanted[at]?.has(local) ?? true);
}

/** Looked at here before another call sets it, or left to a caller who may look at it. */
function wantsErrno(frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (live?.has('errno') ?? true) return true;
  if (!live?.has(PASSED_ERRNO)) return false;
  return frame.caller === null || wantsErrno(frame.caller.frame, frame.caller.frame.fn.live[frame.caller.next]);
}
