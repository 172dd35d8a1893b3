/** What people are told of Lambda and of the queues: the alarms of level 'full', and those that a stack has once. */
import { describe, expect, test } from 'vitest';
import type { Service } from '../../../lib/service/index.ts';
import { MINUTE } from '../../support/tick-kit.ts';
import { READINGS } from './evaluator.ts';
import { type Fate, type Play, play } from './evaluator-play.ts';
import { onStage } from './evaluator-scenarios.ts';
import { synthesise } from './evaluator-stack.ts';

const HOUR = 60 * MINUTE;
const full = (service: Service) => synthesise([service], { level: 'full' });

onStage();

/** A queue that has so many messages for a while. */
interface Held {
  readonly queue: string;
  readonly messages: number;
  readonly minutes: number;
  /** What becomes of the ticks meanwhile. @default 'succeeds' */
  readonly fate?: Fate;
}

/** The length of a queue, told each minute for as long as somebody touches it. */
async function holds(on: Play, { queue, messages, minutes, fate = 'succeeds' }: Held): Promise<void> {
  const { names } = synthesise([on.service]);
  const dimensions = { QueueName: names[queue] ?? '' };
  const metric = { namespace: 'AWS/SQS', metricName: 'ApproximateNumberOfMessagesVisible', dimensions };
  for (let minute = 0; minute < minutes; minute += 1) {
    on.addSample({ ...metric, value: messages });
    await on.pass(MINUTE, fate);
  }
}

describe.each(READINGS)('read as $lookBack windows back, $windows, delayed $delay ms, $order:', (reading) => {
  describe.each([
    ['errors', 'broken'],
    ['throttles', 'throttled'],
  ] as const)('%s', (alarm, fate) => {
    test('ring when they come in two of three windows, and end when they stop', async () => {
      const on = play({ reading, stack: full });
      await on.pass(10 * MINUTE);

      await on.pass(8 * MINUTE, (tick) => (tick % 7 === 0 ? fate : 'succeeds'));
      await on.pass(30 * MINUTE);

      expect(on.rang(alarm)).toHaveLength(1);
      expect(on.pages).toHaveLength(1);
      expect([on.state(alarm), on.state('pager')]).toEqual(['OK', 'OK']);
    });

    test('stay silent at a single one, and on a first deploy', async () => {
      const on = play({ reading, stack: full });
      expect(on.state(alarm)).toBe('INSUFFICIENT_DATA');

      await on.pass(60 * MINUTE, (tick) => (tick % 20 === 5 ? fate : 'succeeds'));

      expect([on.rang(alarm), on.pages, on.state(alarm)]).toEqual([[], [], 'OK']);
    });

    test('those of a service that runs every hour ring at once, and end within the next', async () => {
      const on = play({ reading, stack: full, service: { interval: '1h' } });
      await on.pass(3 * HOUR);

      await on.pass(4 * HOUR, (tick) => (tick === 0 ? fate : 'succeeds'));

      expect([on.rang(alarm).length, on.pages.length, on.state(alarm)]).toEqual([1, 1, 'OK']);
    });
  });

  describe('overrunning', () => {
    const service = { interval: '1m', timeout: '2m' } as const;
    /** A run that covers the next tick, which is skipped in no time. */
    const overruns = (tick: number): Fate => (tick % 2 === 0 ? { lasts: 90_000 } : { lasts: 5 });

    test('rings when runs keep outlasting the interval, and ends when they no longer do', async () => {
      const on = play({ reading, stack: full, service });
      await on.pass(10 * MINUTE);

      await on.pass(12 * MINUTE, overruns);
      await on.pass(20 * MINUTE);

      expect([on.rang('overrunning').length, on.pages.length]).toEqual([1, 1]);
      expect([on.state('overrunning'), on.state('pager')]).toEqual(['OK', 'OK']);
    });

    test('stays silent at a single long run, and at runs as long as the interval', async () => {
      const on = play({ reading, stack: full, service });

      await on.pass(40 * MINUTE, (tick) => ({ lasts: tick === 20 ? 110_000 : 60_000 }));

      expect([on.rang('overrunning'), on.pages, on.state('overrunning')]).toEqual([[], [], 'OK']);
    });
  });

  describe.each(['undeliverable', 'failed'])('%s', (queue) => {
    const queueHolds = (on: Play, messages: number, minutes: number) => holds(on, { queue, messages, minutes });

    test('rings at the first event put aside, also when the queue gives its length no more, and ends when it is empty', async () => {
      const on = play({ reading });
      await queueHolds(on, 0, 10);

      await queueHolds(on, 1, 5);
      await on.pass(10 * HOUR);
      expect(on.pages.filter((page) => page.startsWith(queue))).toHaveLength(1);
      expect(on.state(queue)).toBe('ALARM');

      await queueHolds(on, 0, 5);
      expect([on.state(queue), on.pages.length]).toEqual(['OK', 1]);
    });

    test('stays silent on a first deploy, and while the queue is empty', async () => {
      const on = play({ reading });

      await on.pass(10 * MINUTE);
      expect(on.state(queue)).toBe('INSUFFICIENT_DATA');
      await queueHolds(on, 0, 10);
      await on.pass(HOUR);

      expect([on.state(queue), on.pages]).toEqual(['OK', []]);
    });
  });

  test('a function that is broken from its first deploy rings by what it leaves in the queue, once and by nothing else', async () => {
    const on = play({ reading });

    for (let messages = 0; messages < 60; messages += 1) {
      await holds(on, { queue: 'failed', messages, minutes: 1, fate: 'broken' });
    }

    expect(on.pages).toEqual([expect.stringMatching(/^failed at [1-5]$/)]);
    expect([on.state('failed'), on.state('silent'), on.state('failing')]).toEqual([
      'ALARM',
      'ALARM',
      'INSUFFICIENT_DATA',
    ]);
  });

  test('a halt leaves its event in the queue too: each of both rings once, and a resume with a purge ends both', async () => {
    const on = play({ reading });
    await holds(on, { queue: 'failed', messages: 0, minutes: 10 });

    await on.pass(MINUTE, 'is fatal');
    await holds(on, { queue: 'failed', messages: 1, minutes: 60 });
    expect(on.pages.map((page) => page.replace(/ at .*/, '')).toSorted()).toEqual(['failed', 'pager']);

    await on.resume();
    await holds(on, { queue: 'failed', messages: 0, minutes: 20 });
    expect([on.state('failed'), on.state('pager'), on.pages.length]).toEqual(['OK', 'OK', 2]);
  });

  test('a halt throws once: halted rings, errors do not, and there is one page', async () => {
    const on = play({ reading, stack: full });
    await on.pass(10 * MINUTE);

    await on.pass(MINUTE, 'is fatal');
    await on.pass(10 * MINUTE);

    expect([on.state('halted'), on.rang('errors'), on.pages.length]).toEqual(['ALARM', [], 1]);
  });
});
