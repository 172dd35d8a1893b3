import { describe, expect, test } from 'vitest';
import {
  hasNeverRun,
  missedDue,
  NEVER_RUN,
  type Punctuality,
  type ServiceState,
  serviceStatus,
  statusSince,
} from '../../lib/rules/index.ts';

/** Instants of 2025-10-09, a Thursday, unless a date is given. */
const at = (time: string, date = '2025-10-09') => Date.parse(`${date}T${time}Z`);
const LONG_AGO = at('00:00:00', '2025-01-01');

const HOURLY: Punctuality = { schedule: { interval: 3_600_000 }, tolerance: 120_000 };
const NIGHTLY: Punctuality = {
  schedule: { interval: 86_400_000, cron: '0 3 * * ? *', timezone: 'UTC' },
  tolerance: 120_000,
};
const WEEKDAYS: Punctuality = {
  schedule: { interval: 86_400_000, cron: '0 9 ? * MON-FRI *', timezone: 'UTC' },
  tolerance: 120_000,
};
const BERLIN: Punctuality = {
  schedule: { interval: 3_600_000, cron: '0 * * * ? *', timezone: 'Europe/Berlin' },
  tolerance: 120_000,
};
const SEVEN_HOURS: Punctuality = { schedule: { interval: 25_200_000 }, tolerance: 120_000 };
const MINUTELY: Punctuality = { schedule: { interval: 60_000 }, tolerance: 120_000 };

const state = (parts: Partial<ServiceState>): ServiceState => ({ ...NEVER_RUN, fence: 7, countedUpTo: 7, ...parts });

const time = (instant: number | undefined) => instant && new Date(instant).toISOString().slice(11, 19);
function missedAt(punctual: Punctuality, found: ServiceState, now: number, since = LONG_AGO) {
  return time(missedDue(punctual, found, { now, since }));
}

describe('an hourly service', () => {
  const ticked = state({ lastTick: at('12:00:00'), lastSuccess: at('12:00:40') });

  test.each([
    ['12:30:00', undefined],
    ['13:00:59', undefined],
    ['13:02:00', undefined],
    ['13:02:00.001', '13:00:00'],
    ['23:00:00', '13:00:00'],
  ])('a service whose newest tick was 12:00 has at %s missed %s', (now, due) => {
    expect(missedAt(HOURLY, ticked, at(now))).toBe(due);
  });

  test('a service has missed nothing from before the instant since which due times count', () => {
    expect(missedAt(HOURLY, ticked, at('15:30:00'), at('15:10:00'))).toBeUndefined();
    expect(missedAt(HOURLY, ticked, at('16:02:01'), at('15:10:00'))).toBe('16:00:00');
  });

  test('due times count since the newest tick if no other instant is given', () => {
    expect(time(missedDue(HOURLY, ticked, { now: at('15:30:00') }))).toBe('13:00:00');
    expect(missedDue(HOURLY, NEVER_RUN, { now: at('15:30:00') })).toBeUndefined();
  });

  test('a service that backs off is due when backing off ends', () => {
    const backingOff = state({ lastTick: at('12:00:00'), notBefore: at('16:00:00'), backoffCount: 2, streak: 6 });

    expect(missedAt(HOURLY, backingOff, at('15:59:00'))).toBeUndefined();
    expect(missedAt(HOURLY, backingOff, at('16:02:01'))).toBe('16:00:00');
  });

  test('a service that backs off is due when backing off would end by its schedule as it is now', () => {
    const stored = { notBefore: at('12:00:00', '2026-02-10'), notBeforeBuild: 'b1', backoffCount: 2, streak: 6 };
    const backingOff = state({ lastTick: at('12:00:00'), ...stored });

    expect(missedAt(HOURLY, backingOff, at('15:59:00'))).toBeUndefined();
    expect(missedAt(HOURLY, backingOff, at('16:02:01'))).toBe('16:00:00');
  });

  test('a due time during a run by hand is covered by it, and the next one is not', () => {
    const byHand = state({
      lastTick: at('12:00:00'),
      lastSuccess: at('12:00:40'),
      runs: [{ outcome: 'failed', at: at('12:59:00'), durationMs: 120_000, manual: true }],
    });

    expect(missedAt(HOURLY, byHand, at('13:30:00'))).toBeUndefined();
    expect(missedAt(HOURLY, byHand, at('14:02:01'))).toBe('14:00:00');
  });

  test('a run by hand between two due times is no sign that the schedule works', () => {
    const byHand = state({
      lastTick: at('12:00:00'),
      lastSuccess: at('13:20:40'),
      runs: [{ outcome: 'succeeded', at: at('13:20:00'), durationMs: 40_000, manual: true }],
    });

    expect(missedAt(HOURLY, byHand, at('13:30:00'))).toBe('13:00:00');
  });

  test('a service has missed nothing while a run is under way, unless its lease lasts longer than any run', () => {
    const leased = (until: number) => state({ fence: 8, lastTick: at('12:00:00'), lease: { owner: 'o', until } });

    expect(missedAt(HOURLY, leased(at('13:11:00')), at('13:10:00'))).toBeUndefined();
    expect(missedAt(HOURLY, leased(at('13:13:00')), at('13:10:00'))).toBe('13:00:00');
  });

  test('a run that crashed has started, so that its own tick is not missed, but the next one is', () => {
    const lease = { owner: 'o', until: at('13:01:00'), tick: at('13:00:00') };
    const crashed = state({ fence: 8, lastTick: at('12:00:00'), lease });

    expect(missedAt(HOURLY, crashed, at('13:59:00'))).toBeUndefined();
    expect(missedAt(HOURLY, crashed, at('14:02:01'))).toBe('14:00:00');
  });
});

