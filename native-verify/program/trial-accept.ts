// Connections left under an edge: several clients connect while the program is stopped, and so are one event.
import { vary } from '../scenario.js';
import type { Session } from './session.js';
import type { Claim, Trial } from './trial.js';
import { looked, proven } from './trial.js';
import type { Held } from './world.js';
import { isEdgeForInput, listeningSide, registrationOf, sleepsIn } from './world.js';

export const acceptTrial: Trial = {
  rule: 'et-accept-not-drained',

  async act(session) {
    const count = vary(session.seed, 4, 7);
    await session.stopped(() => {
      for (let at = 1; at <= count; at += 1) session.connect(`client ${at}`);
    });
    session.note(`${count} clients connect while the program is stopped, then it goes on`);
    return proven(session, leftInQueue(session), await session.rest());
  },

  async control(session) {
    const count = vary(session.seed, 4, 7);
    for (let at = 1; at <= count; at += 1) {
      session.connect(`client ${at}`);
      await session.rest();
    }
    session.note(`${count} clients connect, each when the one before was accepted`);
    return looked(leftInQueue(session), await session.rest());
  },
};

function leftInQueue(session: Session): Claim {
  return {
    kind: 'connections left under an edge',
    rule: 'et-accept-not-drained',
    amount: queueOf,
    words: (left) => `${queueOf(left)} connections are left in the accept queue under an edge`,
    find: (world) => {
      const listener = listeningSide(world);
      if (listener === null) {
        session.note('the program has closed its listener');
        return null;
      }
      const registration = registrationOf(listener);
      const mask = registration === null ? 'is not registered' : `is registered with ${registration.maskHex}`;
      session.note(`asleep in ${sleepsIn(world)}, its listener ${mask}, ${queueOf(listener)} in the accept queue`);
      return registration !== null && isEdgeForInput(registration) && queueOf(listener) > 0 ? listener : null;
    },
    nudge: async (_before, left) => {
      session.connect('one more client');
      const listener = listeningSide(await session.rest());
      const now = listener === null ? 0 : queueOf(listener);
      session.note(`nudge: 1 more connection, and ${now} are in the accept queue`);
      return now <= queueOf(left) ? null : 'one more connection does not make it accept them';
    },
  };
}

function queueOf({ descriptor }: Held): number {
  return descriptor.socket?.queued ?? 0;
}
