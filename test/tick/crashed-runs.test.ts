/** Runs that died are counted by the next one, and count like runs that threw. */
import { describe, expect, it } from 'vitest';
import { ServiceHaltedError, type ServiceOptions } from '../../lib/service/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const outcomes = (state: { readonly runs: readonly { readonly outcome: string }[] }) =>
  state.runs.map(({ outcome }) => outcome);

/** What became of each tick: the reason it was skipped, `thrown` for a halt, or `run`. */
async function dispositions(count: number, deliver: (due: number) => Promise<unknown>): Promise<string[]> {
  const reasons: string[] = [];
  for (let tick = 0; tick < count; tick++) {
    const tickEvent = await deliver(DUE + tick * MINUTE).catch((error: unknown) => error);
    if (tickEvent instanceof ServiceHaltedError) reasons.push('thrown');
    else reasons.push((tickEvent as { reason?: string } | undefined)?.reason ?? 'run');
  }
  return reasons;
}

describe('A run that died', () => {
  it('is counted once by the next tick, reported and flushed before that one’s workload', async () => {
    const here = world();
    const service = here.service({});
    await here.crash(service, DUE);
    here.events.length = 0;

    const tickEvent = await here.deliver(service, DUE + MINUTE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', crashesBooked: 1, fence: 2 });
    expect(here.events).toEqual([
      ...['acquire', 'crash 1', 'flush', 'run', 'putRun', 'commit', 'reported ran', 'flush'],
    ]);
    expect(here.crashes).toEqual([{ service: 'svc', fence: 1, bookedAt: DUE + MINUTE, streak: 1, halted: false }]);
    const state = await here.state(service);
    expect(state).toMatchObject({ fence: 2, countedUpTo: 2, streak: 0, trackRecord: [true, false, true] });
    expect(state.runs).toEqual([
      { outcome: 'crashed', at: DUE + MINUTE, durationMs: 0, manual: false },
      { outcome: 'succeeded', at: DUE + MINUTE, durationMs: 0, manual: false },
    ]);
    expect((await here.deliver(service, DUE + 2 * MINUTE)).crashesBooked).toBe(0);
  });

  it('is written down, naming run and tick but no stack of ours', async () => {
    const here = world();
    const service = here.service({});
    await here.crash(service, DUE);
    await here.deliver(service, DUE + MINUTE);

    const [record] = await here.store.failedRuns('svc', { after: 0, limit: 9 });

    expect(record).toMatchObject({ fence: 1, at: DUE + MINUTE, outcome: 'crashed', durationMs: 0, manual: false });
    expect(record?.failure).toEqual({
      at: DUE + MINUTE,
      errorClass: 'RunCrashedError',
      message: 'run 1 for 2025-10-09T09:00:00.000Z started and never ended; its process died',
      text: 'RunCrashedError: run 1 for 2025-10-09T09:00:00.000Z started and never ended; its process died (run-crashed)',
    });
  });

  it('is not lost when the run that would count it dies too: a service that always dies trips', async () => {
    const here = world();
    const service = here.service({ consecutive: 3, backoff: 2 });
    for (const tick of [0, 1, 2]) await here.crash(service, DUE + tick * MINUTE);

    const tickEvent = await here.deliver(service, DUE + 3 * MINUTE);

    expect(tickEvent).toMatchObject({
      disposition: 'skipped',
      reason: 'backoff',
      crashesBooked: 3,
      verdict: 'backing-off',
    });
    expect(tickEvent.report.at(-1)).toBe('Backing off due to consecutive errors, using increased interval of 120s.');
    const state = await here.state(service);
    expect(outcomes(state)).toEqual(['crashed', 'crashed', 'crashed']);
    expect(state).toMatchObject({ fence: 4, countedUpTo: 4, streak: 3, notBefore: DUE + 4 * MINUTE });
    expect(state.lease).toBeUndefined();
  });

  it('can be run again by a second delivery of its tick, once the lease is over', async () => {
    const here = world();
    const service = here.service({});
    await here.crash(service, DUE);
    expect(await here.deliver(service, DUE)).toMatchObject({ reason: 'duplicate' });
    await here.clock.advance(55_000);

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'succeeded', crashesBooked: 1 });
    expect(await here.deliver(service, DUE)).toMatchObject({ reason: 'duplicate' });
  });
});

