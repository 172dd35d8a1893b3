/** What nobody is paged of: deploys, pauses, services taken out; in every reading of CloudWatch. */
import { describe, expect, test } from 'vitest';
import { MINUTE } from '../../support/tick-kit.ts';
import { READINGS, type Reading } from './evaluator.ts';
import { play } from './evaluator-play.ts';
import { expectAllQuiet, onStage, paged, running } from './evaluator-scenarios.ts';
import { synthesise } from './evaluator-stack.ts';

const HOUR = 60 * MINUTE;

onStage();

describe.each(READINGS)(
  'read as $lookBack windows back, $windows, delayed $delay ms, $order: nobody is told',
  (reading: Reading) => {
    test('a first deploy pages nobody, though silent rings until the first tick', async () => {
      const on = await running({ reading });

      expect(on.rang('silent')).toEqual([1]);
      expectAllQuiet(on);
    });

    test('a first deploy whose first tick comes half an hour later pages nobody', async () => {
      const on = play({ service: { interval: '30m' }, reading });

      await on.pass(5 * HOUR);

      expectAllQuiet(on);
    });

    test('anything new while a service is paused, also when it was failing before', async () => {
      const on = await running({ service: { backoff: 5 }, reading });

      await on.pass(3 * MINUTE, 'fails');
      await on.pause();
      await on.pass(3 * HOUR);

      expect([on.state('failing'), on.state('silent'), on.state('halted')]).toEqual(['ALARM', 'OK', 'OK']);
      expect(paged(on)).toHaveLength(1);
    });

    test('a redeploy pages nobody', async () => {
      const on = await running({ reading });

      on.deploy(synthesise([on.service]));
      on.rebuild('b2');
      await on.pass(HOUR);

      expectAllQuiet(on);
    });

    test('a service that is taken out of the catalog pages nobody, whatever state it was in', async () => {
      const other = play({ service: { name: 'other' }, reading }).service;
      const on = await running({ reading, stack: (service) => synthesise([other, service]), service: { name: 'svc' } });
      expect(on.state('svc/failing')).toBe('OK');

      on.deploy(synthesise([other]));
      await on.pass(HOUR, 'lost');

      expect(on.pages).toEqual([]);
      expect(() => on.state('svc/pager')).toThrow('expected');
    });

    test('a service that was never invoked and left nothing in a queue pages nobody, though its silence stands in the list of alarms', async () => {
      const on = play({ reading });

      await on.pass(HOUR, 'lost');
      expect([on.state('silent'), on.state('failing'), on.state('pager')]).toEqual([
        'ALARM',
        'INSUFFICIENT_DATA',
        'OK',
      ]);
      expect([on.state('undeliverable'), on.state('failed')]).toEqual(['INSUFFICIENT_DATA', 'INSUFFICIENT_DATA']);
      expect(on.pages).toEqual([]);
    });
  },
);
