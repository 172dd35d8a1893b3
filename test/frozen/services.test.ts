/** What the services that come with Tickover store, log, answer and measure; and what a workload is handed. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { dynamoFlowRunStore, flowRunsTable, importFlowRuns, tableOf } from '../../lib/flow-runs/index.ts';
import type { Service } from '../../lib/service/index.ts';
import { checkEndpoints } from '../../lib/services/check-endpoints.ts';
import { markLateRuns } from '../../lib/services/mark-late-runs.ts';
import { watchServices } from '../../lib/services/watch-services.ts';
import { NOON } from '../lambda/kit.ts';
import { useDatabase } from '../support/use-database.ts';
import { freeze, logLines, metricDocuments, quiet, steady, stored } from './kit.ts';

freeze();

const database = useDatabase();

beforeAll(async () => {
  await database.documents.send(new CreateTableCommand(flowRunsTable('flow-runs')));
});
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', database.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
});

/** The answer to one tick of the service, at noon unless told otherwise, on a state table of the database. */
function answerOf(service: Service, variables: Record<string, string>, time = '12:00'): Promise<unknown> {
  const inLambda = 'AWS_LAMBDA_FUNCTION_NAME' in variables;
  return stored(database.store, { ...service.written, environment: { inLambda, variables } }).tick(time);
}

/** The hash of a schedule of one hour. */
const HOURLY = '_v2wJoNb';

async function itemOf(table: string, key: Record<string, string>): Promise<unknown> {
  const { Item } = await database.documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return steady(Item);
}

test('watch-services finds the troubles of services, logs and counts them, and remembers them', async () => {
  const longAgo = NOON - 172_800_000;
  const seen = (schedule: string) => ({ schedule, floor: longAgo });
  const items = [
    { pk: 'asleep', sk: 'STATE', v: 1, fence: 1, done: 1, lastTick: longAgo },
    { pk: 'awake', sk: 'STATE', v: 1, fence: 1, done: 1, lastTick: NOON, lastSuccess: NOON },
    { pk: 'damaged', sk: 'STATE', v: 1, fence: 1, done: 'one' },
    { pk: 'watch-services', sk: 'STATE', v: 1, fence: 1, done: 1 },
    { pk: 'watch-services', sk: 'WATCH#0', revision: 1, entries: { asleep: seen(HOURLY), awake: seen(HOURLY) } },
  ];
  for (const Item of items) await database.documents.send(new PutCommand({ TableName: database.table, Item }));
  const watched = (name: string) => ({ name, schedule: { interval: 3_600_000 }, tolerance: 115_000, consecutive: 3 });
  const answer = await answerOf(watchServices, {
    AWS_LAMBDA_FUNCTION_NAME: 'watch-services',
    TICKOVER_TABLE: database.table,
    TICKOVER_WATCHED: JSON.stringify([watched('asleep'), watched('awake'), watched('damaged')]),
  });
  const changes = ['asleep/overdue/2025-10-07T13:00:00.000Z', 'damaged/unreadable/2025-10-09T12:00:02.000Z'];
  expect(answer).toEqual({
    service: 'watch-services',
    tick: '2025-10-09T12:00:00.000Z',
    disposition: 'ran',
    reason: null,
    outcome: 'succeeded',
    verdict: 'steady',
    durationMs: 0,
    fence: 2,
    backoffCount: 0,
    nextDue: '2025-10-09T12:01:00.000Z',
    error: null,
    result: { watched: 3, unhealthy: ['asleep', 'damaged'], changes },
  });
  expect(logLines().slice(0, 2)).toEqual([
    {
      level: 'WARN',
      message: 'asleep is overdue: its tick of 2025-10-07T13:00:00.000Z has left no trace.',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'asleep',
      kind: 'overdue',
      id: 'asleep/overdue/2025-10-07T13:00:00.000Z',
      cause:
        'no start is stored: its schedule may be disabled, Scheduler may not reach it, or its code cannot be loaded',
      follows: 'Nothing is done until a tick arrives. Look at its schedule and at its log; the command runs it once.',
      command: 'npx tickover invoke asleep run-once',
    },
    {
      level: 'WARN',
      message: 'damaged does not run, since its stored state cannot be read.',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'damaged',
      kind: 'unreadable',
      id: 'damaged/unreadable/2025-10-09T12:00:02.000Z',
      cause:
        'damaged: its state is damaged: done: expected a whole number, got "one"; the service does not run until its state is repaired (npx tickover repair damaged)',
      follows: 'Every tick ends in an error until a person repairs the state.',
      command: 'npx tickover repair damaged',
    },
  ]);
  const document = (service: string, values: Record<string, number>) => ({
    _aws: {
      Timestamp: 'now',
      CloudWatchMetrics: [
        {
          Namespace: 'Tickover',
          Dimensions: [['service']],
          Metrics: Object.keys(values).map((Name) => ({ Name, Unit: 'Count' })),
        },
      ],
    },
    service,
    ...values,
  });
  expect(metricDocuments()).toEqual([
    document('asleep', { Unhealthy: 1 }),
    document('damaged', { Unhealthy: 1 }),
    document('watch-services', { Watched: 3, UnhealthyServices: 2 }),
  ]);
  const unhealthy = { trouble: { kind: 'overdue', since: NOON - 169_200_000, epoch: 0, tick: longAgo } };
  const damaged = { kind: 'unreadable', since: NOON + 2_000, success: NOON + 2_000 };
  expect(await itemOf(database.table, { pk: 'watch-services', sk: 'WATCH#0' })).toEqual({
    pk: 'watch-services',
    sk: 'WATCH#0',
    revision: 3,
    entries: {
      asleep: { ...seen(HOURLY), ...unhealthy },
      awake: seen(HOURLY),
      damaged: { schedule: HOURLY, floor: NOON + 2_000, trouble: damaged },
    },
  });
});

