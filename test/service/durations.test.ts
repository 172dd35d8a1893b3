/** Durations as a person writes them: a bare number is whole seconds in milliseconds, everything else has a unit. */
import { describe, expect, test } from 'vitest';
import { readSettings } from '../../infra/settings.ts';
import { readEnvironment } from '../../lib/lambda/env.ts';
import { fillPolicy, policyFaults } from '../../lib/rules/index.ts';
import { defineService, type ServiceOptions, withInterval } from '../../lib/service/index.ts';
import { endpointsIn } from '../../lib/services/check-endpoints-settings.ts';
import { unitHint } from '../../lib/time/index.ts';

type Options = Partial<ServiceOptions<undefined>>;

const defined = (options: Options) => defineService({ name: 'sweeper', interval: '1d', ...options });

/** Every option of a service that is a duration. */
const OPTIONS: readonly (readonly [option: string, write: (duration: number) => Options])[] = [
  ['interval', (interval) => ({ interval })],
  ['maxInterval', (maxInterval) => ({ interval: '100ms', maxInterval })],
  ['restartAfter', (restartAfter) => ({ restartAfter })],
  ['timeout', (timeout) => ({ timeout, reserve: '2s' })],
  ['reserve', (reserve) => ({ reserve })],
  ['maxDuration', (maxDuration) => ({ maxDuration })],
  ['leaseMargin', (leaseMargin) => ({ leaseMargin })],
  ['local.interval', (interval) => ({ local: { interval } })],
];

describe.each(OPTIONS)('%s', (option, write) => {
  test.each([1, 5, 60, 300, 999, 3_600, 0.5, 1_500, 5_000.5, 59_999])(
    'is refused as the bare number %d',
    (duration) => {
      const hint = `got ${duration} (write '${duration}s' or '${duration}ms')`;

      expect(() => defined(write(duration))).toThrow(new RegExp(`\\b${option}: expected [^;]*, ${escaped(hint)}(;|$)`));
    },
  );

  test('is taken as a bare number of whole seconds', () => {
    expect(() => defined(write(5_000))).not.toThrow();
  });
});

const escaped = (text: string) => text.replace(/[.()]/g, '\\$&');

describe('an interval', () => {
  test('below a second is written with its unit, and lasts 100 ms at least', () => {
    expect(defined({ interval: '100ms' }).schedule.interval).toBe(100);
    expect(defined({ interval: '0.5s' }).schedule.interval).toBe(500);
    for (const interval of ['99ms', '1ms', '0.05s', '0ms'] as const) {
      const refusal = `interval: expected a duration from 0.1 s up to 366 days, such as '5m', got '${interval}'`;
      expect(() => defined({ interval })).toThrow(`service 'sweeper': ${refusal}`);
      expect(() => defined({ local: { interval } })).toThrow(`service 'sweeper': local.${refusal}`);
      expect(policyFaults({ interval })).toEqual([refusal]);
    }
  });

  test('of a stack, or of one process, is judged in the same way', () => {
    expect(() => withInterval(defined({}), 300)).toThrow("got 300 (write '300s' or '300ms')");
    expect(withInterval(defined({}), '300ms').schedule.interval).toBe(300);
    expect(withInterval(defined({}), 2_000).schedule.interval).toBe(2_000);
  });

  test.each([
    [300, "300 (write '300s' or '300ms')"],
    ['300', "'300' (write '300s' or '300ms')"],
    ['50ms', "'50ms'"],
    [0, '0'],
  ])('of the context is refused as %j', (interval, got) => {
    const context = (name: string) => (name === 'services' ? { sweeper: { interval } } : undefined);

    expect(() => readSettings(context)).toThrow(
      `services.sweeper.interval: expected a duration from 0.1 s up to 366 days, such as '5m', got ${got}`,
    );
  });

  test.each([
    ['300', "'300' (write '300s' or '300ms')"],
    ['0.5', "'0.5' (write '0.5s' or '0.5ms')"],
    ['50ms', "'50ms'"],
    ['367d', "'367d'"],
  ])('of the environment is refused as %s', (interval, got) => {
    expect(() => readEnvironment({ TICKOVER_TABLE: 'states', TICKOVER_INTERVAL: interval })).toThrow(
      `environment: TICKOVER_INTERVAL: expected a duration from 0.1 s up to 366 days, such as '5m', got ${got}`,
    );
  });

  test('of the environment may be below a second', () => {
    expect(readEnvironment({ TICKOVER_TABLE: 'states', TICKOVER_INTERVAL: '250ms' }).interval).toBe(250);
  });
});

test('0 stays where 0 is allowed', () => {
  expect(defined({ leaseMargin: 0 }).leaseMargin).toBe(0);
  expect(() => defined({ timeout: 0 })).toThrow('timeout: expected a duration above 0 and up to 900 s, got 0');
});

test('the timeout of an endpoint says how to write it, too', () => {
  const endpoints = (timeout: unknown) =>
    endpointsIn({ TICKOVER_ENDPOINTS: JSON.stringify([{ url: 'http://example.org/', timeout }]) });

  expect(() => endpoints(300)).toThrow(
    "TICKOVER_ENDPOINTS[0].timeout: expected a duration above 0 and up to 45 s, such as '10s', got 300 (write '300s' or '300ms')",
  );
  expect(() => endpoints('30')).toThrow("got '30' (write '30s' or '30ms')");
});

test('the core takes any milliseconds, as the reference runs have them', () => {
  expect(fillPolicy({ interval: 300 }).interval).toBe(300);
  expect(fillPolicy({ interval: 0 }).interval).toBe(0);
});

test.each([[1_000], [0], [-300], [Number.NaN], ['5m'], ['soon'], [''], [undefined], [null], ['never']])(
  'nothing is said about the unit of %j',
  (written) => {
    expect(unitHint(written)).toBe('');
  },
);
