/**
 * What people are told of a service, and what not: its synthesised alarms evaluated over what it really emits, in every
 * reading of CloudWatch.
 */
import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../support/tick-kit.ts';
import { READINGS, type Reading } from './evaluator.ts';
import { play } from './evaluator-play.ts';
import { expectAllQuiet, onStage, paged, running } from './evaluator-scenarios.ts';
import { synthesise } from './evaluator-stack.ts';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SECOND = 1_000;
/** Within how many minutes of the moment the slowest reading has told: look-back, delay and the pager's wait. */
const SOON = 6;
/** Longest window of an alarm that keeps the newest sample, in minutes. */
const WINDOW = 5;

onStage();

describe.each(READINGS)('read as $lookBack windows back, $windows, delayed $delay ms, $order:', (reading: Reading) => {
  describe('failing', () => {
    const service = { consecutive: 3, backoff: 5 };

    test('rings at the third failure in a row and ends with the first success', async () => {
      const on = await running({ service, reading });

      await on.pass(3 * MINUTE, 'fails');
      await on.pass(SOON * MINUTE, 'lost');
      expect(on.state('failing')).toBe('ALARM');
      expect(paged(on)).toHaveLength(1);
      expect(paged(on)[0]).toBeGreaterThanOrEqual(13);
      expect(paged(on)[0]).toBeLessThanOrEqual(13 + SOON);

      await on.pass(10 * MINUTE);
      expect(on.state('failing')).toBe('OK');
      expect(on.state('pager')).toBe('OK');
      expect(paged(on)).toHaveLength(1);
    });

    test('stays silent at two failures in a row', async () => {
      const on = await running({ service, reading });

      await on.pass(30 * MINUTE, (tick) => (tick % 3 === 2 ? 'succeeds' : 'fails'));

      expectAllQuiet(on);
    });

    test('rings for a process that dies every time, since the next tick counts the crash', async () => {
      const on = await running({ service, reading });

      await on.pass(5 * MINUTE, 'dies');
      await on.pass(SOON * MINUTE, 'succeeds');

      expect(on.rang('failing')).toHaveLength(1);
      expect(paged(on)).toHaveLength(1);
    });

    test('goes on ringing while the service backs off for hours, of which nothing is silent', async () => {
      const on = await running({ service: { ...service, backoff: 9 }, reading });

      await on.pass(6 * HOUR, 'fails');

      expect(on.state('failing')).toBe('ALARM');
      expect([on.rang('failing').length, on.rang('silent'), on.rang('halted')]).toEqual([1, [1], []]);
      expect(paged(on)).toHaveLength(1);
    });
  });

  describe('halted', () => {
    const service = { consecutive: 3, backoff: 1, restartAfter: '30m' } as const;

    test('rings at a fatal error, for as long as the halt lasts, and ends when a person resumes the service', async () => {
      const on = await running({ service, reading });

      await on.pass(MINUTE, 'is fatal');
      await on.pass(20 * MINUTE);
      expect(on.state('halted')).toBe('ALARM');
      expect(on.state('silent')).toBe('OK');
      expect(paged(on)).toHaveLength(1);

      await on.resume();
      await on.pass((WINDOW + SOON) * MINUTE);
      expect([on.state('halted'), on.state('pager')]).toEqual(['OK', 'OK']);
      expect(paged(on)).toHaveLength(1);
    });

    test('stays silent while failures are tolerated', async () => {
      const on = await running({ service, reading });

      await on.pass(10 * MINUTE, (tick) => (tick % 2 === 0 ? 'fails' : 'succeeds'));

      expectAllQuiet(on);
    });

    test('a probe that fails rings no second time; one that succeeds ends it', async () => {
      const on = await running({ service, reading });

      await on.pass(70 * MINUTE, 'fails');
      expect(on.state('halted')).toBe('ALARM');
      await on.pass(40 * MINUTE, 'succeeds');

      expect([on.state('halted'), on.state('failing'), on.state('pager')]).toEqual(['OK', 'OK', 'OK']);
      expect([on.rang('halted').length, paged(on).length]).toEqual([1, 1]);
    });

    test('ends with a deploy that brings another build', async () => {
      const on = await running({ service: { ...service, restartAfter: 'never' }, reading });

      await on.pass(MINUTE, 'is fatal');
      await on.pass(10 * MINUTE);
      on.deploy(synthesise([on.service]));
      await on.pass(10 * MINUTE);
      expect(on.state('halted')).toBe('ALARM');

      on.rebuild('b2');
      await on.pass(10 * MINUTE);
      expect([on.state('halted'), paged(on).length]).toEqual(['OK', 1]);
    });
  });

  describe('silent', () => {
    test.each([
      ['60s', 3],
      ['5m', 15],
      ['59m', 177],
    ] as const)(
      'every %s: rings once ticks stop arriving, not before %i minutes, and ends with the first that comes',
      async (interval, least) => {
        const on = await running({ service: { interval }, reading });
        const every = on.service.schedule.interval;
        const stopped = (10 * every) / MINUTE;

        await on.pass(12 * every, 'lost');
        expect(on.state('silent')).toBe('ALARM');
        expect(paged(on)).toHaveLength(1);
        expect(paged(on)[0]).toBeGreaterThanOrEqual(stopped + least);
        expect(paged(on)[0]).toBeLessThanOrEqual(stopped + least + 5 * WINDOW + SOON);

        await on.pass(3 * every);
        expect([on.state('silent'), on.state('pager')]).toEqual(['OK', 'OK']);
        expect(paged(on)).toHaveLength(1);
      },
    );

    test('rings for a function that dies before it can write anything', async () => {
      const on = await running({ reading });

      await on.pass(20 * MINUTE, 'broken');

      expect([on.state('silent'), on.state('failing'), paged(on).length]).toEqual(['ALARM', 'OK', 1]);
    });

    test.each(['60s', '90s', '5m'] as const)(
      'every %s: a tick that comes 59 s late is no silence, nor is one lost before it',
      async (interval) => {
        const on = await running({ service: { interval }, reading });

        const every = on.service.schedule.interval;
        await on.pass(6 * every, (tick) => (tick === 1 ? { late: 59 * SECOND } : 'succeeds'));
        if (reading.delay === 0 || reading.checkBack > 0) {
          await on.pass(6 * every, (tick) => (tick === 1 ? 'lost' : tick === 2 ? { late: 59 * SECOND } : 'succeeds'));
        }

        expectAllQuiet(on);
      },
    );

    test('is not what a service that is paused for hours is', async () => {
      const on = await running({ reading });

      await on.pause();
      await on.pass(5 * HOUR);
      expectAllQuiet(on);

      await on.resume();
      await on.pass(10 * MINUTE);
      expectAllQuiet(on);
    });
  });

  describe('overdue', () => {
    const service = { interval: '6h' } as const;
    const quiet = ['failing', 'halted', 'overdue'];
    /** Of a tick: Scheduler's minute, the run, its lease; then the watchdog's next look and the alarm's window. */
    const CHECKED = 1 + 1 + 5 + WINDOW + SOON;

    test('rings for a service of long intervals whose tick does not come, and ends after the one that does', async () => {
      const on = play({ service, reading, watched: true });
      await on.pass(14 * HOUR);
      expectAllQuiet(on, quiet);

      await on.pass(6 * HOUR, 'lost');
      expect(on.state('overdue')).toBe('ALARM');
      expect(paged(on)).toHaveLength(1);
      // The tick of 00:00 UTC, 15 hours after the start.
      expect(paged(on)[0]).toBeGreaterThan(15 * 60 + 1);
      expect(paged(on)[0]).toBeLessThanOrEqual(15 * 60 + CHECKED);

      await on.pass(7 * HOUR);
      expect([on.state('overdue'), on.state('pager')]).toEqual(['OK', 'OK']);
      expect(paged(on)).toHaveLength(1);
    });

    test('rings for one that was never invoked', async () => {
      const on = play({ service, reading, watched: true });

      await on.pass(5 * HOUR, 'lost');

      expect([on.state('overdue'), paged(on).length]).toEqual(['ALARM', 1]);
    });

    test('stays silent on a first deploy, at a late tick, and while the service is paused', async () => {
      const on = play({ service, reading, watched: true });
      await on.pass(10 * HOUR, { late: 59 * SECOND });
      expectAllQuiet(on, quiet);

      await on.pause();
      await on.pass(DAY);
      expectAllQuiet(on, quiet);
    });
  });
});
