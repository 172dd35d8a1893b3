/**
 * A deploy that changes a policy: how the new policy applies to the stored state. Each test is a row of the table in
 * docs/design.md, section 6.
 */
import { describe, expect, test } from 'vitest';
import { type Answer, type HandlerEvent, scheduledHandler } from '../../lib/lambda/index.ts';
import { defineService, type ServiceOptions } from '../../lib/service/index.ts';
import { fakeClock, memoryStore, scriptedRandom } from '../../lib/testing/index.ts';
import { errorWith, keptLog } from '../support/loop-kit.ts';
import { ENVIRONMENT, NOON } from './kit.ts';

const MINUTE = 60_000;

/**
 * A service on one store, deployed again and again. `F` fails, `X` is fatal, `S` succeeds. Each letter is
 * a tick of its own minute.
 */
function deployments() {
  const clock = fakeClock(NOON);
  const store = memoryStore();
  const log = keptLog();
  const printed: string[] = [];
  let builds = 0;
  let minute = 0;
  return {
    store,
    clock,
    printed,
    /** Deploys the service with these options, as another build unless one is given. */
    deploy(options: Partial<ServiceOptions> = {}, build = `b${++builds}`) {
      const script: string[] = [];
      const service = defineService<unknown, unknown, unknown>({
        ...{ name: 'sync', interval: '1m', consecutive: 3, backoff: 3, memory: 5 },
        printer: (line: string) => void printed.push(line),
        workload: async ({ saveCursor, cursor }) => {
          saveCursor(String(Number(cursor ?? 0) + 1));
          return endOf(script.shift());
        },
        ...options,
      });
      const handler = scheduledHandler(service, {
        ...{ store, clock, log, random: scriptedRandom(), recycle: () => {} },
        environment: { ...ENVIRONMENT, build },
      });
      const invoke = (event: HandlerEvent): Promise<Answer> =>
        handler(event, { getRemainingTimeInMillis: () => 60_000 });
      return {
        build,
        invoke,
        /** One tick for each letter, at the next minutes; what became of them. */
        async play(letters: string): Promise<string[]> {
          const ends: string[] = [];
          for (const letter of letters) {
            script.splice(0, script.length, letter);
            minute += 1;
            await clock.advance(NOON + minute * MINUTE + 1_000 - clock.now());
            const scheduledFor = new Date(NOON + minute * MINUTE).toISOString();
            const answer = await invoke({ scheduledFor }).catch((error: Error) => ({ verdict: error.name }));
            const { reason, verdict } = answer as { reason?: string | null; verdict?: string | null };
            ends.push(String(reason ?? verdict));
          }
          return ends;
        },
        status: async () => (await invoke({ action: 'status' })) as unknown as Record<string, unknown>,
      };
    },
  };
}

function endOf(letter = 'S'): unknown {
  if (letter === 'F') throw errorWith('connect ECONNREFUSED 127.0.0.1:9', { code: 'ECONNREFUSED' });
  if (letter === 'X') throw new TypeError('rows is not iterable');
  return { rows: 3 };
}

describe('another build', () => {
  test('keeps streak, track record and cursor of a service that neither backs off nor is halted', async () => {
    const on = deployments();
    await on.deploy().play('SFF');

    expect(await on.deploy({ memory: 6 }).status()).toMatchObject({
      ...{ status: 'failing', streak: 2, trackRecord: [true, false, false], cursor: '3' },
    });
  });

  test('starts a service afresh that backs off, and keeps its cursor and its history', async () => {
    const on = deployments();
    expect(await on.deploy().play('FFF')).toEqual(['steady', 'steady', 'backing-off']);

    const next = on.deploy({ backoff: 4 });
    expect(await next.play('F')).toEqual(['steady']);
    expect(await next.status()).toMatchObject({
      ...{ status: 'failing', streak: 1, backoffCount: 0, trackRecord: [true, true, false], cursor: '4' },
      runs: { length: 4 },
    });
  });

  test('that is the same keeps a backoff', async () => {
    const on = deployments();
    const { build, play } = on.deploy();
    await play('FFF');

    expect(await on.deploy({}, build).play('S')).toEqual(['backoff']);
  });

  test('keeps a pause', async () => {
    const on = deployments();
    await on.deploy().invoke({ action: 'pause', reason: 'moving', by: 'ada' });

    expect(await on.deploy({ interval: '2m' }).play('S')).toEqual(['paused']);
  });
});

describe('consecutive', () => {
  test('that becomes larger puts successes before the oldest outcome: more failures are needed for a trip', async () => {
    const on = deployments();
    await on.deploy({ consecutive: 3 }).play('FF');

    expect(await on.deploy({ consecutive: 5 }).play('FFF')).toEqual(['steady', 'steady', 'backing-off']);
  });

  test('that becomes smaller cuts the oldest outcomes: the next failure trips, and the deploy itself does not', async () => {
    const on = deployments();
    await on.deploy({ consecutive: 4 }).play('FFF');

    const next = on.deploy({ consecutive: 2 });
    expect(await next.status()).toMatchObject({ status: 'failing', backoffCount: 0, trackRecord: [false, false] });
    expect(await next.play('F')).toEqual(['backing-off']);
  });

  test('that becomes smaller makes no trip of a success', async () => {
    const on = deployments();
    await on.deploy({ consecutive: 4 }).play('FFF');

    expect(await on.deploy({ consecutive: 2 }).play('SF')).toEqual(['steady', 'steady']);
  });
});

