// What calls do, in the few words by which a question says which of them can matter to it.
import type { CallModel } from './calls.js';

export const DOINGS = [
  'read',
  'write',
  'accept',
  'wait',
  'control',
  'close',
  'set',
  'mode',
  'make',
  'thread',
  'idle',
  'end',
] as const;

export type Doing = (typeof DOINGS)[number];

export function doingOf(model: CallModel): Doing | null {
  switch (model.does) {
    case 'transfer':
      return model.direction === 'in' ? 'read' : 'write';
    case 'shutdown':
      return 'close';
    case 'listen':
    case 'duplicate':
      return 'make';
    case 'callback':
      return 'thread';
    case 'nonblock':
      return 'mode';
    case 'accept':
    case 'wait':
    case 'control':
    case 'close':
    case 'set':
    case 'mode':
    case 'make':
    case 'thread':
    case 'idle':
    case 'end':
      return model.does;
    case 'copy':
    case 'allocate':
    case 'release':
    case 'nothing':
      return null;
  }
}
