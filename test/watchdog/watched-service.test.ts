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

test('the grace is Scheduler’s minute, its flexible window in whole minutes, one invocation and the margin of the lease', () => {
  expect([poll, sweep, nightly, spread].map((service) => watchedServiceOf(service).grace)).toEqual([
    115_000, 215_000, 665_000, 475_000,
  ]);
});

test('the grace holds no more of the flexible window than Scheduler allows: a day', () => {
  expect(watchedServiceOf(weekly).grace).toBe(86_400_000 + 115_000);
});

test('the variable is short, and means the same when it is read', () => {
  const variables = watchdogVariables([poll, nightly]);

  expect(variables).toEqual({
    TICKOVER_WATCHED: '{"poll":[60000,115000],"nightly":[86400000,665000,"0 3 * * ? *","Europe/Berlin"]}',
  });
  expect(parseWatchedServices(variables)).toEqual([
    {
      name: 'nightly',
      schedule: { interval: 86_400_000, cron: '0 3 * * ? *', timezone: 'Europe/Berlin' },
      grace: 665_000,
    },
    { name: 'poll', schedule: { interval: 60_000 }, grace: 115_000 },
  ]);
});

test('sixty services of a common kind take no more than 2.5 of the 4 KB that a function’s environment holds', () => {
  const many = Array.from({ length: 60 }, (_, index) =>
    defineService({ name: `check-something-${index}`, interval: '60s' }),
  );

  expect(watchdogVariables(many)['TICKOVER_WATCHED']?.length).toBeLessThan(2_500);
});

describe('what is refused', () => {
  const SHAPE = 'expected {"<name>": [interval, grace] or [interval, grace, cron, time zone]}';

  test.each([
    ['not JSON', `TICKOVER_WATCHED: ${SHAPE}, got 'not JSON'`],
    ['[]', `TICKOVER_WATCHED: ${SHAPE}, got '[]'`],
    ['{"poll":[0,1]}', `TICKOVER_WATCHED.poll: ${SHAPE}`],
    ['{"poll":[60000]}', `TICKOVER_WATCHED.poll: ${SHAPE}`],
    ['{"poll":[60000,1,"every day","UTC"]}', `TICKOVER_WATCHED.poll: ${SHAPE}`],
    [
      JSON.stringify(Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`s${index}`, [1, 1]]))),
      "TICKOVER_WATCHED: expected at most 500 services, got '501'",
    ],
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
