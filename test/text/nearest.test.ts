/** The known name that a person probably meant. */
import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../lib/text/index.ts';

const SERVICES = ['check-endpoints', 'mark-late-runs', 'watch-services'];
const ACTIONS = ['run-once', 'status', 'pause', 'resume'];

test.each([
  ['check-endpoint', SERVICES, 'check-endpoints'],
  ['chekc-endpoints', SERVICES, 'check-endpoints'],
  ['Mark_Late_Runs', SERVICES, 'mark-late-runs'],
  ['marklateruns', SERVICES, 'mark-late-runs'],
  ['mark-late', SERVICES, 'mark-late-runs'],
  ['watch', SERVICES, 'watch-services'],
  ['run-onec', ACTIONS, 'run-once'],
  ['runonce', ACTIONS, 'run-once'],
  ['STATUS', ACTIONS, 'status'],
  ['puase', ACTIONS, 'pause'],
  ['resum', ACTIONS, 'resume'],
  ['stat', ACTIONS, 'status'],
])('%s is meant to be one of %o: %s', (written, known, name) => {
  expect(nearest(written, known)).toBe(name);
});

test.each([
  ['dance', ACTIONS],
  ['x', ACTIONS],
  ['', ACTIONS],
  ['sweep-tables', SERVICES],
  ['ru', ACTIONS],
  ['anything', []],
  ['a'.repeat(100_000), SERVICES],
])('nothing is near to %s', (written, known) => {
  expect(nearest(written, known)).toBeUndefined();
});

test('the question is asked only where a name is near, and never for the name itself', () => {
  expect(didYouMean('staus', ACTIONS)).toBe("; did you mean 'status'?");
  expect(['dance', 'status', 3, undefined, null].map((written) => didYouMean(written, ACTIONS))).toEqual(
    Array.from({ length: 5 }, () => ''),
  );
});
