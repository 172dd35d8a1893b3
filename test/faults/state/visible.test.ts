/**
 * Who hears of a state that is wrong, and who doesn't suffer from it: functions as a schedule and an operator invoke
 * them, over the wire.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { type HandlerEvent, scheduledHandler } from '../../../lib/lambda/index.ts';
import { defineService } from '../../../lib/service/index.ts';
import { fakeClock } from '../../../lib/testing/index.ts';
import { TABLE } from '../../support/dynalite.ts';
import { keptLog } from '../../support/loop-kit.ts';
import { useDatabase } from '../../support/use-database.ts';
import { DUE, damages, VALID } from './damages.ts';
import { NOW, putDamaged, stored } from './striking.ts';

const database = useDatabase();

const ENVIRONMENT = { table: TABLE, build: 'b1', slack: 60_000, inLambda: false, variables: {} };
const TICK = { scheduledFor: '2025-10-09T09:00:00.000Z', executionId: 'x', attempt: '1' };

/** A function whose runs are counted. */
function functionOf(name: string) {
  const log = keptLog();
  let runs = 0;
  const service = defineService({ name, interval: '1m', workload: async () => void runs++ });
  const clock = fakeClock(NOW, { mode: 'manual' });
  const handler = scheduledHandler(service, { store: database.store, clock, log, environment: ENVIRONMENT });
  const invoke = (event: unknown) => handler(event as HandlerEvent, { getRemainingTimeInMillis: () => 60_000 });
  return { log, invoke, runs: () => runs };
}

async function put(service: string, over: Readonly<Record<string, unknown>>): Promise<void> {
  const item = { pk: service, sk: 'STATE', ...VALID, ...over };
  await database.documents.send(new PutCommand({ TableName: TABLE, Item: item }));
}

describe('A damaged state', () => {
  it('runs nothing, is thrown and logged at every tick, and shown to an operator who asks', async () => {
    const [damage] = damages().filter(({ attribute, kind }) => attribute === 'streak' && kind === 'M');
    if (damage === undefined) throw new Error('expected to know the damage');
    await putDamaged(database, 'told', damage);
    const { log, invoke, runs } = functionOf('told');
    const damageMessage =
      /^told: its state is damaged: streak: expected a whole number, got \{"at":1,"of":\{"depth":\[2\]\}\}; /;

    for (const event of [TICK, TICK, { action: 'status' }, { action: 'run-once', force: true }, { action: 'resume' }]) {
      await expect(invoke(event)).rejects.toMatchObject({
        code: 'state-damaged',
        message: expect.stringMatching(damageMessage),
      });
    }

    expect(runs()).toBe(0);
    expect(log.of('error')).toEqual(
      Array.from({ length: 5 }, () => 'told: the invocation failed; its error says what follows'),
    );
    expect(log.lines.at(-1)?.fields?.['error']).toMatchObject({ message: expect.stringMatching(damageMessage) });
  });

  it('a damaged state concerns no other service', async () => {
    await put('broken', { record: 'x' });
    await put('next-door', {});

    await expect(functionOf('broken').invoke(TICK)).rejects.toMatchObject({ code: 'state-damaged' });
    const { invoke, runs } = functionOf('next-door');

    expect(await invoke(TICK)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(runs()).toBe(1);
  });

  it('a damaged state that holds a secret keeps it to itself', async () => {
    await put('secretive', { cursor: `https://ada:hunter2@host/?token=abcdefgh ${'x'.repeat(2_000)}` });

    const error = await functionOf('secretive')
      .invoke(TICK)
      .catch((raised: Error) => raised);

    expect(String(error)).toContain('cursor: expected text of up to 1024 bytes, got "https://***@host/?token=*** xxx');
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('A mark set by a clock gone mad', () => {
  it.each([
    ['lastTick', 'would make every tick late'],
    ['leaseUntil', 'would make every tick overlap'],
    ['notBefore', 'would back off for ever'],
    ['haltUntil', 'would halt for ever'],
  ])('is damage, and not the silent end of the service: %s %s', async (attribute) => {
    await put(`ahead-${attribute.toLowerCase()}`, { [attribute]: 4_102_444_800_000 });

    await expect(functionOf(`ahead-${attribute.toLowerCase()}`).invoke(TICK)).rejects.toMatchObject({
      code: 'state-damaged',
      message: expect.stringContaining(`damaged: ${attribute}: expected at most `),
    });
  });

  it('ends by itself where it lies no further ahead than clocks disagree', async () => {
    await put('slightly-ahead', { lastTick: DUE + 3_600_000, runs: '' });

    expect(await functionOf('slightly-ahead').invoke(TICK)).toMatchObject({ disposition: 'skipped', reason: 'late' });
  });
});

describe('A count beyond all reason', () => {
  it('a count of trips beyond all reason waits no longer than the longest interval', async () => {
    const noHalt = { haltAt: undefined, haltUntil: undefined, haltBuild: undefined, haltCause: undefined };
    await put('many-trips', { ...noHalt, backoffCount: 1_000_000_000, record: '00', streak: 1_000_000_000 });
    const service = defineService({
      name: 'many-trips',
      interval: '1m',
      consecutive: 1,
      backoff: 2_000_000_000,
      workload: async () => {
        throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      },
    });
    const clock = fakeClock(NOW, { mode: 'manual' });
    const handler = scheduledHandler(service, {
      store: database.store,
      clock,
      log: keptLog(),
      environment: ENVIRONMENT,
    });

    const answer = await handler(TICK, { getRemainingTimeInMillis: () => 60_000 });

    // 366 days later.
    expect(answer).toMatchObject({ backoffCount: 1_000_000_001, nextDue: '2026-10-10T09:00:00.000Z' });
    expect(await stored(database, 'many-trips')).toMatchObject({ streak: 1_000_000_001 });
  });
});

describe('An item of 399 KB', () => {
  it('an item that others have filled up runs, and keeps what they wrote', async () => {
    await put('filled-up', { theirs: 'x'.repeat(399 * 1_024 - 700) });
    const { invoke, runs } = functionOf('filled-up');

    expect(await invoke(TICK)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });

    expect(runs()).toBe(1);
    expect(String((await stored(database, 'filled-up'))['theirs'])).toHaveLength(399 * 1_024 - 700);
  });

  it('an item that is too large for a lease runs nothing and reports that', async () => {
    const room = 409_600 - 30;
    const without = { pk: 'brim-full', sk: 'STATE', v: 1, fence: 1, done: 1 };
    const theirs = 'x'.repeat(room - JSON.stringify(without).length);
    await database.documents.send(new PutCommand({ TableName: TABLE, Item: { ...without, theirs } }));
    const { invoke, runs } = functionOf('brim-full');

    await expect(invoke(TICK)).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining('the tick did not run'),
    });

    expect(runs()).toBe(0);
    expect(await stored(database, 'brim-full')).toMatchObject({ fence: 1, done: 1 });
  });
});
