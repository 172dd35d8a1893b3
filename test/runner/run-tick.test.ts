/** One iteration on account of a tick: what each outcome leaves behind. */
import { describe, expect, it } from 'vitest';
import { classifyTolerant, HttpStatusError, ServiceHaltedError } from '../../lib/runner/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());
const broken = () => Promise.reject(new RangeError('no such page'));

describe('A tick', () => {
  it('runs the workload, moves the mark, the last success and the ring, and tells it', async () => {
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

    const story = await ending;

    expect(story).toMatchObject({
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
    expect(story).not.toHaveProperty('overrunMs');
    expect(await here.state(service)).toMatchObject({ fence: 1, done: 1, lastTick: DUE, streak: 0 });
    expect((await here.state(service)).lease).toBeUndefined();
    expect((await here.state(service)).runs).toEqual([
      { outcome: 'succeeded', at: DUE, durationMs: story.durationMs, manual: false },
    ]);
    expect(here.events).toEqual(['acquire', 'run', 'commit', 'told ran', 'flush']);
  });

  it('holds its lease until the margin after its time, or the end of the invocation if that comes first', async () => {
    const here = world();
    const ends: (number | undefined)[] = [];
    const service = here.service({
      timeout: '30s',
      leaseMargin: '4s',
      workload: async () => void ends.push((await here.store.read('svc'))?.lease?.until),
    });

    await here.deliver(service, DUE, { deadline: DUE + 900_000 });
    await here.deliver(service, DUE + MINUTE, { deadline: DUE + MINUTE + 20_000 });

    expect(ends).toEqual([DUE + 34_000, DUE + MINUTE + 24_000]);
  });

  it('writes a failure down before its commit, counts it and goes on', async () => {
    const here = world();
    const service = here.service({ workload: failing });

    const story = await here.deliver(service, DUE);

    expect(story).toMatchObject({
      outcome: 'failed',
      verdict: 'steady',
      status: 'failing',
      report: [],
      failure: { errorClass: 'ECONNREFUSED' },
    });
    expect(await here.state(service)).toMatchObject({ streak: 1, record: [true, true, false], lastTick: DUE });
    expect(here.events).toEqual(['acquire', 'run', 'putRun', 'commit', 'told ran', 'flush']);
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
        failure: story.failure,
      },
    ]);
  });

  it('trips, tells the failures of earlier ticks newest first, and backs off for exactly 2^n - 1 ticks', async () => {
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
    expect(here.stories[2]).toMatchObject({ verdict: 'backing-off', status: 'backing-off', nextDue: DUE + 4 * MINUTE });
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

    const story = await here.deliver(service, DUE + 2 * MINUTE);

    expect(story).toMatchObject({
      outcome: 'succeeded',
      verdict: 'recovered',
      status: 'steady',
      report: ['Resetting backoff due to successful run.'],
    });
    const state = await here.state(service);
    expect(state).toMatchObject({ backoffCount: 0, streak: 0 });
    expect(state).not.toHaveProperty('notBefore');
  });

  it('halts at its threshold: throws once, after commit, telling and flush; later ticks are skipped', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, workload: failing });

    const error = await here.deliver(service, DUE).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ServiceHaltedError);
    expect(error).toMatchObject({
      code: 'service-halted',
      service: 'svc',
      message: 'svc: halted: Service exceeded error threshold.',
    });
    expect(here.events.filter((event) => !event.startsWith('print'))).toEqual([
      ...['acquire', 'run', 'failedRuns', 'putRun', 'commit', 'told ran', 'flush'],
    ]);
    expect(here.events.at(-1)).toBe('flush');
    expect(here.stories[0]).toMatchObject({ outcome: 'failed', verdict: 'halted', status: 'halted' });
    for (const tick of [1, 2, 14]) {
      const story = await here.deliver(service, DUE + tick * MINUTE);
      expect(story).toMatchObject({ disposition: 'skipped', reason: 'halted', status: 'halted' });
    }
  });

  it('halts on a fatal error at once, with the error as the cause of what it throws, and no report', async () => {
    const here = world();
    const service = here.service({ restartAfter: 'never', workload: broken });

    const error = await here.deliver(service, DUE).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({ message: 'svc: halted: RangeError: no such page' });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
    expect(here.events.some((event) => event.startsWith('print'))).toBe(false);
    const state = await here.state(service);
    expect(state.halt).toEqual({ at: DUE, build: 'b1', cause: 'RangeError: no such page' });
    expect(state).toMatchObject({ streak: 0, backoffCount: 0, record: [true, true, true] });
    expect(here.stories[0]).not.toHaveProperty('nextDue');
  });

  it('counts a fatal error as one more failure where the policy says so', async () => {
    const here = world();
    const service = here.service({ onFatal: 'continue', workload: broken });

    const story = await here.deliver(service, DUE);

    expect(story).toMatchObject({ outcome: 'fatal', verdict: 'steady', status: 'failing' });
    expect(await here.state(service)).toMatchObject({ streak: 1, record: [true, true, false] });
  });

  it('probes a halted service after `restartAfter`: a failure halts it again, a success lifts the halt', async () => {
    const here = world();
    let healthy = false;
    const workload = async () => {
      if (!healthy) throw refused();
    };
    const service = here.service({ consecutive: 1, restartAfter: '5m', workload });
    const deliver = (tick: number) => here.deliver(service, DUE + tick * MINUTE).catch((thrown: unknown) => thrown);
    await deliver(0);
    expect(await deliver(4)).toMatchObject({ reason: 'halted' });
    expect(await deliver(5)).toBeInstanceOf(ServiceHaltedError);
    expect((await here.state(service)).halt).toMatchObject({ at: DUE, until: DUE + 10 * MINUTE });
    expect(await deliver(9)).toMatchObject({ reason: 'halted' });

    healthy = true;

    expect(await deliver(10)).toMatchObject({ outcome: 'succeeded', verdict: 'recovered', status: 'steady' });
    expect((await here.state(service)).halt).toBeUndefined();
    expect(await deliver(11)).toMatchObject({ outcome: 'succeeded', verdict: 'steady' });
  });

  it('starts afresh where another build halted it, and remembers from then on', async () => {
    const here = world();
    let attempt = 0;
    const workload = () => Promise.reject(Object.assign(new Error('no'), { code: `ECONN${++attempt}` }));
    const service = here.service({ consecutive: 2, backoff: 2, workload });
    const deliver = (tick: number, build: string) =>
      here.deliver(service, DUE + tick * MINUTE, { build }).catch((thrown: unknown) => thrown);
    for (const tick of [0, 1, 2, 3, 4]) await deliver(tick, 'b1');
    expect(await here.state(service)).toMatchObject({ backoffCount: 2, streak: 4, halt: { build: 'b1' } });
    expect(await deliver(5, 'b1')).toMatchObject({ reason: 'halted' });

    expect(await deliver(6, 'b2')).toMatchObject({ outcome: 'failed', verdict: 'steady', status: 'failing' });
    expect(await here.state(service)).toMatchObject({ backoffCount: 0, streak: 1, record: [true, false] });

    expect(await deliver(7, 'b2')).toMatchObject({ verdict: 'backing-off' });
    expect(here.stories.at(-1)?.report.slice(2, -1)).toEqual([
      expect.stringContaining('ECONN6'),
      expect.stringContaining('ECONN5'),
    ]);
    expect((await here.state(service)).runs).toHaveLength(6);
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
});

