/** What Tickover answers where others are asked the same. */
import { expect, test } from 'vitest';
import { ask, QUESTIONS } from './questions.ts';
import { tickover } from './tickover.ts';

const [staleHolder, staleRelease, lostResponse, noTimeLeft] = QUESTIONS.map(
  (question) => async () => ask(tickover(), question),
);

test('a run that outlived its lease can no longer write: what its successor stored stays', async () => {
  expect(await staleHolder?.()).toEqual(['let in', 'LeaseLostError', 'second']);
});

test("a run that outlived its lease can't free its successor's", async () => {
  expect(await staleRelease?.()).toEqual(['LeaseLostError', 'not let in: skipped as duplicate']);
});

test('a lease whose response was lost is taken all the same, and keeps others out', async () => {
  expect(await lostResponse?.()).toEqual(['let in', 'not let in: skipped as duplicate']);
});

test('a process without time left keeps others out while its lease lasts, and no longer', async () => {
  expect(await noTimeLeft?.()).toEqual(['let in', 'not let in: skipped as duplicate', 'let in']);
});