test('the table of flow runs has these keys and this index', () => {
  expect(flowRunsTable('any')).toEqual({
    TableName: 'any',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'waiting', AttributeType: 'S' },
      { AttributeName: 'nextScheduledStartTime', AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'waiting',
        KeySchema: [
          { AttributeName: 'waiting', KeyType: 'HASH' },
          { AttributeName: 'nextScheduledStartTime', KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['name', 'deploymentId', 'stateId', 'stateType', 'stateName', 'stateTimestamp'],
        },
      },
    ],
  });
});

test('mark-late-runs moves a flow run on, and reports it', async () => {
  const store = dynamoFlowRunStore(database.documents, 'flow-runs');
  const flowRun = {
    id: 'r1',
    name: 'nightly run',
    deployment_id: 'nightly',
    state_type: 'SCHEDULED',
    next_scheduled_start_time: '2025-10-09T02:00:00Z',
    expected_start_time: '2025-10-09T02:00:00Z',
    state: { id: 's1', type: 'SCHEDULED', name: 'Scheduled', timestamp: '2025-10-08T02:00:00Z', message: 'soon' },
  };
  const imported = await importFlowRuns(store, JSON.stringify([flowRun]), { now: NOON });
  expect(imported).toEqual({ written: 1, kept: 0, faults: [] });
  expect(await itemOf('flow-runs', { id: 'r1' })).toEqual({
    id: 'r1',
    name: 'nightly run',
    deploymentId: 'nightly',
    nextScheduledStartTime: 1_759_975_200_000,
    expectedStartTime: 1_759_975_200_000,
    source:
      '{"id":"r1","name":"nightly run","deployment_id":"nightly","state_type":"SCHEDULED","next_scheduled_start_time":"2025-10-09T02:00:00Z","expected_start_time":"2025-10-09T02:00:00Z","state":{"id":"s1","type":"SCHEDULED","name":"Scheduled","timestamp":"2025-10-08T02:00:00Z","message":"soon"}}',
    stateId: 's1',
    stateType: 'SCHEDULED',
    stateName: 'Scheduled',
    stateTimestamp: 1_759_888_800_000,
    stateMessage: 'soon',
    waiting: 'SCHEDULED#Scheduled',
  });
  expect(await answerOf(markLateRuns, { TICKOVER_FLOW_RUNS_TABLE: 'flow-runs' })).toEqual({
    service: 'mark-late-runs',
    tick: '2025-10-09T12:00:00.000Z',
    disposition: 'ran',
    reason: null,
    outcome: 'succeeded',
    verdict: 'steady',
    durationMs: 0,
    fence: 1,
    backoffCount: 0,
    nextDue: '2025-10-09T12:01:00.000Z',
    error: null,
    result: { marked: 1, alreadyLate: 0, movedOn: 0, deleted: 0, failed: 0, unfinished: 0, pages: 1 },
  });
  expect(logLines()).toEqual([
    {
      level: 'INFO',
      message: 'flow run state changed',
      timestamp: 'now',
      service: 'mark-late-runs',
      sampling_rate: 0,
      fence: 1,
      flowRunId: 'r1',
      flowRunName: 'nightly run',
      deploymentId: 'nightly',
      oldState: { id: 's1', type: 'SCHEDULED', name: 'Scheduled', timestamp: '2025-10-08T02:00:00.000Z' },
      newState: { id: 'new-state', type: 'SCHEDULED', name: 'Late', timestamp: '2025-10-09T12:00:02.000Z' },
      scheduledTime: '2025-10-09T02:00:00.000Z',
    },
    {
      level: 'INFO',
      message: 'Finished monitoring for late runs.',
      timestamp: 'now',
      service: 'mark-late-runs',
      sampling_rate: 0,
      fence: 1,
      marked: 1,
      alreadyLate: 0,
      movedOn: 0,
      deleted: 0,
      failed: 0,
      unfinished: 0,
      pages: 1,
    },
    {
      level: 'INFO',
      message: 'tick',
      timestamp: 'now',
      service: 'mark-late-runs',
      sampling_rate: 0,
      build: 'b1',
      bypassed: [],
      disposition: 'ran',
      crashesBooked: 0,
      fence: 1,
      verdict: 'steady',
      status: 'steady',
      latenessMs: 2000,
      durationMs: 0,
      outcome: 'succeeded',
      manual: false,
      tick: '2025-10-09T12:00:00.000Z',
      executionId: 'x-12:00',
      attempt: '1',
      startedAt: '2025-10-09T12:00:02.000Z',
      nextDue: '2025-10-09T12:01:00.000Z',
      streak: 0,
      backoffCount: 0,
      trackRecord: '11',
      lastSuccess: '2025-10-09T12:00:02.000Z',
      result: { marked: 1, alreadyLate: 0, movedOn: 0, deleted: 0, failed: 0, unfinished: 0, pages: 1 },
    },
  ]);
  expect(await itemOf('flow-runs', { id: 'r1' })).toEqual({
    id: 'r1',
    name: 'nightly run',
    deploymentId: 'nightly',
    nextScheduledStartTime: 1_759_975_200_000,
    expectedStartTime: 1_759_975_200_000,
    source:
      '{"id":"r1","name":"nightly run","deployment_id":"nightly","state_type":"SCHEDULED","next_scheduled_start_time":"2025-10-09T02:00:00Z","expected_start_time":"2025-10-09T02:00:00Z","state":{"id":"s1","type":"SCHEDULED","name":"Scheduled","timestamp":"2025-10-08T02:00:00Z","message":"soon"}}',
    stateId: 'new-state',
    stateType: 'SCHEDULED',
    stateName: 'Late',
    stateTimestamp: 1_760_011_202_000,
  });
  expect(tableOf((await store.list()).runs)).toEqual([
    'NAME                      STATE          NEXT START            DEPLOYMENT',
    'nightly run               Late           2025-10-09T02:00:00Z  nightly',
  ]);
});

