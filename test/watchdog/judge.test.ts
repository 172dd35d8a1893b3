import { describe, expect, test } from 'vitest';
import { NEVER_RUN, type ServiceState } from '../../lib/rules/index.ts';
import { UnreadableStateError } from '../../lib/service/index.ts';
import type { WatchedService } from '../../lib/watchdog/index.ts';
import { judge } from '../../lib/watchdog/judge.ts';

/** Instants of 2025-10-09, a Thursday, unless a date is given. */
const at = (time: string, date = '2025-10-09') => Date.parse(`${date}T${time}Z`);
const LONG_AGO = at('00:00:00', '2025-01-01');

const HOURLY: WatchedService = { name: 'hourly', schedule: { interval: 3_600_000 }, grace: 120_000 };
const NIGHTLY: WatchedService = {
  name: 'nightly',
  schedule: { interval: 86_400_000, cron: '0 3 * * ? *', timezone: 'UTC' },
  grace: 120_000,
};
const WEEKDAYS: WatchedService = {
  name: 'weekdays',
  schedule: { interval: 86_400_000, cron: '0 9 ? * MON-FRI *', timezone: 'UTC' },
  grace: 120_000,
};
const SEVEN_HOURS: WatchedService = { name: 'rate', schedule: { interval: 25_200_000 }, grace: 120_000 };
const MINUTELY: WatchedService = { name: 'minutely', schedule: { interval: 60_000 }, grace: 120_000 };

const state = (parts: Partial<ServiceState>): ServiceState => ({ ...NEVER_RUN, fence: 7, countedUpTo: 7, ...parts });

function kindAt(watched: WatchedService, found: Parameters<typeof judge>[1], now: number, since = LONG_AGO) {
  return judge(watched, found, { now, since })?.kind;
}

describe('an hourly service', () => {
  const ticked = state({ lastTick: at('12:00:00'), lastSuccess: at('12:00:40') });

  test.each([
    ['12:30:00', undefined],
    ['13:00:59', undefined],
    ['13:02:00', undefined],
    ['13:02:00.001', 'missed'],
    ['23:00:00', 'missed'],
  ])('a service whose newest tick was 12:00 is at %s judged %s', (now, kind) => {
    expect(kindAt(HOURLY, ticked, at(now))).toBe(kind);
  });

  test('is reported with the due time that passed and what to look at', () => {
    expect(judge(HOURLY, ticked, { now: at('15:30:00'), since: LONG_AGO })).toEqual({
      service: 'hourly',
      kind: 'missed',
      due: at('13:00:00'),
      message:
        'hourly: overdue: its tick of 2025-10-09T13:00:00.000Z has not ended; look whether its schedule is enabled, ' +
        'at the queue of undeliverable events, and at the errors in its log',
    });
  });

  test('owes nothing for the time before it was watched', () => {
    expect(kindAt(HOURLY, ticked, at('15:30:00'), at('15:10:00'))).toBeUndefined();
    expect(kindAt(HOURLY, ticked, at('16:02:01'), at('15:10:00'))).toBe('missed');
  });

  test('a service that backs off is due when backing off ends', () => {
    const backingOff = state({ lastTick: at('12:00:00'), notBefore: at('16:00:00'), backoffCount: 2, streak: 6 });

    expect(kindAt(HOURLY, backingOff, at('15:59:00'))).toBeUndefined();
    expect(kindAt(HOURLY, backingOff, at('16:02:01'))).toBe('missed');
  });

  test('a service that backs off is due when backing off would end by its schedule as it is now', () => {
    const stored = { notBefore: at('12:00:00', '2026-02-10'), notBeforeBuild: 'b1', backoffCount: 2, streak: 6 };
    const backingOff = state({ lastTick: at('12:00:00'), ...stored });

    expect(kindAt(HOURLY, backingOff, at('15:59:00'))).toBeUndefined();
    expect(kindAt(HOURLY, backingOff, at('16:02:01'))).toBe('missed');
  });

  test('is not overdue when a run by hand covered its due time, and then owes the next', () => {
    const byHand = state({
      lastTick: at('12:00:00'),
      lastSuccess: at('12:00:40'),
      runs: [{ outcome: 'failed', at: at('12:59:00'), durationMs: 120_000, manual: true }],
    });

    expect(kindAt(HOURLY, byHand, at('13:30:00'))).toBeUndefined();
    expect(kindAt(HOURLY, byHand, at('14:02:01'))).toBe('missed');
  });

  test('is not overdue when a run by hand succeeded since its due time, also where no runs are kept', () => {
    const byHand = state({ lastTick: at('12:00:00'), lastSuccess: at('13:20:00') });

    expect(kindAt(HOURLY, byHand, at('13:30:00'))).toBeUndefined();
    expect(kindAt(HOURLY, byHand, at('14:02:01'))).toBe('missed');
  });

  test('is not overdue while a run is under way, but is when its lease claims longer than any lasts', () => {
    const leased = (until: number) => state({ fence: 8, lastTick: at('12:00:00'), lease: { owner: 'o', until } });

    expect(kindAt(HOURLY, leased(at('13:11:00')), at('13:10:00'))).toBeUndefined();
    expect(kindAt(HOURLY, leased(at('13:13:00')), at('13:10:00'))).toBe('died');
  });

  test('a service whose run died is overdue as soon as that tick is, and the run is named', () => {
    const crashed = state({
      fence: 8,
      lastTick: at('12:00:00'),
      lease: { owner: 'o', until: at('13:01:00'), tick: at('13:00:00') },
    });

    expect(kindAt(HOURLY, crashed, at('13:01:30'))).toBeUndefined();
    expect(judge(HOURLY, crashed, { now: at('13:03:00'), since: LONG_AGO })).toMatchObject({
      kind: 'died',
      message: expect.stringContaining(
        'run 8 for 2025-10-09T13:00:00.000Z took the lease until 2025-10-09T13:01:00.000Z',
      ),
    });
  });
});

