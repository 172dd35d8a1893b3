/**
 * Which alarms fire, when, and who is notified: the synthesised alarms over what AWS and the watchdog send, in every
 * reading of CloudWatch.
 */
import { describe, expect, test } from 'vitest';
import { defineService } from '../../../lib/service/index.ts';
import { READINGS, type Reading } from './evaluator.ts';
import { type Minute, play } from './evaluator-play.ts';
import { actionOn, type SynthesisedAlarms, synthesise } from './evaluator-stack.ts';

const poll = defineService({ name: 'poll', interval: '1m', timeout: '30s', workload: async () => {} });
const essential = synthesise([poll]);
const full = synthesise([poll], { level: 'full' });
const acting = synthesise([poll], { alarmActions: [actionOn('arn:mine')], okActions: [actionOn('arn:fine')] });

const HOUR = 60;
const DAY = 24 * HOUR;
/** The length of a window, in minutes. */
const WINDOW = 5;
const ALARMS = ['poll/unhealthy', 'watch-services/watchdog'];
const DELIVERIES = ['delivery-errors', 'delivery-throttles', 'dropped', 'lost', 'undeliverable'];

/** How many minutes at most a window's end and a sample's delay take. */
const lateness = ({ delay, windows }: Reading) => Math.ceil(delay / 60_000) + (windows === 'sliding' ? 1 : WINDOW + 1);
/** How many minutes the look-back keeps what is over, in windows of a minute. */
const shortCheckBack = ({ checkBack }: Reading) => checkBack;
/** How many minutes one sample keeps a service's alarm. */
const KEPT = 10;

function running(stack: SynthesisedAlarms, reading: Reading) {
  const on = play(stack, reading);
  on.pass(HOUR);
  return on;
}

