/** One invocation of each kind, struck at every place where it can be. */
import { expect, it } from 'vitest';
import { enumerate, SHORT } from './enumerated.ts';
import { KINDS } from './kinds.ts';
import { Tally } from './tally.ts';

it.each(KINDS)('$name keeps every promise, wherever it dies and whichever request fails', async (kind) => {
  const tally = new Tally();

  expect(await enumerate(kind, SHORT, tally)).toEqual([]);

  const { faults, checks } = tally.counts;
  expect(faults['crash at each gate of a tick']).toBeGreaterThan(1);
  expect(faults['answer lost, at each attempt']).toBeGreaterThan(0);
  expect(checks['I4']).toBeGreaterThan(10);
});
