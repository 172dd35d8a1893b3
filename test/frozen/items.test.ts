/** The items of the state table, attribute by attribute: what an earlier version wrote, a later one must read. */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { stateRepairs, stateTable } from '../../lib/store/index.ts';
import type { KitOptions } from '../lambda/kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { crashAtNoon, freeze, steady, stored } from './kit.ts';

freeze();

const database = useDatabase();

function serviceOf(name: string, options: KitOptions = {}) {
  return stored(database.store, { name, ...options });
}

async function items(service: string): Promise<unknown> {
  const { Items = [] } = await database.documents.send(
    new QueryCommand({
      TableName: database.table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': service },
      ConsistentRead: true,
    }),
  );
  return steady(Items);
}

test('the state table has the keys pk and sk', () => {
  expect(stateTable('any')).toEqual({
    TableName: 'any',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
});

describe('the items of a service', () => {
  test('a service that does well has these items', async () => {
    await serviceOf('well').tick('12:01');
    expect(await items('well')).toEqual([
      {
        pk: 'well',
        sk: 'STATE',
        v: 1,
        fence: 1,
        done: 1,
        lastTick: 1_760_011_260_000,
        lastSuccess: 1_760_011_262_250,
        runs: 'Smgjd9fmo.6y',
        cursor: 'row 3',
      },
    ]);
  });

  test('a service that fails after a success has these items', async () => {
    const { tick } = serviceOf('failing', { script: 'SF' });
    await tick('12:01');
    await tick('12:02');
    expect(await items('failing')).toEqual([
      {
        pk: 'failing',
        sk: 'RUN#2025-10-09T12:02:00.000Z#2',
        fence: 2,
        at: 1_760_011_320_000,
        manual: false,
        outcome: 'failed',
        startedAt: 1_760_011_322_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'steady',
        failure: {
          at: 1_760_011_322_250,
          errorClass: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
          text: 'Error: connect ECONNREFUSED 127.0.0.1:9\n  at ...',
        },
        expiresAtSeconds: 1_762_603_322,
      },
      {
        pk: 'failing',
        sk: 'STATE',
        v: 1,
        fence: 2,
        done: 2,
        lastTick: 1_760_011_320_000,
        lastSuccess: 1_760_011_262_250,
        runs: 'Smgjd9fmo.6y Fmgjdapxc.6y',
        cursor: 'row 3',
        record: '10',
        streak: 1,
      },
    ]);
  });

  test('a service that backs off has these items', async () => {
    const { tick } = serviceOf('backing-off', { script: 'FF' });
    await tick('12:01');
    await tick('12:02');
    expect(await items('backing-off')).toEqual([
      {
        pk: 'backing-off',
        sk: 'RUN#2025-10-09T12:01:00.000Z#1',
        fence: 1,
        at: 1_760_011_260_000,
        manual: false,
        outcome: 'failed',
        startedAt: 1_760_011_262_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'steady',
        failure: {
          at: 1_760_011_262_250,
          errorClass: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
          text: 'Error: connect ECONNREFUSED 127.0.0.1:9\n  at ...',
        },
        expiresAtSeconds: 1_762_603_262,
      },
      {
        pk: 'backing-off',
        sk: 'RUN#2025-10-09T12:02:00.000Z#2',
        fence: 2,
        at: 1_760_011_320_000,
        manual: false,
        outcome: 'failed',
        startedAt: 1_760_011_322_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'backing-off',
        failure: {
          at: 1_760_011_322_250,
          errorClass: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
          text: 'Error: connect ECONNREFUSED 127.0.0.1:9\n  at ...',
        },
        expiresAtSeconds: 1_762_603_322,
      },
      {
        pk: 'backing-off',
        sk: 'STATE',
        v: 1,
        fence: 2,
        done: 2,
        lastTick: 1_760_011_320_000,
        streak: 2,
        runs: 'Fmgjd9fmo.6y Fmgjdapxc.6y',
        cursor: 'row 3',
        notBefore: 1_760_011_440_000,
        notBeforeBuild: 'b1',
        backoffCount: 1,
        failuresSince: 2,
      },
    ]);
  });

  test('a service that a fatal error halted has these items', async () => {
    await expect(serviceOf('halted', { script: 'X' }).tick('12:01')).rejects.toThrow('halted');
    expect(await items('halted')).toEqual([
      {
        pk: 'halted',
        sk: 'RUN#2025-10-09T12:01:00.000Z#1',
        fence: 1,
        at: 1_760_011_260_000,
        manual: false,
        outcome: 'fatal',
        startedAt: 1_760_011_262_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'halted',
        failure: {
          at: 1_760_011_262_250,
          errorClass: 'TypeError',
          message: 'rows is not iterable',
          text: 'TypeError: rows is not iterable\n  at ...',
        },
        expiresAtSeconds: 1_762_603_262,
      },
      {
        pk: 'halted',
        sk: 'STATE',
        v: 1,
        fence: 1,
        done: 1,
        lastTick: 1_760_011_260_000,
        haltAt: 1_760_011_262_250,
        haltUntil: 1_760_012_162_250,
        haltBuild: 'b1',
        haltCause: 'TypeError: rows is not iterable',
        runs: 'Xmgjd9fmo.6y',
        cursor: 'row 3',
      },
    ]);
  });

  test('a service that is paused until a moment has these items', async () => {
    const { tick, invoke } = serviceOf('paused');
    await tick('12:01');
    await invoke({ action: 'pause', reason: 'moving', by: 'ada', until: '2030-01-01T00:00:00Z' });
    expect(await items('paused')).toEqual([
      {
        pk: 'paused',
        sk: 'STATE',
        v: 1,
        fence: 1,
        done: 1,
        lastTick: 1_760_011_260_000,
        lastSuccess: 1_760_011_262_250,
        runs: 'Smgjd9fmo.6y',
        cursor: 'row 3',
        pauseAt: 1_760_011_262_250,
        pauseUntil: 1_893_456_000_000,
        pauseReason: 'moving',
        pauseBy: 'ada',
      },
    ]);
  });

  test('a service that was resumed has these items', async () => {
    const { tick, invoke } = serviceOf('resumed', { script: 'F' });
    await tick('12:01');
    await invoke({ action: 'resume' });
    expect(await items('resumed')).toEqual([
      {
        pk: 'resumed',
        sk: 'RUN#2025-10-09T12:01:00.000Z#1',
        fence: 1,
        at: 1_760_011_260_000,
        manual: false,
        outcome: 'failed',
        startedAt: 1_760_011_262_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'steady',
        failure: {
          at: 1_760_011_262_250,
          errorClass: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
          text: 'Error: connect ECONNREFUSED 127.0.0.1:9\n  at ...',
        },
        expiresAtSeconds: 1_762_603_262,
      },
      {
        pk: 'resumed',
        sk: 'STATE',
        v: 1,
        fence: 1,
        done: 1,
        lastTick: 1_760_011_260_000,
        runs: 'Fmgjd9fmo.6y',
        cursor: 'row 3',
        epoch: 1,
        failuresSince: 1,
      },
    ]);
  });

  test('a service whose run is under way has these items', async () => {
    await crashAtNoon(database, 'under-way');
    expect(await items('under-way')).toEqual([
      {
        pk: 'under-way',
        sk: 'STATE',
        v: 1,
        fence: 1,
        done: 0,
        leaseOwner: 'owner',
        leaseUntil: 1_760_011_250_000,
        leaseTick: 1_760_011_200_000,
      },
    ]);
  });

  test('a service whose run died, another timed out, and a third was made by hand has these items', async () => {
    const { tick, invoke } = serviceOf('mixed', { script: 'TS', maxDuration: '10s', consecutive: 9 });
    await crashAtNoon(database, 'mixed');
    await tick('12:01');
    await invoke({ action: 'run-once' });
    expect(await items('mixed')).toEqual([
      {
        pk: 'mixed',
        sk: 'RUN#2025-10-09T12:01:00.000Z#2',
        fence: 2,
        at: 1_760_011_260_000,
        manual: false,
        outcome: 'timed-out',
        startedAt: 1_760_011_262_000,
        durationMs: 10_000,
        build: 'b1',
        verdict: 'steady',
        failure: {
          at: 1_760_011_272_000,
          errorClass: 'RunTimedOutError',
          message: 'mixed: the run was not done after 10 s; it counts as timed out',
          text: 'RunTimedOutError: mixed: the run was not done after 10 s; it counts as timed out (run-timed-out)\n  at ...',
        },
        expiresAtSeconds: 1_762_603_272,
      },
      {
        pk: 'mixed',
        sk: 'RUN#2025-10-09T12:01:02.000Z#1',
        fence: 1,
        at: 1_760_011_262_000,
        manual: false,
        outcome: 'crashed',
        startedAt: 1_760_011_262_000,
        durationMs: 0,
        build: 'b1',
        verdict: 'steady',
        failure: {
          at: 1_760_011_262_000,
          errorClass: 'RunCrashedError',
          message: 'run 1 for 2025-10-09T12:00:00.000Z started and never ended; its process died',
          text: 'RunCrashedError: run 1 for 2025-10-09T12:00:00.000Z started and never ended; its process died (run-crashed)',
        },
        expiresAtSeconds: 1_762_603_262,
      },
      {
        pk: 'mixed',
        sk: 'RUN#2025-10-09T12:01:12.000Z#3',
        fence: 3,
        at: 1_760_011_272_000,
        manual: true,
        outcome: 'succeeded',
        startedAt: 1_760_011_272_000,
        durationMs: 250,
        build: 'b1',
        verdict: 'steady',
        expiresAtSeconds: 1_762_603_272,
      },
      {
        pk: 'mixed',
        sk: 'STATE',
        v: 1,
        fence: 3,
        done: 3,
        lastTick: 1_760_011_260_000,
        record: '111111001',
        runs: 'Cmgjd9h68.0 Tmgjd9fmo.7ps smgjd9ow0.6y',
        cursor: 'row 3',
        lastSuccess: 1_760_011_272_250,
      },
    ]);
  });

  test('a service that was repaired has these items', async () => {
    await serviceOf('repaired').tick('12:01');
    const repairs = stateRepairs(database.documents, database.table);
    const key = { pk: 'repaired', sk: 'STATE' };
    await database.documents.send(
      new PutCommand({ TableName: database.table, Item: { ...key, v: 1, fence: 3, done: 3, streak: 'two' } }),
    );
    const now = Date.parse('2025-10-09T13:00:00Z');
    const plan = await repairs.examine('repaired', now);
    const fresh = {
      v: 1,
      fence: 1_003,
      done: 1_003,
      epoch: 1,
      failuresSince: 1_003,
      pauseAt: 1_760_014_800_000,
      pauseReason: 'repaired: check the service, then resume it',
      pauseBy: 'repair',
    };
    expect(plan).toEqual({
      damage: [{ attribute: 'streak', fault: 'expected a whole number, got "two"' }],
      fresh,
    });
    if (plan === undefined) throw new Error('expected an item');
    expect(await repairs.repair('repaired', plan, now)).toEqual(plan);
    expect(await items('repaired')).toEqual([
      {
        pk: 'repaired',
        sk: 'REPAIR#2025-10-09T13:00:00.000Z',
        item: { pk: 'repaired', sk: 'STATE', v: 1, fence: 3, done: 3, streak: 'two' },
        expiresAtSeconds: 1_762_606_800,
      },
      { pk: 'repaired', sk: 'STATE', ...fresh },
    ]);
  });
});
