/** The answers to status, pause and resume, key by key: people and scripts read them. */
import { describe, expect, test } from 'vitest';
import { asSent } from '../lambda/kit.ts';
import { crashAtNoon, freeze, quiet } from './kit.ts';

freeze();

const STATUS = { action: 'status' };
const PAUSE = { action: 'pause', reason: 'moving', by: 'ada', until: '2030-01-01T00:00:00Z' };

describe('the answer to status', () => {
  test('a service that never ran is answered like this, with every option of a policy', async () => {
    const { invoke } = quiet({ jitterRange: 0.5, maxInterval: '1h', restartAfter: 'never', onFatal: 'continue' });
    expect(asSent(await invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'never-ran',
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
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        jitterRange: 0.5,
        trips: true,
        onFatal: 'continue',
        intervalSeconds: 60,
        maxIntervalSeconds: 3600,
        restartAfterSeconds: 'never',
      },
      cursor: null,
      build: 'b1',
    });
  });

  test('a service that fails is answered like this', async () => {
    const { invoke, tick } = quiet({ script: 'SF' });
    await tick('12:01');
    await tick('12:02');
    expect(asSent(await invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'failing',
      since: '2025-10-09T12:02:00.000Z',
      cause: 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9',
      trackRecord: [true, false],
      streak: 1,
      backoffCount: 0,
      nextDue: '2025-10-09T12:03:00.000Z',
      lease: null,
      halt: null,
      pause: null,
      lastTick: '2025-10-09T12:02:00.000Z',
      lastSuccess: '2025-10-09T12:01:02.250Z',
      runs: [
        { at: '2025-10-09T12:02:00.000Z', outcome: 'failed', durationMs: 250, manual: false },
        { at: '2025-10-09T12:01:00.000Z', outcome: 'succeeded', durationMs: 250, manual: false },
      ],
      failures: [
        {
          at: '2025-10-09T12:02:00.000Z',
          run: 2,
          outcome: 'failed',
          class: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
        },
      ],
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        trips: true,
        onFatal: 'halt',
        intervalSeconds: 60,
        maxIntervalSeconds: null,
        restartAfterSeconds: 900,
      },
      cursor: 'row 3',
      build: 'b1',
    });
  });

  test('a service that backs off is answered like this', async () => {
    const { invoke, tick } = quiet({ script: 'FF' });
    await tick('12:01');
    await tick('12:02');
    expect(asSent(await invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'backing-off',
      since: '2025-10-09T12:01:00.000Z',
      cause: 'ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9',
      trackRecord: [true, true],
      streak: 2,
      backoffCount: 1,
      nextDue: '2025-10-09T12:04:00.000Z',
      lease: null,
      halt: null,
      pause: null,
      lastTick: '2025-10-09T12:02:00.000Z',
      lastSuccess: null,
      runs: [
        { at: '2025-10-09T12:02:00.000Z', outcome: 'failed', durationMs: 250, manual: false },
        { at: '2025-10-09T12:01:00.000Z', outcome: 'failed', durationMs: 250, manual: false },
      ],
      failures: [
        {
          at: '2025-10-09T12:02:00.000Z',
          run: 2,
          outcome: 'failed',
          class: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
        },
        {
          at: '2025-10-09T12:01:00.000Z',
          run: 1,
          outcome: 'failed',
          class: 'ECONNREFUSED',
          message: 'connect ECONNREFUSED 127.0.0.1:9',
        },
      ],
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        trips: true,
        onFatal: 'halt',
        intervalSeconds: 60,
        maxIntervalSeconds: null,
        restartAfterSeconds: 900,
      },
      cursor: 'row 3',
      build: 'b1',
    });
  });

  test('a service that is halted is answered like this', async () => {
    const { invoke, raisedBy } = quiet({ script: 'X' });
    await raisedBy('12:01');
    expect(asSent(await invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'halted',
      since: '2025-10-09T12:01:02.250Z',
      cause: 'TypeError: rows is not iterable',
      trackRecord: [true, true],
      streak: 0,
      backoffCount: 0,
      nextDue: '2025-10-09T12:17:00.000Z',
      lease: null,
      halt: {
        at: '2025-10-09T12:01:02.250Z',
        until: '2025-10-09T12:16:02.250Z',
        build: 'b1',
        cause: 'TypeError: rows is not iterable',
      },
      pause: null,
      lastTick: '2025-10-09T12:01:00.000Z',
      lastSuccess: null,
      runs: [{ at: '2025-10-09T12:01:00.000Z', outcome: 'fatal', durationMs: 250, manual: false }],
      failures: [
        {
          at: '2025-10-09T12:01:00.000Z',
          run: 1,
          outcome: 'fatal',
          class: 'TypeError',
          message: 'rows is not iterable',
        },
      ],
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        trips: true,
        onFatal: 'halt',
        intervalSeconds: 60,
        maxIntervalSeconds: null,
        restartAfterSeconds: 900,
      },
      cursor: 'row 3',
      build: 'b1',
    });
  });

  test('a service that is running is answered like this', async () => {
    const kit = quiet();
    await crashAtNoon(kit);
    expect(asSent(await kit.invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'running',
      since: '2025-10-09T12:00:00.000Z',
      cause: null,
      trackRecord: [true, true],
      streak: 0,
      backoffCount: 0,
      nextDue: '2025-10-09T12:01:00.000Z',
      lease: { until: '2025-10-09T12:00:50.000Z', tick: '2025-10-09T12:00:00.000Z', run: 1 },
      halt: null,
      pause: null,
      lastTick: null,
      lastSuccess: null,
      runs: [],
      failures: [],
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        trips: true,
        onFatal: 'halt',
        intervalSeconds: 60,
        maxIntervalSeconds: null,
        restartAfterSeconds: 900,
      },
      cursor: null,
      build: 'b1',
    });
  });

  test('a loop service whose run died, another timed out, and a third was made by hand is answered like this', async () => {
    const kit = quiet({ kind: 'loop', script: 'TS', maxDuration: '10s' });
    await crashAtNoon(kit);
    await kit.tick('12:01');
    await kit.invoke({ action: 'run-once' });
    expect(asSent(await kit.invoke(STATUS))).toEqual({
      action: 'status',
      service: 'sync',
      status: 'steady',
      since: '2025-10-09T12:01:12.000Z',
      cause: null,
      trackRecord: [false, true],
      streak: 0,
      backoffCount: 0,
      nextDue: '2025-10-09T12:02:00.000Z',
      lease: null,
      halt: null,
      pause: null,
      lastTick: '2025-10-09T12:01:00.000Z',
      lastSuccess: '2025-10-09T12:01:12.250Z',
      runs: [
        { at: '2025-10-09T12:01:12.000Z', outcome: 'succeeded', durationMs: 250, manual: true },
        { at: '2025-10-09T12:01:00.000Z', outcome: 'timed-out', durationMs: 10_000, manual: false },
        { at: '2025-10-09T12:01:02.000Z', outcome: 'crashed', durationMs: 0, manual: false },
      ],
      failures: [
        {
          at: '2025-10-09T12:01:00.000Z',
          run: 2,
          outcome: 'timed-out',
          class: 'RunTimedOutError',
          message: 'sync: the run was not done after 10 s; it counts as timed out',
        },
        {
          at: '2025-10-09T12:01:02.000Z',
          run: 1,
          outcome: 'crashed',
          class: 'RunCrashedError',
          message: 'run 1 for 2025-10-09T12:00:00.000Z started and never ended; its process died',
        },
      ],
      policy: {
        kind: 'loop',
        memory: 10,
        consecutive: 2,
        backoff: 2,
        trips: false,
        onFatal: 'halt',
        intervalSeconds: 60,
        maxIntervalSeconds: null,
        restartAfterSeconds: 900,
      },
      cursor: 'row 3',
      build: 'b1',
    });
  });
});