describe('memory', () => {
  test('that becomes smaller shows fewer failures, and one that becomes larger finds the older ones again', async () => {
    const on = deployments();
    await on.deploy({ consecutive: 9, memory: 5 }).play('FFFF');

    const shown = async (memory: number) => (await on.deploy({ consecutive: 9, memory }).status())['failures'];
    expect([await shown(2), await shown(4)]).toMatchObject([{ length: 2 }, { length: 4 }]);
  });
});

describe('backoff', () => {
  test('that is below the stored count halts nothing at the deploy: the count starts at 0', async () => {
    const on = deployments();
    await on.deploy({ consecutive: 1, backoff: 5 }).play('F');
    expect(await on.store.read('sync')).toMatchObject({ backoffCount: 1 });

    const next = on.deploy({ consecutive: 1, backoff: 2 });
    expect(await next.play('F')).toEqual(['backing-off']);
    expect(await next.status()).toMatchObject({ halt: null, backoffCount: 1 });
  });

  test('that is below the count of a backoff that a server asked for halts at the next trip, and not before', async () => {
    const on = deployments();
    const classify = () => ({ kind: 'failed', retryAfter: 5 * MINUTE }) as const;
    await on.deploy({ consecutive: 1, backoff: 5, classify }).play('F');

    const next = on.deploy({ consecutive: 1, backoff: 1 });
    const waits = ['backoff', 'backoff', 'backoff', 'backoff', 'backoff'];
    expect(await next.play('FFFFFF')).toEqual([...waits, 'ServiceHaltedError']);
    expect(await next.status()).toMatchObject({ status: 'halted', backoffCount: 2 });
  });
});

describe('interval, maxInterval, cron and timezone', () => {
  test('that change end a backoff, since the build changes with them', async () => {
    for (const change of [{ interval: '2m' }, { maxInterval: '3m' }, { cron: '* * * * ? *' }] as const) {
      const on = deployments();
      await on.deploy().play('FFF');

      expect(await on.deploy(change).play('S')).toEqual(['steady']);
    }
  });

  test('never let a decided tick run again, by whichever schedule it is due', async () => {
    const on = deployments();
    await on.deploy().play('SS');
    const scheduledFor = new Date(NOON + 2 * MINUTE).toISOString();

    const next = on.deploy({ cron: '0/2 * * * ? *', timezone: 'Europe/Berlin' });

    expect(await next.invoke({ scheduledFor })).toMatchObject({ reason: 'duplicate' });
    expect(await next.status()).toMatchObject({ nextDue: '2025-10-09T12:04:00.000Z' });
  });
});

describe('onFatal', () => {
  test("that becomes 'continue' ends the halt of a fatal error, and the next one is a failure", async () => {
    const on = deployments();
    expect(await on.deploy().play('X')).toEqual(['ServiceHaltedError']);

    expect(await on.deploy({ onFatal: 'continue' }).play('X')).toEqual(['steady']);
  });

  test("that becomes 'halt' halts nothing for fatal errors of the past, and halts at the next one", async () => {
    const on = deployments();
    await on.deploy({ onFatal: 'continue' }).play('X');

    expect(await on.deploy({ onFatal: 'halt' }).play('SX')).toEqual(['steady', 'ServiceHaltedError']);
  });
});

describe('restartAfter', () => {
  test('that changes ends a halt with the build; the same build keeps the end that the halt was given', async () => {
    const on = deployments();
    const { build, play, status } = on.deploy({ restartAfter: '30m' });
    await play('X');
    const { halt } = await status();

    expect(halt).toMatchObject({ until: '2025-10-09T12:31:01.000Z' });
    expect((await on.deploy({ restartAfter: '30m' }, build).status())['halt']).toEqual(halt);
    expect(await on.deploy({ restartAfter: 'never' }).play('S')).toEqual(['steady']);
  });
});

describe('trips and kind', () => {
  test('that turn trips off end a backoff, and no failure trips again', async () => {
    for (const change of [{ trips: false }, { kind: 'loop' }] as const) {
      const on = deployments();
      await on.deploy().play('FFF');

      expect(await on.deploy(change).play('FFFF')).toEqual(['steady', 'steady', 'steady', 'steady']);
    }
  });
});

describe('timeout, reserve and leaseMargin', () => {
  test('that change hold from the next run on: a lease keeps the end that it was taken with', async () => {
    const on = deployments();
    const now = on.clock.now();
    const tick = { kind: 'manual', force: false } as const;
    const leaseUntil = now + 3 * MINUTE;
    await on.store.acquire({ service: 'sync', tick, now, build: 'b0', owner: 'other', leaseUntil });

    expect(await on.deploy({ timeout: '10s' }).play('SSS')).toEqual(['overlap', 'overlap', 'steady']);
  });
});

describe('name', () => {
  test('that changes makes another service, which has never run; the state of the old name stays', async () => {
    const on = deployments();
    await on.deploy().play('FF');

    expect(await on.deploy({ name: 'sync-2' }).status()).toMatchObject({ status: 'never-ran', cursor: null });
    expect(await on.store.read('sync')).toMatchObject({ streak: 2 });
  });
});
