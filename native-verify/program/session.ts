// One run of the program with its clients: started, listening, driven, looked at from outside, and ended.
import { setTimeout as pause } from 'node:timers/promises';
import type { Libc } from '../libc.js';
import { settled } from '../observer/settled.js';
import { snapshot } from '../observer/snapshot.js';
import { threadsOf } from '../observer/threads.js';
import type { Drive } from './drives.js';
import type { Job } from './entry.js';
import type { Launched } from './launch.js';
import { launch, signalTo } from './launch.js';
import { Peer } from './peer.js';
import type { World } from './world.js';
import { held, isAsleep, isPending, listenersOf, sumUnsent } from './world.js';

/** Why a run came to no result, in words for the verdict. */
export class Fruitless extends Error {}

export interface Stage {
  readonly libc: Libc;
  readonly job: Job;
  readonly drive: Drive;
  /** When all running and driving has to be over, by `performance.now()`. */
  readonly deadline: number;
}

/** Runs with a session of its own and leaves nothing behind. */
export async function withSession<T>(stage: Stage, run: (session: Session) => Promise<T>): Promise<T> {
  refuseWhenOver();
  const session = new Session(stage, await launch(stage.job));
  running.add(session);
  try {
    refuseWhenOver();
    await session.listening();
    return await run(session);
  } finally {
    await session.end();
    running.delete(session);
  }
}

/** For the end of the judging process itself: what runs is ended, and nothing is started any more. */
export async function endSessions(): Promise<void> {
  isOver = true;
  await Promise.all([...running].map((session) => session.end()));
}

const running = new Set<Session>();
let isOver = false;

function refuseWhenOver(): void {
  if (isOver) throw new Fruitless('the judging process was told to end');
}

/** How long a program may take until it listens. */
const startMilliseconds = 5000;
/** How long it may take to come to rest. */
const restMilliseconds = 2000;
/** How long a time-out of the program is awaited before it is left undecided. */
const patienceMilliseconds = 2500;
/** What is on its way may wait for a timer of TCP. */
const deliveryMilliseconds = 600;

export interface Party {
  readonly speaker: Peer;
  readonly hearer: Peer;
}

/** One run; it ends with `end`. */
export class Session {
  readonly drive: Drive;
  readonly seed: number;
  readonly peers: Peer[] = [];
  readonly #stage: Stage;
  readonly #launched: Launched;
  readonly #lines: string[] = [];
  #port = 0;
  #sixth = false;

  constructor(stage: Stage, launched: Launched) {
    this.#stage = stage;
    this.#launched = launched;
    this.drive = stage.drive;
    this.seed = stage.job.seed;
  }

