import { describe, expect, test } from 'vitest';
import { scheduleText } from '../../../infra/schedule-expression.ts';
import { cronFault, cronFaults, nextDue, type Schedule } from '../../../lib/rules/index.ts';
import { defineService } from '../../../lib/service/index.ts';
import { parseWatchedServices } from '../../../lib/watchdog/index.ts';
import { ACCEPTED, NO_ZONES, REFUSED, ZONES } from './forms.ts';

const NEW_YEAR = Date.UTC(2026, 0, 1);

/** The first due times of the year, the year left out where it is 2026. */
function dueTimes(schedule: Schedule, count: number): string[] {
  const times: string[] = [];
  let now: number | undefined = NEW_YEAR;
  while (times.length < count && now !== undefined) {
    now = nextDue(schedule, now);
    times.push(now === undefined ? 'never' : new Date(now).toISOString().slice(0, 16).replace('T', ' '));
  }
  return times.map((time) => time.replace(/^2026-/, ''));
}

const defined = (cron: unknown, timezone?: unknown) =>
  defineService({ name: 'sweeper', interval: '1d', cron, ...(timezone === undefined ? {} : { timezone }) } as never);

describe("AWS's grammar of cron expressions", () => {
  test.each(ACCEPTED)('has %s: %s', (_form, cron, due) => {
    expect(cronFault(cron, 'UTC')).toBeUndefined();
    expect(defined(cron).schedule.cron).toBe(cron);
    expect(dueTimes({ interval: 86_400_000, cron }, due.length)).toEqual(due);
  });

  test.each(REFUSED)('has not %s: %s', (_form, cron, refusal) => {
    expect(cronFault(cron, 'UTC')).toContain(refusal);
    expect(() => defined(cron)).toThrow(typeof cron === 'string' ? refusal : 'cron: expected text');
  });

  test('is the same for what the watchdog reads', () => {
    const ENTRY = { name: 'a', tolerance: 1, consecutive: 1 };
    const read = (cron: unknown) =>
      parseWatchedServices({ TICKOVER_WATCHED: JSON.stringify([{ ...ENTRY, schedule: { interval: 1, cron } }]) });

    for (const [, cron] of ACCEPTED) expect(read(cron)).toHaveLength(1);
    for (const [, cron] of REFUSED) expect(() => read(cron)).toThrow('TICKOVER_WATCHED');
  });

  test('reaches AWS with one space between two fields, and names in capitals', () => {
    const text = (cron: string) => scheduleText({ interval: 86_400_000, cron }).expression;

    expect(text(' 0  8\t? jan Mon-fri * ')).toBe('cron(0 8 ? JAN MON-FRI *)');
  });

  test('names the expression and what is wrong with it', () => {
    expect(cronFaults('0 0 31W * ? *')).toEqual([
      "cron: expected an AWS cron expression of six fields in a known time zone (day of month: expected W alone behind a day that each month has, 1 to 28, or LW, got '31W'), got '0 0 31W * ? *'",
    ]);
  });
});

describe('the time zone of a cron expression', () => {
  test.each(ZONES)('may be %s', (timezone) => {
    expect(cronFault('0 8 * * ? *', timezone)).toBeUndefined();
    expect(defined('0 8 * * ? *', timezone).schedule.timezone).toBe(timezone);
  });

  test.each(Intl.supportedValuesOf('timeZone'))('may be %s, as JavaScript knows it', (timezone) => {
    expect(cronFault('0 8 * * ? *', timezone)).toBeUndefined();
  });

  test.each(NO_ZONES.map((zone) => [zone]))('may not be %j', (timezone) => {
    expect(cronFault('0 8 * * ? *', timezone)).toContain('timezone: expected an IANA name');
    const refusal = typeof timezone === 'string' ? 'timezone: expected an IANA name' : 'timezone: expected text';
    expect(() => defined('0 8 * * ? *', timezone)).toThrow(refusal);
  });

  test('is UTC where none is given', () => {
    expect(defined('0 8 * * ? *').schedule.timezone).toBe('UTC');
  });
});