describe('paused and halted services are reported elsewhere', () => {
  const forEver = { at: at('12:10:00'), reason: 'freeze', by: 'ann' };
  const halt = { at: at('12:00:40'), cause: 'Service exceeded error threshold.', build: 'b1' };
  const last = { lastTick: at('12:00:00') };

  test.each([
    ['a pause without an end', { pause: forEver }],
    ['a pause that still lasts', { pause: { ...forEver, until: at('23:30:00') } }],
    ['a halt that waits for a person', { halt }],
    ['a halt whose probe is not due', { halt: { ...halt, until: at('23:30:00') } }],
    ['a halt of a build without a name', { halt: { at: halt.at, cause: halt.cause } }],
  ])('%s is not overdue', (_what, parts) => {
    expect(kindAt(HOURLY, state({ ...last, ...parts }), at('23:00:00'))).toBeUndefined();
  });

  test.each([
    ['pause has ended', { pause: { ...forEver, until: at('15:20:00') } }],
    ['probe is due', { halt: { ...halt, until: at('15:20:00') } }],
  ])('a service is overdue once the %s and the due time after it has passed', (_what, parts) => {
    const blocked = state({ ...last, ...parts });

    expect(kindAt(HOURLY, blocked, at('15:59:00'))).toBeUndefined();
    expect(kindAt(HOURLY, blocked, at('16:02:00'))).toBeUndefined();
    expect(judge(HOURLY, blocked, { now: at('16:02:01'), since: LONG_AGO })).toMatchObject({ due: at('16:00:00') });
  });

  test('a service whose run had died before it was paused is not overdue either', () => {
    const crashed = state({
      fence: 8,
      pause: forEver,
      lease: { owner: 'o', until: at('12:01:00'), tick: at('12:00:00') },
    });

    expect(kindAt(MINUTELY, crashed, at('23:00:00'))).toBeUndefined();
  });
});