test('the answer to pause', async () => {
  expect(asSent(await quiet().invoke(PAUSE))).toEqual({
    action: 'pause',
    service: 'sync',
    status: 'paused',
    since: '2025-10-09T12:00:00.000Z',
    cause: 'moving',
    trackRecord: [true, true],
    streak: 0,
    backoffCount: 0,
    nextDue: '2030-01-01T00:00:00.000Z',
    lease: null,
    halt: null,
    pause: { at: '2025-10-09T12:00:00.000Z', until: '2030-01-01T00:00:00.000Z', reason: 'moving', by: 'ada' },
    lastTick: null,
    lastSuccess: null,
    runs: [],
    failures: [],
    policy: {
      kind: 'critical',
      memory: 10,
      consecutive: 2,
      backoff: 2,
      trips: true,
      onFatal: 'halt',
      intervalSeconds: 60,
      maxIntervalSeconds: null,
      restartAfterSeconds: 900,
    },
    cursor: null,
    build: 'b1',
  });
});

test('the answer to resume shows what it ended', async () => {
  const { invoke, raisedBy } = quiet({ script: 'X' });
  await raisedBy('12:01');
  await invoke(PAUSE);
  expect(asSent(await invoke({ action: 'resume' }))).toEqual({
    action: 'resume',
    service: 'sync',
    status: 'steady',
    since: null,
    cause: null,
    trackRecord: [true, true],
    streak: 0,
    backoffCount: 0,
    nextDue: '2025-10-09T12:02:00.000Z',
    lease: null,
    halt: null,
    pause: null,
    lastTick: '2025-10-09T12:01:00.000Z',
    lastSuccess: null,
    runs: [{ at: '2025-10-09T12:01:00.000Z', outcome: 'fatal', durationMs: 250, manual: false }],
    failures: [
      { at: '2025-10-09T12:01:00.000Z', run: 1, outcome: 'fatal', class: 'TypeError', message: 'rows is not iterable' },
    ],
    policy: {
      kind: 'critical',
      memory: 10,
      consecutive: 2,
      backoff: 2,
      trips: true,
      onFatal: 'halt',
      intervalSeconds: 60,
      maxIntervalSeconds: null,
      restartAfterSeconds: 900,
    },
    cursor: 'row 3',
    build: 'b1',
    ended: { halt: 'TypeError: rows is not iterable', pause: 'moving', notBefore: null, streak: 0 },
  });
});

