/** The operator's changes and their answers: pause and resume. */

import { describe, expect, it } from 'vitest';
import type { Observer } from '../../lib/tick/index.ts';
import { asSent, ENVIRONMENT, functionUnderTest, NOON } from './kit.ts';
import { afterRuns, bound, NEVER_SEEN, PAUSE, RESUME, STATUS } from './status-kit.ts';

describe('pause', () => {
  it('answers with the status of the paused service, also before its first tick', async () => {
    const { invoke, calls, log } = functionUnderTest();

    expect(asSent(await invoke(PAUSE))).toEqual({
      ...NEVER_SEEN,
      action: 'pause',
      status: 'paused',
      since: '2025-10-09T12:00:00.000Z',
      cause: 'moving',
      nextDue: null,
      pause: { at: '2025-10-09T12:00:00.000Z', until: null, reason: 'moving', by: 'ada' },
    });
    expect(calls).toEqual(['pause', 'failedRuns']);
    expect(log.lines).toEqual([
      { level: 'info', message: 'service paused', fields: { reason: 'moving', by: 'ada', until: null } },
    ]);
  });

  it('lets a service that was paused before its first tick run once it is resumed', async () => {
    const { invoke, tick } = functionUnderTest();
    await invoke(PAUSE);
    await tick('12:01');
    await invoke(RESUME);

    expect(await tick('12:02')).toMatchObject({ disposition: 'ran', fence: 1 });
  });

  it('replaces a pause that stands, its end included', async () => {
    const { invoke, goTo } = functionUnderTest();
    await invoke({ ...PAUSE, until: '2025-10-09T12:30:00Z' });
    await goTo(NOON + 60_000);

    expect(await invoke({ action: 'pause', reason: 'still moving', by: 'bob' })).toMatchObject({
      pause: { at: '2025-10-09T12:01:00.000Z', until: null, reason: 'still moving', by: 'bob' },
      nextDue: null,
    });
  });

  it('lets a run under way end as it would', async () => {
    const kit = functionUnderTest({ workload: async () => void (await kit.invoke(PAUSE)) });

    expect(await kit.tick('12:01')).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
    expect(await kit.tick('12:02')).toMatchObject({ disposition: 'skipped', reason: 'paused' });
  });
});

const NO_OBSERVER = 'sync: an observer failed; the service is resumed all the same';

describe('resume', () => {
  it('answers though an observer never ends its flush, and the others get theirs', async () => {
    const flushed: string[] = [];
    const deaf: Observer = { flush: () => new Promise<void>(() => {}) };
    const fine: Observer = { flush: () => void flushed.push('flush') };
    const { invoke, clock, log } = functionUnderTest({ ports: { observers: [deaf, fine] } });

    expect(await invoke(RESUME)).toMatchObject({ action: 'resume' });

    expect(flushed).toEqual(['flush']);
    expect(clock.now()).toBe(NOON + 2_000);
    expect(log.of('error')).toEqual([NO_OBSERVER]);
  });

  it('answers what it ended, and raises the epoch', async () => {
    const { invoke, store } = await afterRuns('X');
    await invoke(PAUSE);

    expect(asSent(await invoke(RESUME))).toMatchObject({
      action: 'resume',
      status: 'steady',
      cause: null,
      halt: null,
      pause: null,
      nextDue: '2025-10-09T12:02:00.000Z',
      ended: { halt: 'TypeError: rows is not iterable', pause: 'moving', notBefore: null, streak: 0 },
    });
    expect(await store.read('sync')).toMatchObject({ epoch: 1 });
  });

  it('ends backing off and the streak: the next tick runs, and the record begins anew', async () => {
    const { invoke, tick } = await afterRuns('FFF');

    expect(await invoke(RESUME)).toMatchObject({
      status: 'steady',
      trackRecord: [true, true],
      streak: 0,
      backoffCount: 0,
      ended: { halt: null, pause: null, notBefore: '2025-10-09T12:04:00.000Z', streak: 2 },
    });
    expect(await tick('12:03')).toMatchObject({ disposition: 'ran', outcome: 'failed', verdict: 'steady' });
  });

  it('lists nothing as ended that had ended by itself', async () => {
    const { invoke, goTo } = await afterRuns('FF');
    await invoke({ ...PAUSE, until: '2025-10-09T12:03:00Z' });
    await goTo(Date.parse('2025-10-09T12:04:00Z'));

    expect(await invoke(RESUME)).toMatchObject({ ended: { halt: null, pause: null, notBefore: null, streak: 2 } });
  });

  it('is harmless on a service that was never seen', async () => {
    const { invoke, tick } = functionUnderTest();

    expect(asSent(await invoke(RESUME))).toEqual({
      ...NEVER_SEEN,
      action: 'resume',
      ended: { halt: null, pause: null, notBefore: null, streak: 0 },
    });
    expect(await tick('12:01')).toMatchObject({ disposition: 'ran', fence: 1 });
  });

  it('answers with the very status that is shown afterwards', async () => {
    const { invoke } = await afterRuns('SFFF');
    await invoke(PAUSE);

    const { ended: _ended, ...answered } = asSent(await invoke(RESUME)) as Record<string, unknown>;

    expect({ ...answered, action: 'status' }).toEqual(asSent(await invoke(STATUS)));
  });

  it('notifies every observer, and succeeds though one of them throws', async () => {
    const received: string[] = [];
    const observers: Observer[] = [
      {
        resumed() {
          throw new Error('metrics are down');
        },
      },
      { resumed: (service) => void received.push(service), flush: async () => void received.push('flushed') },
    ];
    const { invoke, log } = functionUnderTest({ ports: { observers } });

    expect(await invoke(RESUME)).toMatchObject({ action: 'resume' });
    expect(received).toEqual(['sync', 'flushed']);
    expect(log.of('error')).toEqual([NO_OBSERVER]);
  });

  it('logs the rejection of an asynchronous observer, which would end the process', async () => {
    const observer = { resumed: () => Promise.reject(new Error('metrics are down')) };
    const { invoke, log } = functionUnderTest({ ports: { observers: [observer] } });

    expect(await invoke(RESUME)).toMatchObject({ action: 'resume' });

    expect(log.of('error')).toEqual([NO_OBSERVER]);
  });
});

describe('a change that is made', () => {
  it.each([PAUSE, RESUME])('is answered as made though the failures cannot be read: $action', async (event) => {
    const { store } = await afterRuns('F');
    const ports = { store: { ...bound(store), failedRuns: () => Promise.reject(new Error('throttled')) } };
    const { invoke, log } = functionUnderTest({ ports, environment: ENVIRONMENT });

    expect(await invoke(event)).toMatchObject({ action: event.action, failures: [] });
    expect(log.of('warn')).toEqual(["sync: recent failures can't be read; the answer leaves them out"]);
    expect((await store.read('sync'))?.pause?.reason).toBe(event.action === 'pause' ? 'moving' : undefined);
  });
});
