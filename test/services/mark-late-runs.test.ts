import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dynamoFlowRunStore,
  type FlowRun,
  type FlowRunStore,
  flowRunsTable,
  type LateCounts,
  type MarkLateOptions,
  markLate,
  UnreadableRunError,
} from '../../lib/flow-runs/index.ts';
import { type Database, ensureTable, openDatabase } from '../../lib/local/index.ts';
import { defineMarkLateRuns, markLateRuns, markLateSettings } from '../../lib/services/mark-late-runs.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { systemRandom } from '../../lib/time/index.ts';
import { type MemoryFlowRunStore, memoryFlowRunStore } from '../flow-runs/memory-store.ts';
import { LATE_STATE, RUNNING_STATE, START, waitingRun } from '../flow-runs/runs.ts';
import { keptLog } from '../support/loop-kit.ts';

const NOW = START + 60_000;
const NONE: LateCounts = { marked: 0, alreadyLate: 0, movedOn: 0, deleted: 0, failed: 0, unfinished: 0, pages: 0 };

/** A run of the service at NOW over a store, with everything it says kept. */
function setup(options: Partial<MarkLateOptions> = {}) {
  const clock = fakeClock(NOW, { mode: 'manual' });
  const log = keptLog();
  const stop = new AbortController();
  let ids = 0;
  const random = { draw: () => 0, id: () => `new-${++ids}` };
  const context = { signal: stop.signal, deadline: NOW + 25_000, clock, random, log };
  const run = (store: FlowRunStore) => markLate(context, store, { lateAfterSeconds: 15, pageSize: 400, ...options });
  return { clock, log, stop, context, run };
}

const OUT_OF_TIME =
  'mark-late-runs: its time is up before all late flow runs are marked; the next run of the service goes on';

const stateNames = (store: MemoryFlowRunStore) =>
  [...store.held.values()].map(({ id, state }) => `${id}: ${state.name}`);
const many = (count: number, first = START - 1_000_000) =>
  Array.from({ length: count }, (_, index) => waitingRun(`r${String(index).padStart(4, '0')}`, first + index));

describe('one run of the service', () => {
  test('marks the runs whose scheduled start is at or before now less lateAfterSeconds', async () => {
    const { run, log } = setup();
    const store = memoryFlowRunStore([
      waitingRun('at the cutoff', NOW - 15_000),
      waitingRun('a moment after it', NOW - 14_999),
      waitingRun('long ago', START - 5_000_000),
      waitingRun('late', START, LATE_STATE),
      waitingRun('running', START, RUNNING_STATE),
    ]);

    const counts = await run(store);

    expect(counts).toEqual({ ...NONE, marked: 2, pages: 1 });
    expect(stateNames(store)).toEqual([
      'at the cutoff: Late',
      'a moment after it: Scheduled',
      'long ago: Late',
      'late: Late',
      'running: Running',
    ]);
    expect(log.of('info').at(-1)).toBe('Finished monitoring for late runs.');
    expect([...log.of('warn'), ...log.of('error')]).toEqual([]);
  });

  test('keeps type and scheduled time, gives a new state id and timestamp, and logs each transition once', async () => {
    const { run, log } = setup();
    const store = memoryFlowRunStore([waitingRun('a')]);

    await run(store);

    expect(store.held.get('a')).toEqual({
      ...waitingRun('a'),
      nextScheduledStartTime: 1_730_772_000_000,
      state: { id: 'new-1', type: 'SCHEDULED', name: 'Late', timestamp: NOW },
    });
    expect(log.lines.filter(({ message }) => message === 'flow run state changed')).toEqual([
      {
        level: 'info',
        message: 'flow run state changed',
        fields: {
          flowRunId: 'a',
          flowRunName: 'run a',
          deploymentId: 'nightly',
          oldState: { id: 'a-scheduled', type: 'SCHEDULED', name: 'Scheduled', timestamp: '2024-11-04T02:00:00.000Z' },
          newState: { id: 'new-1', type: 'SCHEDULED', name: 'Late', timestamp: '2024-11-05T02:01:00.000Z' },
          scheduledTime: '2024-11-05T02:00:00.000Z',
        },
      },
    ]);
  });

  test('takes the cutoff once: a flow run that turns due meanwhile waits for the next run of the service', async () => {
    const store = memoryFlowRunStore([
      waitingRun('a', START),
      waitingRun('b', START + 1),
      waitingRun('c', NOW - 14_000),
    ]);
    const { run, clock } = setup({
      pageSize: 1,
      mark: async (late, asUsual) => {
        await clock.advance(5_000);
        return asUsual(late);
      },
    });

    expect(await run(store)).toEqual({ ...NONE, marked: 2, pages: 3 });
    expect(stateNames(store)).toContain('c: Scheduled');
  });

  test('leaves alone, silently and counted, what moved on, was deleted or turned late between page and mark', async () => {
    const runs = ['a', 'b', 'c', 'd'].map((id) => waitingRun(id));
    const store = memoryFlowRunStore(runs);
    const { run, log } = setup({
      mark: async (late, asUsual) => {
        if (late.id === 'a') store.held.set('a', { ...late, state: RUNNING_STATE });
        if (late.id === 'b') store.held.delete('b');
        if (late.id === 'c') store.held.set('c', { ...late, state: LATE_STATE });
        return asUsual(late);
      },
    });

    const counts = await run(store);

    expect(counts).toEqual({ ...NONE, marked: 1, movedOn: 1, deleted: 1, alreadyLate: 1, pages: 1 });
    expect(store.held.get('a')?.state).toEqual(RUNNING_STATE);
    expect(store.held.get('c')?.state).toEqual(LATE_STATE);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'flow run state changed',
      'Finished monitoring for late runs.',
    ]);
  });

  test('a page that lags behind the runs brings nothing to write for those that may not turn late', async () => {
    const store = memoryFlowRunStore();
    const lagging: FlowRunStore = {
      ...store,
      due: async () => ({
        runs: [waitingRun('a', START, LATE_STATE), waitingRun('b', START, RUNNING_STATE)],
        unreadable: [],
      }),
      transition: () => Promise.reject(new Error('nothing to write')),
    };

    expect(await setup().run(lagging)).toEqual({ ...NONE, alreadyLate: 1, movedOn: 1, pages: 1 });
  });
});

