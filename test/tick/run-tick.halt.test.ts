/** A tick that halts its service, and what comes after a halt. */
import { describe, expect, it } from 'vitest';
import { ServiceHaltedError } from '../../lib/service/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());
const broken = () => Promise.reject(new RangeError('no such page'));

describe('A tick', () => {
  it('halts at its threshold: throws once, after commit, notification and flush; later ticks are skipped', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, workload: failing });

    const error = await here.deliver(service, DUE).catch((raised: unknown) => raised);

    expect(error).toBeInstanceOf(ServiceHaltedError);
    expect(error).toMatchObject({
      code: 'service-halted',
      service: 'svc',
      message: 'svc: halted: Service exceeded error threshold.',
    });
    expect(here.events.filter((event) => !event.startsWith('print'))).toEqual([
      ...['acquire', 'run', 'failedRuns', 'putRun', 'commit', 'reported ran', 'flush'],
    ]);
    expect(here.events.at(-1)).toBe('flush');
    expect(here.tickEvents[0]).toMatchObject({ outcome: 'failed', verdict: 'halted', status: 'halted' });
    for (const tick of [1, 2, 14]) {
      const tickEvent = await here.deliver(service, DUE + tick * MINUTE);
      expect(tickEvent).toMatchObject({ disposition: 'skipped', reason: 'halted', status: 'halted' });
    }
  });

  it('halts on a fatal error at once, with the error as the cause of what it throws, and no report', async () => {
    const here = world();
    const service = here.service({ restartAfter: 'never', workload: broken });

    const error = await here.deliver(service, DUE).catch((raised: unknown) => raised);

    expect(error).toMatchObject({ message: 'svc: halted: RangeError: no such page' });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
    expect(here.events.some((event) => event.startsWith('print'))).toBe(false);
    const state = await here.state(service);
    expect(state.halt).toEqual({ at: DUE, build: 'b1', cause: 'RangeError: no such page' });
    expect(state).toMatchObject({ streak: 0, backoffCount: 0, trackRecord: [true, true, true] });
    expect(here.tickEvents[0]).not.toHaveProperty('nextDue');
  });

  it('counts a fatal error as one more failure where the policy asks for it', async () => {
    const here = world();
    const service = here.service({ onFatal: 'continue', workload: broken });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent).toMatchObject({ outcome: 'fatal', verdict: 'steady', status: 'failing' });
    expect(await here.state(service)).toMatchObject({ streak: 1, trackRecord: [true, true, false] });
  });

  it('probes a halted service after `restartAfter`: a failure halts it again, a success lifts the halt', async () => {
    const here = world();
    let healthy = false;
    const workload = async () => {
      if (!healthy) throw refused();
    };
    const service = here.service({ consecutive: 1, restartAfter: '5m', workload });
    const deliver = (tick: number) => here.deliver(service, DUE + tick * MINUTE).catch((raised: unknown) => raised);
    await deliver(0);
    expect(await deliver(4)).toMatchObject({ reason: 'halted' });
    expect(await deliver(5)).toBeInstanceOf(ServiceHaltedError);
    expect((await here.state(service)).halt).toMatchObject({ at: DUE, until: DUE + 10 * MINUTE });
    expect(await deliver(9)).toMatchObject({ reason: 'halted' });

    healthy = true;

    expect(await deliver(10)).toMatchObject({ outcome: 'succeeded', verdict: 'recovered', status: 'steady' });
    expect((await here.state(service)).halt).toBeUndefined();
    expect(await deliver(11)).toMatchObject({ outcome: 'succeeded', verdict: 'steady' });
  });

  it('starts afresh where another build halted it, and remembers from then on', async () => {
    const here = world();
    let attempt = 0;
    const workload = () => Promise.reject(Object.assign(new Error('no'), { code: `ECONN${++attempt}` }));
    const service = here.service({ consecutive: 2, backoff: 2, workload });
    const deliver = (tick: number, build: string) =>
      here.deliver(service, DUE + tick * MINUTE, { build }).catch((raised: unknown) => raised);
    for (const tick of [0, 1, 2, 3, 4]) await deliver(tick, 'b1');
    expect(await here.state(service)).toMatchObject({ backoffCount: 2, streak: 4, halt: { build: 'b1' } });
    expect(await deliver(5, 'b1')).toMatchObject({ reason: 'halted' });

    expect(await deliver(6, 'b2')).toMatchObject({ outcome: 'failed', verdict: 'steady', status: 'failing' });
    expect(await here.state(service)).toMatchObject({ backoffCount: 0, streak: 1, trackRecord: [true, false] });

    expect(await deliver(7, 'b2')).toMatchObject({ verdict: 'backing-off' });
    expect(here.tickEvents.at(-1)?.report.slice(2, -1)).toEqual([
      expect.stringContaining('ECONN6'),
      expect.stringContaining('ECONN5'),
    ]);
    expect((await here.state(service)).runs).toHaveLength(6);
  });
});
