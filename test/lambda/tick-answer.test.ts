/** The answers to ticks and firings, as the caller of the function gets them. */
import { describe, expect, it } from 'vitest';
import { asSent, functionUnderTest } from './kit.ts';
import { backingOff, FAILED, halted, PAUSE, RAN, SKIPPED } from './tick-answer-kit.ts';

describe('the answer to a tick', () => {
  it('shows a run that succeeded', async () => {
    expect(asSent(await functionUnderTest().tick('12:01'))).toEqual(RAN);
  });

  it('shows a run that failed', async () => {
    expect(asSent(await functionUnderTest({ script: 'F' }).tick('12:01'))).toEqual(FAILED);
  });

  it('shows a trip, and when the service may run again', async () => {
    const { tick } = functionUnderTest({ script: 'FF' });
    await tick('12:01');

    expect(asSent(await tick('12:02'))).toEqual({
      ...FAILED,
      tick: '2025-10-09T12:02:00.000Z',
      verdict: 'backing-off',
      fence: 2,
      backoffCount: 1,
      nextDue: '2025-10-09T12:04:00.000Z',
    });
  });

  it('shows a recovery', async () => {
    const { tick } = await backingOff('S');

    expect(asSent(await tick('12:04'))).toEqual({
      ...RAN,
      tick: '2025-10-09T12:04:00.000Z',
      verdict: 'recovered',
      fence: 3,
      nextDue: '2025-10-09T12:05:00.000Z',
    });
  });

  it('shows that a tick is skipped while backing off', async () => {
    const { tick } = await backingOff('');

    expect(asSent(await tick('12:03'))).toEqual({
      ...SKIPPED,
      tick: '2025-10-09T12:03:00.000Z',
      reason: 'backoff',
      backoffCount: 1,
      nextDue: '2025-10-09T12:04:00.000Z',
    });
  });

  it('shows a duplicate', async () => {
    const { tick } = functionUnderTest();
    await tick('12:01');

    expect(asSent(await tick('12:01'))).toEqual({ ...SKIPPED, reason: 'duplicate' });
  });

  it('shows an older tick as late', async () => {
    const { tick } = functionUnderTest();
    await tick('12:02');

    expect(asSent(await tick('12:01'))).toEqual({ ...SKIPPED, reason: 'late', nextDue: '2025-10-09T12:03:00.000Z' });
  });

  it('shows an overlap with a run under way', async () => {
    const answers: unknown[] = [];
    const kit = functionUnderTest({
      workload: async () => answers.push(await kit.invoke({ scheduledFor: '2025-10-09T12:02:00Z' })),
    });
    await kit.tick('12:01');

    expect(asSent(answers)).toEqual([{ ...SKIPPED, tick: '2025-10-09T12:02:00.000Z', reason: 'overlap' }]);
  });

  it('shows that the service is paused, and that nothing is due until somebody resumes it', async () => {
    const { invoke, tick } = functionUnderTest();
    await invoke(PAUSE);

    expect(asSent(await tick('12:01'))).toEqual({ ...SKIPPED, reason: 'paused', nextDue: null });
  });

  it('shows the first due time behind the end of a pause', async () => {
    const { invoke, tick } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:00Z' });

    expect(asSent(await tick('12:01'))).toEqual({
      ...SKIPPED,
      reason: 'paused',
      nextDue: '2025-10-09T12:30:00.000Z',
    });
  });

  it('shows that the service is halted, and when it is probed', async () => {
    const { tick } = await halted('');

    expect(asSent(await tick('12:02'))).toEqual({
      ...SKIPPED,
      tick: '2025-10-09T12:02:00.000Z',
      reason: 'halted',
      nextDue: '2025-10-09T12:17:00.000Z',
    });
  });

  it("shows that a halted service that restarts 'never' waits for somebody", async () => {
    const { tick } = await halted('', { restartAfter: 'never' });

    expect(await tick('12:02')).toMatchObject({ reason: 'halted', nextDue: null });
  });

  it('takes the latest due time where the placeholder was not filled', async () => {
    const { invoke, goTo } = functionUnderTest();
    await goTo(Date.parse('2025-10-09T12:01:59.999Z'));

    expect(await invoke({ scheduledFor: '<aws.scheduler.scheduled-time>' })).toMatchObject({
      tick: '2025-10-09T12:01:00.000Z',
      disposition: 'ran',
    });
  });

  it('refuses a placeholder that was not filled where the cron expression was never due', async () => {
    const { invoke, calls } = functionUnderTest({ interval: '365d', cron: '0 6 1 3 ? 2028' });

    await expect(invoke({ scheduledFor: '<aws.scheduler.scheduled-time>' })).rejects.toMatchObject({
      code: 'malformed-event',
      message:
        'sync: the event is malformed: scheduledFor: expected a due time, since the cron expression ' +
        "'0 6 1 3 ? 2028' was never due until now, got an unfilled placeholder; nothing was done",
    });
    expect(calls).toEqual([]);
  });

  it.each([
    ['02:30 in the hour that daylight saving repeats', '0/30 2 * * ? *', '2026-10-25T01:30:00Z'],
    ['a day on which the expression is not due', '0 0 L * ? *', '2026-10-25T00:00:00Z'],
    ['a second of the minute', '0 8 * * ? *', '2026-10-25T07:00:31Z'],
    ['before it was ever due', '0 6 1 3 ? 2028', '2026-10-25T06:00:00Z'],
  ])('runs a tick that is delivered for %s: Scheduler decides what is due', async (_case, cron, scheduledFor) => {
    const { invoke, goTo } = functionUnderTest({ script: 'SS', interval: '1d', cron, timezone: 'Europe/Berlin' });
    await goTo(Date.parse(scheduledFor) + 2_000);

    expect(await invoke({ scheduledFor })).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(await invoke({ scheduledFor })).toMatchObject({ disposition: 'skipped', reason: 'duplicate' });
  });

  it('has no outcome when the run yielded to the stop of the process', async () => {
    const stop = new AbortController();
    const kit = functionUnderTest({
      workload: async ({ signal }) => {
        stop.abort();
        signal.throwIfAborted();
      },
    });
    const stopping = { getRemainingTimeInMillis: () => 60_000, stop: stop.signal };

    const answer = await kit.handler({ scheduledFor: '2025-10-09T12:00:00Z' }, stopping);

    expect(answer).toMatchObject({ disposition: 'ran', outcome: null, verdict: null, error: null });
  });
});

