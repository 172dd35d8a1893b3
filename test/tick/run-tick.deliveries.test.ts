/** Many deliveries of one tick at once, each by a client of its own, over the wire. */
import { expect, it } from 'vitest';
import { DUE, MINUTE, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

it('50 concurrent deliveries of one tick run the workload once; delivered again a day later, not at all', async () => {
  const runs: number[] = [];
  const worlds = Array.from({ length: 50 }, () => world({ store: database.connect().store }));
  const deliveries = worlds.map((here) => ({
    here,
    service: here.service({ name: 'once', workload: async ({ fence }) => void runs.push(fence) }),
  }));

  const tickEvents = await Promise.all(deliveries.map(({ here, service }) => here.deliver(service, DUE)));

  expect(runs).toEqual([1]);
  expect(tickEvents.filter(({ disposition }) => disposition === 'ran')).toHaveLength(1);
  expect(tickEvents.filter(({ reason }) => reason === 'duplicate')).toHaveLength(49);
  const [first] = deliveries;
  if (first === undefined) throw new Error('expected a delivery');
  expect(await first.here.state(first.service)).toMatchObject({ fence: 1, countedUpTo: 1, lastTick: DUE });

  await first.here.clock.advance(24 * 60 * MINUTE);
  expect(await first.here.deliver(first.service, DUE)).toMatchObject({ disposition: 'skipped', reason: 'duplicate' });
  expect(runs).toEqual([1]);
});

it('one of several ticks and runs by hand at once has the lease, and the others answer why not', async () => {
  let running = 0;
  let most = 0;
  const workload = async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const tickEvents = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const here = world({ store: database.connect().store });
      const service = here.service({ name: 'one-at-a-time', workload });
      await here.clock.advance(20 * MINUTE);
      return index % 4 === 0 ? here.byHand(service, { force: true }) : here.deliver(service, DUE + index * MINUTE);
    }),
  );

  expect(most).toBe(1);
  const ran = tickEvents.filter(({ disposition }) => disposition === 'ran');
  expect(new Set(ran.map(({ fence }) => fence)).size).toBe(ran.length);
  const skipped = tickEvents.filter(({ disposition }) => disposition === 'skipped');
  expect(skipped.length).toBeGreaterThan(0);
  expect(skipped.every(({ reason }) => reason === 'overlap' || reason === 'late')).toBe(true);
});
