/**
 * Ticks in random interleavings: delivered, delivered again, out of order, killed before and after every effect, under
 * a clock that jumps both ways, with an operator in between. What must hold is checked against a model that knows
 * nothing of leases.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ServiceState, Tick } from '../../lib/rules/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { type Ports, runTick, type StateStore } from '../../lib/tick/index.ts';
import { type Clock, systemRandom } from '../../lib/time/index.ts';
import { keptLog } from '../support/loop-kit.ts';
import { DUE, MINUTE, refused } from '../support/tick-kit.ts';

/** A place where a process waits to go on, or dies. */
interface Gate {
  readonly go: () => void;
}

/** What is known of an acquire that was granted. */
interface Grant {
  readonly tick: Tick;
  readonly fence: number;
  readonly until: number;
  started: boolean;
  written?: 'succeeded' | 'failed' | 'skipped';
}

const MOST_GRANTS = 18;

class Simulation {
  readonly store = memoryStore();
  readonly gates: Gate[] = [];
  readonly grants: Grant[] = [];
  now = DUE;
  newestDecided = Number.NEGATIVE_INFINITY;

  deliver(tick: Tick, fails: boolean): void {
    if (this.grants.length >= MOST_GRANTS) return;
    let grant: Grant | undefined;
    const store = this.#gated(tick, (taken) => {
      grant = taken;
    });
    const service = defineService({
      name: 'svc',
      interval: '1m',
      consecutive: 2,
      backoff: 3,
      restartAfter: '10m',
      printer: () => {},
      workload: async () => {
        if (grant !== undefined) grant.started = true;
        await this.#gate();
        if (fails) throw refused();
      },
    });
    const ports: Ports = {
      ...{ store, clock: this.#clock(), random: systemRandom, log: keptLog(), observers: [] },
      recycle: () => {},
    };
    const invocation = { deadline: this.now + 50_000, build: 'b1', prepared: () => undefined };
    // How a tick is told is not looked at here: a halt and a lost lease reject, and both are well.
    runTick(service, tick, invocation, ports).catch(() => {});
  }

  /** Lets the n-th of those that wait go on. */
  async goOn(nth: number): Promise<void> {
    const [gate] = this.gates.splice(nth % Math.max(1, this.gates.length), 1);
    gate?.go();
    await nextTurn();
  }

  /** Ends the process of the n-th of those that wait: nothing of it happens any more. */
  kill(nth: number): void {
    this.gates.splice(nth % Math.max(1, this.gates.length), 1);
  }

  #gate(): Promise<void> {
    return new Promise((go) => this.gates.push({ go }));
  }

  /** Time of its own passes for nobody: deadlines are not what is tried here. */
  #clock(): Clock {
    return {
      now: () => this.now,
      sleep: (_ms, signal) => new Promise((wake) => signal?.addEventListener('abort', () => wake(), { once: true })),
    };
  }

  /** A store whose every call waits before it has its effect and again before its answer arrives. */
  #gated(tick: Tick, taken: (grant: Grant) => void): StateStore {
    const around = async <Answer>(effect: () => Promise<Answer>): Promise<Answer> => {
      await this.#gate();
      const answer = await effect();
      await this.#gate();
      return answer;
    };
    let grant: Grant | undefined;
    return {
      ...this.store,
      putRun: (record) => around(() => this.store.putRun(record)),
      failedRuns: (service, range) => around(() => this.store.failedRuns(service, range)),
      acquire: (request) =>
        around(async () => {
          const answer = await this.store.acquire(request);
          if (answer.granted) {
            grant = { tick, fence: answer.claim.fence, until: request.leaseUntil, started: false };
            this.#checkGrant(grant, request.now);
            taken(grant);
          }
          return answer;
        }),
      commit: (claim, state) =>
        around(async () => {
          const answer = await this.store.commit(claim, state);
          if (answer.written && grant !== undefined) this.#decide(grant, state);
          return answer;
        }),
    };
  }

  #checkGrant(grant: Grant, now: number): void {
    const last = this.grants.at(-1);
    expect(grant.fence).toBe(this.grants.length + 1);
    expect(last === undefined || last.written !== undefined || last.until <= now).toBe(true);
    if (grant.tick.kind === 'scheduled') expect(grant.tick.scheduledFor).toBeGreaterThan(this.newestDecided);
    this.grants.push(grant);
  }

  /**
   * A run decides its tick. So does a skip, but for one whose reason an operator's resume took away: that tick may come
   * again.
   */
  #decide(grant: Grant, { runs, lastTick }: ServiceState): void {
    expect(grant.written).toBeUndefined();
    grant.written = grant.started ? (runs.at(-1)?.outcome as 'succeeded' | 'failed') : 'skipped';
    if (grant.tick.kind !== 'scheduled') return;
    const { scheduledFor } = grant.tick;
    if (grant.started) expect(lastTick).toBe(scheduledFor);
    if (lastTick === scheduledFor) this.newestDecided = Math.max(this.newestDecided, scheduledFor);
  }

  /** Everybody who still waits is killed; a day later somebody runs the service by hand. */
  async applyRun(): Promise<void> {
    this.gates.length = 0;
    this.now += 24 * 60 * MINUTE;
    this.deliver({ kind: 'manual', force: true }, false);
    await nextTurn();
    while (this.gates.length > 0) await this.goOn(0);
  }
}