describe('the answer to a firing that owns several ticks', () => {
  it('shows each of its slots', async () => {
    const { invoke, clock } = functionUnderTest({ script: 'SSS', interval: '20s' });

    const answer = await invoke({ scheduledFor: '2025-10-09T12:00:00Z', executionId: 'x' }, 180_000);

    expect(asSent(answer)).toEqual({
      service: 'sync',
      firing: '2025-10-09T12:00:00.000Z',
      ticks: [
        { ...RAN, tick: '2025-10-09T12:01:00.000Z', nextDue: '2025-10-09T12:01:20.000Z' },
        { ...RAN, tick: '2025-10-09T12:01:20.000Z', fence: 2, nextDue: '2025-10-09T12:01:40.000Z' },
        { ...RAN, tick: '2025-10-09T12:01:40.000Z', fence: 3, nextDue: '2025-10-09T12:02:00.000Z' },
      ],
    });
    expect(clock.now()).toBe(Date.parse('2025-10-09T12:01:40.250Z'));
  });

  it('begins no further slot once the process is about to stop', async () => {
    const closing = new AbortController();
    const { handler } = functionUnderTest({ interval: '20s', workload: async () => closing.abort() });
    const context = { getRemainingTimeInMillis: () => 180_000, closing: closing.signal };

    const answer = await handler({ scheduledFor: '2025-10-09T12:00:00Z' }, context);

    expect(answer).toMatchObject({ ticks: [{ tick: '2025-10-09T12:01:00.000Z', disposition: 'ran' }] });
  });

  it('is not given when one of them halts the service: that is thrown, and the slots behind it are left', async () => {
    const { invoke, store } = functionUnderTest({ script: 'SXS', interval: '20s' });

    await expect(invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 180_000)).rejects.toMatchObject({
      code: 'service-halted',
    });
    expect(await store.read('sync')).toMatchObject({ lastTick: Date.parse('2025-10-09T12:01:20Z'), fence: 2 });
  });

  it('belongs to the present minute where the placeholder was not filled', async () => {
    const { invoke, goTo } = functionUnderTest({ script: 'SSS', interval: '20s' });
    await goTo(Date.parse('2025-10-09T12:00:59Z'));

    const answer = await invoke({ scheduledFor: '<aws.scheduler.scheduled-time>' }, 180_000);

    expect(answer).toMatchObject({ firing: '2025-10-09T12:00:00.000Z' });
  });
});

describe('what the workload returned', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const spiteful = {
    toJSON() {
      throw new Error('no');
    },
  };

  it.each([
    ['nothing', undefined, null],
    ['a date', new Date(1_760_011_200_000), '2025-10-09T12:00:00.000Z'],
    ['a count of any size', { rows: 9_007_199_254_740_993n }, { rows: '9007199254740993' }],
    ['no number', { rate: Number.NaN }, { rate: null }],
    ['a function', () => 1, null],
    ['a circle', circle, { self: 'left out: a circle' }],
    ['an object that refuses', spiteful, 'left out: JSON cannot represent it'],
    ['more than anybody reads', 'x'.repeat(64_000), 'left out: more than 64000 bytes of JSON'],
  ])('is shown as JSON, and the run has succeeded, if it is %s', async (_what, result, reported) => {
    const { tick, log } = functionUnderTest({ workload: async () => result });

    const answer = await tick('12:01');

    expect(asSent(answer)).toMatchObject({ outcome: 'succeeded', result: reported });
    const [line] = log.lines.filter(({ message }) => message === 'tick');
    expect(line?.fields?.['result']).toEqual(result === undefined ? undefined : reported);
    expect(log.of('error')).toEqual([]);
  });
});
