/** What the tests of ticks share: a world in which every effect of a tick is put down in the order it happened. */

import type { ServiceState, Tick } from '../../lib/rules/index.ts';
import { defineService, type RunContext, type Service, type ServiceOptions } from '../../lib/service/index.ts';
import { type FakeClock, type FakeClockOptions, fakeClock, memoryStore } from '../../lib/testing/index.ts';
import {
  type CrashEvent,
  type Invocation,
  type Observer,
  type Ports,
  runTick,
  type StateStore,
  type TickEvent,
} from '../../lib/tick/index.ts';
import { systemRandom } from '../../lib/time/index.ts';
import { keptLog } from './loop-kit.ts';

/** 2025-10-09T09:00:00Z, a due time of every interval used in these tests. */
export const DUE = 1_760_000_400_000;
export const MINUTE = 60_000;

/** What a world may be made of. */
export interface WorldOptions {
  readonly store?: StateStore;
  /** @default 'manual': time moves only by `advance` and by delivering a tick in the future */
  readonly mode?: FakeClockOptions['mode'];
  readonly observers?: readonly Observer[];
}

/** A world to run ticks in. */
export interface World {
  readonly clock: FakeClock;
  readonly store: StateStore;
  readonly ports: Ports;
  readonly log: ReturnType<typeof keptLog>;
  /**
   * Effects in their order: `acquire`, `run`, `putRun`, `commit`, `reported ran`, `crash 3`, `print ...`, `flush`,
   * `recycle`.
   */
  readonly events: string[];
  readonly tickEvents: TickEvent[];
  readonly crashes: CrashEvent[];
  /** A service whose runs and printed lines are put down among the events. */
  service(options: Partial<ServiceOptions<undefined>>): Service;
  /** Delivers a tick; time is moved on to its due time if that lies ahead. */
  deliver(service: Service, scheduledFor: number, over?: Partial<Invocation>): Promise<TickEvent>;
  /** Delivers a tick to a process that dies in its run. Gives the tick's story if it was skipped before that. */
  crash(service: Service, tick: number | Tick): Promise<TickEvent | undefined>;
  byHand(service: Service, over?: Partial<Invocation> & { readonly force?: boolean }): Promise<TickEvent>;
  /** The state as the store has it. */
  state(service: Service): Promise<ServiceState>;
}

/** Makes a world. */
export function world({ store = memoryStore(), mode = 'manual', observers = [] }: WorldOptions = {}): World {
  const clock = fakeClock(DUE, { mode });
  const events: string[] = [];
  const tickEvents: TickEvent[] = [];
  const crashes: CrashEvent[] = [];
  const log = keptLog();
  const observer: Observer = {
    runCrashed(tickEvent) {
      crashes.push(tickEvent);
      events.push(`crash ${tickEvent.fence}`);
    },
    tickEnded(tickEvent) {
      tickEvents.push(tickEvent);
      events.push(`reported ${tickEvent.reason ?? tickEvent.disposition}`);
    },
    async flush() {
      events.push('flush');
    },
  };
  const ports: Ports = {
    store: putDown(store, events),
    clock,
    random: { draw: () => 0.5, id: () => systemRandom.id() },
    log,
    observers: [...observers, observer],
    recycle: () => void events.push('recycle'),
  };
  const invocation = (service: Service, over: Partial<Invocation>): Invocation => ({
    deadline: clock.now() + service.timeout,
    build: 'b1',
    prepared: () => undefined,
    ...over,
  });
  return {
    clock,
    store,
    ports,
    log,
    events,
    tickEvents,
    crashes,
    service({ workload = async () => {}, ...options }) {
      return defineService({
        name: 'svc',
        interval: '1m',
        printer: (line) => void events.push(`print ${line.split('\n')[0]}`),
        ...options,
        workload: (context: RunContext<undefined>) => {
          events.push('run');
          return workload(context);
        },
      });
    },
    async deliver(service, scheduledFor, over = {}) {
      await clock.advance(Math.max(0, scheduledFor - clock.now()));
      return runTick(service, { kind: 'scheduled', scheduledFor }, invocation(service, over), ports);
    },
    async crash(service, due) {
      const tick: Tick = typeof due === 'number' ? { kind: 'scheduled', scheduledFor: due } : due;
      if (tick.kind === 'scheduled') await clock.advance(Math.max(0, tick.scheduledFor - clock.now()));
      return new Promise((resolve, reject) => {
        // Its clock stands still from now on, so that nothing of it ever goes on.
        const last = { ...ports, clock: fakeClock(clock.now(), { mode: 'manual' }) };
        const workload = () => {
          resolve(undefined);
          return new Promise(() => {});
        };
        runTick({ ...service, workload }, tick, invocation(service, {}), last).then(resolve, reject);
      });
    },
    byHand: (service, { force = false, ...over } = {}) =>
      runTick(service, { kind: 'manual', force }, invocation(service, over), ports),
    async state({ name }) {
      const state = await store.read(name);
      if (state === undefined) throw new Error(`expected ${name} to be known`);
      return state;
    },
  };
}

/** The store, each call of which is put down once it is answered. */
function putDown(store: StateStore, events: string[]): StateStore {
  const after = async <Answer>(event: string, answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer;
    events.push(event);
    return given;
  };
  return {
    ...store,
    acquire: (request, signal) => after('acquire', store.acquire(request, signal)),
    commit: (claim, state, signal) => after('commit', store.commit(claim, state, signal)),
    release: (claim) => after('release', store.release(claim)),
    putRun: (record) => after('putRun', store.putRun(record)),
    failedRuns: (service, range) => after('failedRuns', store.failedRuns(service, range)),
  };
}

/** An error that a critical service tolerates. */
export function refused(message = 'connect ECONNREFUSED 127.0.0.1:9'): Error {
  return Object.assign(new Error(message), { code: 'ECONNREFUSED' });
}
