/** What the tests of the handler share: a service that does as a script says, on a fake clock and a store in memory. */

import { type Answer, type HandlerEvent, scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService, type ServiceOptions } from '../../lib/service/index.ts';
import { fakeClock, memoryStore, scriptedRandom } from '../../lib/testing/index.ts';
import type { Ports, StateStore } from '../../lib/tick/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';

/** 2025-10-09T12:00:00Z */
export const NOON = 1_760_011_200_000;

/** The environment that a handler under test is given. */
export const ENVIRONMENT = { table: 'states', build: 'b1', slack: 60_000, inLambda: false, variables: {} };

/** What a test may ask for. */
export interface KitOptions extends Partial<ServiceOptions<unknown>> {
  /** One letter a run: `S` succeeds, `F` is refused a connection, `X` is a programming error. Each takes 250 ms. */
  readonly script?: string;
  readonly ports?: Partial<Ports>;
  readonly environment?: Partial<typeof ENVIRONMENT> & { readonly interval?: number };
}

/** A store that notes each call made to it. */
export function countedStore(): { readonly store: StateStore; readonly calls: string[] } {
  const calls: string[] = [];
  const store = new Proxy(memoryStore(), {
    get(target, method: keyof StateStore) {
      return (...args: never[]) => {
        calls.push(method);
        return (target[method] as (...given: never[]) => unknown)(...args);
      };
    },
  });
  return { store, calls };
}

/** A function of service `sync`, every minute, that trips after 2 failures and halts at its second trip. */
export function functionUnderTest({ script = 'S', ports = {}, environment = {}, ...options }: KitOptions = {}) {
  const clock = fakeClock(NOON);
  const log = keptLog();
  const { store, calls } = countedStore();
  const runs = [...script];
  const service = defineService({
    name: 'sync',
    interval: '1m',
    consecutive: 2,
    backoff: 2,
    workload: async ({ clock: time }) => {
      await time.sleep(250);
      return endOf(runs.shift());
    },
    ...options,
  });
  const handler = scheduledHandler(service, {
    store,
    clock,
    log,
    random: scriptedRandom(),
    recycle: () => {},
    ...ports,
    environment: { ...ENVIRONMENT, ...environment },
  });
  const invoke = (event: unknown, remaining = 60_000): Promise<Answer> =>
    handler(event as HandlerEvent, { getRemainingTimeInMillis: () => remaining });
  const goTo = async (instant: number) => clock.advance(Math.max(0, instant - clock.now()));
  const tick = async (time: string): Promise<Answer> => {
    const scheduledFor = `2025-10-09T${time}:00.000Z`;
    await goTo(Date.parse(scheduledFor) + 2_000);
    return invoke({ scheduledFor, executionId: `x-${time}`, attempt: '1' });
  };
  const raisedBy = (time: string): Promise<unknown> =>
    tick(time).then(
      () => undefined,
      (error: unknown) => error,
    );
  return {
    clock,
    log,
    store,
    calls,
    handler,
    invoke,
    goTo,
    /** The tick due at this time of day, delivered 2 s late. */
    tick,
    /** As `tick`, of one that throws: what it threw. */
    raisedBy,
  };
}

function endOf(letter: string | undefined): unknown {
  if (letter === 'F') throw errorWith('connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' });
  if (letter === 'X') throw new TypeError('rows is not iterable');
  return { rows: 3 };
}

/** What the caller of a Lambda function gets to see. */
export function asSent(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}
