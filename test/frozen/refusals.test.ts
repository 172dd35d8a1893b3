/** The refusals and errors: names, codes and words that people and scripts go by. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defineService, type Service } from '../../lib/service/index.ts';
import { ROOT } from '../support/process.ts';
import { freeze, quiet } from './kit.ts';

freeze();

/** What is thrown, as Lambda would tell it. */
async function errorOf(work: Promise<unknown> | (() => unknown)): Promise<unknown> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    const { name, message, stack: _stack, cause: _cause, ...fields } = error as Error;
    return { ...fields, name, message };
  }
  throw new Error('nothing was thrown');
}

describe('an event that cannot be read', () => {
  test.each([
    [
      'nonsense',
      [
        "event: expected an object with 'scheduledFor' (EventBridge Scheduler), 'detail-type' (EventBridge) or 'action' (by hand), got 'nonsense'",
      ],
    ],
    [
      {},
      [
        "event: expected an object with 'scheduledFor' (EventBridge Scheduler), 'detail-type' (EventBridge) or 'action' (by hand), got {}",
      ],
    ],
    [{ action: 'stop' }, ["action: expected 'run-once', 'status', 'pause' or 'resume', got 'stop'"]],
    [{ action: 'status', verbose: true }, ['verbose: expected no such field, got true']],
    [{ action: 'run-once', force: 'yes' }, ["force: expected true or false, got 'yes'"]],
    [
      { action: 'pause' },
      ['reason: expected text of 1 to 120 bytes, got none', 'by: expected text of 1 to 32 bytes, got none'],
    ],
    [
      { action: 'pause', reason: 'moving', by: 'ada', until: '2020-01-01T00:00:00Z' },
      ["until: expected a time after now (2025-10-09T12:00:00.000Z), got '2020-01-01T00:00:00.000Z'"],
    ],
    [{ scheduledFor: 'noon' }, ["scheduledFor: expected an ISO 8601 time with a zone, got 'noon'"]],
    [
      { scheduledFor: '2025-10-09T13:00:00Z' },
      [
        "scheduledFor: expected a time at most 10 minutes after now (2025-10-09T12:00:00.000Z), got '2025-10-09T13:00:00.000Z'",
      ],
    ],
    [
      { 'detail-type': 'Something Else', time: '2025-10-09T12:00:00Z' },
      ["detail-type: expected 'Scheduled Event', got 'Something Else'"],
    ],
  ])('is refused in these words: %j', async (event, faults) => {
    expect(await errorOf(quiet().invoke(event))).toEqual({
      name: 'MalformedEventError',
      code: 'malformed-event',
      service: 'sync',
      faults,
      message: `sync: the event is malformed: ${faults.join('; ')}; nothing was done`,
    });
  });
});

test('a service that a fatal error halts throws this', async () => {
  expect(await errorOf(quiet({ script: 'X' }).tick('12:01'))).toEqual({
    code: 'service-halted',
    service: 'sync',
    name: 'ServiceHaltedError',
    message: 'sync: halted: TypeError: rows is not iterable',
  });
});

test('a service that trips for the last time throws this', async () => {
  const { tick } = quiet({ script: 'FF', backoff: 1 });
  await tick('12:01');
  expect(await errorOf(tick('12:02'))).toEqual({
    code: 'service-halted',
    service: 'sync',
    name: 'ServiceHaltedError',
    message: 'sync: halted: Service exceeded error threshold.',
  });
});

test('a service without a workload throws this', async () => {
  const { workload }: Service = defineService({ name: 'sync', interval: '1m' });
  expect(await errorOf(quiet({ workload }).tick('12:01'))).toEqual({
    code: 'service-halted',
    service: 'sync',
    name: 'ServiceHaltedError',
    message: 'sync: halted: NotImplementedError: sync: the service has no workload; define one',
  });
});

