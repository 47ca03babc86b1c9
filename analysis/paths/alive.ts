// Which places of a state somebody may still read: the rest is dropped, so that equal states look equal.
import type { Frame } from './evaluate.js';
import { PASSED_ERRNO } from '../link/liveness.js';

/** Locals live while somebody may read them, in their own frame and, for callers, after the return. */
export function isLive(place: string, frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (place === 'g:errno') return wantsErrno(frame, live);
  const local = localOf(place);
  if (!local) return true;
  const { depth, name } = local;
  if (name.startsWith('%')) return depth <= frame.depth;
  if (depth === frame.depth) return live?.has(name) ?? true;
  if (depth > frame.depth) return false;
  // A caller's local is wanted when the call names it, because a callee may hold its address, or what comes after it does.
  let { caller } = frame;
  while (caller && caller.frame.depth !== depth) caller = caller.frame.caller;
  if (!caller) return true;
  const { live: wanted } = caller.frame.fn;
  return [caller.at, caller.next].some((at) => wanted[at]?.has(name) ?? true);
}

/** `2:conn` of `2:conn.fd`: the frame's depth and the local's name; null for what is no local. */
function localOf(place: string): { readonly depth: number; readonly name: string } | null {
  let at = place.startsWith('!') ? 1 : 0;
  const start = at;
  while (place.charCodeAt(at) >= ZERO && place.charCodeAt(at) <= NINE) at++;
  if (at === start || place.charAt(at) !== ':') return null;
  const depth = Number(place.slice(start, at));
  const from = at + 1;
  for (at = from; at < place.length && place.charAt(at) !== '.' && place.charAt(at) !== '[';) at++;
  return { depth, name: place.slice(from, at) };
}

const ZERO = 48;
const NINE = 57;

/** Looked at here before another call sets it, or left to a caller who may look at it. */
function wantsErrno(frame: Frame, live: ReadonlySet<string> | undefined): boolean {
  if (live?.has('errno') ?? true) return true;
  if (!live?.has(PASSED_ERRNO)) return false;
  return frame.caller === null || wantsErrno(frame.caller.frame, frame.caller.frame.fn.live[frame.caller.next]);
}