describe.each(READINGS)('with $checkBack windows of look-back, $windows, delayed by $delay ms:', (reading: Reading) => {
  const latest = lateness(reading);

  describe('a first deploy', () => {
    test('fires nothing and notifies nobody', () => {
      const on = play(acting, reading);
      on.pass(2 * HOUR);

      expect([...ALARMS, ...DELIVERIES].flatMap((alarm) => on.fired(alarm))).toEqual([]);
      expect(
        on.pages.filter((page) => !/^(watch-services|poll|delivery|dropped|lost|undeliv)\S* at [0-9]+$/.test(page)),
      ).toEqual([]);
      expect(essential.template).not.toEqual(acting.template);
    });

    test('fires nothing while the first check takes a quarter of an hour', () => {
      const on = play(essential, reading);
      on.pass(15, { checks: false, firing: 'none' });
      on.pass(2 * HOUR);

      expect(on.fired('watch-services/watchdog')).toEqual([]);
      expect(on.state('watch-services/watchdog')).toBe('OK');
      expect(on.pages).toEqual([]);
    });

    test('fires after half an hour if the watchdog never checks', () => {
      const on = play(essential, reading);
      on.pass(HOUR, { checks: false });

      expect(on.fired('watch-services/watchdog')).toEqual([30]);
      expect(on.pages).toEqual(['watch-services/watchdog at 30']);
    });
  });

  describe('the watchdog', () => {
    test('that stops fires once, a quarter of an hour after its last check beside look-back and delay', () => {
      const on = running(essential, reading);
      on.pass(3 * HOUR, { checks: false });

      const [fired = 0] = on.fired('watch-services/watchdog');
      expect(on.pages).toEqual([`watch-services/watchdog at ${fired}`]);
      expect(fired - HOUR).toBeGreaterThanOrEqual(14);
      expect(fired - HOUR).toBeLessThanOrEqual(15 + shortCheckBack(reading) + latest);
    });

    test('that stops fires just so while somebody asks it each minute by hand', () => {
      const untouched = running(essential, reading);
      untouched.pass(HOUR, { checks: false });
      const on = running(essential, reading);
      on.pass(HOUR, { checks: false, manual: true });

      expect(on.pages).toEqual(untouched.pages);
      expect(on.pages).toHaveLength(1);
    });

    test('that checks again ends the alarm by itself, and a second stop fires it again', () => {
      const on = running(essential, reading);
      on.pass(HOUR, { checks: false });
      on.pass(HOUR);
      expect(on.state('watch-services/watchdog')).toBe('OK');

      on.pass(HOUR, { checks: false });
      expect(on.fired('watch-services/watchdog')).toHaveLength(2);
      expect(on.pages).toHaveLength(2);
    });

    test('that misses two checks, or every second one, fires nothing', () => {
      const on = running(essential, reading);
      on.pass(HOUR, (minute) => ({ checks: minute !== 20 && minute !== 21 }));
      on.pass(DAY, (minute) => ({ checks: minute % 2 === 0 }));

      expect(on.fired('watch-services/watchdog')).toEqual([]);
    });
  });

  describe('a service', () => {
    test('in trouble shows it soon, notifies nobody by itself, and ends by itself', () => {
      const on = running(essential, reading);
      on.pass(2 * HOUR, { troubled: true });
      expect(on.state('poll/unhealthy')).toBe('ALARM');
      expect((on.fired('poll/unhealthy')[0] ?? 0) - HOUR).toBeLessThanOrEqual(latest);

      on.pass(HOUR);
      const [, ended = 0] = on.ended('poll/unhealthy');
      expect(ended - 3 * HOUR).toBeLessThanOrEqual(KEPT + shortCheckBack(reading) + latest);
      expect(on.fired('poll/unhealthy')).toHaveLength(1);
      expect(on.pages).toEqual([]);
    });

    test("in trouble takes the user's own actions, once when it begins and once when it ends", () => {
      const on = running(acting, reading);
      const before = on.pages.length;
      on.pass(2 * HOUR, { troubled: true });
      on.pass(2 * HOUR);

      const [fired] = on.fired('poll/unhealthy');
      expect(on.pages.slice(before)).toEqual([
        `poll/unhealthy at ${fired}`,
        `poll/unhealthy at ${on.ended('poll/unhealthy').at(-1)}`,
      ]);
    });

    test('that is well for a day fires nothing, though nothing writes its metric', () => {
      const on = running(essential, reading);
      on.pass(DAY);

      expect([on.fired('poll/unhealthy'), on.state('poll/unhealthy')]).toEqual([[], 'OK']);
    });

    test('in trouble does not stay so for want of a watchdog: that one has an alarm of its own', () => {
      const on = running(essential, reading);
      on.pass(30, { troubled: true });
      on.pass(2 * HOUR, { checks: false });

      expect([on.state('poll/unhealthy'), on.state('watch-services/watchdog')]).toEqual(['OK', 'ALARM']);
      expect(on.pages).toHaveLength(1);
    });
  });

  describe('deliveries', () => {
    test.each([
      ['delivery-errors', 'target error'],
      ['delivery-throttles', 'target throttled'],
    ] as const)('%s fires for firings that go on meeting errors, once, and ends by itself', (alarm, firing) => {
      const on = running(essential, reading);
      on.pass(HOUR, { firing });
      expect(on.pages).toEqual([`${alarm} at ${on.fired(alarm)[0]}`]);
      expect((on.fired(alarm)[0] ?? 0) - HOUR).toBeLessThanOrEqual(3 * WINDOW + latest);

      on.pass(2 * HOUR);
      expect(on.state(alarm)).toBe('OK');
      expect(on.pages).toHaveLength(1);
    });

    test('a single error that a second try mends fires nothing', () => {
      const on = running(essential, reading);
      on.pass(DAY, (minute) => ({ firing: minute % 60 === 7 ? 'target error' : 'delivered' }));

      expect(DELIVERIES.flatMap((alarm) => on.fired(alarm))).toEqual([]);
    });

    test("Scheduler's broken role shows in what it gives up, and nothing has to be purged for the end", () => {
      const on = running(essential, reading);
      on.pass(HOUR, (minute): Minute => ({ firing: 'target error', dropped: minute > 0 }));
      expect(new Set(on.pages.map((page) => page.replace(/ at .*/, '')))).toEqual(
        new Set(['delivery-errors', 'dropped', 'undeliverable']),
      );
      expect(on.pages).toHaveLength(3);
      expect((on.fired('undeliverable')[0] ?? 0) - HOUR).toBeLessThanOrEqual(latest + 1);

      on.pass(2 * HOUR);
      expect(DELIVERIES.map((alarm) => on.state(alarm))).toEqual(DELIVERIES.map(() => 'OK'));
      on.pass(1, { dropped: true });
      on.pass(30);
      expect(on.fired('undeliverable')).toHaveLength(2);
    });

    test('a queue that Scheduler may not send to shows in what is lost', () => {
      const on = running(essential, reading);
      on.pass(1, { dropped: true, lost: true });
      on.pass(HOUR);

      expect(on.fired('lost')).toHaveLength(1);
      expect(on.fired('undeliverable')).toEqual([]);
    });
  });

  describe('level full', () => {
    test.each([
      ['throttles', { firing: 'throttled' }],
      ['near-timeout', { lasts: 28_000 }],
    ] as const)('%s fires when it goes on, notifies nobody by itself, and ends by itself', (id, minute) => {
      const alarm = `poll/${id}`;
      const on = running(full, reading);
      on.pass(1, minute);
      on.pass(HOUR);
      expect(on.fired(alarm)).toEqual([]);

      on.pass(30, minute);
      expect(on.state(alarm)).toBe('ALARM');
      on.pass(2 * HOUR);
      expect([on.fired(alarm).length, on.state(alarm), on.pages]).toEqual([1, 'OK', []]);
    });
  });

  describe('a redeploy', () => {
    test('keeps the states of the alarms, and warms none of them up again', () => {
      const on = running(essential, reading);
      on.deploy(essential);
      on.pass(5 * HOUR, { checks: false });
      expect(on.pages).toHaveLength(1);
      expect((on.fired('watch-services/watchdog')[0] ?? 0) - HOUR).toBeLessThanOrEqual(
        15 + shortCheckBack(reading) + latest,
      );
    });

    test('every ten minutes for a day fires nothing', () => {
      const on = play(essential, reading);
      for (let minute = 0; minute < DAY; minute += 10) {
        on.pass(10);
        on.deploy(essential);
      }

      expect([...ALARMS, ...DELIVERIES].flatMap((alarm) => on.fired(alarm))).toEqual([]);
    });

    test('that takes a service in trouble away notifies nobody', () => {
      const on = play(essential, reading);
      on.pass(30, { troubled: true });
      on.deploy(synthesise([]));
      on.pass(HOUR);

      expect(on.pages).toEqual([]);
      expect(() => on.state('poll/unhealthy')).toThrow('expected');
    });
  });
});
