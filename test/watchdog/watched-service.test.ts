import { describe, expect, test } from 'vitest';
import { InvalidOptionsError } from '../../lib/rules/index.ts';
import { defineService } from '../../lib/service/index.ts';
import { parseWatchedServices, watchdogVariables, watchedServiceOf } from '../../lib/watchdog/index.ts';

const poll = defineService({ name: 'poll', interval: '60s' });
const sweep = defineService({ name: 'sweep', kind: 'loop', interval: '5s', timeout: '30s' });
const nightly = defineService({
  name: 'nightly',
  interval: '1d',
  cron: '0 3 * * ? *',
  timezone: 'Europe/Berlin',
  timeout: '10m',
});
const spread = defineService({ name: 'spread', interval: '1h', jitterRange: 0.11 });
const weekly = defineService({ name: 'weekly', interval: '7d', jitterRange: 0.5 });

test('the tolerance is Scheduler’s minute, its flexible window in whole minutes, one invocation and the margin of the lease', () => {
  expect([poll, sweep, nightly, spread].map((service) => watchedServiceOf(service).tolerance)).toEqual([
    115_000, 215_000, 665_000, 475_000,
  ]);
});

test('the tolerance holds no more of the flexible window than Scheduler allows: a day', () => {
  expect(watchedServiceOf(weekly).tolerance).toBe(86_400_000 + 115_000);
});

test('the variable means the same when it is read, in the order of names', () => {
  const variables = watchdogVariables([poll, nightly]);

  expect(parseWatchedServices(variables)).toEqual([
    {
      name: 'nightly',
      schedule: { interval: 86_400_000, cron: '0 3 * * ? *', timezone: 'Europe/Berlin' },
      tolerance: 665_000,
      consecutive: 3,
    },
    { name: 'poll', schedule: { interval: 60_000 }, tolerance: 115_000, consecutive: 3 },
  ]);
});

describe('what is refused', () => {
  const SHAPE = 'expected [{"name", "schedule": {"interval"}, "tolerance", "consecutive"}, ...], each name once';
  const entry = (over: object) => JSON.stringify([{ name: 'a', schedule: { interval: 1 }, ...over }]);
  const whole = { tolerance: 1, consecutive: 1 };

  test.each([
    ['not JSON', `TICKOVER_WATCHED: ${SHAPE}, got 'not JSON'`],
    ['{}', `TICKOVER_WATCHED: ${SHAPE}, got '{}'`],
    [entry({}), `TICKOVER_WATCHED.0.tolerance: ${SHAPE}`],
    [entry({ ...whole, name: 'a\u001b[0m' }), `TICKOVER_WATCHED.0.name: ${SHAPE}`],
    [entry({ ...whole, name: '' }), `TICKOVER_WATCHED.0.name: ${SHAPE}`],
    [entry({ ...whole, schedule: { interval: 0 } }), `TICKOVER_WATCHED.0.schedule.interval: ${SHAPE}`],
    [entry({ ...whole, schedule: { interval: 1, cron: 'daily' } }), `TICKOVER_WATCHED.0.schedule: ${SHAPE}`],
    [entry({ ...whole, grace: 1 }), `TICKOVER_WATCHED.0: ${SHAPE}`],
    [JSON.stringify([...Array(2)].map(() => JSON.parse(entry(whole))[0])), `TICKOVER_WATCHED: ${SHAPE}`],
  ])('%s', (text, message) => {
    expect(() => parseWatchedServices({ TICKOVER_WATCHED: text })).toThrow(message);
  });

  test('a text without measure is, in few words, and so is one nested deep', () => {
    const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const messages = [`{"${'x'.repeat(50_000)}":1}`, deep, `["${'x'.repeat(50_000)}"]`].map((text) => {
      try {
        return parseWatchedServices({ TICKOVER_WATCHED: text });
      } catch (error) {
        return error instanceof InvalidOptionsError ? error.message : error;
      }
    });

    expect(messages).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^watch-services: .{0,500}$/)));
  });

  test('nothing is not: it watches nothing', () => {
    expect([parseWatchedServices({}), parseWatchedServices({ TICKOVER_WATCHED: ' ' })]).toEqual([[], []]);
  });
});