describe('what keeps ticks out leaves no tick missed', () => {
  const forEver = { at: at('12:10:00'), reason: 'freeze', by: 'ann' };
  const halt = { at: at('12:00:40'), cause: 'Service exceeded error threshold.', build: 'b1' };
  const last = { lastTick: at('12:00:00') };

  test.each([
    ['a pause without an end', { pause: forEver }],
    ['a pause that still lasts', { pause: { ...forEver, until: at('23:30:00') } }],
    ['a halt that waits for a person', { halt }],
    ['a halt whose probe is not due', { halt: { ...halt, until: at('23:30:00') } }],
    ['a halt of a build without a name', { halt: { at: halt.at, cause: halt.cause } }],
  ])('%s', (_what, parts) => {
    expect(missedAt(HOURLY, state({ ...last, ...parts }), at('23:00:00'))).toBeUndefined();
  });

  test.each([
    ['pause has ended', { pause: { ...forEver, until: at('15:20:00') } }],
    ['probe is due', { halt: { ...halt, until: at('15:20:00') } }],
  ])('a tick is missed once the %s and the due time after it has passed', (_what, parts) => {
    const blocked = state({ ...last, ...parts });

    expect(missedAt(HOURLY, blocked, at('16:02:00'))).toBeUndefined();
    expect(missedAt(HOURLY, blocked, at('16:02:01'))).toBe('16:00:00');
  });
});

describe('a cron service', () => {
  test('a weekday cron misses nothing over the weekend', () => {
    const friday = state({ lastTick: at('09:00:00', '2025-10-10') });

    expect(missedAt(WEEKDAYS, friday, at('12:00:00', '2025-10-12'))).toBeUndefined();
    expect(missedAt(WEEKDAYS, friday, at('09:02:01', '2025-10-13'))).toBe('09:00:00');
  });

  test('the hour that daylight saving repeats in autumn is due once', () => {
    const before = state({ lastTick: at('00:00:00', '2025-10-26') });

    expect(missedAt(BERLIN, before, at('01:58:00', '2025-10-26'))).toBeUndefined();
    expect(missedAt(BERLIN, before, at('02:02:01', '2025-10-26'))).toBe('02:00:00');
  });

  test('a service that was never seen misses the first due time since it is watched', () => {
    expect(missedAt(NIGHTLY, NEVER_RUN, at('03:01:00', '2025-10-10'), at('12:00:00'))).toBeUndefined();
    expect(missedAt(NIGHTLY, NEVER_RUN, at('03:02:01', '2025-10-10'), at('12:00:00'))).toBe('03:00:00');
  });
});

describe('a service whose interval does not divide a day', () => {
  test('counts from when it was made, which is not known before its first tick', () => {
    expect(missedAt(SEVEN_HOURS, NEVER_RUN, at('19:02:00'), at('12:00:00'))).toBeUndefined();
    expect(missedAt(SEVEN_HOURS, NEVER_RUN, at('19:02:01'), at('12:00:00'))).toBe('19:00:00');
  });

  test('keeps the phase of its ticks', () => {
    const ticked = state({ lastTick: at('12:34:00') });

    expect(missedAt(SEVEN_HOURS, ticked, at('19:35:59'))).toBeUndefined();
    expect(missedAt(SEVEN_HOURS, ticked, at('19:36:01'))).toBe('19:34:00');
  });
});

describe('a service below an hour is judged like any other', () => {
  const lease = { owner: 'o', until: at('12:01:00'), tick: at('12:00:00') };

  test('its next due time is missed after the tolerance', () => {
    expect(missedAt(MINUTELY, state({ lastTick: at('12:00:00') }), at('12:03:00'))).toBeUndefined();
    expect(missedAt(MINUTELY, state({ lastTick: at('12:00:00') }), at('12:03:01'))).toBe('12:01:00');
  });

  test('ticks that the lease of a crashed run kept out are not missed, and the one after its end is', () => {
    const stuck = state({ fence: 8, lastTick: at('11:59:00'), lease });

    expect(missedAt(MINUTELY, stuck, at('12:04:00'))).toBeUndefined();
    expect(missedAt(MINUTELY, stuck, at('12:04:01'))).toBe('12:02:00');
  });

  test('a lease that lasts longer than any run keeps nothing from being missed', () => {
    const until = at('12:00:00', '2099-01-01');
    const claims = state({ fence: 8, lastTick: at('11:59:00'), lease: { ...lease, until } });

    expect(missedAt(MINUTELY, claims, at('12:03:00'))).toBeUndefined();
    expect(missedAt(MINUTELY, claims, at('12:03:01'))).toBe('12:01:00');
  });
});

describe('the status of a service that is asked for', () => {
  test('a service without a run is never-ran, and steady where nobody judges by the clock', () => {
    expect(hasNeverRun(NEVER_RUN)).toBe(true);
    expect(serviceStatus(NEVER_RUN, at('12:00:00'), HOURLY)).toBe('never-ran');
    expect(serviceStatus(NEVER_RUN, at('12:00:00'))).toBe('steady');
  });

  test('a service that missed a due time is overdue since then, however its runs ended', () => {
    const failing = state({ lastTick: at('12:00:00'), streak: 1 });

    expect(serviceStatus(failing, at('13:02:01'), HOURLY)).toBe('overdue');
    expect(time(statusSince(failing, at('13:02:01'), HOURLY))).toBe('13:00:00');
    expect(serviceStatus(failing, at('13:02:00'), HOURLY)).toBe('failing');
  });

  test('a run by hand alone is no first tick, but the service has run', () => {
    const byHand = state({ runs: [{ outcome: 'succeeded', at: at('12:00:00'), durationMs: 5, manual: true }] });

    expect(serviceStatus(byHand, at('12:30:00'), HOURLY)).toBe('steady');
  });
});
