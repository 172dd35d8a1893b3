/** The operator's actions and their answers: status, pause, resume. */
import { describe, expect, it } from 'vitest';
import type { Observer } from '../../lib/runner/index.ts';
import { asSent, ENVIRONMENT, functionUnderTest, NOON } from './kit.ts';

const STATUS = { action: 'status' };
const PAUSE = { action: 'pause', reason: 'moving', by: 'ada' };
const RESUME = { action: 'resume' };

const POLICY = {
  kind: 'critical',
  intervalSeconds: 60,
  memory: 10,
  consecutive: 2,
  backoff: 2,
  trips: true,
  onFatal: 'halt',
  maxIntervalSeconds: null,
  restartAfterSeconds: 900,
};
const NEVER_SEEN = {
  action: 'status',
  service: 'sync',
  status: 'steady',
  since: null,
  cause: null,
  trackRecord: [true, true],
  streak: 0,
  backoffCount: 0,
  nextDue: '2025-10-09T12:01:00.000Z',
  lease: null,
  halt: null,
  pause: null,
  lastTick: null,
  lastSuccess: null,
  runs: [],
  failures: [],
  policy: POLICY,
  cursor: null,
  build: 'b1',
};
const REFUSED = { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' };
const CAUSE = 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9';
const runAt = (time: string, outcome: string) => ({
  at: `2025-10-09T${time}:00.000Z`,
  outcome,
  durationMs: 250,
  manual: false,
});
const failedAt = (time: string, run: number) => ({
  at: `2025-10-09T${time}:00.000Z`,
  run,
  outcome: 'failed',
  ...REFUSED,
});

/** The service after these ticks, a minute apart from 12:01 on; what a tick throws is left aside. */
async function afterRuns(script: string, options = {}) {
  const kit = functionUnderTest({ ...options, script });
  for (let minute = 1; minute <= script.length; minute++) await kit.thrownBy(`12:0${minute}`);
  return kit;
}

describe('the answer to status', () => {
  it('tells a service that was never seen as steady', async () => {
    const { invoke, calls } = functionUnderTest();

    expect(asSent(await invoke(STATUS))).toEqual(NEVER_SEEN);
    expect(calls).toEqual(['read', 'failedRuns']);
  });

  it('tells a steady service, and since when', async () => {
    const { invoke } = await afterRuns('SS');

    expect(asSent(await invoke(STATUS))).toEqual({
      ...NEVER_SEEN,
      since: '2025-10-09T12:01:00.000Z',
      nextDue: '2025-10-09T12:03:00.000Z',
      lastTick: '2025-10-09T12:02:00.000Z',
      lastSuccess: '2025-10-09T12:02:02.250Z',
      runs: [runAt('12:02', 'succeeded'), runAt('12:01', 'succeeded')],
    });
  });

  it('tells since when a service has recovered, and still what had failed', async () => {
    const { invoke } = await afterRuns('FSS');

    expect(await invoke(STATUS)).toMatchObject({
      status: 'steady',
      since: '2025-10-09T12:02:00.000Z',
      cause: null,
      streak: 0,
      trackRecord: [true, true],
      failures: [failedAt('12:01', 1)],
    });
  });

  it('tells a failing service by its newest failure', async () => {
    const { invoke } = await afterRuns('FSF');

    expect(asSent(await invoke(STATUS))).toEqual({
      ...NEVER_SEEN,
      status: 'failing',
      since: '2025-10-09T12:03:00.000Z',
      cause: CAUSE,
      trackRecord: [true, false],
      streak: 1,
      nextDue: '2025-10-09T12:04:00.000Z',
      lastTick: '2025-10-09T12:03:00.000Z',
      lastSuccess: '2025-10-09T12:02:02.250Z',
      runs: [runAt('12:03', 'failed'), runAt('12:02', 'succeeded'), runAt('12:01', 'failed')],
      failures: [failedAt('12:03', 3), failedAt('12:01', 1)],
    });
  });

  it('tells a service that backs off: a fresh record, the streak kept', async () => {
    const { invoke } = await afterRuns('SFF');

    expect(await invoke(STATUS)).toMatchObject({
      status: 'backing-off',
      since: '2025-10-09T12:02:00.000Z',
      cause: CAUSE,
      trackRecord: [true, true],
      streak: 2,
      backoffCount: 1,
      nextDue: '2025-10-09T12:05:00.000Z',
      failures: [failedAt('12:03', 3), failedAt('12:02', 2)],
    });
  });

  it('tells a halted service, its cause and when it is probed', async () => {
    const { invoke } = await afterRuns('X');

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      since: '2025-10-09T12:01:02.250Z',
      cause: 'TypeError: rows is not iterable',
      nextDue: '2025-10-09T12:17:00.000Z',
      halt: {
        at: '2025-10-09T12:01:02.250Z',
        until: '2025-10-09T12:16:02.250Z',
        build: 'b1',
        cause: 'TypeError: rows is not iterable',
      },
      failures: [{ run: 1, outcome: 'fatal', class: 'TypeError', message: 'rows is not iterable' }],
    });
  });

  it("tells that nothing is due for a halted service that restarts 'never'", async () => {
    const { invoke } = await afterRuns('X', { restartAfter: 'never' });

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      nextDue: null,
      halt: { until: null },
      policy: { restartAfterSeconds: 'never' },
    });
  });

  it('tells a service as halted until a run succeeds, also while its probe is due', async () => {
    const { invoke, goTo } = await afterRuns('X');
    await goTo(Date.parse('2025-10-09T12:20:30Z'));

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      cause: 'TypeError: rows is not iterable',
      nextDue: '2025-10-09T12:21:00.000Z',
    });
  });

  it('tells a halt that another build left as one that the next tick ends', async () => {
    const { store } = await afterRuns('X');
    const { invoke } = functionUnderTest({ ports: { store }, environment: { build: 'b2' } });

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      nextDue: '2025-10-09T12:01:00.000Z',
      halt: { build: 'b1' },
      build: 'b2',
    });
  });

  it('tells a paused service, until when, why and by whom', async () => {
    const { invoke } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:30Z' });

    expect(asSent(await invoke(STATUS))).toEqual({
      ...NEVER_SEEN,
      status: 'paused',
      since: '2025-10-09T12:00:00.000Z',
      cause: 'moving',
      nextDue: '2025-10-09T12:31:00.000Z',
      pause: {
        at: '2025-10-09T12:00:00.000Z',
        until: '2025-10-09T12:30:30.000Z',
        reason: 'moving',
        by: 'ada',
      },
    });
  });

  it('tells nothing of a pause that has ended by itself', async () => {
    const { invoke, goTo } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:00Z' });
    await goTo(Date.parse('2025-10-09T12:30:00Z'));

    expect(await invoke(STATUS)).toMatchObject({ status: 'steady', cause: null, pause: null });
  });

  it('tells a run under way, the lease and how long it holds', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({ workload: async () => answers.push(await kit.invoke(STATUS)) });
    await kit.tick('12:01');

    expect(answers).toMatchObject([
      {
        status: 'running',
        since: '2025-10-09T12:01:00.000Z',
        lease: { until: '2025-10-09T12:01:57.000Z', tick: '2025-10-09T12:01:00.000Z', run: 1 },
        lastTick: null,
      },
    ]);
  });

  it('tells the lease of a run by hand, which has no tick', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({ workload: async () => answers.push(await kit.invoke(STATUS)) });
    await kit.invoke({ action: 'run-once' });

    expect(answers).toMatchObject([{ status: 'running', lease: { tick: null, run: 1 } }]);
  });

  it('tells the newest 20 runs, newest first', async () => {
    const { invoke, tick } = functionUnderTest({ script: 'S'.repeat(22) });
    for (let minute = 10; minute < 32; minute++) await tick(`12:${minute}`);

    const { runs } = asSent(await invoke(STATUS)) as { runs: { at: string }[] };

    expect(runs).toHaveLength(20);
    expect(runs.at(0)).toEqual(runAt('12:31', 'succeeded'));
    expect(runs.at(-1)).toEqual(runAt('12:12', 'succeeded'));
  });

  it.each([
    [2, [failedAt('12:04', 4), failedAt('12:03', 3)]],
    [0, []],
  ])('tells no more failures than a memory of %i holds, and still the cause', async (memory, failures) => {
    const { invoke } = await afterRuns('FFFF', { memory, consecutive: 9 });

    expect(await invoke(STATUS)).toMatchObject({ cause: CAUSE, failures, streak: 4 });
  });

  it('tells a run by hand as one', async () => {
    const { invoke } = functionUnderTest({ script: 'F' });
    await invoke({ action: 'run-once' });

    expect(await invoke(STATUS)).toMatchObject({
      runs: [{ at: '2025-10-09T12:00:00.000Z', outcome: 'failed', durationMs: 250, manual: true }],
      lastTick: null,
    });
  });

  it('tells the bookmark, and every option that the policy has, durations in seconds', async () => {
    const kit = functionUnderTest({
      interval: '5m',
      jitterRange: 0.3,
      maxInterval: '1h',
      restartAfter: '2h',
      workload: async ({ saveCursor }) => saveCursor('page-7'),
    });
    await kit.invoke({ action: 'run-once' });

    expect(await kit.invoke(STATUS)).toMatchObject({
      cursor: 'page-7',
      policy: { intervalSeconds: 300, jitterRange: 0.3, maxIntervalSeconds: 3_600, restartAfterSeconds: 7_200 },
    });
  });

  it('fits the track record to the policy of the day', async () => {
    const { store } = await afterRuns('SF');
    const { invoke } = functionUnderTest({ ports: { store }, consecutive: 4 });

    expect(await invoke(STATUS)).toMatchObject({ trackRecord: [true, true, true, false] });
  });
});