test('the answer to resume of a service that backs off shows until when it would have', async () => {
  const { invoke, tick } = quiet({ script: 'FF' });
  await tick('12:01');
  await tick('12:02');
  expect(asSent(await invoke({ action: 'resume' }))).toEqual({
    action: 'resume',
    service: 'sync',
    status: 'steady',
    since: null,
    cause: null,
    trackRecord: [true, true],
    streak: 0,
    backoffCount: 0,
    nextDue: '2025-10-09T12:03:00.000Z',
    lease: null,
    halt: null,
    pause: null,
    lastTick: '2025-10-09T12:02:00.000Z',
    lastSuccess: null,
    runs: [
      { at: '2025-10-09T12:02:00.000Z', outcome: 'failed', durationMs: 250, manual: false },
      { at: '2025-10-09T12:01:00.000Z', outcome: 'failed', durationMs: 250, manual: false },
    ],
    failures: [
      {
        at: '2025-10-09T12:02:00.000Z',
        run: 2,
        outcome: 'failed',
        class: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED 127.0.0.1:9',
      },
      {
        at: '2025-10-09T12:01:00.000Z',
        run: 1,
        outcome: 'failed',
        class: 'ECONNREFUSED',
        message: 'connect ECONNREFUSED 127.0.0.1:9',
      },
    ],
    policy: {
      kind: 'critical',
      memory: 10,
      consecutive: 2,
      backoff: 2,
      trips: true,
      onFatal: 'halt',
      intervalSeconds: 60,
      maxIntervalSeconds: null,
      restartAfterSeconds: 900,
    },
    cursor: 'row 3',
    build: 'b1',
    ended: { halt: null, pause: null, notBefore: '2025-10-09T12:04:00.000Z', streak: 2 },
  });
});