  get transcript(): readonly string[] {
    return [...this.#lines];
  }

  note(line: string): void {
    this.#lines.push(line);
  }

  connect(name: string, slow = false): Peer {
    const peer = new Peer(this.#stage.libc, { name, port: this.#port, sixth: this.#sixth, slow });
    this.peers.push(peer);
    return peer;
  }

  /** The clients that belong together; the last one hears what the first one says. */
  async party(slow = false, names: readonly [string, string] = ['client 1', 'client 2']): Promise<Party> {
    const speaker = this.connect(names[0], slow && this.drive.party === 1);
    await this.rest();
    const hearer = this.drive.party === 1 ? speaker : this.connect(names[1], slow);
    await this.rest();
    hearer.forgetGreeting();
    return { speaker, hearer };
  }

  /** The client goes away. */
  dismiss(peer: Peer): void {
    const at = this.peers.indexOf(peer);
    if (at < 0) return;
    this.peers.splice(at, 1);
    peer.close();
  }

  /** Until it goes on, nothing that arrives is taken: one burst, however the two processors are shared. */
  async stopped(act: () => void): Promise<void> {
    const family = this.#launched.family();
    for (const pid of family) signalTo(pid, 'SIGSTOP');
    const areStopped = (): boolean =>
      family.every((pid) => threadsOf(pid)?.every(({ state }) => state === 'T' || state === 'Z') ?? true);
    for (let turn = 0; turn < 100 && !areStopped(); turn += 1) await pause(1);
    act();
    // Loopback delivers within the call as a rule, and within a turn of the scheduler at the latest.
    await pause(2);
    for (const pid of family) signalTo(pid, 'SIGCONT');
  }

  /** The program at rest, all that its clients can hear heard; `deaf` clients do not read meanwhile. */
  async rest(deaf: readonly Peer[] = []): Promise<World> {
    const end = performance.now() + restMilliseconds;
    let quietSince = performance.now();
    for (;;) {
      const world = await this.#look();
      const moved = this.#move(deaf);
      if (moved > 0) quietSince = performance.now();
      const isOnItsWay = deaf.length === 0 && sumUnsent(world) > 0;
      const patience = isOnItsWay ? deliveryMilliseconds : 0;
      if (moved === 0 && performance.now() - quietSince >= patience) return world;
      if (performance.now() > end) throw new Fruitless('it does not come to rest: bytes flow on and on');
    }
  }

  /** The same world after every time-out and timer that was running has passed twice, or the bound is reached. */
  async waitedOut(world: World, deaf: readonly Peer[] = []): Promise<World> {
    if (!isPending(world)) return world;
    const start = performance.now();
    const timers = held(world).map(({ descriptor }) => descriptor.expiresMilliseconds ?? 0);
    const wait = 2 * Math.max(...timers);
    const family = this.#launched.family();
    const states = await Promise.all(family.map((pid) => settled(pid, { boundMs: patienceMilliseconds, turns: 2 })));
    const isLate = wait > patienceMilliseconds || states.some((state) => state?.pending !== false);
    while (!isLate && performance.now() - start < wait) await pause(5);
    return { ...(await this.rest(deaf)), waitedOut: !isLate };
  }

  async end(): Promise<void> {
    for (const peer of this.peers.splice(0)) peer.close();
    await this.#launched.end();
  }

  /** Waits for the first listener of any process of the program. */
  async listening(): Promise<void> {
    const begun = performance.now();
    const patience = Math.min(startMilliseconds, (this.#stage.deadline - begun) / 2);
    for (;;) {
      const found = this.#launched.family().flatMap((pid) => {
        const seen = snapshot(pid, this.#stage.libc);
        return seen === null ? [] : listenersOf(seen);
      });
      const [first] = found;
      if (first !== undefined) {
        this.#port = first.port;
        this.#sixth = first.sixth;
        await this.rest();
        return;
      }
      this.#check();
      if (performance.now() - begun > patience) {
        throw new Fruitless(`it listens on no TCP port within ${Math.round(patience)} ms`);
      }
      await pause(2);
    }
  }

  #move(deaf: readonly Peer[]): number {
    let moved = 0;
    for (const peer of this.peers) {
      moved += peer.goOn();
      if (!deaf.includes(peer)) moved += peer.drain();
    }
    return moved;
  }

  /** A look in which every thread sleeps; one that a timer has just woken is given a moment. */
  async #look(): Promise<World> {
    let world = await this.#lookOnce();
    for (let turn = 0; turn < 20 && !isAsleep(world); turn += 1) world = await this.#lookOnce();
    return world;
  }

  async #lookOnce(): Promise<World> {
    const family = this.#launched.family();
    const states = await Promise.all(family.map((pid) => settled(pid, { boundMs: restMilliseconds, turns: 0 })));
    if (states.length === 0 || states.includes(null)) await this.#fateOrSpin();
    this.#check();
    const processes = family.map((pid) => snapshot(pid, this.#stage.libc));
    return {
      processes: processes.flatMap((one) => one ?? []),
      pending: states.some((state) => state?.pending === true),
      waitedOut: false,
      peers: this.peers.map(({ address }) => address),
    };
  }

  /** It does not sleep: because it spins, or because it has just ended, which is told a moment later. */
  async #fateOrSpin(): Promise<void> {
    for (let turn = 0; turn < 50 && this.#launched.family().length === 0; turn += 1) {
      this.#check();
      await pause(5);
    }
    this.#check();
    throw new Fruitless('it does not come to rest: it never sleeps in a wait');
  }

  #check(): void {
    const fate = this.#launched.fate();
    if (fate !== null) throw new Fruitless(fate);
    if (performance.now() > this.#stage.deadline) throw new Fruitless('the time for running and driving it is over');
  }
}
