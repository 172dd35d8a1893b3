/**
 * What the frozen tests share. They hold everything that can be observed from outside against words written down here
 * once more: whatever the code calls it inside, these names stay. Nothing on the expected side of them may come from
 * the code.
 */
import { afterEach, beforeEach, vi } from 'vitest';
import { type HandlerEvent, scheduledHandler, serviceLog } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import type { StateStore } from '../../lib/tick/index.ts';
import { asSent, ENVIRONMENT, functionUnderTest, type KitOptions, NOON } from '../lambda/kit.ts';
import { keepWritten, lines, logging } from '../lambda/log-kit.ts';
import { errorWith } from '../support/loop-kit.ts';

/**
 * Has what each test of the calling file writes kept, whatever the machine's environment says of Powertools: it must
 * neither silence nor rename anything here.
 */
export function freeze(): void {
  keepWritten();
  beforeEach(() => {
    for (const name of [
      'POWERTOOLS_DEV',
      'POWERTOOLS_LOG_LEVEL',
      'POWERTOOLS_METRICS_DISABLED',
      'POWERTOOLS_SERVICE_NAME',
    ])
      vi.stubEnv(name, undefined);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
}

/**
 * A workload, one letter a run: `S` succeeds, `F` is refused, `X` is a programming error, `T` outlasts its time, `O`
 * the interval.
 */
function scripted(script: string): NonNullable<KitOptions['workload']> {
  const letters = [...script];
  return async ({ clock, signal, saveCursor }) => {
    const letter = letters.shift();
    await clock.sleep(letter === 'O' ? 70_000 : 250);
    saveCursor('row 3');
    if (letter === 'T') {
      await clock.sleep(300_000, signal);
      throw signal.reason;
    }
    return endOf(letter);
  };
}

function endOf(letter: string | undefined): unknown {
  if (letter === 'F') throw errorWith('connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' });
  if (letter === 'X') throw new TypeError('rows is not iterable');
  return { rows: 3 };
}

/**
 * A function that trips after 2 failures and halts at its second trip, as on Lambda: it writes its log and its metrics.
 */
export function onLambda({ script = 'S', environment = {}, ...options }: KitOptions = {}) {
  return logging({ workload: scripted(script), environment: { inLambda: true, ...environment }, ...options });
}

/** The same where nobody looks at its log. */
export function quiet({ script = 'S', ...options }: KitOptions = {}) {
  return functionUnderTest({ workload: scripted(script), ...options });
}

/** A function on a real database. Its clock moves by hand alone, since nobody knows how long a database takes. */
export function stored(store: StateStore, { script = 'S', environment = {}, ...options }: KitOptions = {}) {
  const clock = fakeClock(NOON, { mode: 'manual' });
  const letters = [...script];
  const defined = defineService({
    name: 'sync',
    interval: '1m',
    consecutive: 2,
    backoff: 2,
    workload: async ({ signal, saveCursor }) => {
      const letter = letters.shift();
      await clock.advance(letter === 'T' ? 10_000 : 250);
      saveCursor('row 3');
      if (letter === 'T') throw signal.reason;
      return endOf(letter);
    },
    ...options,
  });
  const handler = scheduledHandler(defined, {
    store,
    clock,
    log: serviceLog(defined.name),
    random: { draw: () => 0, id: () => 'new-state' },
    recycle: () => {},
    environment: { ...ENVIRONMENT, ...environment },
  });
  const invoke = async (event: unknown) =>
    asSent(await handler(event as HandlerEvent, { getRemainingTimeInMillis: () => 60_000 }));
  const tick = async (time: string) => {
    const scheduledFor = `2025-10-09T${time}:00.000Z`;
    await clock.advance(Math.max(0, Date.parse(scheduledFor) + 2_000 - clock.now()));
    return invoke({ scheduledFor, executionId: `x-${time}`, attempt: '1' });
  };
  return { invoke, tick };
}

/** The lines of the log so far: the metrics among them are left out. */
export function logLines(): unknown[] {
  return lines()
    .filter((line) => !('_aws' in line))
    .map(steady);
}

/** The documents of metrics so far. */
export function metricDocuments(): unknown[] {
  return lines()
    .filter((line) => '_aws' in line)
    .map(steady);
}

/** Leaves a run of the service that died: it took the lease at noon and never ended. */
export async function crashAtNoon({ store }: Pick<ReturnType<typeof quiet>, 'store'>, service = 'sync'): Promise<void> {
  const noon = Date.parse('2025-10-09T12:00:00Z');
  const tick = { kind: 'scheduled', scheduledFor: noon } as const;
  await store.acquire({ service, tick, now: noon, build: 'b1', owner: 'somebody', leaseUntil: noon + 50_000 });
}

/**
 * The value as JSON, with what differs from run to run replaced: times of the real clock, owners of leases, and stacks.
 */
export function steady(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) => {
      if (name === 'timestamp' && !/^20(24|25)-/.test(String(inner)) && typeof inner === 'string') return 'now';
      if (name === 'Timestamp') return 'now';
      if (name === 'leaseOwner') return 'owner';
      if (typeof inner === 'string') return inner.replace(/\n +at .*/gs, '\n  at ...');
      return inner;
    }),
  );
}