describe('a bad run', () => {
  test('a bad run never stops the batch; it is logged with its id and fails the run of the service at its end', async () => {
    const store = memoryFlowRunStore(many(25));
    const broken = new Error('broken');
    const { run, log } = setup({
      pageSize: 10,
      mark: async (late, asUsual) => {
        if (late.id === 'r0012') throw broken;
        return asUsual(late);
      },
    });

    const failure = await run(store).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({
      message:
        'mark-late-runs: 1 of 25 flow runs failed (marked 24, already late 0, moved on 0, deleted 0, unfinished 0); the next run of the service tries them again',
      errors: [broken],
    });
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', message: 'flow run not marked late', fields: { flowRunId: 'r0012', error: broken } },
    ]);
    expect(stateNames(store).filter((line) => line.endsWith('Scheduled'))).toEqual(['r0012: Scheduled']);
    expect(log.of('info').at(-1)).toBe('Finished monitoring for late runs.');
  });

  test('bad runs that fill the first page do not keep those behind them from being marked', async () => {
    const store = memoryFlowRunStore(many(9));
    const { run } = setup({
      pageSize: 3,
      mark: async (late, asUsual) => {
        if (late.id < 'r0003') throw new Error(`bad ${late.id}`);
        return asUsual(late);
      },
    });

    await expect(run(store)).rejects.toThrow('3 of 9 flow runs failed (marked 6,');
    expect(store.pageSizes).toEqual([3, 3, 3, 0]);
  });

  test('one that cannot be read fails the run of the service, and the others are marked', async () => {
    const store = memoryFlowRunStore([waitingRun('good')]);
    store.unreadable.push({ id: 'bad', error: new UnreadableRunError('unreadable') });
    const { run, log } = setup();

    await expect(run(store)).rejects.toThrow('1 of 2 flow runs failed (marked 1,');
    expect(log.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({ flowRunId: 'bad' });
    expect(stateNames(store)).toEqual(['good: Late']);
  });

  test('a store that cannot be asked fails the run of the service with its own error', async () => {
    const down = new Error('down');
    const store: FlowRunStore = { ...memoryFlowRunStore(), due: () => Promise.reject(down) };

    await expect(setup().run(store)).rejects.toBe(down);
  });
});

