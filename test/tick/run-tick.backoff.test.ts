/** A backoff that outlives what it follows from: the build, or the policy. */
import { expect, it } from 'vitest';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const DAY = 1_440 * MINUTE;
const failing = () => Promise.reject(refused());
const working = async () => {};

/** A service of one interval of a day that has tripped seven times. */
async function trippedSevenTimes() {
  const here = world();
  const daily = here.service({ interval: '1d', consecutive: 1, backoff: 9, workload: failing });
  for (let tick = 0; tick < 127; tick++) await here.deliver(daily, DUE + tick * DAY);
  const state = await here.state(daily);
  expect(state).toMatchObject({ backoffCount: 7, notBefore: DUE + 254 * DAY, notBeforeBuild: 'b1' });
  return { here, policy: { consecutive: 1, backoff: 9 } };
}

it('the first tick of another build runs, and the service starts afresh', async () => {
  const { here, policy } = await trippedSevenTimes();
  const mended = here.service({ ...policy, interval: '1m', workload: failing });

  const event = await here.deliver(mended, DUE + 126 * DAY + MINUTE, { build: 'b2' });

  expect(event).toMatchObject({ disposition: 'ran', state: { backoffCount: 1, streak: 1, notBeforeBuild: 'b2' } });
  expect(event.state.notBefore).toBe(DUE + 126 * DAY + 3 * MINUTE);
});

it('a success of another build reports no end of a backoff that it did not have', async () => {
  const { here, policy } = await trippedSevenTimes();
  const mended = here.service({ ...policy, interval: '1m', workload: working });

  const event = await here.deliver(mended, DUE + 126 * DAY + MINUTE, { build: 'b2' });

  expect(event).toMatchObject({ outcome: 'succeeded', verdict: 'steady', status: 'steady', report: [] });
  expect(event.state).not.toHaveProperty('notBeforeBuild');
});

it('a run by hand of another build bypasses no backoff, since there is none', async () => {
  const { here, policy } = await trippedSevenTimes();
  const mended = here.service({ ...policy, interval: '1m', workload: working });

  expect(await here.byHand(mended, { build: 'b2' })).toMatchObject({ bypassed: [], verdict: 'steady' });
});

it('a shorter interval in the same build ends the backoff when its own would end, and says so before', async () => {
  const { here, policy } = await trippedSevenTimes();
  const faster = here.service({ ...policy, interval: '1m', workload: failing });
  const last = DUE + 126 * DAY;

  const early = await here.deliver(faster, last + 127 * MINUTE);
  expect(early).toMatchObject({ reason: 'backoff', nextDue: last + 128 * MINUTE });
  const event = await here.deliver(faster, last + 128 * MINUTE);
  expect(event).toMatchObject({ disposition: 'ran', state: { backoffCount: 8 } });
  expect(event.state.notBefore).toBe(last + (128 + 256) * MINUTE);
});

it('a shorter maxInterval caps the backoff, and ticks go on past it while failures do not trip', async () => {
  const { here } = await trippedSevenTimes();
  const capped = here.service({ interval: '1d', maxInterval: '3d', consecutive: 3, backoff: 9, workload: failing });
  const last = DUE + 126 * DAY;

  const reasons: string[] = [];
  for (const days of [1, 2, 3, 4]) {
    const { reason, outcome } = await here.deliver(capped, last + days * DAY);
    reasons.push(reason ?? String(outcome));
  }

  expect(reasons).toEqual(['backoff', 'backoff', 'failed', 'failed']);
});
