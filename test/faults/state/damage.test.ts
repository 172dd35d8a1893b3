/**
 * Each attribute of a stored state, damaged in every way, over the wire: refused, named and repaired, or known to be
 * harmless.
 */
import { expect, it } from 'vitest';
import { stateFaults } from './state-faults.ts';

it('a damaged attribute is named and refuses ticks and operators, until it is repaired or read for what it holds; nothing else changes', async () => {
  // The long form plays all of them; every fifth still meets each attribute and each kind.
  const rows = await stateFaults({ every: 5 });

  expect(rows.flatMap(({ violations }) => violations)).toEqual([]);
  expect(rows.find(({ fault }) => fault === 'damaged and repaired')?.injected).toBeGreaterThan(60);
  expect(rows.length).toBeGreaterThan(20);
});
