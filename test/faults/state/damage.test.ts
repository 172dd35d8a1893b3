/** Each attribute of a stored state, damaged in every way, over the wire: refused and named, or known to be harmless. */
import { expect, it } from 'vitest';
import { stateFaults } from './state-faults.ts';

it('A damaged attribute is named and refuses ticks and operators, or is read for what it says; nothing else changes', async () => {
  const rows = await stateFaults();

  expect(rows.flatMap(({ violations }) => violations)).toEqual([]);
  expect(rows.reduce((sum, { injected }) => sum + injected, 0)).toBeGreaterThan(350);
  expect(rows.reduce((sum, { figures }) => sum + (figures?.['refused'] ?? 0), 0)).toBeGreaterThan(300);
}, 120_000);
