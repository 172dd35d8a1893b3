/** The cursor after each way in which a run can end: a poller goes on where the handled pages end. */
import { describe, expect, it } from 'vitest';
import type { RunContext, Service } from '../../lib/service/index.ts';
import { fakeClock } from '../../lib/testing/index.ts';
import { runTick, type StateStore } from '../../lib/tick/index.ts';
import { DUE, MINUTE, refused, type World, world } from '../support/tick-kit.ts';
import { useDatabase } from '../support/use-database.ts';

const database = useDatabase();

type End = (context: RunContext<undefined>) => unknown;

/**
 * A poller that handles two pages in each run, and ends in the middle of the third as `end` says. `handled` has the
 * pages in the order in which they were handled.
 */
function poller(here: World, name: string, handled: number[]) {
  return (end: End = () => {}) =>
    here.service({
      name,
      consecutive: 5,
      workload: async (context) => {
        const { cursor = '0', saveCursor } = context;
        for (const page of [Number(cursor) + 1, Number(cursor) + 2]) {
          handled.push(page);
          saveCursor(String(page));
        }
        await end(context);
      },
    });
}

const fails: End = () => Promise.reject(refused());
const isWrong: End = () => {
  throw new TypeError('page is undefined');
};
const timesOut =
  (here: World): End =>
  async ({ signal }) => {
    await here.clock.advance(45_000);
    signal.throwIfAborted();
  };

describe.each<[string, () => StateStore | undefined]>([
  ['memory', () => undefined],
  ['DynamoDB', () => database.connect().store],
])('On a store in %s, the cursor', (store, makeStore) => {
  const set = (name: string) => {
    const made = makeStore();
    const here = world(made === undefined ? {} : { store: made });
    const handled: number[] = [];
    return { here, handled, poll: poller(here, `${name}-${store.toLowerCase()}`, handled) };
  };

  it.each<[string, (here: World) => End]>([
    ['succeeded', () => () => {}],
    ['failed', () => fails],
    ['timed-out', timesOut],
  ])('of a run that %s counts: the next run reads no page again', async (outcome, end) => {
    const { here, handled, poll } = set(outcome);

    expect(await here.deliver(poll(end(here)), DUE)).toMatchObject({ outcome });
    await here.deliver(poll(end(here)), DUE + MINUTE);
    await here.deliver(poll(), DUE + 2 * MINUTE);

    expect(handled).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('of a run that ends fatally counts: the probe reads no page again', async () => {
    const { here, handled, poll } = set('fatal');

    await expect(here.deliver(poll(isWrong), DUE)).rejects.toThrow('halted');
    await here.byHand(poll(), { force: true });

    expect(handled).toEqual([1, 2, 3, 4]);
    expect(await here.state(poll())).toMatchObject({ cursor: '4' });
  });

  it('of a run that yields counts, and its tick runs again', async () => {
    const { here, handled, poll } = set('yielded');
    const stopping = new AbortController();
    const yields: End = ({ signal }) => {
      stopping.abort();
      signal.throwIfAborted();
    };

    const yielded = await here.deliver(poll(yields), DUE, { stop: stopping.signal });
    expect(yielded).not.toHaveProperty('outcome');
    const state = await here.state(poll());
    expect(state).toMatchObject({ cursor: '2', fence: 1, countedUpTo: 1, streak: 0, runs: [] });
    expect([state.lease, state.lastTick]).toEqual([undefined, undefined]);

    expect(await here.deliver(poll(), DUE)).toMatchObject({ outcome: 'succeeded', crashesBooked: 0 });
    expect(handled).toEqual([1, 2, 3, 4]);
  });

  it('of a run that yields while an operator resumes the service counts too', async () => {
    const { here, handled, poll } = set('resumed');
    const stopping = new AbortController();
    const yields: End = async ({ service, signal }) => {
      await here.store.resume(service);
      stopping.abort();
      signal.throwIfAborted();
    };

    await here.deliver(poll(yields), DUE, { stop: stopping.signal });
    await here.deliver(poll(), DUE);

    expect(handled).toEqual([1, 2, 3, 4]);
  });

  it('of a run that yields after another run has taken over is lost, which is no error', async () => {
    const { here, handled, poll } = set('overtaken');
    const stopping = new AbortController();
    const yields: End = async ({ service, signal }) => {
      const tick = { kind: 'manual', force: false } as const;
      const now = DUE + 10 * MINUTE;
      await here.store.acquire({ service, tick, now, build: 'b1', owner: 'theirs', leaseUntil: now + MINUTE });
      stopping.abort();
      signal.throwIfAborted();
    };

    const event = await here.deliver(poll(yields), DUE, { stop: stopping.signal });

    expect(event).not.toHaveProperty('outcome');
    const state = await here.state(poll());
    expect([state.cursor, state.fence, state.lease?.owner]).toEqual([undefined, 2, 'theirs']);
    expect(handled).toEqual([1, 2]);
  });

  it('of a run that crashes is lost: two in a row read the same pages, and so does the run that counts them', async () => {
    const { here, handled, poll } = set('crashed');
    await here.deliver(poll(), DUE);

    await crash(here, poll, DUE + MINUTE);
    await crash(here, poll, DUE + 3 * MINUTE);
    const counting = await here.deliver(poll(fails), DUE + 5 * MINUTE);
    await here.deliver(poll(), DUE + 6 * MINUTE);

    expect(counting).toMatchObject({ crashesBooked: 2, outcome: 'failed' });
    expect(handled).toEqual([1, 2, 3, 4, 3, 4, 3, 4, 5, 6]);
  });
});

/** Delivers a tick to a process that dies after it has handled its pages. */
async function crash(here: World, poll: (end: End) => Service, scheduledFor: number) {
  await here.clock.advance(Math.max(0, scheduledFor - here.clock.now()));
  // Its clock stands still from now on, so that nothing of it ever goes on.
  const ports = { ...here.ports, clock: fakeClock(here.clock.now(), { mode: 'manual' }) };
  await new Promise((resolve, reject) => {
    const service = poll(() => {
      resolve(undefined);
      return new Promise(() => {});
    });
    const invocation = { deadline: here.clock.now() + service.timeout, build: 'b1', prepared: () => undefined };
    runTick(service, { kind: 'scheduled', scheduledFor }, invocation, ports).catch(reject);
  });
}