describe('pause', () => {
  it('answers with the status of the paused service, also before its first tick', async () => {
    const { invoke, calls, log } = functionUnderTest();

    expect(asSent(await invoke(PAUSE))).toEqual({
      ...NEVER_SEEN,
      action: 'pause',
      status: 'paused',
      since: '2025-10-09T12:00:00.000Z',
      cause: 'moving',
      nextDue: null,
      pause: { at: '2025-10-09T12:00:00.000Z', until: null, reason: 'moving', by: 'ada' },
    });
    expect(calls).toEqual(['pause', 'failedRuns']);
    expect(log.lines).toEqual([
      { level: 'info', message: 'service paused', fields: { reason: 'moving', by: 'ada', until: null } },
    ]);
  });

  it('lets a service that was paused before its first tick run once it is resumed', async () => {
    const { invoke, tick } = functionUnderTest();
    await invoke(PAUSE);
    await tick('12:01');
    await invoke(RESUME);

    expect(await tick('12:02')).toMatchObject({ disposition: 'ran', fence: 1 });
  });

  it('replaces a pause that stands, its end included', async () => {
    const { invoke, goTo } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:00Z' });
    await goTo(NOON + 60_000);

    expect(await invoke({ action: 'pause', reason: 'still moving', by: 'bob' })).toMatchObject({
      pause: { at: '2025-10-09T12:01:00.000Z', until: null, reason: 'still moving', by: 'bob' },
      nextDue: null,
    });
  });

  it('lets a run under way end as it would', async () => {
    const kit = functionUnderTest({ workload: async () => void (await kit.invoke(PAUSE)) });

    expect(await kit.tick('12:01')).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(await kit.tick('12:02')).toMatchObject({ disposition: 'skipped', reason: 'paused' });
  });
});

