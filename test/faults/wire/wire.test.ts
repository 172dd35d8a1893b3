/**
 * The fault suite on a real wire, in its short form: three rounds of eight ticks, from a fixed seed. `npm run faults`
 * plays more.
 */
import { expect, it } from 'vitest';
import { wireFaults } from './wire-faults.ts';

it('nothing is lost or doubled where processes are killed or frozen and requests and answers are lost, held, cut or repeated', async () => {
  const rows = await wireFaults({ seed: 10, rounds: 3 });

  expect(rows.flatMap(({ fault, violations }) => violations.map((violation) => `${fault} | ${violation}`))).toEqual([]);
  // Enough must have struck, and enough have come of it, or this says little. How many die of it depends on whose
  // request comes first.
  const struck = rows.filter(({ fault, injected }) => fault !== 'after the faults' && injected > 0);
  expect(struck.length).toBeGreaterThanOrEqual(15);
  const { figures = {} } = rows.at(-1) ?? {};
  expect(figures['ran']).toBeGreaterThanOrEqual(12);
  expect(figures['died']).toBeGreaterThanOrEqual(1);
  expect(figures['crashes counted']).toBeGreaterThanOrEqual(1);
});