describe('a run of the service ends', () => {
  test('a run ends after a short page', async () => {
    const store = memoryFlowRunStore(many(5));

    expect(await setup({ pageSize: 2 }).run(store)).toMatchObject({ marked: 5, pages: 3 });
    expect(store.pageSizes).toEqual([2, 2, 1]);
  });

  test('a run ends after a page that holds nothing new', async () => {
    const page = { runs: many(2), unreadable: [], next: { start: START, id: 'x' } };
    let asked = 0;
    const due = async () => {
      asked += 1;
      if (asked > 5) throw new Error('asked on and on');
      return page;
    };

    expect(await setup({ pageSize: 2 }).run({ ...memoryFlowRunStore(many(2)), due })).toMatchObject({
      marked: 2,
      pages: 2,
    });
  });

  test('two seconds before its deadline, and the next one goes on', async () => {
    const store = memoryFlowRunStore(many(100));
    const { run, clock, log } = setup({
      pageSize: 50,
      mark: async (late, asUsual) => {
        if (late.id === 'r0065') await clock.advance(23_000);
        return asUsual(late);
      },
    });

    expect(await run(store)).toEqual({ ...NONE, marked: 70, unfinished: 30, pages: 2 });
    expect(log.of('warn')).toEqual([OUT_OF_TIME]);
    expect(await setup().run(store)).toEqual({ ...NONE, marked: 30, pages: 1 });
  });

  test('a run ends between pages, when its time is up there', async () => {
    const store = memoryFlowRunStore(many(20));
    const { run, clock, log } = setup({
      pageSize: 10,
      mark: async (late, asUsual) => {
        if (late.id === 'r0009') await clock.advance(24_000);
        return asUsual(late);
      },
    });

    const counts = { ...NONE, marked: 10, unfinished: 10, pages: 1 };
    expect(await run(store)).toEqual(counts);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: OUT_OF_TIME, fields: counts },
    ]);
  });

  test('a run of the service says how many runs are left, on all pages, and that there are more where it has no time to count', async () => {
    const backlog = memoryFlowRunStore(many(5_432));
    const upAt = (id: string, clock: ReturnType<typeof setup>['clock']): MarkLateOptions => ({
      lateAfterSeconds: 15,
      pageSize: 100,
      mark: async (late, asUsual) => {
        if (late.id === id) await clock.advance(23_000);
        return asUsual(late);
      },
    });
    const [first, second] = [setup(), setup()];
    const slow: FlowRunStore = {
      ...backlog,
      async due(query) {
        if (query.limit === 1_000) await second.clock.advance(800);
        return backlog.due(query);
      },
    };

    const counted = await markLate(first.context, backlog, upAt('r0099', first.clock));
    const cut = await markLate(second.context, slow, upAt('r0199', second.clock));

    expect(counted).toEqual({ ...NONE, marked: 100, unfinished: 5_332, pages: 1 });
    expect(cut).toEqual({ ...NONE, marked: 100, unfinished: 2_000, more: true, pages: 1 });
  });

  test('a run of the service lets writes under way end when its signal fires, and logs each that was written', async () => {
    const store = memoryFlowRunStore(many(10));
    const { run, stop, log } = setup();
    const transition: FlowRunStore['transition'] = async (seen, state, signal) => {
      if (seen.id === 'r0009') stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      return store.transition(seen, state);
    };

    expect(await run({ ...store, transition })).toEqual({ ...NONE, marked: 10, pages: 1 });
    expect(log.of('info').filter((message) => message === 'flow run state changed')).toHaveLength(10);
  });

  test('a run of the service gives up writes that have not ended half a second after its signal', async () => {
    const store = memoryFlowRunStore(many(2));
    const { run, stop, clock } = setup();
    const transition: FlowRunStore['transition'] = (seen, _state, signal) =>
      new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        if (seen.id === 'r0001') stop.abort();
      });

    const counts = run({ ...store, transition });
    await clock.advance(500);

    expect(await counts).toEqual({ ...NONE, unfinished: 2, pages: 1 });
    expect(clock.sleeping).toBe(0);
  });

  test('a run ends when it is asked to stop, and what the stop broke off is no failure but unfinished', async () => {
    const store = memoryFlowRunStore(many(30));
    const { run, stop, log } = setup({
      mark: async (late, asUsual) => {
        if (late.id !== 'r0010') return asUsual(late);
        stop.abort();
        throw new Error('aborted');
      },
    });

    const counts = { ...NONE, marked: 19, unfinished: 11, pages: 1 };
    expect(await run(store)).toEqual(counts);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: OUT_OF_TIME, fields: counts },
    ]);
    expect(log.lines.at(-1)).toEqual({ level: 'info', message: 'Finished monitoring for late runs.', fields: counts });
  });

  test('a run ends with a warning when its signal breaks off the last runs of the last page, which are listed one by one', async () => {
    const store = memoryFlowRunStore(many(10));
    const aborted = new Error('aborted');
    const { run, stop, log } = setup({
      mark: async (late, asUsual) => {
        if (late.id < 'r0003') return asUsual(late);
        stop.abort();
        throw aborted;
      },
    });

    expect(await run(store)).toEqual({ ...NONE, marked: 3, unfinished: 7, pages: 1 });
    expect(log.of('warn')).toEqual([OUT_OF_TIME]);
    expect(log.lines.filter(({ level }) => level === 'debug').map(({ fields }) => fields)).toEqual(
      ['r0003', 'r0004', 'r0005', 'r0006', 'r0007', 'r0008', 'r0009'].map((flowRunId) => ({
        flowRunId,
        error: aborted,
      })),
    );
  });

  test('a run ends without a warning when its time is up but every late run is marked', async () => {
    const { run, clock, log } = setup({
      mark: async (late, asUsual) => {
        if (late.id === 'r0004') await clock.advance(24_000);
        return asUsual(late);
      },
    });

    expect(await run(memoryFlowRunStore(many(5)))).toEqual({ ...NONE, marked: 5, pages: 1 });
    expect(log.of('warn')).toEqual([]);
  });

  test('a run lists what is unfinished beside what failed', async () => {
    const { run, stop } = setup({
      mark: async (late, asUsual) => {
        if (late.id === 'r0000') throw new Error('broken');
        if (late.id !== 'r0010') return asUsual(late);
        stop.abort();
        throw new Error('aborted');
      },
    });

    await expect(run(memoryFlowRunStore(many(12)))).rejects.toThrow(
      '1 of 12 flow runs failed (marked 10, already late 0, moved on 0, deleted 0, unfinished 1)',
    );
  });

  test('a run ends when it is asked to stop while a further page is being asked for', async () => {
    const store = memoryFlowRunStore(many(4));
    const { run, stop, log } = setup({ pageSize: 2 });
    const due: FlowRunStore['due'] = (query) => {
      if (query.after === undefined) return store.due(query);
      stop.abort();
      return Promise.reject(new Error('aborted'));
    };

    expect(await run({ ...store, due })).toEqual({ ...NONE, marked: 2, more: true, pages: 1 });
    expect(log.of('warn')).toEqual([OUT_OF_TIME]);
  });

  test("a run ends with the store's error when its signal fires before the first page came", async () => {
    const { run, stop } = setup();
    const hung = new Error('aborted');
    const due = () => {
      stop.abort();
      return Promise.reject(hung);
    };

    await expect(run({ ...memoryFlowRunStore(), due })).rejects.toBe(hung);
  });
});

