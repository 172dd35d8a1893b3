/** The simulator in its short form: two seeds. `npm run faults` is the long form. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { describeFailure } from './failure-report.ts';
import { script } from './script.ts';
import { play } from './simulate.ts';
import { Tally } from './tally.ts';

async function simulated(seed: number, interleavings: number) {
  const tally = new Tally();
  const property = fc.asyncProperty(script, async (one) => {
    const { violations, counts } = await play(one);
    tally.add(counts);
    if (violations.length > 0) throw new Error(violations.join('\n'));
  });
  return { broken: await describeFailure(await fc.check(property, { seed, numRuns: interleavings })), ...tally.counts };
}

it('every promise holds in interleavings of a fixed seed, in which every kind of fault comes up', async () => {
  const { broken, faults, checks, figures } = await simulated(20_251_009, 80);

  expect(broken).toBe('');
  for (const fault of [
    'request lost',
    'answer lost',
    'throttled',
    'server error',
    'request given up, in effect later',
  ]) {
    for (const operation of ['acquire', 'commit'])
      expect(faults[`${fault}: ${operation}`] ?? 0, fault).toBeGreaterThan(0);
  }
  for (const fault of ['crash at a step', 'crash at a request', 'crash after a request', 'clock jump', 'redeploy']) {
    expect(faults[fault] ?? 0, fault).toBeGreaterThan(0);
  }
  for (const promise of ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7', 'rules']) {
    expect(checks[promise] ?? 0, promise).toBeGreaterThan(100);
  }
  expect(figures['threw lease-lost'] ?? 0).toBeGreaterThan(0);
});

it('every promise holds in interleavings of another seed', async () => {
  const { broken } = await simulated(10_092_025, 40);

  expect(broken).toBe('');
});

it('the same script comes to the same end', async () => {
  const [one] = fc.sample(script, { seed: 7, numRuns: 1 });
  if (one === undefined) throw new Error('expected a script');
  const [first, second] = [await play(one, true), await play(one, true)];

  expect(first.tickEvent.length).toBeGreaterThan(20);
  expect(second).toEqual(first);
});
