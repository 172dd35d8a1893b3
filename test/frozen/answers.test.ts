/** The answers of a function, key by key: people and scripts read them. */
import { describe, expect, test } from 'vitest';
import { asSent } from '../lambda/kit.ts';
import { crashAtNoon, freeze, quiet } from './kit.ts';

freeze();

const RUN_ONCE = { action: 'run-once' };
const PAUSE = { action: 'pause', reason: 'moving', by: 'ada', until: '2030-01-01T00:00:00Z' };

describe('the answer to a tick', () => {
  test('a tick that ran is answered like this', async () => {
    expect(asSent(await quiet().tick('12:01'))).toEqual({
      service: 'sync',
      tick: '2025-10-09T12:01:00.000Z',
      disposition: 'ran',
      reason: null,
      outcome: 'succeeded',
      verdict: 'steady',
      durationMs: 250,
      fence: 1,
      backoffCount: 0,
      nextDue: '2025-10-09T12:02:00.000Z',
      error: null,
      result: { rows: 3 },
    });
  });

  test('a tick that failed is answered like this', async () => {
    expect(asSent(await quiet({ script: 'F' }).tick('12:01'))).toEqual({
      service: 'sync',
      tick: '2025-10-09T12:01:00.000Z',
      disposition: 'ran',
      reason: null,
      outcome: 'failed',
      verdict: 'steady',
      durationMs: 250,
      fence: 1,
      backoffCount: 0,
      nextDue: '2025-10-09T12:02:00.000Z',
      error: { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' },
      result: null,
    });
  });

  test('a tick that timed out is answered like this', async () => {
    expect(asSent(await quiet({ script: 'T', maxDuration: '10s' }).tick('12:01'))).toEqual({
      service: 'sync',
      tick: '2025-10-09T12:01:00.000Z',
      disposition: 'ran',
      reason: null,
      outcome: 'timed-out',
      verdict: 'steady',
      durationMs: 10_000,
      fence: 1,
      backoffCount: 0,
      nextDue: '2025-10-09T12:02:00.000Z',
      error: { class: 'RunTimedOutError', message: 'sync: the run was not done after 10 s; it counts as timed out' },
      result: null,
    });
  });

  test('a tick that tripped, the one skipped for it, and the one that recovered are answered like this', async () => {
    const { tick } = quiet({ script: 'FFS' });
    await tick('12:01');
    expect(asSent([await tick('12:02'), await tick('12:03'), await tick('12:04')])).toEqual([
      {
        service: 'sync',
        tick: '2025-10-09T12:02:00.000Z',
        disposition: 'ran',
        reason: null,
        outcome: 'failed',
        verdict: 'backing-off',
        durationMs: 250,
        fence: 2,
        backoffCount: 1,
        nextDue: '2025-10-09T12:04:00.000Z',
        error: { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' },
        result: null,
      },
      {
        service: 'sync',
        tick: '2025-10-09T12:03:00.000Z',
        disposition: 'skipped',
        reason: 'backoff',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 1,
        nextDue: '2025-10-09T12:04:00.000Z',
        error: null,
        result: null,
      },
      {
        service: 'sync',
        tick: '2025-10-09T12:04:00.000Z',
        disposition: 'ran',
        reason: null,
        outcome: 'succeeded',
        verdict: 'recovered',
        durationMs: 250,
        fence: 3,
        backoffCount: 0,
        nextDue: '2025-10-09T12:05:00.000Z',
        error: null,
        result: { rows: 3 },
      },
    ]);
  });

  test('a tick that was skipped as a duplicate, and as late, is answered like this', async () => {
    const { tick } = quiet();
    await tick('12:02');
    expect(asSent([await tick('12:02'), await tick('12:01')])).toEqual([
      {
        service: 'sync',
        tick: '2025-10-09T12:02:00.000Z',
        disposition: 'skipped',
        reason: 'duplicate',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 0,
        nextDue: '2025-10-09T12:03:00.000Z',
        error: null,
        result: null,
      },
      {
        service: 'sync',
        tick: '2025-10-09T12:01:00.000Z',
        disposition: 'skipped',
        reason: 'late',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 0,
        nextDue: '2025-10-09T12:03:00.000Z',
        error: null,
        result: null,
      },
    ]);
  });

  test('a tick that was skipped for a run under way is answered like this', async () => {
    const kit = quiet();
    await crashAtNoon(kit);
    expect(asSent(await kit.invoke({ scheduledFor: '2025-10-09T12:00:30Z' }))).toEqual({
      service: 'sync',
      tick: '2025-10-09T12:00:30.000Z',
      disposition: 'skipped',
      reason: 'overlap',
      outcome: null,
      verdict: null,
      durationMs: null,
      fence: null,
      backoffCount: 0,
      nextDue: '2025-10-09T12:01:00.000Z',
      error: null,
      result: null,
    });
  });

  test('a tick that was skipped for a halt, and for a pause, is answered like this', async () => {
    const { raisedBy, tick, invoke } = quiet({ script: 'X' });
    await raisedBy('12:01');
    const halted = await tick('12:02');
    await invoke({ action: 'resume' });
    await invoke(PAUSE);
    expect(asSent([halted, await tick('12:03')])).toEqual([
      {
        service: 'sync',
        tick: '2025-10-09T12:02:00.000Z',
        disposition: 'skipped',
        reason: 'halted',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 0,
        nextDue: '2025-10-09T12:17:00.000Z',
        error: null,
        result: null,
      },
      {
        service: 'sync',
        tick: '2025-10-09T12:03:00.000Z',
        disposition: 'skipped',
        reason: 'paused',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 0,
        nextDue: '2030-01-01T00:00:00.000Z',
        error: null,
        result: null,
      },
    ]);
  });

  test('a firing that owns several ticks is answered like this', async () => {
    const answer = await quiet({ interval: '30s', script: 'SF' }).invoke(
      { 'detail-type': 'Scheduled Event', time: '2025-10-09T12:00:00Z', id: 'e1' },
      180_000,
    );
    expect(asSent(answer)).toEqual({
      service: 'sync',
      firing: '2025-10-09T12:00:00.000Z',
      ticks: [
        {
          service: 'sync',
          tick: '2025-10-09T12:01:00.000Z',
          disposition: 'ran',
          reason: null,
          outcome: 'succeeded',
          verdict: 'steady',
          durationMs: 250,
          fence: 1,
          backoffCount: 0,
          nextDue: '2025-10-09T12:01:30.000Z',
          error: null,
          result: { rows: 3 },
        },
        {
          service: 'sync',
          tick: '2025-10-09T12:01:30.000Z',
          disposition: 'ran',
          reason: null,
          outcome: 'failed',
          verdict: 'steady',
          durationMs: 250,
          fence: 2,
          backoffCount: 0,
          nextDue: '2025-10-09T12:02:00.000Z',
          error: { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' },
          result: null,
        },
      ],
    });
  });
});

describe('the answer to run-once', () => {
  test('a run that succeeded, and one that failed, are answered like this', async () => {
    const { invoke } = quiet({ script: 'SF' });
    expect(asSent([await invoke(RUN_ONCE), await invoke(RUN_ONCE)])).toEqual([
      {
        action: 'run-once',
        service: 'sync',
        tick: null,
        disposition: 'ran',
        reason: null,
        outcome: 'succeeded',
        verdict: 'steady',
        durationMs: 250,
        fence: 1,
        backoffCount: 0,
        nextDue: '2025-10-09T12:01:00.000Z',
        error: null,
        result: { rows: 3 },
        bypassed: [],
        stays: [],
      },
      {
        action: 'run-once',
        service: 'sync',
        tick: null,
        disposition: 'ran',
        reason: null,
        outcome: 'failed',
        verdict: 'steady',
        durationMs: 250,
        fence: 2,
        backoffCount: 0,
        nextDue: '2025-10-09T12:01:00.000Z',
        error: { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' },
        result: null,
        bypassed: [],
        stays: [],
      },
    ]);
  });

  test('a run that halts the service is answered like this', async () => {
    expect(asSent(await quiet({ script: 'X' }).invoke(RUN_ONCE))).toEqual({
      action: 'run-once',
      service: 'sync',
      tick: null,
      disposition: 'ran',
      reason: null,
      outcome: 'fatal',
      verdict: 'halted',
      durationMs: 250,
      fence: 1,
      backoffCount: 0,
      nextDue: '2025-10-09T12:16:00.000Z',
      error: { class: 'TypeError', message: 'rows is not iterable' },
      result: null,
      bypassed: [],
      stays: ['halt'],
    });
  });

  test('a service that is halted and paused is answered like this, with force and without', async () => {
    const { invoke, raisedBy } = quiet({ script: 'XF' });
    await raisedBy('12:01');
    await invoke(PAUSE);
    expect(asSent([await invoke(RUN_ONCE), await invoke({ ...RUN_ONCE, force: true })])).toEqual([
      {
        action: 'run-once',
        service: 'sync',
        tick: null,
        disposition: 'skipped',
        reason: 'halted',
        outcome: null,
        verdict: null,
        durationMs: null,
        fence: null,
        backoffCount: 0,
        nextDue: '2030-01-01T00:00:00.000Z',
        error: null,
        result: null,
        bypassed: [],
        stays: ['pause', 'halt'],
      },
      {
        action: 'run-once',
        service: 'sync',
        tick: null,
        disposition: 'ran',
        reason: null,
        outcome: 'failed',
        verdict: 'halted',
        durationMs: 250,
        fence: 2,
        backoffCount: 0,
        nextDue: '2030-01-01T00:00:00.000Z',
        error: { class: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:9' },
        result: null,
        bypassed: ['pause', 'halt'],
        stays: ['pause', 'halt'],
      },
    ]);
  });

  test('a service that backs off is answered like this', async () => {
    const { invoke, tick } = quiet({ script: 'FFS' });
    await tick('12:01');
    await tick('12:02');
    expect(asSent(await invoke(RUN_ONCE))).toEqual({
      action: 'run-once',
      service: 'sync',
      tick: null,
      disposition: 'ran',
      reason: null,
      outcome: 'succeeded',
      verdict: 'recovered',
      durationMs: 250,
      fence: 3,
      backoffCount: 0,
      nextDue: '2025-10-09T12:03:00.000Z',
      error: null,
      result: { rows: 3 },
      bypassed: ['backoff'],
      stays: [],
    });
  });
});

test('a run by hand whose input is refused is answered like this', async () => {
  expect(asSent(await quiet().invoke({ ...RUN_ONCE, input: { since: 'then' } }))).toEqual({
    error: 'invalid-input',
    service: 'sync',
    issues: [{ path: '', message: 'expected none, since the service has no option `input`' }],
    more: 0,
    message: 'sync: input: expected none, since the service has no option `input`; nothing was done',
  });
});
