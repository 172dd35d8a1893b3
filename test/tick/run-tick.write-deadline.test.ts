/** The state's own write comes last and counts most: nothing beside it may take its time. */
import { describe, expect, it } from 'vitest';
import { UnreadableStateError } from '../../lib/service/index.ts';
import { memoryStore } from '../../lib/testing/index.ts';
import { DUE, MINUTE, refused, world } from '../support/tick-kit.ts';

const HANGS = 3_600_000;

/** A world whose store hangs where it is told to. */
function hanging(...operations: ('putRun' | 'failedRuns')[]) {
  const store = memoryStore();
  const here = world({ store, mode: 'auto' });
  if (operations.includes('putRun')) store.putRun = () => here.clock.sleep(HANGS);
  if (operations.includes('failedRuns')) store.failedRuns = () => here.clock.sleep(HANGS).then(() => []);
  return here;
}

const failing = { workload: () => Promise.reject(refused()), timeout: '50s', reserve: '5s' } as const;

describe('A run whose record can not be written in time', () => {
  it('has its state written before the invocation ends, and reports what will be missing', async () => {
    const here = hanging('putRun');

    expect(await here.deliver(here.service(failing), DUE)).toMatchObject({
      outcome: 'failed',
      state: { countedUpTo: 1, streak: 1 },
    });

    expect(here.clock.now()).toBeLessThan(DUE + 50_000);
    expect(here.log.of('warn')).toEqual(["svc: the record of run 1 can't be written; later reports will miss it"]);
  });

  it('has it also when its signal had to end it', async () => {
    const here = hanging('putRun');
    const workload = ({ signal }: { signal: AbortSignal }) =>
      new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

    expect(await here.deliver(here.service({ ...failing, workload }), DUE)).toMatchObject({
      outcome: 'timed-out',
      state: { countedUpTo: 1 },
    });
    expect(here.clock.now()).toBeLessThan(DUE + 50_000);
  });
});

describe('A trip whose earlier failures can not be read in time', () => {
  it('is reported with what is at hand, and written', async () => {
    const here = hanging('failedRuns', 'putRun');
    const service = here.service({ ...failing, consecutive: 2, backoff: 2 });
    await here.deliver(service, DUE);

    expect(await here.deliver(service, DUE + MINUTE)).toMatchObject({
      verdict: 'backing-off',
      state: { backoffCount: 1, countedUpTo: 2 },
    });
    expect(here.log.of('warn')).toContain(
      "svc: earlier failures can't be read; the report shows only this invocation's",
    );
  });
});

describe('A run that ignores its signal and can not be concluded', () => {
  it('has reported that when its process ends', async () => {
    const store = memoryStore();
    const here = world({ store, mode: 'auto' });
    store.commit = () => Promise.reject(new Error('the store is away'));
    const service = here.service({ ...failing, workload: () => new Promise(() => {}) });

    await expect(here.deliver(service, DUE)).rejects.toThrow('the store is away');

    expect(here.log.of('error')).toEqual([
      'svc: the run could not be committed; its process is ended now, since its workload goes on',
    ]);
    expect(here.events.at(-1)).toBe('recycle');
  });
});

describe('A state that can not be written while the process stops', () => {
  /** A tick whose commits fail: the first two at once, the third after 300 ms. */
  function committing(onTry: (tries: number, stop: AbortController) => void) {
    const store = memoryStore();
    const here = world({ store });
    const stop = new AbortController();
    const tries: number[] = [];
    store.commit = async () => {
      const count = tries.push(here.clock.now() - DUE);
      onTry(count, stop);
      // Tried without end, the test would have none.
      throw count > 200
        ? new UnreadableStateError('state-damaged', 'svc', 'tried too often')
        : new Error('the store is away');
    };
    const outcome = here
      .deliver(here.service({ timeout: '50s', reserve: '5s' }), DUE, { stop: stop.signal })
      .catch((error: Error) => error.message);
    return { ...here, stop, tries, outcome };
  }

  it('is given up at the first failure after the stop', async () => {
    const { clock, tries, outcome } = committing((count, stop) => {
      if (count === 3) stop.abort();
    });
    await clock.advance(300);

    expect(await outcome).toBe('the store is away');
    expect(tries).toEqual([0, 100, 300]);
  });

  it('is tried once more at once when the stop comes between two tries', async () => {
    const { clock, stop, tries, outcome } = committing(() => {});
    await clock.advance(300);
    stop.abort();
    await clock.advance(0);

    expect(tries).toEqual([0, 100, 300, 300]);
    expect(await outcome).toBe('the store is away');
  });

  it('is tried until the end of the run without a stop', async () => {
    const { clock, tries, outcome } = committing(() => {});
    await clock.advance(50_000);

    expect(await outcome).toBe('the store is away');
    expect(tries.length).toBeGreaterThan(40);
    expect(tries.at(-1)).toBeGreaterThan(47_000);
  });
});

describe('A tick that a counted crash would skip, while an operator resumes the service', () => {
  it('is not decided: delivered again, it runs', async () => {
    const store = memoryStore();
    const here = world({ store });
    let runs = 0;
    const workload = async () => {
      runs += 1;
      if (runs === 1) throw refused();
    };
    const service = here.service({ consecutive: 2, backoff: 2, leaseMargin: 0, workload });
    await here.deliver(service, DUE);
    await here.crash(service, DUE + MINUTE);
    await here.clock.advance(MINUTE);
    const { commit } = store;
    store.commit = async (...args) => {
      store.commit = commit;
      await store.resume(service.name);
      return commit(...args);
    };

    await here.deliver(service, DUE + 2 * MINUTE);

    expect((await here.state(service)).lastTick).not.toBe(DUE + 2 * MINUTE);
    expect(await here.deliver(service, DUE + 2 * MINUTE)).toMatchObject({ disposition: 'ran', outcome: 'succeeded' });
  });
});

describe('A store that never answers', () => {
  it('is left when the state can not be written until the end of the run', async () => {
    const store = memoryStore();
    const here = world({ store, mode: 'auto' });
    store.commit = () => new Promise(() => {});

    await expect(here.deliver(here.service({ timeout: '30s' }), DUE)).rejects.toMatchObject({ code: 'time-up' });

    expect(here.clock.now()).toBe(DUE + 29_750);
  });

  it('is left when the lease of a run that yielded to a stop can not be released', async () => {
    const store = memoryStore();
    const here = world({ store, mode: 'auto' });
    store.release = () => new Promise(() => {});
    const stopping = new AbortController();
    const workload = async ({ signal }: { signal: AbortSignal }) => {
      stopping.abort();
      signal.throwIfAborted();
    };

    await expect(here.deliver(here.service({ workload }), DUE, { stop: stopping.signal })).rejects.toMatchObject({
      code: 'time-up',
    });

    expect(here.clock.now()).toBe(DUE + 2_900);
  });
});
