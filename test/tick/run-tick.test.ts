/** One iteration on account of a tick: what each outcome leaves behind. */
import { describe, expect, it } from 'vitest';
import { classifyTolerant, HttpStatusError, NotImplementedError, type Service } from '../../lib/service/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());

describe('A tick', () => {
  it('runs the workload, moves the mark, the last success and the ring, and reports it', async () => {
    const here = world();
    const service = here.service({
      workload: async ({ clock, scheduledFor, fence }) => {
        await clock.sleep(0);
        return { scheduledFor, fence };
      },
    });
    await here.clock.advance(1_500);
    const ending = here.deliver(service, DUE);
    await here.clock.advance(250);

    const tickEvent = await ending;

    expect(tickEvent).toMatchObject({
      service: 'svc',
      disposition: 'ran',
      outcome: 'succeeded',
      verdict: 'steady',
      fence: 1,
      startedAt: DUE + 1_500,
      latenessMs: 1_500,
      crashesBooked: 0,
      bypassed: [],
      report: [],
      status: 'steady',
      nextDue: DUE + MINUTE,
      result: { scheduledFor: DUE, fence: 1 },
      build: 'b1',
    });
    expect(tickEvent).not.toHaveProperty('overrunMs');
    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1, lastTick: DUE, streak: 0 });
    expect((await here.state(service)).lease).toBeUndefined();
    expect((await here.state(service)).runs).toEqual([
      { outcome: 'succeeded', at: DUE, durationMs: tickEvent.durationMs, manual: false },
    ]);
    expect(here.events).toEqual(['acquire', 'run', 'commit', 'reported ran', 'flush']);
  });

  it('holds its lease until the margin after its invocation must end, however short its own time is', async () => {
    const here = world();
    const ends: (number | undefined)[] = [];
    const service = here.service({
      timeout: '30s',
      leaseMargin: '4s',
      workload: async () => void ends.push((await here.store.read('svc'))?.lease?.until),
    });

    await here.deliver(service, DUE, { deadline: DUE + 900_000 });
    await here.deliver(service, DUE + MINUTE, { deadline: DUE + MINUTE + 20_000 });

    expect(ends).toEqual([DUE + 904_000, DUE + MINUTE + 24_000]);
  });

  it('writes a failure down before its commit, counts it and goes on', async () => {
    const here = world();
    const service = here.service({ workload: failing });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({
      outcome: 'failed',
      verdict: 'steady',
      status: 'failing',
      report: [],
      failure: { errorClass: 'ECONNREFUSED' },
    });
    expect(await here.state(service)).toMatchObject({ streak: 1, trackRecord: [true, true, false], lastTick: DUE });
    expect(here.events).toEqual(['acquire', 'run', 'putRun', 'commit', 'reported ran', 'flush']);
    expect(await here.store.failedRuns('svc', { after: 0, limit: 9 })).toEqual([
      {
        service: 'svc',
        fence: 1,
        at: DUE,
        manual: false,
        outcome: 'failed',
        startedAt: DUE,
        durationMs: 0,
        build: 'b1',
        verdict: 'steady',
        failure: tickEvent.failure,
      },
    ]);
  });

  it('trips, lists the failures of earlier ticks newest first, and backs off for exactly 2^n - 1 ticks', async () => {
    const here = world();
    let attempt = 0;
    const service = here.service({
      backoff: 3,
      workload: () => Promise.reject(Object.assign(new Error(`try ${++attempt}`), { code: `ECONN${attempt}` })),
    });
    const dispositions: string[] = [];
    for (let tick = 0; tick < 10; tick++) {
      const { reason, outcome } = await here.deliver(service, DUE + tick * MINUTE);
      dispositions.push(reason ?? String(outcome));
    }

    expect(dispositions).toEqual([
      ...['failed', 'failed', 'failed', 'backoff'],
      ...['failed', 'failed', 'failed', 'backoff', 'backoff', 'backoff'],
    ]);
    expect(here.tickEvents[2]).toMatchObject({
      verdict: 'backing-off',
      status: 'backing-off',
      nextDue: DUE + 4 * MINUTE,
    });
    expect(here.events.filter((event) => event.startsWith('print'))).toEqual([
      'print Failed the last 3 attempts. Please check your environment and configuration.',
      'print Examples of recent errors:',
      'print Error: try 3 (ECONN3)',
      'print Error: try 2 (ECONN2)',
      'print Error: try 1 (ECONN1)',
      'print Backing off due to consecutive errors, using increased interval of 120s.',
      'print Failed the last 3 attempts. Please check your environment and configuration.',
      'print Examples of recent errors:',
      'print Error: try 6 (ECONN6)',
      'print Error: try 5 (ECONN5)',
      'print Error: try 4 (ECONN4)',
      'print Backing off due to consecutive errors, using increased interval of 240s.',
    ]);
    expect(await here.state(service)).toMatchObject({ streak: 6, backoffCount: 2, notBefore: DUE + 10 * MINUTE });
  });

  it('recovers with its first success: the backoff goes, with a report', async () => {
    const here = world();
    let failures = 1;
    const workload = async () => {
      if (failures-- > 0) throw refused();
    };
    const service = here.service({ consecutive: 1, backoff: 2, workload });
    await here.deliver(service, DUE);

    const tickEvent = await here.deliver(service, DUE + 2 * MINUTE);

    expect(tickEvent).toMatchObject({
      outcome: 'succeeded',
      verdict: 'recovered',
      status: 'steady',
      report: ['Resetting backoff due to successful run.'],
    });
    const state = await here.state(service);
    expect(state).toMatchObject({ backoffCount: 0, streak: 0 });
    expect(state).not.toHaveProperty('notBefore');
  });

  it('keeps away as long as the other side asked', async () => {
    const here = world();
    const workload = () =>
      Promise.reject(new HttpStatusError({ status: 429, method: 'GET', url: 'http://x/', retryAfter: 150_000 }));
    const service = here.service({ classify: classifyTolerant, workload });
    await here.deliver(service, DUE);

    const reasons = [];
    for (const tick of [1, 2, 3]) reasons.push((await here.deliver(service, DUE + tick * MINUTE)).reason);

    expect(reasons).toEqual(['backoff', 'backoff', undefined]);
  });

  it('hands the cursor from run to run, also from one that failed, and keeps it where none is saved', async () => {
    const here = world();
    const seen: (string | undefined)[] = [];
    const service = here.service({
      workload: async ({ cursor, saveCursor }) => {
        seen.push(cursor);
        if (cursor === undefined) saveCursor('one');
        if (cursor === 'one' && seen.length === 3) {
          saveCursor('two');
          throw refused();
        }
      },
    });
    for (const tick of [0, 1, 2, 3]) await here.deliver(service, DUE + tick * MINUTE);

    expect(seen).toEqual([undefined, 'one', 'one', 'two']);
    expect((await here.state(service)).cursor).toBe('two');
  });

  it('fails a run whose cursor is too long, and keeps the cursor it had', async () => {
    const here = world();
    const service = here.service({ workload: async ({ saveCursor }) => saveCursor('€'.repeat(86)) });

    await expect(here.deliver(service, DUE)).rejects.toThrow(
      'svc: halted: RangeError: svc: cursor: expected at most 256 bytes, got 258',
    );
    expect((await here.state(service)).cursor).toBeUndefined();
  });

  it('warns of a run that took longer than the interval, strictly', async () => {
    const here = world({ mode: 'auto' });
    let length = 2_000;
    const service = here.service({ name: 'slow', interval: '2s', workload: ({ clock }) => clock.sleep(length) });
    expect(await here.deliver(service, DUE)).toMatchObject({ durationMs: 2_000 });
    expect(here.log.of('warn')).toEqual([]);
    length = 2_500;

    expect(await here.deliver(service, DUE + 4_000)).toMatchObject({ durationMs: 2_500, overrunMs: 500 });
    expect(here.log.of('warn')).toEqual([
      'slow took 2.5 seconds to run, which is longer than its loop interval of 2 seconds.',
    ]);
  });

  it('is not warned of where its run ends with an error that propagates, as upstream has it', async () => {
    const here = world();
    const workload: Service['workload'] = async ({ clock }) => {
      await clock.sleep(2_500);
      throw new NotImplementedError('nothing here yet');
    };
    const service = here.service({ name: 'slow', kind: 'loop', interval: '2s', workload });

    const delivered = here.deliver(service, DUE);
    delivered.catch(() => {});
    await here.clock.advance(2_500);

    await expect(delivered).rejects.toMatchObject({ code: 'service-halted' });
    expect(here.tickEvents).toMatchObject([{ outcome: 'fatal', overrunMs: 500 }]);
    expect(here.log.of('warn')).toEqual([]);
  });
});
