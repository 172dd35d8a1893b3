/** Telling is last and can fail nothing: order of effects, listeners that throw, runs that don't end. */
import { describe, expect, it } from 'vitest';
import type { Log } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import type { Observer } from '../../lib/tick/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const failing = () => Promise.reject(refused());
const throwing = () => {
  throw new Error('a listener broke');
};
// Declared as giving anything, as a listener is that its author made async.
const rejecting: () => unknown = async () => throwing();

describe('What listens to a tick', () => {
  it('is notified in this order: record, commit, observers, report line by line, flush', async () => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });

    await here.deliver(service, DUE);

    expect(here.events).toEqual([
      ...['acquire', 'run', 'failedRuns', 'putRun', 'commit', 'reported ran'],
      'print Failed the last 1 attempts. Please check your environment and configuration.',
      'print Examples of recent errors:',
      'print Error: connect ECONNREFUSED 127.0.0.1:9',
      'print Backing off due to consecutive errors, using increased interval of 120s.',
      'flush',
    ]);
  });

  it('gets the report as warnings in the log where the service has no printer', async () => {
    const here = world();
    const { printer: _printer, ...service } = here.service({ consecutive: 1, backoff: 2, workload: failing });

    await here.deliver(service, DUE);

    expect(here.log.of('warn')).toEqual([
      'Failed the last 1 attempts. Please check your environment and configuration.',
      'Examples of recent errors:',
      expect.stringContaining('ECONNREFUSED'),
      'Backing off due to consecutive errors, using increased interval of 120s.',
    ]);
  });

  it.each<[string, Observer]>([
    ['throws', { runCrashed: throwing, tickEnded: throwing, flush: throwing }],
    [
      'rejects',
      {
        runCrashed: rejecting,
        tickEnded: rejecting,
        flush: () => Promise.reject(new Error('a listener broke')),
      },
    ],
  ])('fails no tick when it %s; those behind it are notified all the same', async (_how, broken) => {
    const here = world({ observers: [broken] });
    const service = here.service({});
    await here.crash(service, DUE);

    const tickEvent = await here.deliver(service, DUE + MINUTE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', crashesBooked: 1 });
    expect(here.events.slice(1)).toEqual([
      ...['acquire', 'crash 1', 'flush', 'run', 'putRun', 'commit', 'reported ran', 'flush'],
    ]);
    expect(here.log.of('error')).toHaveLength(4);
  });

  it('is left after 2 s when it never ends its flush, behind crashes and behind the run; others are flushed', async () => {
    const here = world({ mode: 'auto', observers: [{ flush: () => new Promise<void>(() => {}) }] });
    const service = here.service({ timeout: '30s' });
    await here.crash(service, DUE);

    const tickEvent = await here.deliver(service, DUE + MINUTE);

    expect(tickEvent).toMatchObject({ outcome: 'succeeded', crashesBooked: 1 });
    expect(here.clock.now()).toBe(DUE + MINUTE + 4_000);
    expect(here.events.filter((event) => event === 'flush')).toHaveLength(2);
    expect(here.log.of('error')).toEqual(
      Array.from({ length: 2 }, () => 'svc: an observer failed; the tick goes on without it'),
    );
  });

  it('is left at the end of the tick where that comes before, and has a quarter of a second in any case', async () => {
    const late = world({ mode: 'auto', observers: [{ flush: () => new Promise<void>(() => {}) }] });
    const slow = late.service({ timeout: '5s', reserve: '2s', workload: () => late.clock.sleep(2_900) });
    const latest = world({ mode: 'auto', observers: [{ flush: () => new Promise<void>(() => {}) }] });
    const slowest = latest.service({ timeout: '5s', reserve: '2s', workload: () => new Promise(() => {}) });
    latest.store.putRun = () => latest.clock.sleep(60_000);
    const { commit } = latest.store;
    latest.store.commit = (...args) => latest.clock.sleep(900).then(() => commit(...args));

    await late.deliver(slow, DUE);
    await latest.deliver(slowest, DUE);

    expect(late.clock.now()).toBe(DUE + 4_900);
    expect(latest.clock.now()).toBe(DUE + 5_650);
  });

  it.each<[string, (line: string) => void]>([
    ['throws', throwing],
    ['rejects', rejecting],
  ])('fails no tick when it is a printer that %s', async (_how, printer) => {
    const here = world();
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing, printer });

    expect(await here.deliver(service, DUE)).toMatchObject({ verdict: 'backing-off' });

    expect(await here.state(service)).toMatchObject({ countedUpTo: 1, lastTick: DUE });
    expect(here.log.of('error')).toHaveLength(4);
  });

  it('fails no tick when it is a log that throws, also in the hands of the workload', async () => {
    const here = world();
    const log: Log = { debug: throwing, info: throwing, warn: throwing, error: throwing };
    const service = here.service({ workload: async (context) => context.log.info('at work') });
    const broken = { ...here, ports: { ...here.ports, log } };
    const other = world({ store: here.store });
    Object.assign(other.ports, { log: broken.ports.log });

    expect(await other.deliver(service, DUE)).toMatchObject({ outcome: 'succeeded' });

    expect(await here.state(service)).toMatchObject({ fence: 1, countedUpTo: 1 });
  });
});

describe('A store that fails', () => {
  it('a store that fails to take a record still takes the outcome, with a warning', async () => {
    const store = { ...memoryStore(), putRun: () => Promise.reject(new Error('no room')) };
    const here = world({ store });
    const service = here.service({ workload: failing });

    expect(await here.deliver(service, DUE)).toMatchObject({ outcome: 'failed' });

    expect(await here.state(service)).toMatchObject({ countedUpTo: 1, streak: 1 });
    expect(here.log.of('warn')).toEqual(["svc: the record of run 1 can't be written; later reports will miss it"]);
  });

  it('a store that fails to give the earlier failures still trips, and reports this one', async () => {
    const store = { ...memoryStore(), failedRuns: () => Promise.reject(new Error('no answer')) };
    const here = world({ store });
    const service = here.service({ consecutive: 1, backoff: 2, workload: failing });

    const tickEvent = await here.deliver(service, DUE);

    expect(tickEvent.verdict).toBe('backing-off');
    expect(tickEvent.report).toHaveLength(4);
    expect(here.log.of('warn')).toEqual([
      "svc: earlier failures can't be read; the report shows only this invocation's",
    ]);
  });

  it('a store that fails to take the commit rejects, with the report printed and nothing reported as written', async () => {
    const store = { ...memoryStore(), commit: () => Promise.reject(new Error('throttled')) };
    const here = world({ store, mode: 'auto' });
    const service = here.service({ consecutive: 1, workload: failing });

    await expect(here.deliver(service, DUE)).rejects.toThrow('throttled');

    expect(here.events.filter((event) => event.startsWith('print'))).toHaveLength(3);
    expect(here.tickEvents).toEqual([]);
  });
});
