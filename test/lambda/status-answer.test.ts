/** The answer to status, for every status that a service can have. */
import { describe, expect, it } from 'vitest';
import { asSent, functionUnderTest } from './kit.ts';
import { afterRuns, CAUSE, failedAt, NEVER_SEEN, PAUSE, runAt, STATUS } from './status-kit.ts';

describe('the answer to status', () => {
  it('shows a service that was never seen as never-ran', async () => {
    const { invoke, calls } = functionUnderTest();

    expect(asSent(await invoke(STATUS))).toEqual(NEVER_SEEN);
    expect(calls).toEqual(['read', 'failedRuns']);
  });

  it('shows a steady service, and since when', async () => {
    const { invoke } = await afterRuns('SS');

    expect(asSent(await invoke(STATUS))).toEqual({
      ...NEVER_SEEN,
      status: 'steady',
      since: '2025-10-09T12:01:00.000Z',
      nextDue: '2025-10-09T12:03:00.000Z',
      lastTick: '2025-10-09T12:02:00.000Z',
      lastSuccess: '2025-10-09T12:02:02.250Z',
      runs: [runAt('12:02', 'succeeded'), runAt('12:01', 'succeeded')],
    });
  });

  it('shows since when a service has recovered, and still what had failed', async () => {
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

  it('shows a failing service by its newest failure', async () => {
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

  it('shows a service that backs off: a fresh record, the streak kept', async () => {
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

  it('shows a halted service, its cause and when it is probed', async () => {
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

  it("shows that nothing is due for a halted service that restarts 'never'", async () => {
    const { invoke } = await afterRuns('X', { restartAfter: 'never' });

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      nextDue: null,
      halt: { until: null },
      policy: { restartAfterSeconds: 'never' },
    });
  });

  it('shows a service as halted until a run succeeds, also while its probe is due', async () => {
    const { invoke, goTo } = await afterRuns('X');
    await goTo(Date.parse('2025-10-09T12:20:30Z'));

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      cause: 'TypeError: rows is not iterable',
      nextDue: '2025-10-09T12:21:00.000Z',
    });
  });

  it('shows a halt that another build left as one that the next tick ends', async () => {
    const { store } = await afterRuns('X');
    const { invoke } = functionUnderTest({ ports: { store }, environment: { build: 'b2' } });

    expect(await invoke(STATUS)).toMatchObject({
      status: 'halted',
      nextDue: '2025-10-09T12:02:00.000Z',
      halt: { build: 'b1' },
      build: 'b2',
    });
  });

  it('shows a paused service, until when, why and by whom', async () => {
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

  it('shows nothing of a pause that has ended by itself', async () => {
    const { invoke, goTo } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:00Z' });
    await goTo(Date.parse('2025-10-09T12:30:00Z'));

    expect(await invoke(STATUS)).toMatchObject({ status: 'never-ran', cause: null, pause: null });
  });

  it('shows a run under way, the lease and how long it holds', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({ workload: async () => answers.push(await kit.invoke(STATUS)) });
    await kit.tick('12:01');

    expect(answers).toMatchObject([
      {
        status: 'running',
        since: '2025-10-09T12:01:00.000Z',
        lease: { until: '2025-10-09T12:02:07.000Z', tick: '2025-10-09T12:01:00.000Z', run: 1 },
        lastTick: null,
      },
    ]);
  });

  it('shows the lease of a run by hand, which has no tick', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({ workload: async () => answers.push(await kit.invoke(STATUS)) });
    await kit.invoke({ action: 'run-once' });

    expect(answers).toMatchObject([{ status: 'running', lease: { tick: null, run: 1 } }]);
  });

  it('shows the newest 20 runs, newest first', async () => {
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
  ])('shows no more failures than a memory of %i holds, and still the cause', async (memory, failures) => {
    const { invoke } = await afterRuns('FFFF', { memory, consecutive: 9 });

    expect(await invoke(STATUS)).toMatchObject({ cause: CAUSE, failures, streak: 4 });
  });

  it('shows a run by hand as one', async () => {
    const { invoke } = functionUnderTest({ script: 'F' });
    await invoke({ action: 'run-once' });

    expect(await invoke(STATUS)).toMatchObject({
      runs: [{ at: '2025-10-09T12:00:00.000Z', outcome: 'failed', durationMs: 250, manual: true }],
      lastTick: null,
    });
  });

  it('shows the bookmark, and every option that the policy has, durations in seconds', async () => {
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
