import { expect, test } from 'vitest';
import { type FlowRun, importFlowRuns, isWaiting, tableOf } from '../../lib/flow-runs/index.ts';
import { loadSample } from '../../lib/local/index.ts';
import { memoryFlowRunStore } from './memory-store.ts';
import { LATE_STATE, START, waitingRun } from './runs.ts';

const apiRun = (id: string, fields: object = {}) => ({
  id,
  name: `run ${id}`,
  state_type: 'SCHEDULED',
  next_scheduled_start_time: '2024-11-05T02:00:00Z',
  state: { id: `${id}-scheduled`, type: 'SCHEDULED', name: 'Scheduled', timestamp: '2024-11-04T02:00:00Z' },
  ...fields,
});

test('the import takes what it can read, keeps what is newer in the store and reports what is wrong', async () => {
  const store = memoryFlowRunStore([waitingRun('b', START, LATE_STATE)]);
  const text = JSON.stringify([apiRun('a'), apiRun('b'), { id: 'c' }, apiRun('d')]);

  const imported = await importFlowRuns(store, text, { now: START });

  expect(imported).toMatchObject({ written: 2, kept: 1 });
  expect(imported.faults).toEqual([expect.stringMatching(/^element 3: name: /)]);
  expect([...store.held.values()].map(({ id, state }) => [id, state.name])).toEqual([
    ['b', 'Late'],
    ['a', 'Scheduled'],
    ['d', 'Scheduled'],
  ]);
});

test('the import replaces newer states when it is asked to', async () => {
  const store = memoryFlowRunStore([waitingRun('b', START, LATE_STATE)]);

  const imported = await importFlowRuns(store, JSON.stringify([apiRun('b')]), { now: START, overwrite: true });

  expect(imported).toMatchObject({ written: 1, kept: 0 });
  expect(store.held.get('b')?.state.name).toBe('Scheduled');
});

test('the import takes the last of a run that stands in a text twice', async () => {
  const store = memoryFlowRunStore();

  await importFlowRuns(store, JSON.stringify([apiRun('a', { name: 'first' }), apiRun('a', { name: 'last' })]), {
    now: 0,
  });

  expect(store.held.get('a')?.name).toBe('last');
});

test('the sample has runs that are late, far off, late already, and in other states', async () => {
  const store = memoryFlowRunStore();

  const { written, faults } = await loadSample(store);

  expect([written, faults]).toEqual([13, []]);
  const runs = [...store.held.values()];
  const waitingUntil = (instant: number) =>
    runs.filter((run) => isWaiting(run) && (run.nextScheduledStartTime ?? 0) < instant).length;
  expect(waitingUntil(Date.parse('2025-01-01T00:00:00Z'))).toBe(5);
  expect(waitingUntil(Date.parse('2098-01-01T00:00:00Z'))).toBe(5);
  expect(waitingUntil(Date.parse('2100-01-01T00:00:00Z'))).toBe(7);
  const names = runs.map(({ state }) => state.name);
  expect(new Set(names)).toEqual(
    new Set(['Scheduled', 'Late', 'AwaitingRetry', 'Running', 'Completed', 'Crashed', 'Pending']),
  );
});

test('the table shows name, state, next start and deployment within 100 columns, first to start on top', () => {
  const long: FlowRun = {
    ...waitingRun('z', START - 1, { name: 'A state with a very long name' }),
    name: 'a name\nthat breaks and is far too long for its column',
    deploymentId: '0530a59e-cc60-5bb4-ad84-e99c562d87cf',
  };
  const bare: FlowRun = { id: 'b', name: 'bare', state: LATE_STATE };

  const lines = tableOf([bare, waitingRun('a'), long]);

  expect(lines).toEqual([
    'NAME                      STATE          NEXT START            DEPLOYMENT',
    'a name that breaks and …  A state with…  2024-11-05T01:59:59Z  0530a59e-cc60-5bb4-ad84-e99c562d87cf',
    'run a                     Scheduled      2024-11-05T02:00:00Z  nightly',
    'bare                      Late           -                     -',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBe(99);
});

test('the columns of the table stand under one another whatever is written in them', () => {
  const named = (name: string): FlowRun => ({ ...waitingRun('a'), name });

  const lines = tableOf([
    named('夜間バッチ'),
    named('日次売上集計レポート作成処理'),
    named('日次売上集計レポa作成'),
    named('cafe\u0301 🚀'),
  ]);

  expect(lines.slice(1).map((line) => line.slice(0, line.indexOf('Scheduled')))).toEqual([
    'cafe\u0301 🚀                   ',
    '夜間バッチ                ',
    '日次売上集計レポa作成     ',
    '日次売上集計レポート作…   ',
  ]);
});