describe('over the wire', () => {
  let directory: string;
  let database: Database;
  let client: DynamoDBClient;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tickover-late-'));
    database = await openDatabase({ directory });
    client = new DynamoDBClient({
      endpoint: database.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function storeOf(table: string, runs: readonly FlowRun[]): Promise<FlowRunStore> {
    await ensureTable(client, flowRunsTable(table));
    const store = dynamoFlowRunStore(client, table);
    for (let first = 0; first < runs.length; first += 50) {
      await Promise.all(runs.slice(first, first + 50).map((run) => store.put(run)));
    }
    return store;
  }

  test('1,000 runs are marked in pages of 400', async () => {
    const store = await storeOf('thousand', [...many(1_000), waitingRun('not yet', NOW)]);

    expect(await setup().run(store)).toEqual({ ...NONE, marked: 1_000, pages: 3 });

    const { runs } = await store.list();
    expect(runs.filter(({ state }) => state.name === 'Late')).toHaveLength(1_000);
    expect(runs.filter(({ state }) => state.name === 'Scheduled').map(({ id }) => id)).toEqual(['not yet']);
  });

  test('runs of the service at the same time never mark a run twice', async () => {
    const store = await storeOf('contended', many(60));
    const services = [1, 2, 3, 4].map(() => setup({ pageSize: 25 }));

    const counts = await Promise.all(
      services.map(({ context }) =>
        markLate({ ...context, random: systemRandom }, store, { lateAfterSeconds: 15, pageSize: 25 }),
      ),
    );

    const transitions = services.flatMap(({ log }) =>
      log.lines.filter(({ message }) => message === 'flow run state changed'),
    );
    expect(counts.reduce((sum, { marked }) => sum + marked, 0)).toBe(60);
    expect(new Set(transitions.map(({ fields }) => fields?.['flowRunId'])).size).toBe(60);
    expect(transitions).toHaveLength(60);
  });

  test('a run that moved on, was deleted or turned late behind the page is left as it is', async () => {
    const runs = ['a', 'b', 'c'].map((id) => waitingRun(id));
    const store = await storeOf('moving', runs);
    const behind: FlowRunStore = {
      ...store,
      due: async () => ({ runs: [...runs, waitingRun('gone')], unreadable: [] }),
    };
    await store.put({ ...waitingRun('a'), state: { ...RUNNING_STATE } });
    await store.put({ ...waitingRun('b'), state: LATE_STATE });

    expect(await setup().run(behind)).toEqual({ ...NONE, marked: 1, movedOn: 1, alreadyLate: 1, deleted: 1, pages: 1 });

    expect((await store.get('a'))?.state).toEqual(RUNNING_STATE);
    expect((await store.get('b'))?.state).toEqual(LATE_STATE);
    expect(await store.get('gone')).toBeUndefined();
  });
});

describe('the service', () => {
  test('is a loop every 60 s, and every 5 s on one machine, with upstream settings as defaults', () => {
    expect(markLateRuns).toMatchObject({ name: 'mark-late-runs', localInterval: 5_000, timeout: 30_000 });
    expect(markLateRuns.policy).toMatchObject({ kind: 'loop', interval: 60_000 });
    expect(markLateSettings({})).toEqual({ table: 'tickover-flow-runs', lateAfterSeconds: 15, pageSize: 400 });
  });

  test('takes its settings from the environment, an empty one meaning none', () => {
    const env = {
      TICKOVER_FLOW_RUNS_TABLE: 'prod.flow-runs',
      TICKOVER_LATE_AFTER_SECONDS: '0.5',
      TICKOVER_PAGE_SIZE: '1000',
    };
    expect(markLateSettings(env)).toEqual({ table: 'prod.flow-runs', lateAfterSeconds: 0.5, pageSize: 1_000 });
    expect(markLateSettings({ TICKOVER_PAGE_SIZE: '' }).pageSize).toBe(400);
  });

  test.each(['-1', 'soon', '1e3', ' 5'])('refuses %s as seconds and every other fault with it', (seconds) => {
    const env = { TICKOVER_LATE_AFTER_SECONDS: seconds, TICKOVER_PAGE_SIZE: '1001', TICKOVER_FLOW_RUNS_TABLE: 'a b' };
    expect(() => markLateSettings(env)).toThrow(
      `mark-late-runs: TICKOVER_FLOW_RUNS_TABLE: expected the name of a DynamoDB table, got 'a b'; ` +
        `TICKOVER_LATE_AFTER_SECONDS: expected seconds, 0 or more, got '${seconds}'; ` +
        `TICKOVER_PAGE_SIZE: expected a whole number from 1 to 1000, got '1001'`,
    );
  });

  test.each(['0', '-5', '2.5', 'all'])('refuses a page size of %s', (size) => {
    expect(() => markLateSettings({ TICKOVER_PAGE_SIZE: size })).toThrow(`got '${size}'`);
  });

  test('marks with what it prepared, with a mark of its own where one is given', async () => {
    const marked: string[] = [];
    const mark = async ({ id }: FlowRun) => {
      marked.push(id);
      return 'marked' as const;
    };
    const service = defineMarkLateRuns({ mark, lateAfterSeconds: 3_600 });
    const { context } = setup();
    const { options } = service.prepare({ env: { TICKOVER_LATE_AFTER_SECONDS: '1' }, secrets: {} }) as {
      options: MarkLateOptions;
    };
    const store = memoryFlowRunStore([waitingRun('old', NOW - 3_600_000), waitingRun('young', NOW - 3_599_999)]);

    const result = await service.workload({
      ...context,
      secrets: {},
      service: 'mark-late-runs',
      fence: 1,
      saveCursor: () => {},
      assertOwned: async () => {},
      prepared: { store, options },
    });

    expect(result).toEqual({ ...NONE, marked: 1, pages: 1 });
    expect(marked).toEqual(['old']);
  });
});
