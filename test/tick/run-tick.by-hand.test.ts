/** A run by hand: what it bypasses, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());
const broken = () => Promise.reject(new RangeError('no such page'));

describe('A run by hand', () => {
  it('a run by hand neither reads nor moves the mark of decided ticks, and is written down also when it succeeds', async () => {
    const here = world();
    const service = here.service({});
    await here.deliver(service, DUE);
    await here.clock.advance(10 * MINUTE);

    const tickEvent = await here.byHand(service);

    expect(tickEvent).toMatchObject({
      disposition: 'ran',
      outcome: 'succeeded',
      tick: { kind: 'manual', force: false },
    });
    expect(tickEvent).not.toHaveProperty('latenessMs');
    const state = await here.state(service);
    expect(state.lastTick).toBe(DUE);
    expect(state.runs.at(-1)).toEqual({ outcome: 'succeeded', at: DUE + 10 * MINUTE, durationMs: 0, manual: true });
    expect(here.events).toContain('putRun');
    expect(await here.deliver(service, DUE + 10 * MINUTE)).toMatchObject({ outcome: 'succeeded' });
  });

  it('never throws for an outcome: a halt is in the event alone', async () => {
    const here = world();
    const service = here.service({ workload: broken });

    const tickEvent = await here.byHand(service);

    expect(tickEvent).toMatchObject({ outcome: 'fatal', verdict: 'halted', status: 'halted' });
    expect((await here.state(service)).lastTick).toBeUndefined();
    expect(await here.byHand(service)).toMatchObject({ disposition: 'skipped', reason: 'halted' });
  });

  it('lists what it bypassed, and leaves the pause', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });
    await here.deliver(service, DUE);
    expect(await here.byHand(service)).toMatchObject({ verdict: 'halted', bypassed: ['backoff'] });
    await here.store.pause('svc', { at: DUE, reason: 'r', by: 'b' });

    const tickEvent = await here.byHand(service, { force: true });

    expect(tickEvent).toMatchObject({ disposition: 'ran', verdict: 'halted', bypassed: ['pause', 'halt'] });
    expect((await here.state(service)).pause).toEqual({ at: DUE, reason: 'r', by: 'b' });
  });

  it('a run by hand that trips backs off from its start, moved back to the grid', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });
    await here.clock.advance(59_000);

    await here.byHand(service);

    expect((await here.state(service)).notBefore).toBe(DUE + 2 * MINUTE);
  });

  it('waits for no lease', async () => {
    const here = world();
    const service = here.service({});
    await here.crash(service, DUE);

    expect(await here.byHand(service, { force: true })).toMatchObject({ reason: 'overlap', status: 'running' });
  });
});
