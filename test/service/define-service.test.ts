import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineService, invocationTimeout, type ServiceOptions, withInterval } from '../../lib/service/index.ts';
import { SERVICE_SHAPES } from '../../lib/service/known-options.ts';

const minimal = { name: 'sweeper', interval: '5m' } as const;

describe('a defined service', () => {
  test('has every default filled in, in milliseconds', () => {
    expect(defineService(minimal)).toMatchObject({
      name: 'sweeper',
      schedule: { interval: 300_000 },
      timeout: 50_000,
      reserve: 5_000,
      maxDuration: 45_000,
      leaseMargin: 5_000,
      localInterval: 300_000,
      policy: {
        kind: 'critical',
        memory: 10,
        consecutive: 3,
        backoff: 1,
        trips: true,
        onFatal: 'halt',
        restartAfter: 3_000_000,
      },
    });
  });

  test('is frozen', () => {
    const service = defineService(minimal);
    expect(Object.isFrozen(service)).toBe(true);
    expect(Object.isFrozen(service.policy)).toBe(true);
  });

  test('a service without a workload fails with NotImplementedError, which names it', async () => {
    const service = defineService(minimal);
    await expect(service.workload({} as never)).rejects.toMatchObject({
      code: 'not-implemented',
      message: 'sweeper: the service has no workload; define one',
    });
  });

  const refused: readonly (readonly [Partial<ServiceOptions<undefined>> & Record<string, unknown>, string])[] = [
    [{ name: 'Sweeper' }, "name: expected lower-case letters, digits and dashes, 1 to 64 of them, got 'Sweeper'"],
    [
      { name: 'x'.repeat(65) },
      `name: expected lower-case letters, digits and dashes, 1 to 64 of them, got '${'x'.repeat(65)}'`,
    ],
    [{ name: '-sweeper' }, "name: expected lower-case letters, digits and dashes, 1 to 64 of them, got '-sweeper'"],
    [{ timeout: '16m' }, "timeout: expected a duration above 0 and up to 900 s, got '16m'"],
    [{ interval: '5s', timeout: '14m' }, "timeout: expected a duration above 0 and up to 780 s, got '14m'"],
    [{ reserve: 1_999 }, 'reserve: expected a duration of 2 s or more and below the timeout (50 s), got 1999'],
    [{ timeout: '3s' }, 'reserve: expected a duration of 2 s or more and below the timeout (3 s), got 5000'],
    [
      { maxDuration: '46s' },
      "maxDuration: expected a duration above 0 and up to timeout less reserve (45 s), got '46s'",
    ],
    [{ secretsMaxAge: '1s' }, "secretsMaxAge: expected a duration from 10 s up to 1 day, got '1s'"],
    [{ leaseMargin: -1 }, 'leaseMargin: expected a duration of 0 or more, up to 900 s, got -1'],
    [{ local: { interval: 0 } }, "local.interval: expected a duration from 0.1 s up to 366 days, such as '5m', got 0"],
    [
      { timeout: '14m', local: { interval: '5s' } },
      "local.timeout: expected a duration above 0 and up to 780 s, got '14m'",
    ],
    [
      { maxInterval: '10m', local: { interval: '1h' } },
      "local.maxInterval: expected a duration from the interval (3600 s) up to 366 days, got '10m'",
    ],
    [{ timezone: 'Europe/Berlin' }, "timezone: expected a cron expression beside it, got 'Europe/Berlin'"],
  ];
  test.each(refused)('refuses %j', (options, message) => {
    expect(() => defineService({ ...minimal, ...options })).toThrow(message);
  });

  test('lists every fault at once', () => {
    expect(() => defineService({ ...minimal, name: '', memory: 51, timeout: 0 })).toThrow(
      expect.objectContaining({
        code: 'invalid-options',
        faults: expect.arrayContaining([
          expect.stringMatching(/^memory: /),
          expect.stringMatching(/^name: /),
          expect.stringMatching(/^timeout: /),
        ]),
      }),
    );
  });
});

describe('an option that is undefined', () => {
  // Every name that defineService knows, but for the two that it needs.
  const options = Object.keys(SERVICE_SHAPES).filter((option) => option !== 'name' && option !== 'interval');

  test.each(options)('counts as absent: %s', (option) => {
    const { classify, ...without } = defineService(minimal);
    const { classify: standard, ...given } = defineService({ ...minimal, [option]: undefined });

    expect(JSON.stringify(given)).toBe(JSON.stringify(without));
    expect(Object.keys(given)).toEqual(Object.keys(without));
    expect(standard).toBe(classify);
  });

  test('counts as absent in `local` too', () => {
    expect(defineService({ ...minimal, local: { interval: undefined } }).localInterval).toBe(300_000);
  });

  test('counts as absent beside a cron expression', () => {
    const service = defineService({ ...minimal, cron: '0 9 * * ? *', timezone: undefined });
    expect(service.schedule).toEqual({ interval: 300_000, cron: '0 9 * * ? *', timezone: 'UTC' });
  });
});

describe('the option `input`', () => {
  test('takes schemas of any library that follows Standard Schema', () => {
    const schema = z.object({ page: z.number() });
    expect(defineService({ ...minimal, input: schema }).input).toBe(schema);
    const callable = Object.assign(() => {}, { '~standard': schema['~standard'] });
    expect(defineService({ ...minimal, input: callable as never }).input).toBe(callable);
  });

  test.each([{ parse: () => {} }, () => {}, { '~standard': { version: 2, validate: () => {} } }, 'text'])(
    'refuses anything else: %o',
    (input) => {
      expect(() => defineService({ ...minimal, input: input as never })).toThrow(
        'input: expected a schema (Standard Schema, version 1), got ',
      );
    },
  );
});

describe('a service with another interval', () => {
  test('has the defaults that rest on the interval', () => {
    const service = withInterval(defineService({ ...minimal, interval: '1m' }), '5m');
    expect(service.schedule.interval).toBe(300_000);
    expect(service.policy).toMatchObject({ interval: 300_000, restartAfter: 3_000_000 });
  });

  test('keeps what was written', () => {
    const service = withInterval(defineService({ ...minimal, restartAfter: '1h', maxDuration: '10s' }), '1m');
    expect(service).toMatchObject({ maxDuration: 10_000, policy: { restartAfter: 3_600_000 } });
  });

  test('is refused where it could not have been defined', () => {
    const service = defineService({ ...minimal, timeout: '14m' });
    expect(() => withInterval(service, '5s')).toThrow(
      "timeout: expected a duration above 0 and up to 780 s, got '14m'",
    );
    expect(() => withInterval(service, 0)).toThrow(
      "interval: expected a duration from 0.1 s up to 366 days, such as '5m', got 0",
    );
  });
});

test('an invocation that owns several slots may last its minute and the one before longer', () => {
  expect(invocationTimeout(defineService(minimal))).toBe(50_000);
  expect(invocationTimeout(defineService({ ...minimal, interval: '5s', timeout: '30s' }))).toBe(150_000);
});
