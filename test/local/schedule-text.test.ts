/** A service's schedule in words. */
import { expect, test } from 'vitest';
import { scheduleLine } from '../../lib/local/display/schedule-text.ts';
import { defineService } from '../../lib/service/index.ts';

test.each([
  ['5s', 'every 5s'],
  ['1.5s', 'every 1.5s'],
  ['250ms', 'every 250ms'],
  ['60s', 'every 60s'],
  ['90s', 'every 90s'],
  ['5m', 'every 5m'],
  ['100m', 'every 100m'],
  ['2h', 'every 2h'],
  ['90m', 'every 90m'],
  ['26h', 'every 26h'],
  ['7d', 'every 7d'],
  ['101h', 'every 101h'],
  ['365d', 'every 365d'],
] as const)('an interval of %s is shown as it is: %s', (interval, text) => {
  expect(scheduleLine(defineService({ name: 'polls', interval }))).toBe(text);
});

test('a cron is shown as its expression with its time zone, not as its interval', () => {
  const yearly = defineService({ name: 'polls', interval: '365d', cron: '0  6 1 3 ? *' });
  const berlin = defineService({ name: 'polls', interval: '1d', cron: '30 9 * * ? *', timezone: 'Europe/Berlin' });

  expect(scheduleLine(yearly)).toBe('by cron 0 6 1 3 ? * in UTC');
  expect(scheduleLine(berlin)).toBe('by cron 30 9 * * ? * in Europe/Berlin');
});