describe('resume', () => {
  it('answers what it ended, and raises the epoch', async () => {
    const { invoke, store } = await afterRuns('X');
    await invoke(PAUSE);

    expect(asSent(await invoke(RESUME))).toMatchObject({
      action: 'resume',
      status: 'steady',
      cause: null,
      halt: null,
      pause: null,
      nextDue: '2025-10-09T12:02:00.000Z',
      ended: { halt: 'TypeError: rows is not iterable', pause: 'moving', notBefore: null, streak: 0 },
    });
    expect(await store.read('sync')).toMatchObject({ epoch: 1 });
  });

  it('ends backing off and the streak: the next tick runs, and the record begins anew', async () => {
    const { invoke, tick } = await afterRuns('FFF');

    expect(await invoke(RESUME)).toMatchObject({
      status: 'steady',
      trackRecord: [true, true],
      streak: 0,
      backoffCount: 0,
      ended: { halt: null, pause: null, notBefore: '2025-10-09T12:04:00.000Z', streak: 2 },
    });
    expect(await tick('12:03')).toMatchObject({ disposition: 'ran', outcome: 'failed', verdict: 'steady' });
  });

  it('tells nothing as ended that had ended by itself', async () => {
    const { invoke, goTo } = await afterRuns('FF');
    await invoke({ ...PAUSE, until: '2025-10-09T12:03:00Z' });
    await goTo(Date.parse('2025-10-09T12:04:00Z'));

    expect(await invoke(RESUME)).toMatchObject({ ended: { halt: null, pause: null, notBefore: null, streak: 2 } });
  });

  it('is harmless on a service that was never seen', async () => {
    const { invoke, tick } = functionUnderTest();

    expect(asSent(await invoke(RESUME))).toEqual({
      ...NEVER_SEEN,
      action: 'resume',
      ended: { halt: null, pause: null, notBefore: null, streak: 0 },
    });
    expect(await tick('12:01')).toMatchObject({ disposition: 'ran', fence: 1 });
  });

  it('answers with the very status that is told afterwards', async () => {
    const { invoke } = await afterRuns('SFFF');
    await invoke(PAUSE);

    const { ended: _ended, ...answered } = asSent(await invoke(RESUME)) as Record<string, unknown>;

    expect({ ...answered, action: 'status' }).toEqual(asSent(await invoke(STATUS)));
  });

  it('tells every observer, and succeeds though one of them throws', async () => {
    const heard: string[] = [];
    const observers: Observer[] = [
      {
        resumed() {
          throw new Error('metrics are down');
        },
      },
      { resumed: (service) => void heard.push(service), flush: async () => void heard.push('flushed') },
    ];
    const { invoke, log } = functionUnderTest({ ports: { observers } });

    expect(await invoke(RESUME)).toMatchObject({ action: 'resume' });
    expect(heard).toEqual(['sync', 'flushed']);
    expect(log.of('error')).toEqual(['An observer threw; the service is resumed without it']);
  });
});

describe('a change that is made', () => {
  it.each([PAUSE, RESUME])('is answered as made though the failures cannot be read: $action', async (event) => {
    const { store } = await afterRuns('F');
    const ports = { store: { ...bound(store), failedRuns: () => Promise.reject(new Error('throttled')) } };
    const { invoke, log } = functionUnderTest({ ports, environment: ENVIRONMENT });

    expect(await invoke(event)).toMatchObject({ action: event.action, failures: [] });
    expect(log.of('warn')).toEqual(["sync: recent failures can't be read; the answer leaves them out"]);
    expect((await store.read('sync'))?.pause?.reason).toBe(event.action === 'pause' ? 'moving' : undefined);
  });
});

/** A store's methods, so that one of them can be replaced. */
function bound(store: ReturnType<typeof functionUnderTest>['store']) {
  const { acquire, commit, release, read, putRun, failedRuns, pause, resume } = store;
  return { acquire, commit, release, read, putRun, failedRuns, pause, resume };
}
