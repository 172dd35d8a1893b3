/**
 * The whole way of a thing: a real handler with its real log and metrics meets it in one place, and everything that
 * leaves the process is kept.
 */

import { scheduledHandler } from '../../../lib/lambda/index.ts';
import { serviceLog, tickLog } from '../../../lib/lambda/log.ts';
import { countLine, readLogLine, shownAs } from '../../../lib/local/index.ts';
import type { PrometheusObserver } from '../../../lib/prometheus/index.ts';
import { defineService, type RunContext, type Service, type ServiceOptions } from '../../../lib/service/index.ts';
import { fakeClock } from '../../../lib/testing/index.ts';
import type { Observer } from '../../../lib/tick/index.ts';
import { systemRandom } from '../../../lib/time/index.ts';
import { captured } from './captured.ts';
import type { StoredItem, Vault } from './vault.ts';

/** Where the thing is met. */
export const PLACES = [
  'thrown',
  'thrown while it makes ready',
  'thrown by the classifier',
  'thrown by the printer',
  'thrown by an observer',
  'returned',
  'logged',
  'logged within a field',
  'cause of what is thrown',
] as const;
export type Place = (typeof PLACES)[number];

/** 2025-10-09T12:00:00Z */
const NOON = 1_760_011_200_000;
const MINUTE = 60_000;

/** How a thing goes its way. */
export interface Way {
  readonly vault: Vault;
  /** Counts what the log tells. */
  readonly observer: PrometheusObserver;
  readonly place: Place;
  readonly kind: 'critical' | 'loop';
  /** Has the service halt at a fatal error, so that the handler throws. */
  readonly halts?: boolean;
}

/** Everything that left the process. */
export interface Exits {
  readonly service: string;
  readonly answers: readonly unknown[];
  /** What the handler threw. */
  readonly raised: readonly unknown[];
  /** Lines on standard output and standard error. */
  readonly lines: readonly string[];
  readonly state: StoredItem;
  readonly records: readonly StoredItem[];
  /** What `npm start` shows. */
  readonly shown: readonly string[];
}

let services = 0;

/** Two ticks, a run by hand and a look at the status of a service that meets the thing in each run. */
export async function goThrough(make: () => unknown, way: Way): Promise<Exits> {
  const service = serviceThatMeets(`raised-${++services}`, make, way);
  const clock = fakeClock(NOON, { mode: 'manual' });
  const answers: unknown[] = [];
  const raised: unknown[] = [];
  const { written } = await captured(async () => {
    const handler = scheduledHandler(service, {
      store: way.vault.store,
      clock,
      random: systemRandom,
      recycle: () => {},
      ...(way.place === 'thrown by an observer'
        ? { observers: [tickLog(serviceLog(service.name), service.policy), spiteful(make)] }
        : {}),
      environment: { table: 'states', build: 'b1', slack: MINUTE, inLambda: true, variables: {} },
    });
    for (const event of EVENTS) {
      if ('scheduledFor' in event) await clock.advance(Date.parse(event.scheduledFor) + 2_000 - clock.now());
      try {
        answers.push(await handler(event, { getRemainingTimeInMillis: () => MINUTE }));
      } catch (error) {
        raised.push(error);
      }
    }
  });
  const lines = written.split('\n').slice(0, -1);
  return {
    service: service.name,
    answers,
    raised,
    lines,
    ...(await way.vault.items(service.name)),
    shown: displayed(lines, way),
  };
}

const EVENTS = [
  { scheduledFor: '2025-10-09T12:01:00.000Z', executionId: 'x1', attempt: '1' },
  { scheduledFor: '2025-10-09T12:02:00.000Z', executionId: 'x2', attempt: '1' },
  { action: 'run-once', force: true },
  { action: 'status' },
] as const;

function serviceThatMeets(name: string, make: () => unknown, { place, kind, halts = false }: Way): Service {
  const failing = { consecutive: 2, backoff: 9, onFatal: halts ? 'halt' : 'continue', trips: true } as const;
  return defineService({ name, interval: '1m', kind, ...failing, ...meeting(make, place) });
}

type Meeting = Pick<ServiceOptions<unknown>, 'workload' | 'prepare' | 'classify' | 'printer'>;

function meeting(make: () => unknown, place: Place): Meeting {
  const throws = () => {
    throw make();
  };
  const fails = async () => {
    throw new Error('an ordinary failure');
  };
  const logs =
    (fields: (thing: unknown) => object) =>
    async ({ log }: RunContext) => {
      const thing = make();
      log.info(typeof thing === 'string' ? thing : 'met', fields(thing) as Record<string, unknown>);
      throw new Error('an ordinary failure');
    };
  const ways: Readonly<Record<Place, Meeting>> = {
    ['thrown']: { workload: async () => throws() },
    'thrown while it makes ready': { prepare: throws, workload: async () => {} },
    'thrown by the classifier': { classify: throws, workload: fails },
    'thrown by the printer': { printer: throws, workload: fails },
    'thrown by an observer': { workload: fails },
    returned: { workload: async () => make() },
    logged: { workload: logs((thing) => ({ thing })) },
    'logged within a field': { workload: logs((thing) => ({ rows: [{ why: thing }], thing: { thing } })) },
    'cause of what is thrown': {
      workload: async () => {
        throw new AggregateError([make()], 'an ordinary failure', { cause: make() });
      },
    },
  };
  return ways[place];
}

/** What one machine makes of the lines. */
function displayed(lines: readonly string[], { observer }: Way): string[] {
  const read = lines.map(readLogLine);
  for (const line of read) countLine(observer, line);
  return read.flatMap(shownAs);
}

function spiteful(make: () => unknown): Observer {
  const throws = () => {
    throw make();
  };
  return { tickEnded: throws, runCrashed: throws, resumed: throws, flush: throws };
}
