/**
 * Admission exists twice, as a pure function and as the condition of one write: over random states and ticks they
 * agree.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { admit, type ServiceState, type Tick } from '../../lib/rules/index.ts';
import { useDatabase } from '../support/use-database.ts';
import { itemOf, putItem } from './items.ts';

const database = useDatabase();

/** So few instants that two of them are often the same. */
const BASE = 1_760_000_400_000;
const instant = fc.constantFrom(-2, -1, 0, 1, 2).map((step) => BASE + step);
const build = fc.constantFrom('b1', 'b2');
const sometimes = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc
    .option(value, { nil: undefined })
    .map((some) => (some === undefined ? {} : { [key]: some }) as { [K in Key]?: Value });
const both = <One, Other>(one: fc.Arbitrary<One>, other: fc.Arbitrary<Other>) =>
  fc.tuple(one, other).map(([first, second]) => ({ ...first, ...second }));

const lease = both(fc.record({ owner: fc.constant('theirs'), until: instant }), sometimes('tick', instant));
const halt = both(
  fc.record({ at: instant, cause: fc.constant('x') }),
  both(sometimes('until', instant), sometimes('build', build)),
);
const backoff = fc.oneof(
  fc.constant({}),
  both(fc.record({ notBefore: instant }), sometimes('notBeforeBuild', fc.constantFrom('b1', 'b2', '*'))),
);
const pause = both(
  fc.record({ at: instant, reason: fc.constant('r'), by: fc.constant('ada') }),
  sometimes('until', instant),
);
const marks = both(
  both(sometimes('lease', lease), sometimes('lastTick', instant)),
  both(backoff, both(sometimes('halt', halt), sometimes('pause', pause))),
);
const state: fc.Arbitrary<ServiceState> = marks.map(
  (some) =>
    ({
      fence: 7,
      countedUpTo: 6,
      epoch: 0,
      trackRecord: [],
      backoffCount: 0,
      streak: 0,
      failuresAfter: 0,
      runs: [],
      ...some,
    }) as ServiceState,
);
const tick: fc.Arbitrary<Tick> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('scheduled' as const), scheduledFor: instant }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('manual' as const), force: fc.boolean() }) },
);

it('the pure rule and the condition agree on states and ticks at random', async () => {
  const seen = new Map<string, number>();
  let services = 0;

  await fc.assert(
    fc.asyncProperty(
      fc.option(state, { nil: undefined, freq: 40 }),
      tick,
      instant,
      build,
      async (before, asked, now, by) => {
        const service = `s${++services}`;
        if (before !== undefined) await putItem(database, itemOf(service, before));
        const request = { service, tick: asked, now, build: by, owner: 'ours', leaseUntil: BASE + 10 };
        const unknown = {
          fence: 0,
          countedUpTo: 0,
          epoch: 0,
          trackRecord: [],
          backoffCount: 0,
          streak: 0,
          failuresAfter: 0,
          runs: [],
        };
        const expected = admit(before ?? unknown, request);
        seen.set(String(expected), (seen.get(String(expected)) ?? 0) + 1);

        const answer = await database.store.acquire(request);

        expect(answer.granted ? undefined : answer.reason).toBe(expected);
        expect(answer.state).toEqual(before ?? unknown);
        if (answer.granted) expect(answer.claim.fence).toBe((before?.fence ?? 0) + 1);
      },
    ),
    { numRuns: 400 },
  );

  // Each answer has to have come up, or the agreement says little.
  expect([...seen.keys()].toSorted()).toEqual([
    'backoff',
    'duplicate',
    'halted',
    'late',
    'overlap',
    'paused',
    'undefined',
  ]);
});
