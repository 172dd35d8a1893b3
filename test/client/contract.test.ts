/** Both kinds of clients answer alike about the same services, but for what only one of them can know. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../../lib/client/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { deploy, functionOf, report, stackClient, sync, tableClient, WATCHDOG_FUNCTION } from './kit.ts';
import { type LambdaApi, lambdaApi } from './lambda-api.ts';

const database = useDatabase();
let api: LambdaApi;

beforeAll(async () => {
  api = await lambdaApi();
  deploy(api, database, [sync, report]);
  const client = stackClient(api);
  await client.runOnce('sync');
  await client.runOnce('report');
});
afterAll(() => api.close());

const KINDS: readonly (readonly [string, () => Client])[] = [
  ['of the stack', () => stackClient(api)],
  ['of the table', () => tableClient(database, [sync, report])],
];

describe.each(KINDS)('a client %s', (_kind, make) => {
  test('lists each service with its status, its cadence and its last success', async () => {
    const { services, problem } = await make().list();

    expect(problem).toBeNull();
    expect(services.filter(({ name }) => name !== 'watch-services')).toMatchObject([
      {
        ...{ name: 'report', status: 'failing', healthy: true, streak: 1, backoffCount: 0, lastSuccess: null },
        cadence: { intervalSeconds: 86_400, cron: '0 8 * * ? *', timezone: 'Europe/Berlin' },
        nextDue: expect.stringMatching(/T0[67]:00:00\.000Z$/),
      },
      {
        ...{ name: 'sync', status: 'steady', healthy: true, streak: 0, cause: null, pause: null, halt: null },
        cadence: { intervalSeconds: 60, cron: null, timezone: null },
        lastSuccess: expect.any(String),
      },
    ]);
  });

  test('answers the status of a service with its failures', async () => {
    const status = await make().status('report');

    expect(status).toMatchObject({
      ...{ action: 'status', service: 'report', status: 'failing', streak: 1, trackRecord: [true, false] },
      cause: 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9',
      failures: [{ outcome: 'failed', class: 'ECONNREFUSED' }],
      policy: { consecutive: 2, intervalSeconds: 86_400 },
    });
  });

  test('answers the history of a service with runs and failures', async () => {
    const history = await make().history('report', { limit: 5 });

    expect(history).toEqual({
      action: 'history',
      service: 'report',
      runs: [{ at: expect.any(String), outcome: 'failed', durationMs: expect.any(Number), manual: true }],
      failures: [expect.objectContaining({ run: 1, outcome: 'failed', class: 'ECONNREFUSED', manual: true })],
    });
  });

  test('pauses a service with reason and end, and resumes it', async () => {
    const client = make();
    const paused = await client.pause('sync', { reason: 'moving', until: '2100-01-01T00:00:00Z' });
    const { services } = await client.list();
    const resumed = await client.resume('sync');

    const pause = { reason: 'moving', by: 'client', until: '2100-01-01T00:00:00.000Z', at: expect.any(String) };
    expect(paused).toMatchObject({ action: 'pause', status: 'paused', pause });
    expect(services.find(({ name }) => name === 'sync')).toMatchObject({ status: 'paused', healthy: true, pause });
    expect(resumed).toMatchObject({ action: 'resume', status: 'steady', ended: { pause: 'moving' } });
  });

  test('refuses a pause whose end is over, in the words of the function', async () => {
    await expect(make().pause('sync', { reason: 'moving', until: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('until: expected a time after now'),
    });
  });
});

test('both lists are equal, but for the functions and the watchdog, which a table does not name', async () => {
  const [ofStack, ofTable] = await Promise.all(KINDS.map(([, make]) => make().list()));
  const comparable = (list: typeof ofStack) =>
    list?.services
      .filter(({ name }) => name !== 'watch-services')
      .map(({ function: _its, group: _group, ...rest }) => rest);

  expect(comparable(ofStack)).toEqual(comparable(ofTable));
  expect([ofStack?.source, ofTable?.source]).toEqual(['watchdog', 'table']);
});

test('the list of the stack names the function of each service, and has the watchdog too', async () => {
  const { services } = await stackClient(api).list();

  expect(services.map(({ name, function: its }) => [name, its])).toEqual([
    ['report', functionOf('report')],
    ['sync', functionOf('sync')],
    ['watch-services', null],
  ]);
});

test('both statuses are equal', async () => {
  const [one, other] = await Promise.all(KINDS.map(([, make]) => make().status('sync')));

  expect({ ...one, build: 'unknown' }).toEqual(other);
});

test('the list of the watchdog takes no lease, and changes nothing', async () => {
  const before = await database.store.read('watch-services');
  await stackClient(api).list();

  expect(await database.store.read('watch-services')).toEqual(before);
  expect(api.invocations.at(-1)).toEqual({ functionName: WATCHDOG_FUNCTION, event: { action: 'list' } });
});

test('without definitions the list of a table has the statuses alone', async () => {
  const { services } = await tableClient(database).list();

  expect(services.find(({ name }) => name === 'report')).toMatchObject({
    ...{ status: 'failing', streak: 1, cadence: null, nextDue: null, healthy: null },
  });
});