describe('a cron service', () => {
  test('is overdue from its own due time, whatever its interval allows in gaps', () => {
    const friday = state({ lastTick: at('09:00:00', '2025-10-10') });

    expect(kindAt(WEEKDAYS, friday, at('12:00:00', '2025-10-12'))).toBeUndefined();
    expect(kindAt(WEEKDAYS, friday, at('09:02:01', '2025-10-13'))).toBe('missed');
  });

  test('is judged by its ticks also where its interval is short, since it may rest for long', () => {
    const schedule = { interval: 300_000, cron: '0/5 9-17 * * ? *', timezone: 'UTC' };
    const office: WatchedService = { name: 'office', schedule, grace: 120_000 };
    const evening = state({ lastTick: at('17:55:00') });

    expect(kindAt(office, evening, at('08:00:00', '2025-10-10'))).toBeUndefined();
    expect(kindAt(office, evening, at('09:02:01', '2025-10-10'))).toBe('missed');
  });

  test('a service that was never seen is overdue after the first due time since it is watched', () => {
    expect(kindAt(NIGHTLY, undefined, at('03:01:00', '2025-10-10'), at('12:00:00'))).toBeUndefined();
    expect(judge(NIGHTLY, undefined, { now: at('03:02:01', '2025-10-10'), since: at('12:00:00') })).toEqual({
      service: 'nightly',
      kind: 'never-ran',
      due: at('03:00:00', '2025-10-10'),
      message: expect.stringContaining(
        'nightly: overdue: it has never run, though it was due at 2025-10-10T03:00:00.000Z',
      ),
    });
  });
});

describe('a service whose interval does not divide a day', () => {
  test('counts from when it was made, which is not known before its first tick', () => {
    expect(kindAt(SEVEN_HOURS, undefined, at('19:02:00'), at('12:00:00'))).toBeUndefined();
    expect(kindAt(SEVEN_HOURS, undefined, at('19:02:01'), at('12:00:00'))).toBe('never-ran');
  });

  test('keeps the phase of its ticks', () => {
    const ticked = state({ lastTick: at('12:34:00') });

    expect(kindAt(SEVEN_HOURS, ticked, at('19:35:59'))).toBeUndefined();
    expect(kindAt(SEVEN_HOURS, ticked, at('19:36:01'))).toBe('missed');
  });
});

describe('a service below an hour', () => {
  const lease = { owner: 'o', until: at('12:01:00'), tick: at('12:00:00') };

  test('is missed by its own silence, not by the watch', () => {
    expect(kindAt(MINUTELY, state({ lastTick: at('12:00:00') }), at('23:00:00'))).toBeUndefined();
    expect(kindAt(MINUTELY, undefined, at('23:00:00'))).toBeUndefined();
  });

  test('is stuck when nobody took over a dead lease by the due time after its end', () => {
    const stuck = state({ fence: 8, lastTick: at('11:59:00'), lease });

    expect(kindAt(MINUTELY, stuck, at('12:04:00'))).toBeUndefined();
    expect(kindAt(MINUTELY, stuck, at('12:04:01'))).toBe('died');
  });

  test('is stuck under a lease that claims to last longer than any does', () => {
    const claims = state({
      fence: 8,
      lastTick: at('11:59:00'),
      lease: { ...lease, until: at('12:00:00', '2099-01-01') },
    });

    expect(kindAt(MINUTELY, claims, at('12:01:59'))).toBeUndefined();
    expect(kindAt(MINUTELY, claims, at('12:02:01'))).toBe('died');
  });

  test('is not stuck when the dead run was counted, or nobody may take over yet', () => {
    expect(kindAt(MINUTELY, state({ fence: 8, countedUpTo: 8, lease }), at('23:00:00'))).toBeUndefined();
    expect(kindAt(MINUTELY, state({ fence: 8, lease, notBefore: at('12:30:00') }), at('12:20:00'))).toBeUndefined();
  });
});

test('a state that cannot be read is overdue at once, in its own words', () => {
  const damaged = new UnreadableStateError('state-damaged', 'minutely', 'its state is damaged: done');

  expect(judge(MINUTELY, damaged, { now: at('12:00:00'), since: at('12:00:00') })).toEqual({
    service: 'minutely',
    kind: 'unreadable',
    message:
      'minutely: its state is damaged: done; the service does not run until its state is repaired (npm run repair -- minutely)',
  });
});