test('check-endpoints reports what it found of each endpoint', async () => {
  const server = createServer((request, response) => response.writeHead(request.url === '/well' ? 200 : 500).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const withoutPort = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll(url, 'http://endpoint'));
  const listing = (paths: string[]) => ({
    TICKOVER_ENDPOINTS: JSON.stringify(paths.map((path) => ({ url: url + path }))),
  });
  expect(withoutPort(await answerOf(checkEndpoints, listing(['/well'])))).toMatchObject({
    result: [{ url: 'http://endpoint/well', ok: true, durationMs: 0, status: 200 }],
  });
  vi.mocked(process.stdout.write).mockClear();
  const failed = await answerOf(checkEndpoints, listing(['/well', '/ill']), '12:01');
  server.close();
  expect(withoutPort(failed)).toEqual({
    service: 'check-endpoints',
    tick: '2025-10-09T12:01:00.000Z',
    disposition: 'ran',
    reason: null,
    outcome: 'failed',
    verdict: 'steady',
    durationMs: 0,
    fence: 2,
    backoffCount: 0,
    nextDue: '2025-10-09T12:02:00.000Z',
    error: {
      class: 'AggregateError',
      message: '1 of 2 endpoints failed: GET http://endpoint/ill answered 500, expected 2xx',
    },
    result: null,
  });
  expect(withoutPort(logLines().slice(-2))).toEqual([
    {
      level: 'WARN',
      message: 'endpoint failed',
      timestamp: 'now',
      service: 'check-endpoints',
      sampling_rate: 0,
      fence: 2,
      url: 'http://endpoint/ill',
      durationMs: 0,
      status: 500,
      error: 'GET http://endpoint/ill answered 500, expected 2xx',
    },
    {
      level: 'WARN',
      message: 'tick',
      timestamp: 'now',
      service: 'check-endpoints',
      sampling_rate: 0,
      build: 'b1',
      bypassed: [],
      disposition: 'ran',
      crashesBooked: 0,
      fence: 2,
      verdict: 'steady',
      status: 'failing',
      latenessMs: 2000,
      durationMs: 0,
      outcome: 'failed',
      manual: false,
      tick: '2025-10-09T12:01:00.000Z',
      executionId: 'x-12:01',
      attempt: '1',
      startedAt: '2025-10-09T12:01:02.000Z',
      nextDue: '2025-10-09T12:02:00.000Z',
      streak: 1,
      backoffCount: 0,
      trackRecord: '10',
      lastSuccess: '2025-10-09T12:00:02.000Z',
      errorClass: 'AggregateError',
      errorMessage: '1 of 2 endpoints failed: GET http://endpoint/ill answered 500, expected 2xx',
      errorText:
        'AggregateError: 1 of 2 endpoints failed: GET http://endpoint/ill answered 500, expected 2xx\n  at ...',
    },
  ]);
});

test('a workload is handed these, and what it makes is prepared from the environment', async () => {
  const handed: string[][] = [];
  const { tick } = quiet({
    prepare: (surroundings) => void handed.push(Object.keys(surroundings)),
    workload: async (context) => {
      context.saveCursor('row 3');
      handed.push(Object.keys(context).toSorted(), Object.keys(context.log).toSorted());
    },
  });
  await tick('12:01');
  await tick('12:02');
  expect(handed).toEqual([
    ['env', 'secrets'],
    [
      'assertOwned',
      'clock',
      'deadline',
      'fence',
      'log',
      'prepared',
      'random',
      'saveCursor',
      'scheduledFor',
      'secrets',
      'service',
      'signal',
    ],
    ['debug', 'error', 'info', 'warn'],
    [
      'assertOwned',
      'clock',
      'cursor',
      'deadline',
      'fence',
      'log',
      'prepared',
      'random',
      'saveCursor',
      'scheduledFor',
      'secrets',
      'service',
      'signal',
    ],
    ['debug', 'error', 'info', 'warn'],
  ]);
});