describe('A run by hand', () => {
  it('neither reads nor moves the mark of decided ticks, and is written down also when it succeeds', async () => {
    const here = world();
    const service = here.service({});
    await here.deliver(service, DUE);
    await here.clock.advance(10 * MINUTE);

    const story = await here.byHand(service);

    expect(story).toMatchObject({ disposition: 'ran', outcome: 'succeeded', tick: { kind: 'manual', force: false } });
    expect(story).not.toHaveProperty('latenessMs');
    const state = await here.state(service);
    expect(state.lastTick).toBe(DUE);
    expect(state.runs.at(-1)).toEqual({ outcome: 'succeeded', at: DUE + 10 * MINUTE, durationMs: 0, manual: true });
    expect(here.events).toContain('putRun');
    expect(await here.deliver(service, DUE + 10 * MINUTE)).toMatchObject({ outcome: 'succeeded' });
  });

  it('never throws for an outcome: a halt is told in the story alone', async () => {
    const here = world();
    const service = here.service({ workload: broken });

    const story = await here.byHand(service);

    expect(story).toMatchObject({ outcome: 'fatal', verdict: 'halted', status: 'halted' });
    expect((await here.state(service)).lastTick).toBeUndefined();
    expect(await here.byHand(service)).toMatchObject({ disposition: 'skipped', reason: 'halted' });
  });

  it('says what it bypassed, and leaves the pause', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });
    await here.deliver(service, DUE);
    expect(await here.byHand(service)).toMatchObject({ verdict: 'halted', bypassed: ['backoff'] });
    await here.store.pause('svc', { at: DUE, reason: 'r', by: 'b' });

    const story = await here.byHand(service, { force: true });

    expect(story).toMatchObject({ disposition: 'ran', verdict: 'halted', bypassed: ['pause', 'halt'] });
    expect((await here.state(service)).pause).toEqual({ at: DUE, reason: 'r', by: 'b' });
  });

  it('that trips backs off from its start, moved back to the grid', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });
    await here.clock.advance(59_000);

    await here.byHand(service);

    expect((await here.state(service)).notBefore).toBe(DUE + 2 * MINUTE);
  });

  it('waits for no lease', async () => {
    const here = world();
    const service = here.service({});
    await here.dies(service, DUE);

    expect(await here.byHand(service, { force: true })).toMatchObject({ reason: 'overlap', status: 'running' });
  });
});