describe('Runs that die', () => {
  const policies: [string, Partial<ServiceOptions<undefined>>][] = [
    // A probe comes a tick later than after a throw: the halt begins when the crash is counted.
    ['halt', { consecutive: 3, restartAfter: 'never' }],
    ['back off twice and halt', { consecutive: 2, backoff: 3, restartAfter: 'never' }],
    ['trip each time', { consecutive: 1, backoff: 4, restartAfter: 'never' }],
    ['only count', { kind: 'loop' }],
  ];

  it.each(policies)('%s exactly like runs that throw: the same ticks run', async (_what, policy) => {
    const ticks = 24;
    const throwing = world();
    const throws = throwing.service({ ...policy, workload: () => Promise.reject(refused()) });
    const ran: number[] = [];
    await dispositions(ticks, async (due) => {
      const before = throwing.events.filter((event) => event === 'run').length;
      const tickEvent = await throwing.deliver(throws, due).catch((error: unknown) => error);
      if (throwing.events.filter((event) => event === 'run').length > before) ran.push(due);
      return tickEvent;
    });

    const crashing = world();
    const crash = crashing.service(policy);
    const crashed: number[] = [];
    await dispositions(ticks, async (due) => {
      const tickEvent = await crashing.crash(crash, due).catch((error: unknown) => error);
      if (tickEvent === undefined) crashed.push(due);
      return tickEvent;
    });

    expect(crashed).toEqual(ran);
    expect(ran.length).toBeGreaterThan(2);
  });

  it('halt the service with one ServiceHaltedError, thrown by the tick that counts them; later ticks are skipped', async () => {
    const here = world();
    const service = here.service({ consecutive: 2, restartAfter: 'never' });
    await here.crash(service, DUE);
    await here.crash(service, DUE + MINUTE);
    here.events.length = 0;

    const reasons = await dispositions(4, (due) => here.deliver(service, due + 2 * MINUTE));

    expect(reasons).toEqual(['thrown', 'halted', 'halted', 'halted']);
    expect(here.events.filter((event) => !event.startsWith('print')).slice(0, 10)).toEqual([
      ...['acquire', 'crash 1', 'crash 2', 'flush', 'failedRuns'],
      ...['putRun', 'putRun', 'commit', 'reported halted', 'flush'],
    ]);
    expect(here.events).not.toContain('run');
    expect(here.crashes.slice(-2).map(({ halted }) => halted)).toEqual([false, true]);
    expect(here.tickEvents[0]).toMatchObject({
      ...{ disposition: 'skipped', reason: 'halted', verdict: 'halted', status: 'halted', crashesBooked: 2 },
      state: { halt: { cause: 'Service exceeded error threshold.' }, lastTick: DUE + 2 * MINUTE },
    });
  });

  it('are all in the ring, also those behind the one that halted the service', async () => {
    const here = world();
    const service = here.service({ consecutive: 2, restartAfter: 'never' });
    for (const tick of [0, 1, 2, 3, 4]) await here.crash(service, DUE + tick * MINUTE).catch(() => {});
    const before = await here.state(service);
    expect(before).toMatchObject({ fence: 3, countedUpTo: 3 });

    // Five died without anybody to count them, as under a deploy that kills each process at once.
    await here.store.resume('svc');
    for (const tick of [5, 6]) await here.crash(service, DUE + tick * MINUTE);
    const forced = { kind: 'manual', force: true } as const;
    for (let time = 0; time < 3; time++) {
      await here.clock.advance(MINUTE);
      await here.crash(service, forced);
    }
    await here.clock.advance(MINUTE);
    here.events.length = 0;
    const tickEvent = await here.byHand(service);

    expect(tickEvent).toMatchObject({ disposition: 'skipped', reason: 'halted', crashesBooked: 5, verdict: 'halted' });
    const state = await here.state(service);
    expect(outcomes(state).slice(-5)).toEqual(['crashed', 'crashed', 'crashed', 'crashed', 'crashed']);
    expect(state).toMatchObject({ fence: 9, countedUpTo: 9, streak: 5, backoffCount: 1 });
    expect(here.events.filter((event) => event === 'putRun')).toHaveLength(5);
    expect(here.events.filter((event) => event.startsWith('print Failed the last'))).toHaveLength(1);
  });

  it('runs that die and halt the service do not keep a forced run by hand from running, which lists that it bypassed the halt', async () => {
    const here = world();
    const service = here.service({ consecutive: 2, restartAfter: 'never' });
    await here.crash(service, DUE);
    await here.crash(service, DUE + MINUTE);
    await here.clock.advance(MINUTE);

    const tickEvent = await here.byHand(service, { force: true });

    expect(tickEvent).toMatchObject({
      ...{ disposition: 'ran', outcome: 'succeeded', verdict: 'recovered', crashesBooked: 2 },
      ...{ bypassed: ['halt'], status: 'steady' },
    });
    expect(outcomes(await here.state(service))).toEqual(['crashed', 'crashed', 'succeeded']);
  });

  it('runs that die and make the service back off stop a tick, but no run by hand', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 3 });
    await here.crash(service, DUE);
    await here.clock.advance(MINUTE);

    expect(await here.byHand(service)).toMatchObject({ outcome: 'succeeded', crashesBooked: 1, bypassed: ['backoff'] });
  });

  it('runs that die as a probe of a halted service halt it again', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, restartAfter: '2m', workload: () => Promise.reject(refused()) });
    await here.deliver(service, DUE).catch(() => {});
    expect(await here.crash(service, DUE + 2 * MINUTE)).toBeUndefined();

    await expect(here.deliver(service, DUE + 3 * MINUTE)).rejects.toBeInstanceOf(ServiceHaltedError);

    expect((await here.state(service)).halt).toMatchObject({ at: DUE, until: DUE + 5 * MINUTE });
  });

  it('runs that die in great numbers are counted in bounded time, the newest of them', async () => {
    const here = world();
    const service = here.service({ consecutive: 3, backoff: 50 });
    await here.store.pause('svc', { at: DUE, reason: 'r', by: 'b' });
    const forced = { kind: 'manual', force: true } as const;
    for (let time = 0; time < 200; time++) {
      await here.clock.advance(MINUTE);
      const asked = { service: 'svc', tick: forced, now: here.clock.now(), build: 'b1', owner: `o${time}` };
      await here.store.acquire({ ...asked, leaseUntil: here.clock.now() });
    }

    const tickEvent = await here.byHand(service, { force: true });

    expect(tickEvent.crashesBooked).toBe(150);
    expect(here.crashes.at(-1)?.fence).toBe(200);
    expect(await here.state(service)).toMatchObject({ fence: 201, countedUpTo: 201 });
  });
});

describe('A run without a tick, of a cron expression that was never due', () => {
  const neverDue = { interval: '1h', cron: '0 6 1 3 ? 2028', consecutive: 1, backoff: 9 } as const;
  const HOUR = 60 * MINUTE;

  it('counts from its start on the grid of the interval where it ran by hand', async () => {
    const here = world();
    const workload = async () => Promise.reject(refused());
    const service = here.service({ ...neverDue, workload });
    await here.clock.advance(17 * MINUTE);

    await here.byHand(service);

    // Two intervals after 09:00, less half an interval, since the gaps of a cron expression vary.
    expect((await here.state(service)).notBefore).toBe(DUE + 1.5 * HOUR);
  });

  it('counts in the same way where it crashed', async () => {
    const here = world();
    const service = here.service(neverDue);
    await here.crash(service, { kind: 'manual', force: false });
    await here.clock.advance(17 * MINUTE);

    await here.deliver(service, DUE + 20 * MINUTE);

    expect((await here.state(service)).notBefore).toBe(DUE + 1.5 * HOUR);
  });
});
