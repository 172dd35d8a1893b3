/** A firing that owns several slots: which it runs, which it skips, and when it ends. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Service, ServiceHaltedError } from '../../lib/service/index.ts';
import { type Invocation, runFiring, type TickEvent } from '../../lib/tick/index.ts';
import type { Duration } from '../../lib/time/index.ts';
import { DUE, MINUTE, refused, type World, world } from '../support/tick-kit.ts';

const SECOND = 1_000;

interface Fired {
  readonly late?: number;
  readonly slack?: number;
  readonly minute?: number;
  readonly over?: Partial<Invocation>;
}

/** Fires the service for a minute, `late` after it. */
async function fire(here: World, service: Service, { late = 0, slack = 0, minute = DUE, over = {} }: Fired = {}) {
  await here.clock.advance(Math.max(0, minute + late - here.clock.now()));
  const invocation: Invocation = {
    deadline: here.clock.now() + 170 * SECOND,
    build: 'b1',
    prepared: () => undefined,
    ...over,
  };
  return runFiring(service, { scheduledFor: minute, slack }, invocation, here.ports);
}

/** What became of each slot, in seconds after the first minute. */
function outcomesOf(tickEvents: readonly TickEvent[]): string[] {
  return tickEvents.map(({ tick, reason, outcome }) => {
    const seconds = tick.kind === 'scheduled' ? (tick.scheduledFor - DUE) / SECOND : Number.NaN;
    return `${seconds} ${reason ?? outcome ?? 'yielded'}`;
  });
}

const ranAt = (seconds: readonly number[]) => seconds.map((second) => `${second} succeeded`);

describe('A firing', () => {
  it.each<[Duration, number[], number[]]>([
    ['5s', [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55], [60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115]],
    // Grids count from the epoch: this minute is 4 s into its seven.
    ['7s', [3, 10, 17, 24, 31, 38, 45, 52, 59], [66, 73, 80, 87, 94, 101, 108, 115]],
    ['20s', [0, 20, 40], [60, 80, 100]],
    ['45s', [0, 45], [90]],
  ])('a firing of a service every %s runs each slot of its minute at its instant', async (interval, first, second) => {
    const here = world({ mode: 'auto' });
    const starts: number[] = [];
    const service = here.service({
      interval,
      timeout: '3s',
      reserve: '2s',
      leaseMargin: 0,
      workload: async ({ clock }) => void starts.push((clock.now() - DUE) / SECOND),
    });

    expect(outcomesOf(await fire(here, service))).toEqual(ranAt(first));
    expect(outcomesOf(await fire(here, service, { minute: DUE + MINUTE }))).toEqual(ranAt(second));
    expect(starts).toEqual([...first, ...second]);
  });

  it.each([0, 1, 30, 59])(
    'a firing that comes %d s late within its slack still owns every slot of its window',
    async (late) => {
      const here = world({ mode: 'auto' });
      const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });

      const tickEvents = await fire(here, service, { late: late * SECOND, slack: MINUTE });

      expect(outcomesOf(tickEvents)).toEqual(ranAt([60, 80, 100]));
      expect(tickEvents.map(({ latenessMs }) => latenessMs)).toEqual([0, 0, 0]);
    },
  );

  it('firings run every slot once, however late each is delivered within the slack', async () => {
    const lateness = fc.integer({ min: 0, max: 59_000 });
    const interval = fc.constantFrom<Duration[]>('5s', '7s', '20s', '45s', '59s');
    await fc.assert(
      fc.asyncProperty(interval, fc.array(lateness, { minLength: 4, maxLength: 4 }), async (every, delays) => {
        const here = world({ mode: 'auto' });
        const starts: number[] = [];
        const workload = async ({ scheduledFor = 0 }) => void starts.push(scheduledFor);
        const short = { timeout: '3s', reserve: '2s', leaseMargin: 0 } as const;
        const service = here.service({ interval: every, ...short, workload });
        for (const [index, late] of delays.entries()) {
          await fire(here, service, { minute: DUE + index * MINUTE, late, slack: MINUTE });
        }

        const spacing = Number.parseInt(String(every), 10) * SECOND;
        const first = Math.ceil((DUE + MINUTE) / spacing) * spacing;
        const grid = [];
        for (let slot = first; slot < DUE + 5 * MINUTE; slot += spacing) grid.push(slot);
        expect(starts).toEqual(grid);
      }),
      { numRuns: 40 },
    );
  });

  it('a firing that comes when slots have passed runs only the newest of those, and reports nothing of the others', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({ interval: '5s', timeout: '3s', reserve: '2s', leaseMargin: 0 });

    const tickEvents = await fire(here, service, { late: 42 * SECOND });

    expect(outcomesOf(tickEvents)).toEqual(ranAt([40, 45, 50, 55]));
    expect(tickEvents[0]?.latenessMs).toBe(2 * SECOND);
  });

  it('a firing that comes at the very instant of a slot runs that one, and none before it', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });

    expect(outcomesOf(await fire(here, service, { late: 20 * SECOND }))).toEqual(ranAt([20, 40]));
  });

  it('a firing that comes after its whole window runs the last slot once; delivered again, not at all', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });

    expect(outcomesOf(await fire(here, service, { late: 10 * MINUTE }))).toEqual(['40 succeeded']);
    expect(outcomesOf(await fire(here, service, { late: 10 * MINUTE }))).toEqual(['40 duplicate']);
  });

  it('skips what its own overrun covered as overlap, without asking the store, and runs the next slot', async () => {
    const here = world({ mode: 'auto' });
    let run = 0;
    const service = here.service({
      interval: '5s',
      timeout: '30s',
      workload: ({ clock }) => clock.sleep(++run === 2 ? 11 * SECOND : 0),
    });

    const tickEvents = await fire(here, service, { over: { deadline: DUE + 90 * SECOND } });

    expect(outcomesOf(tickEvents.slice(0, 6))).toEqual([
      ...['0 succeeded', '5 succeeded', '10 overlap', '15 overlap', '20 succeeded', '25 succeeded'],
    ]);
    expect(here.events.filter((event) => event === 'acquire')).toHaveLength(10);
    expect(here.events.filter((event) => event === 'reported overlap')).toHaveLength(2);
    expect(tickEvents[2]?.state.lastTick).toBe(DUE + 5 * SECOND);
    expect(here.log.of('warn')).toEqual([
      'svc took 11 seconds to run, which is longer than its loop interval of 5 seconds.',
    ]);
  });

  it('runs the slot at whose very instant the run before it ends', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({
      interval: '20s',
      timeout: '30s',
      workload: ({ clock }) => clock.sleep(20 * SECOND),
    });

    expect(outcomesOf(await fire(here, service))).toEqual(ranAt([0, 20, 40]));
  });

  it('holds no lease while it waits, so that an operator gets in between', async () => {
    const here = world();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });
    const firing = fire(here, service);
    await here.clock.advance(10 * SECOND);
    expect((await here.state(service)).lease).toBeUndefined();
    await here.store.pause('svc', { at: DUE, until: DUE + 30 * SECOND, reason: 'r', by: 'b' });
    await here.clock.advance(MINUTE);

    expect(outcomesOf(await firing)).toEqual(['0 succeeded', '20 paused', '40 succeeded']);
  });
});