test('options that cannot be used are refused in these words, every fault at once', async () => {
  const wrong = {
    ...{ name: 'No Name', interval: '0s', kind: 'other', consecutive: 0, backoff: 0, memory: -1, jitterRange: 2 },
    ...{ maxInterval: '1', trips: 1, onFatal: 'stop', restartAfter: 0, cron: '*', timezone: 'Nowhere', timeout: '0s' },
    ...{ reserve: '1s', maxDuration: '2h', leaseMargin: -1, local: { interval: '0s' } },
  };
  expect(await errorOf(() => defineService(wrong as never))).toEqual({
    code: 'invalid-options',
    faults: [
      "kind: expected 'critical' or 'loop', got 'other'",
      "interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '0s'",
      'memory: expected a whole number from 0 to 50, got -1',
      'consecutive: expected a whole number from 1 to 64, got 0',
      'backoff: expected a whole number of 1 or more, got 0',
      'jitterRange: expected a number above 0 and up to 1, got 2',
      "maxInterval: expected a duration from the interval (0 s) up to 366 days, got '1' (write '1s' or '1ms')",
      'trips: expected true or false, got 1',
      "onFatal: expected 'halt' or 'continue', got 'stop'",
      "restartAfter: expected 'never' or a duration above 0 and up to 366 days, got 0",
      "name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'No Name'",
      "timeout: expected a duration above 0 and up to 900 s, got '0s'",
      "reserve: expected a duration of 2 s or more and below the timeout (0 s), got '1s'",
      "maxDuration: expected a duration above 0 and up to timeout less reserve (-1 s), got '2h'",
      'leaseMargin: expected a duration of 0 or more, up to 900 s, got -1',
      "cron: expected an AWS cron expression of six fields in a known time zone (six fields are needed: minutes, hours, day of month, month, day of week, year), got '*'",
      "local.kind: expected 'critical' or 'loop', got 'other'",
      "local.interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '0s'",
      'local.memory: expected a whole number from 0 to 50, got -1',
      'local.consecutive: expected a whole number from 1 to 64, got 0',
      'local.backoff: expected a whole number of 1 or more, got 0',
      'local.jitterRange: expected a number above 0 and up to 1, got 2',
      "local.maxInterval: expected a duration from the interval (0 s) up to 366 days, got '1' (write '1s' or '1ms')",
      'local.trips: expected true or false, got 1',
      "local.onFatal: expected 'halt' or 'continue', got 'stop'",
      "local.restartAfter: expected 'never' or a duration above 0 and up to 366 days, got 0",
      "local.name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'No Name'",
      "local.timeout: expected a duration above 0 and up to 900 s, got '0s'",
      "local.reserve: expected a duration of 2 s or more and below the timeout (0 s), got '1s'",
      "local.maxDuration: expected a duration above 0 and up to timeout less reserve (-1 s), got '2h'",
      'local.leaseMargin: expected a duration of 0 or more, up to 900 s, got -1',
      "local.cron: expected an AWS cron expression of six fields in a known time zone (six fields are needed: minutes, hours, day of month, month, day of week, year), got '*'",
    ],
    name: 'InvalidOptionsError',
    message:
      "service 'No Name': kind: expected 'critical' or 'loop', got 'other'; interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '0s'; memory: expected a whole number from 0 to 50, got -1; consecutive: expected a whole number from 1 to 64, got 0; backoff: expected a whole number of 1 or more, got 0; jitterRange: expected a number above 0 and up to 1, got 2; maxInterval: expected a duration from the interval (0 s) up to 366 days, got '1' (write '1s' or '1ms'); trips: expected true or false, got 1; onFatal: expected 'halt' or 'continue', got 'stop'; restartAfter: expected 'never' or a duration above 0 and up to 366 days, got 0; name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'No Name'; timeout: expected a duration above 0 and up to 900 s, got '0s'; reserve: expected a duration of 2 s or more and below the timeout (0 s), got '1s'; maxDuration: expected a duration above 0 and up to timeout less reserve (-1 s), got '2h'; leaseMargin: expected a duration of 0 or more, up to 900 s, got -1; cron: expected an AWS cron expression of six fields in a known time zone (six fields are needed: minutes, hours, day of month, month, day of week, year), got '*'; local.kind: expected 'critical' or 'loop', got 'other'; local.interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '0s'; local.memory: expected a whole number from 0 to 50, got -1; local.consecutive: expected a whole number from 1 to 64, got 0; local.backoff: expected a whole number of 1 or more, got 0; local.jitterRange: expected a number above 0 and up to 1, got 2; local.maxInterval: expected a duration from the interval (0 s) up to 366 days, got '1' (write '1s' or '1ms'); local.trips: expected true or false, got 1; local.onFatal: expected 'halt' or 'continue', got 'stop'; local.restartAfter: expected 'never' or a duration above 0 and up to 366 days, got 0; local.name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'No Name'; local.timeout: expected a duration above 0 and up to 900 s, got '0s'; local.reserve: expected a duration of 2 s or more and below the timeout (0 s), got '1s'; local.maxDuration: expected a duration above 0 and up to timeout less reserve (-1 s), got '2h'; local.leaseMargin: expected a duration of 0 or more, up to 900 s, got -1; local.cron: expected an AWS cron expression of six fields in a known time zone (six fields are needed: minutes, hours, day of month, month, day of week, year), got '*'",
  });
});

test('the errors have these names and codes, and there are no others', async () => {
  const directories = ['lib', 'infra', 'functions'];
  const files = (
    await Promise.all(
      directories.map(async (directory) =>
        (
          await readdir(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
        ).map((file) => join(ROOT, directory, file)),
      ),
    )
  )
    .flat()
    .filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const found = sources.flatMap((source) =>
    [...source.matchAll(/readonly name = '(\w+Error)';\s+readonly code(?: = |: )('[^;]+);/g)].map(
      ([, name, code]) => `${name} ${code}`,
    ),
  );
  expect(found.toSorted()).toEqual([
    "BundleError 'not-bundled'",
    "CronError 'cron-unreadable'",
    "FunctionError 'function-failed'",
    "HttpStatusError 'http-status'",
    "InvalidOptionsError 'invalid-options'",
    "LeaseLostError 'lease-lost'",
    "LoopRunningError 'loop-running'",
    "LoopsFailedError 'loops-failed'",
    "MalformedEventError 'malformed-event'",
    "NotImplementedError 'not-implemented'",
    "RefusedAddressError 'refused-address'",
    "RunCrashedError 'run-crashed'",
    "RunTimedOutError 'run-timed-out'",
    "SecretsUnavailableError 'secrets-unavailable'",
    "ServiceHaltedError 'service-halted'",
    "ServiceNotLoadedError 'not-loaded'",
    "StoppedError 'stopped'",
    "StoreError 'store-failed'",
    "TimeoutError 'time-up'",
    "UnreadableRunError 'flow-run-unreadable'",
    "UnreadableStateError 'state-damaged' | 'state-newer'",
    "WorkerEndedError 'worker-ended'",
  ]);
  const ofDatabase = sources.flatMap((source) =>
    [...source.matchAll(/new DatabaseError\([^';]*?'([a-z-]+)'(?: : '([a-z-]+)')?,/g)].flatMap(([, ...codes]) => codes),
  );
  expect([...new Set(ofDatabase)].filter((code) => code !== undefined).toSorted()).toEqual([
    'database-in-use',
    'database-lost',
    'database-unusable',
    'database-unwritable',
    'port-in-use',
    'table-not-active',
  ]);
});
