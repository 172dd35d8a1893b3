/** Lambda sends no answer above 6 MB, so the results of one firing share 3 MB. */
import { expect, it } from 'vitest';
import { firingAnswer } from '../../lib/lambda/answers.ts';
import { NEVER_RUN } from '../../lib/rules/index.ts';
import type { TickEvent } from '../../lib/tick/index.ts';

const NOON = 1_760_011_200_000;

/** Ticks that each returned a text of so many bytes as JSON. */
function ticks(count: number, bytes: number): TickEvent[] {
  const event = { service: 'sync', disposition: 'ran', state: NEVER_RUN, result: 'x'.repeat(bytes - 2) };
  return Array.from({ length: count }, (_, index) => {
    return { ...event, tick: { kind: 'scheduled', scheduledFor: NOON + index * 500 } } as unknown as TickEvent;
  });
}

function resultsOf(count: number, bytes: number): unknown[] {
  return firingAnswer('sync', NOON, ticks(count, bytes)).ticks.map(({ result }) => result);
}

it.each([
  [1, 3_000_000],
  [2, 1_500_000],
  [120, 25_000],
  [7, 428_571],
])('%i results of one firing may take %i bytes each, and no byte more', (count, most) => {
  expect(resultsOf(count, most)).toEqual(Array.from({ length: count }, () => 'x'.repeat(most - 2)));
  expect(resultsOf(count, most + 1)).toEqual(
    Array.from({ length: count }, () => `left out: more than ${most} bytes of JSON`),
  );
});

it('a firing without a tick has no results', () => {
  expect(firingAnswer('sync', NOON, [])).toEqual({ service: 'sync', firing: '2025-10-09T12:00:00.000Z', ticks: [] });
});