describe('A firing ends', () => {
  it.each(['stop', 'closing'] as const)('a firing ends at once when %s comes while it waits', async (signal) => {
    const here = world();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });
    const stopping = new AbortController();
    const firing = fire(here, service, { over: { [signal]: stopping.signal } });
    await here.clock.advance(5 * SECOND);
    expect(here.clock.sleeping).toBe(1);

    stopping.abort();

    expect(outcomesOf(await firing)).toEqual(['0 succeeded']);
    expect(here.clock.now()).toBe(DUE + 5 * SECOND);
    expect(here.clock.sleeping).toBe(0);
  });

  it.each(['stop', 'closing'] as const)('a firing ends before its first slot when %s came before', async (signal) => {
    const here = world();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });

    expect(await fire(here, service, { over: { [signal]: AbortSignal.abort() } })).toEqual([]);
    expect(here.events).toEqual([]);
  });

  it('a firing ends with the run that the stop came in and that yielded; slots it covered are not reported any more', async () => {
    const here = world({ mode: 'auto' });
    const stopping = new AbortController();
    const service = here.service({
      interval: '5s',
      timeout: '30s',
      workload: async ({ clock, signal }) => {
        await clock.sleep(12 * SECOND);
        stopping.abort();
        signal.throwIfAborted();
      },
    });

    expect(outcomesOf(await fire(here, service, { over: { stop: stopping.signal } }))).toEqual(['0 yielded']);
    expect(here.events).toEqual(['acquire', 'run', 'release', 'reported ran', 'flush']);
  });

  it('a firing ends with the run that was under way when it was to close, which goes on to its end', async () => {
    const here = world({ mode: 'auto' });
    const closing = new AbortController();
    const workload = async () => closing.abort();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s', workload });

    expect(outcomesOf(await fire(here, service, { over: { closing: closing.signal } }))).toEqual(ranAt([0]));
  });

  it('a firing ends before a slot that the invocation has no time left for, without waiting for it', async () => {
    const here = world({ mode: 'auto' });
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '5s' });
    const fires = (deadline: number) => fire(here, service, { over: { deadline: DUE + deadline * SECOND } });

    // A run needs its reserve of 5 s and a second of grace.
    expect(outcomesOf(await fires(25.999))).toEqual(ranAt([0]));
    expect(here.clock.now()).toBe(DUE);
    expect(outcomesOf(await fires(26))).toEqual(['0 duplicate', '20 succeeded']);
  });

  it('a firing ends before a slot that there is no time left for when its wait is over, since the clock was set forward in it', async () => {
    const here = world();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });
    let ahead = 0;
    const clock = { ...here.clock, now: () => here.clock.now() + ahead };
    const invocation = { deadline: DUE + 70 * SECOND, build: 'b1', prepared: () => undefined };
    const firing = runFiring(service, { scheduledFor: DUE, slack: 0 }, invocation, { ...here.ports, clock });
    await here.clock.advance(5 * SECOND);
    ahead = 5 * MINUTE;
    await here.clock.advance(MINUTE);

    expect(outcomesOf(await firing)).toEqual(ranAt([0]));
    expect((await here.state(service)).fence).toBe(1);
  });

  it('a firing ends where the clock was set back in it: it does not wait an hour for its next slot', async () => {
    const here = world();
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s' });
    let ahead = 0;
    const clock = { ...here.clock, now: () => here.clock.now() + ahead };
    const invocation = { deadline: DUE + 70 * SECOND, build: 'b1', prepared: () => undefined };
    const firing = runFiring(service, { scheduledFor: DUE, slack: 0 }, invocation, { ...here.ports, clock });
    await here.clock.advance(5 * SECOND);
    ahead = -60 * MINUTE;
    await here.clock.advance(20 * SECOND);

    expect(outcomesOf(await firing)).toEqual(ranAt([0]));
    expect(here.clock.now()).toBe(DUE + 25 * SECOND);
  });

  it('a firing ends by throwing when a slot halted the service, after the slots behind it were skipped for that', async () => {
    const here = world({ mode: 'auto' });
    const workload = () => Promise.reject(refused());
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s', consecutive: 2, workload });

    await expect(fire(here, service)).rejects.toBeInstanceOf(ServiceHaltedError);

    expect(here.events.filter((event) => event === 'run')).toHaveLength(2);
    expect(here.tickEvents.map(({ verdict }) => verdict)).toEqual(['steady', 'halted', undefined]);
    expect(here.tickEvents.map(({ reason }) => reason)).toEqual([undefined, undefined, 'halted']);
    expect(outcomesOf(await fire(here, service, { minute: DUE + MINUTE }))).toEqual([
      '60 halted',
      '80 halted',
      '100 halted',
    ]);
  });

  it('a slot that passed while the run that halted the service went on is skipped with the halted state', async () => {
    const here = world({ mode: 'auto' });
    const workload = async () => {
      await here.clock.sleep(25 * SECOND);
      throw new TypeError('a bug');
    };
    const service = here.service({ interval: '10s', timeout: '30s', reserve: '2s', workload });

    await expect(fire(here, service)).rejects.toBeInstanceOf(ServiceHaltedError);

    expect(here.tickEvents.map(({ reason, outcome, status }) => `${reason ?? outcome} ${status}`)).toEqual([
      'fatal halted',
      'overlap halted',
      'overlap halted',
      'halted halted',
      'halted halted',
      'halted halted',
    ]);
  });

  it('a firing ends as any other where an operator resumes the service between the slots: the next one runs', async () => {
    const here = world({ mode: 'auto' });
    let runs = 0;
    const workload = async () => {
      runs += 1;
      if (runs > 1) return;
      void here.clock.sleep(30_000).then(() => here.store.resume(service.name));
      throw new TypeError('not this time');
    };
    const service = here.service({ interval: '20s', timeout: '10s', reserve: '2s', workload });

    await expect(fire(here, service)).rejects.toBeInstanceOf(ServiceHaltedError);

    expect(here.tickEvents.map(({ reason, outcome }) => reason ?? outcome)).toEqual(['fatal', 'halted', 'succeeded']);
  });
});
