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

async function itemOf(table: string, key: Record<string, string>): Promise<unknown> {
  const { Item } = await database.documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
  return steady(Item);
}

test('watch-services reports who is overdue, and remembers since when', async () => {
  const items = [
    { pk: 'asleep', sk: 'STATE', v: 1, fence: 1, done: 1, lastTick: NOON - 172_800_000 },
    { pk: 'died', sk: 'STATE', v: 1, fence: 2, done: 1, leaseOwner: 'o', leaseUntil: NOON - 172_000_000, leaseTick: 1 },
    { pk: 'damaged', sk: 'STATE', v: 1, fence: 1, done: 'one' },
    { pk: 'watch-services', sk: 'STATE', v: 1, fence: 1, done: 1, cursor: 'mSwPOH.mga00000..mga00000.CA' },
  ];
  for (const Item of items) await database.documents.send(new PutCommand({ TableName: database.table, Item }));
  const answer = await answerOf(watchServices, {
    AWS_LAMBDA_FUNCTION_NAME: 'watch-services',
    TICKOVER_TABLE: database.table,
    TICKOVER_WATCHED:
      '{"asleep":[3600000,115000],"damaged":[3600000,115000],"died":[3600000,115000],"new":[3600000,115000,"0 3 * * ? *","UTC"]}',
  });
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
    nextDue: '2025-10-09T12:05:00.000Z',
    error: null,
    result: { watched: 4, overdue: ['asleep', 'damaged', 'died', 'new'] },
  });
  expect(logLines()).toEqual([
    {
      level: 'WARN',
      message:
        'asleep: overdue: its tick of 2025-10-07T13:00:00.000Z has not ended; look whether its schedule is enabled, at the queue of undeliverable events, and at the errors in its log',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'asleep',
      kind: 'missed',
      due: '2025-10-07T13:00:00.000Z',
    },
    {
      level: 'WARN',
      message:
        'damaged: its state is damaged: done: expected a whole number, got "one"; the service does not run until its state is repaired (npm run repair -- damaged)',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'damaged',
      kind: 'unreadable',
    },
    {
      level: 'WARN',
      message:
        'died: overdue: run 2 for 1970-01-01T00:00:00.001Z took the lease until 2025-10-07T12:13:20.000Z and never ended, and no later run took over, though one was due at 2025-10-02T23:00:00.000Z; look at the end of that run in its log, and whether its schedule is enabled',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'died',
      kind: 'died',
      due: '2025-10-02T23:00:00.000Z',
    },
    {
      level: 'WARN',
      message:
        'new: overdue: it has never run, though it was due at 2025-10-03T03:00:00.000Z; look whether its schedule is enabled, at the queue of undeliverable events, and at the errors in its log',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      fence: 2,
      watched: 'new',
      kind: 'never-ran',
      due: '2025-10-03T03:00:00.000Z',
    },
    {
      level: 'INFO',
      message: 'tick',
      timestamp: 'now',
      service: 'watch-services',
      sampling_rate: 0,
      build: 'b1',
      bypassed: [],
      disposition: 'ran',
      crashesBooked: 0,
      fence: 2,
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
      nextDue: '2025-10-09T12:05:00.000Z',
      streak: 0,
      backoffCount: 0,
      trackRecord: '11',
      lastSuccess: '2025-10-09T12:00:02.000Z',
      result: { watched: 4, overdue: ['asleep', 'damaged', 'died', 'new'] },
    },
  ]);
  expect(metricDocuments()).toEqual([
    {
      _aws: {
        Timestamp: 'now',
        CloudWatchMetrics: [
          { Namespace: 'Tickover', Dimensions: [['service']], Metrics: [{ Name: 'Overdue', Unit: 'Count' }] },
        ],
      },
      service: 'asleep',
      Overdue: 1,
    },
    {
      _aws: {
        Timestamp: 'now',
        CloudWatchMetrics: [
          { Namespace: 'Tickover', Dimensions: [['service']], Metrics: [{ Name: 'Overdue', Unit: 'Count' }] },
        ],
      },
      service: 'damaged',
      Overdue: 1,
    },
    {
      _aws: {
        Timestamp: 'now',
        CloudWatchMetrics: [
          { Namespace: 'Tickover', Dimensions: [['service']], Metrics: [{ Name: 'Overdue', Unit: 'Count' }] },
        ],
      },
      service: 'died',
      Overdue: 1,
    },
    {
      _aws: {
        Timestamp: 'now',
        CloudWatchMetrics: [
          { Namespace: 'Tickover', Dimensions: [['service']], Metrics: [{ Name: 'Overdue', Unit: 'Count' }] },
        ],
      },
      service: 'new',
      Overdue: 1,
    },
    {
      _aws: {
        Timestamp: 'now',
        CloudWatchMetrics: [
          {
            Namespace: 'Tickover',
            Dimensions: [['service']],
            Metrics: [
              { Name: 'FailureStreak', Unit: 'Count' },
              { Name: 'Halted', Unit: 'Count' },
            ],
          },
        ],
      },
      service: 'watch-services',
      FailureStreak: 0,
      Halted: 0,
    },
  ]);
  expect(await itemOf(database.table, { pk: 'watch-services', sk: 'STATE' })).toEqual({
    pk: 'watch-services',
    sk: 'STATE',
    v: 1,
    fence: 2,
    done: 2,
    cursor: 'mSwPOH.mga00000.EHOccRRbyzJuRg07.mga00000.CA',
    lastTick: 1_760_011_200_000,
    lastSuccess: 1_760_011_202_000,
    runs: 'Smgjd85c0.0',
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
    ['env'],
    ['clock', 'deadline', 'fence', 'log', 'prepared', 'random', 'saveCursor', 'scheduledFor', 'service', 'signal'],
    ['debug', 'error', 'info', 'warn'],
    [
      'clock',
      'cursor',
      'deadline',
      'fence',
      'log',
      'prepared',
      'random',
      'saveCursor',
      'scheduledFor',
      'service',
      'signal',
    ],
    ['debug', 'error', 'info', 'warn'],
  ]);
});
