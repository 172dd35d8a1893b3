/** The wide line that each tick leaves, as the real Logger writes it. */
import { describe, expect, it } from 'vitest';
import { keepWritten, type Line, lines, logging, ticks } from './log-kit.ts';

keepWritten();

const RAN: Line = {
  level: 'INFO',
  message: 'tick',
  timestamp: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
  service: 'sync',
  sampling_rate: 0,
  tick: '2025-10-09T12:01:00.000Z',
  manual: false,
  executionId: 'x-12:01',
  attempt: '1',
  disposition: 'ran',
  outcome: 'succeeded',
  verdict: 'steady',
  status: 'steady',
  startedAt: '2025-10-09T12:01:02.000Z',
  durationMs: 250,
  latenessMs: 2_000,
  fence: 1,
  crashesBooked: 0,
  bypassed: [],
  streak: 0,
  backoffCount: 0,
  trackRecord: '11',
  lastSuccess: '2025-10-09T12:01:02.250Z',
  nextDue: '2025-10-09T12:02:00.000Z',
  build: 'b1',
  result: { rows: 3 },
};

describe('the line of a tick', () => {
  it('is the only one of a healthy tick, and holds everything of it', async () => {
    await logging().tick('12:01');

    expect(lines()).toEqual([RAN]);
  });

  it('shows a failure with its class, message and story, as a warning', async () => {
    await logging({ script: 'F' }).tick('12:01');

    const { result: _result, lastSuccess: _lastSuccess, ...ran } = RAN;
    expect(lines()).toEqual([
      {
        ...ran,
        level: 'WARN',
        outcome: 'failed',
        status: 'failing',
        streak: 1,
        trackRecord: '10',
        errorClass: 'ECONNREFUSED',
        errorMessage: 'connect ECONNREFUSED 127.0.0.1:9',
        errorText: expect.stringMatching(/^Error: connect ECONNREFUSED 127\.0\.0\.1:9\n\s+at /),
      },
    ]);
  });

  it('shows why a tick was skipped, with the track record of a service whose record is clean', async () => {
    const { tick } = logging();
    await tick('12:01');
    await tick('12:01');

    const { result: _result, outcome: _outcome, verdict: _verdict, durationMs: _duration, fence: _fence, ...ran } = RAN;
    expect(lines().at(1)).toEqual({
      ...ran,
      disposition: 'skipped',
      reason: 'duplicate',
      startedAt: '2025-10-09T12:01:02.250Z',
      latenessMs: 2_250,
    });
  });

  it('shows the whole track record of a service that has never run', async () => {
    const { invoke, tick } = logging();
    await invoke({ action: 'pause', reason: 'moving', by: 'ada' });
    await tick('12:01');

    expect(ticks()).toMatchObject([{ level: 'INFO', reason: 'paused', trackRecord: '11' }]);
    expect(ticks().at(0)).not.toHaveProperty('nextDue');
  });

  it('shows a run by hand as one, and what it bypassed', async () => {
    const { invoke, tick } = logging({ script: 'FFS' });
    await tick('12:01');
    await tick('12:02');
    await invoke({ action: 'run-once' });

    const line = ticks().at(-1);
    expect(line).toMatchObject({
      level: 'INFO',
      manual: true,
      bypassed: ['backoff'],
      verdict: 'recovered',
    });
    expect(line).not.toHaveProperty('tick');
    expect(line).not.toHaveProperty('latenessMs');
    expect(line).not.toHaveProperty('executionId');
  });

  it('shows how far a run exceeded its interval, and warns in words', async () => {
    await logging({
      timeout: '5m',
      workload: async ({ clock }) => void (await clock.sleep(70_000)),
    }).invoke({ scheduledFor: '2025-10-09T12:00:00Z' }, 300_000);

    expect(lines()).toMatchObject([
      { message: 'tick', level: 'INFO', durationMs: 70_000, overrunMs: 10_000 },
      {
        level: 'WARN',
        message: 'sync took 70 seconds to run, which is longer than its loop interval of 60 seconds.',
        service: 'sync',
      },
    ]);
  });

  it('is an error on the tick that halts; the failed invocation is logged once', async () => {
    await logging({ script: 'X' }).raisedBy('12:01');

    expect(lines()).toMatchObject([
      {
        level: 'ERROR',
        message: 'tick',
        outcome: 'fatal',
        verdict: 'halted',
        status: 'halted',
        haltCause: 'TypeError: rows is not iterable',
        errorClass: 'TypeError',
      },
      {
        level: 'ERROR',
        message: 'sync: the invocation failed; its error says what follows',
        error: { name: 'ServiceHaltedError' },
      },
    ]);
  });

  it('is an error on the last trip too, whose outcome alone would be a warning', async () => {
    const { tick, raisedBy } = logging({ script: 'FF', backoff: 1 });
    await tick('12:01');
    await raisedBy('12:02');

    expect(ticks()).toMatchObject([
      { level: 'WARN', outcome: 'failed' },
      { level: 'ERROR', outcome: 'failed', verdict: 'halted' },
    ]);
  });

  it('is an error for a fatal outcome that only counts', async () => {
    await logging({ script: 'X', onFatal: 'continue' }).tick('12:01');

    expect(lines()).toMatchObject([{ level: 'ERROR', outcome: 'fatal', verdict: 'steady', streak: 1 }]);
  });

  it('is no more than information on a tick that is skipped because the service is halted', async () => {
    const { raisedBy, tick } = logging({ script: 'X' });
    await raisedBy('12:01');
    await tick('12:02');

    expect(ticks().at(-1)).toMatchObject({ level: 'INFO', disposition: 'skipped', reason: 'halted' });
  });
});