type Action = readonly [name: 'next' | 'deliver' | 'hand' | 'go' | 'kill' | 'time' | 'resume', pick: number];

const STEPS_OF_TIME = [1_000, 30_000, MINUTE, 3 * MINUTE, 11 * MINUTE, -20_000, -2 * MINUTE];

async function act(simulation: Simulation, [name, pick]: Action): Promise<void> {
  // The newest tick, or by chance an older one or one ahead.
  const due = (Math.floor(simulation.now / MINUTE) + ([0, 0, 0, 0, -1, -2, 1][pick % 7] ?? 0)) * MINUTE;
  if (name === 'next') simulation.now += MINUTE;
  if (name === 'deliver' || name === 'next')
    simulation.deliver({ kind: 'scheduled', scheduledFor: due }, pick % 2 === 0);
  if (name === 'hand') simulation.deliver({ kind: 'manual', force: pick % 2 === 0 }, pick % 3 === 0);
  for (let step = 0; name === 'go' && step <= pick % 5; step++) await simulation.goOn(pick);
  if (name === 'kill') simulation.kill(pick);
  if (name === 'time') simulation.now += STEPS_OF_TIME[pick % STEPS_OF_TIME.length] ?? 0;
  if (name === 'resume') await simulation.store.resume('svc');
  await nextTurn();
}

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constant('next' as const) },
  { weight: 2, arbitrary: fc.constant('deliver' as const) },
  { weight: 1, arbitrary: fc.constant('hand' as const) },
  { weight: 14, arbitrary: fc.constant('go' as const) },
  { weight: 2, arbitrary: fc.constant('kill' as const) },
  { weight: 4, arbitrary: fc.constant('time' as const) },
  { weight: 1, arbitrary: fc.constant('resume' as const) },
);
const actions: fc.Arbitrary<Action[]> = fc.array(fc.tuple(name, fc.nat({ max: 59 })), {
  minLength: 20,
  maxLength: 150,
});

it('no tick that was decided runs again, one holds the lease, fences rise by one, and every run is in the ring once', async () => {
  const seen = { succeeded: 0, failed: 0, skipped: 0, crashed: 0 };
  await fc.assert(
    fc.asyncProperty(actions, async (script) => {
      const simulation = new Simulation();
      for (const action of script) await act(simulation, action);
      await simulation.applyRun();

      const state = await simulation.store.read('svc');
      const { grants } = simulation;
      expect([state?.fence, state?.countedUpTo]).toEqual([grants.length, grants.length]);
      const ended = grants.map(({ written }) => written ?? 'crashed');
      for (const end of ended) seen[end] += 1;
      const counted = ended.filter((end) => end !== 'skipped').toSorted();
      expect(state?.runs.map(({ outcome }) => outcome).toSorted()).toEqual(counted);
    }),
    { numRuns: 400 },
  );
  // Each kind of end has to have come up, or this says little.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(5);
});
