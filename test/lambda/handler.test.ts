/** The handler: what it throws and when, what it makes once, and when its time is up. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HandlerContext, scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { closedPort } from '../support/raw-server.ts';
import { functionUnderTest, NOON } from './kit.ts';

afterEach(() => vi.unstubAllEnvs());

const MINUTES: HandlerContext = { getRemainingTimeInMillis: () => 60_000 };
const STATUS = { action: 'status' } as const;

describe('a service that halts', () => {
  it('is thrown once, by the tick that halted it; later ticks are skipped', async () => {
    const { raisedBy, tick } = functionUnderTest({ script: 'XS' });

    expect(await raisedBy('12:01')).toMatchObject({
      name: 'ServiceHaltedError',
      code: 'service-halted',
      service: 'sync',
      message: 'sync: halted: TypeError: rows is not iterable',
      cause: new TypeError('rows is not iterable'),
    });
    expect(await tick('12:01')).toMatchObject({ disposition: 'skipped', reason: 'duplicate' });
    expect(await tick('12:02')).toMatchObject({ disposition: 'skipped', reason: 'halted' });
    expect(await tick('12:03')).toMatchObject({ disposition: 'skipped', reason: 'halted' });
  });

  it('is thrown at its last trip, with the threshold as the cause', async () => {
    const { raisedBy, tick } = functionUnderTest({ script: 'FF', backoff: 1 });
    await tick('12:01');

    expect(await raisedBy('12:02')).toMatchObject({ message: 'sync: halted: Service exceeded error threshold.' });
    expect(await tick('12:03')).toMatchObject({ reason: 'halted' });
  });

  it('is thrown again by the probe that fails, once its restart is due', async () => {
    const { raisedBy, tick } = functionUnderTest({ script: 'XFS' });
    await raisedBy('12:01');

    expect(await raisedBy('12:17')).toMatchObject({ code: 'service-halted' });
    expect(await tick('12:18')).toMatchObject({ reason: 'halted' });
    expect(await tick('12:33')).toMatchObject({ disposition: 'ran', verdict: 'recovered' });
  });

  it('is halted before it is thrown: the state and the line are written', async () => {
    const { raisedBy, store, log } = functionUnderTest({ script: 'X' });
    await raisedBy('12:01');

    expect(await store.read('sync')).toMatchObject({ lastTick: NOON + 60_000, countedUpTo: 1, halt: { build: 'b1' } });
    expect(log.of('error')).toEqual(['tick', 'sync: the invocation failed; its error says what follows']);
  });
});

describe('a store that is down', () => {
  async function withoutStore() {
    const port = await closedPort();
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', `http://127.0.0.1:${port}`);
    vi.stubEnv('AWS_REGION', 'us-east-1');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('TICKOVER_TABLE', 'states');
    const { log } = functionUnderTest();
    let runs = 0;
    const service = defineService({ name: 'sync', interval: '1m', workload: async () => void runs++ });
    return { handler: scheduledHandler(service, { log }), log, port, ran: () => runs };
  }

  it.each([
    ['a tick', { scheduledFor: '2025-10-09T12:00:00Z' }, 'taking the lease', 'the tick did not run'],
    ['a run by hand', { action: 'run-once' } as const, 'taking the lease', 'the tick did not run'],
    ['status', STATUS, 'reading the state', 'nothing was changed'],
    ['pause', { action: 'pause', reason: 'moving', by: 'ada' } as const, 'pausing', 'nothing was changed'],
    ['resume', { action: 'resume' } as const, 'resuming', 'nothing was changed'],
  ])('is reported on %s: the service, what was tried and what follows', async (_what, event, tried, follows) => {
    const { handler, log, port, ran } = await withoutStore();

    await expect(handler(event, MINUTES)).rejects.toMatchObject({
      name: 'StoreError',
      code: 'store-failed',
      service: 'sync',
      operation: tried,
      message: `sync: ${tried} failed (Error: connect ECONNREFUSED 127.0.0.1:${port}); ${follows}`,
    });
    expect(log.of('error')).toEqual(['sync: the invocation failed; its error says what follows']);
    expect(ran()).toBe(0);
  });
});

describe('the end of the invocation', () => {
  it("sets the run's deadline, a reserve before it, and the lease's end, a margin behind it", async () => {
    const seen: unknown[] = [];
    const kit = functionUnderTest({
      workload: async ({ deadline }) => void seen.push(deadline, (await kit.store.read('sync'))?.lease?.until),
    });
    await kit.invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 20_000);

    expect(seen).toEqual([NOON + 15_000, NOON + 25_000]);
  });

  it('is no later than the timeout of the service, however long the invocation may last', async () => {
    const seen: number[] = [];
    const { invoke } = functionUnderTest({ workload: async ({ deadline }) => void seen.push(deadline) });
    await invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 900_000);

    expect(seen).toEqual([NOON + 45_000]);
  });

  it('times a run out that honours its signal, and keeps the process', async () => {
    const recycle = vi.fn();
    const { invoke } = functionUnderTest({
      ports: { recycle },
      workload: async ({ clock, signal }) => {
        await clock.sleep(3_600_000, signal);
        signal.throwIfAborted();
      },
    });

    expect(await invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 20_000)).toMatchObject({
      outcome: 'timed-out',
      durationMs: 15_000,
      error: { class: 'RunTimedOutError' },
    });
    expect(recycle).not.toHaveBeenCalled();
  });

  it('recycles the process of a run that ignores its signal, after its outcome was written and logged', async () => {
    const { log, store } = functionUnderTest();
    const states: unknown[] = [];
    const kit = functionUnderTest({
      ports: { log, store, recycle: () => log.info('recycled') },
      workload: async () => {
        await new Promise(() => {});
      },
    });
    const answer = await kit.invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 20_000);
    states.push(await store.read('sync'));

    expect(answer).toMatchObject({ outcome: 'timed-out', durationMs: 16_000 });
    expect(log.lines.map(({ message }) => message)).toEqual([
      "Starting run of 'sync'",
      "Run of 'sync' failed with RunTimedOutError",
      'tick',
      'recycled',
    ]);
    expect(states).toMatchObject([{ lastTick: NOON, countedUpTo: 1, streak: 1 }]);
  });

  it('recycles the process that has no descriptor left for the store, and once behind a halt', async () => {
    const recycle = vi.fn();
    const full = Object.assign(new Error('connect'), { code: 'EMFILE' });
    const store = { ...memoryStore(), acquire: () => Promise.reject(full) };
    const { invoke } = functionUnderTest({ ports: { recycle, store } });
    await expect(invoke({ scheduledFor: '2025-10-09T12:00:00Z' })).rejects.toThrow('connect');
    expect(recycle).toHaveBeenCalledTimes(1);

    const workload = () => Promise.reject(full);
    const halting = functionUnderTest({ consecutive: 1, backoff: 1, ports: { recycle }, workload });
    await expect(halting.invoke({ scheduledFor: '2025-10-09T12:00:00Z' })).rejects.toThrow('halted');
    expect(recycle).toHaveBeenCalledTimes(2);
  });

  it('recycles too when the run that ignored its signal halted the service', async () => {
    const recycle = vi.fn();
    const { invoke } = functionUnderTest({
      consecutive: 1,
      backoff: 1,
      ports: { recycle },
      workload: () => new Promise(() => {}),
    });

    await expect(invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 20_000)).rejects.toMatchObject({
      code: 'service-halted',
    });
    expect(recycle).toHaveBeenCalledTimes(1);
  });
});

describe('one handler with two invocations at once', () => {
  it('logs each under its own execution id', async () => {
    const kit = functionUnderTest();
    const event = (minute: string, executionId: string) => ({
      scheduledFor: `2025-10-09T12:${minute}:00Z`,
      executionId,
      attempt: '1',
    });

    const answers = await Promise.all([kit.invoke(event('00', 'one')), kit.invoke(event('01', 'two'))]);

    expect(answers).toMatchObject([{ disposition: 'ran' }, { reason: 'overlap' }]);
    const lines = kit.log.lines.filter(({ message }) => message === 'tick').map(({ fields }) => fields);
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ executionId: 'one', tick: '2025-10-09T12:00:00.000Z', disposition: 'ran' }),
        expect.objectContaining({ executionId: 'two', tick: '2025-10-09T12:01:00.000Z', reason: 'overlap' }),
      ]),
    );
  });

  it('prepares once for both', async () => {
    const prepare = vi.fn(() => undefined);
    const { invoke } = functionUnderTest({ prepare });
    await Promise.all([invoke({ action: 'run-once' }), invoke({ action: 'run-once' })]);

    expect(prepare).toHaveBeenCalledTimes(1);
  });
});

describe('an observer that throws', () => {
  it('fails no tick', async () => {
    const { tick, log } = functionUnderTest({
      ports: {
        observers: [
          {
            tickEnded() {
              throw new Error('metrics are down');
            },
          },
        ],
      },
    });

    expect(await tick('12:01')).toMatchObject({ outcome: 'succeeded' });
    expect(log.of('error')).toEqual(['sync: an observer failed; the tick goes on without it']);
  });
});
