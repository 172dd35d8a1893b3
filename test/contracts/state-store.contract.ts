/** What every StateStore must do, whatever it stands on. Run against each of them. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AcquireRequest, Claim, StateStore } from '../../lib/runner/index.ts';
import type { Pause, RunRecord, ServiceState, SkipReason, Tick } from '../../lib/tick/index.ts';

/** 2025-10-09T09:00:00Z, on the minute. */
const DUE = 1_760_000_400_000;
const MINUTE = 60_000;

const NOTHING_KNOWN: ServiceState = {
  fence: 0,
  done: 0,
  epoch: 0,
  record: [],
  backoffCount: 0,
  streak: 0,
  failuresSince: 0,
  runs: [],
};

const PAUSE: Pause = { at: DUE, reason: 'moving house', by: 'ada' };

/** A state with something of everything a commit writes. */
const FULL: ServiceState = {
  fence: 1,
  done: 1,
  epoch: 0,
  lastTick: DUE,
  lastSuccess: DUE - MINUTE,
  notBefore: DUE + 4 * MINUTE,
  halt: { at: DUE + 900, until: DUE + 2 * MINUTE, build: 'b1', cause: 'TypeError: späť 🚲' },
  record: [true, false, true],
  backoffCount: 1,
  streak: 2,
  failuresSince: 1,
  runs: [
    { outcome: 'succeeded', at: DUE - MINUTE, durationMs: 12, manual: false },
    { outcome: 'timed-out', at: DUE, durationMs: 45_000, manual: true },
  ],
  cursor: 'page-7',
};

const scheduled = (scheduledFor: number): Tick => ({ kind: 'scheduled', scheduledFor });
const byHand = (force = false): Tick => ({ kind: 'manual', force });

function recordOf(service: string, fence: number, over: Partial<RunRecord> = {}): RunRecord {
  const at = DUE + fence * MINUTE;
  return {
    service,
    fence,
    at,
    manual: false,
    outcome: 'failed',
    startedAt: at,
    durationMs: 7,
    build: 'b1',
    failure: { at, errorClass: 'ECONNREFUSED', message: `refused ${fence}`, text: `Error: refused ${fence}` },
    ...over,
  };
}

/** The contract, as a suite. `makeStore` gives a store in which no service is known yet. */
export function stateStoreContract(name: string, makeStore: () => Promise<StateStore>): void {
  describe(`${name} keeps the contract of a state store`, () => {
    let store: StateStore;
    let services = 0;
    let owners = 0;
    beforeAll(async () => {
      store = await makeStore();
    });

    const fresh = () => `service-${++services}`;
    const asked = (service: string, over: Partial<AcquireRequest> = {}): AcquireRequest => ({
      service,
      tick: scheduled(DUE),
      now: DUE + 300,
      build: 'b1',
      owner: `owner-${++owners}`,
      leaseUntil: DUE + 55_000,
      ...over,
    });
    const granted = async (request: AcquireRequest): Promise<{ claim: Claim; state: ServiceState }> => {
      const answer = await store.acquire(request);
      if (!answer.granted) throw new Error(`expected the lease to be granted, got ${answer.reason}`);
      return answer;
    };
    const refusal = async (request: AcquireRequest): Promise<SkipReason | 'granted'> => {
      const answer = await store.acquire(request);
      return answer.granted ? 'granted' : answer.reason;
    };
    const written = async (service: string, state: ServiceState): Promise<void> => {
      const { claim } = await granted(asked(service));
      expect(await store.commit(claim, state)).toEqual({ written: true });
    };
    const known = async (service: string): Promise<ServiceState> => {
      const state = await store.read(service);
      if (state === undefined) throw new Error(`expected ${service} to be known`);
      return state;
    };

    describe('taking the lease', () => {
      it('grants the first tick of an unknown service as run 1, with nothing known', async () => {
        const service = fresh();

        const { claim, state } = await granted(asked(service, { owner: 'ours' }));

        expect(claim).toEqual({ service, owner: 'ours', fence: 1, epoch: 0 });
        expect(state).toEqual(NOTHING_KNOWN);
      });

      it('shows the lease and the fence that were written', async () => {
        const service = fresh();
        await granted(asked(service, { owner: 'ours' }));

        expect(await known(service)).toEqual({
          ...NOTHING_KNOWN,
          fence: 1,
          lease: { owner: 'ours', until: DUE + 55_000, tick: DUE },
        });
      });

      it('keeps no tick in the lease of a run by hand', async () => {
        const service = fresh();
        await granted(asked(service, { tick: byHand(), owner: 'ours' }));

        expect((await known(service)).lease).toEqual({ owner: 'ours', until: DUE + 55_000 });
      });

      it('raises the fence by one with each acquire, however the run before it ended', async () => {
        const service = fresh();
        const first = await granted(asked(service));
        await store.release(first.claim);
        const second = await granted(asked(service));
        await store.commit(second.claim, { ...NOTHING_KNOWN, lastTick: DUE });
        const third = await granted(asked(service, { tick: scheduled(DUE + MINUTE), now: DUE + MINUTE }));
        const later = DUE + 10 * MINUTE;
        const fourth = await granted(asked(service, { tick: scheduled(later), now: later }));

        expect([first, second, third, fourth].map(({ claim }) => claim.fence)).toEqual([1, 2, 3, 4]);
      });

      it('gives the state back as it was before the lease was taken', async () => {
        const service = fresh();
        await written(service, FULL);

        const { state } = await granted(asked(service, { tick: byHand(true), now: DUE + MINUTE }));

        expect(state).toEqual(FULL);
      });

      it('takes over a lease at the instant it ends, and shows whose it was', async () => {
        const service = fresh();
        await granted(asked(service, { owner: 'ours' }));
        const next = scheduled(DUE + MINUTE);

        expect(await refusal(asked(service, { tick: next, now: DUE + 54_999 }))).toBe('overlap');
        const { claim, state } = await granted(
          asked(service, { tick: next, now: DUE + 55_000, owner: 'theirs', leaseUntil: DUE + 99_000 }),
        );

        expect(claim).toEqual({ service, owner: 'theirs', fence: 2, epoch: 0 });
        expect(state).toEqual({
          ...NOTHING_KNOWN,
          fence: 1,
          lease: { owner: 'ours', until: DUE + 55_000, tick: DUE },
        });
      });

      it('lets a tick run again whose run died before it was decided', async () => {
        const service = fresh();
        await granted(asked(service));

        expect(await refusal(asked(service, { now: DUE + 54_999 }))).toBe('duplicate');
        expect(await refusal(asked(service, { now: DUE + 55_000 }))).toBe('granted');
      });

      it('names the first reason that holds, and admits once the last has gone', async () => {
        const service = fresh();
        await written(service, { ...FULL, notBefore: DUE + 5 * MINUTE });
        await store.pause(service, { ...PAUSE, until: DUE + 3 * MINUTE });
        const lease = { tick: byHand(true), now: DUE + 600, leaseUntil: DUE + MINUTE };
        await granted(asked(service, lease));

        const at = (now: number, tick: number) => refusal(asked(service, { tick: scheduled(tick), now }));
        const next = DUE + MINUTE;
        expect(await at(DUE + 700, DUE)).toBe('duplicate');
        expect(await at(DUE + 700, DUE - MINUTE)).toBe('late');
        expect(await at(DUE + 700, next)).toBe('overlap');
        expect(await at(DUE + MINUTE, next)).toBe('halted');
        expect(await at(DUE + 2 * MINUTE, next)).toBe('paused');
        expect(await at(DUE + 3 * MINUTE, next)).toBe('backoff');
        expect(await at(DUE + 3 * MINUTE, DUE + 5 * MINUTE)).toBe('granted');
      });

      it('tells with a refusal the state that refused it, and leaves that as it is', async () => {
        const service = fresh();
        await written(service, FULL);

        const answer = await store.acquire(asked(service));

        expect(answer).toEqual({ granted: false, reason: 'duplicate', state: FULL });
        expect(await known(service)).toEqual(FULL);
      });

      it('refuses a decided tick a day later, and every older one', async () => {
        const service = fresh();
        await written(service, { ...NOTHING_KNOWN, lastTick: DUE });
        const now = DUE + 24 * 60 * MINUTE;

        expect(await refusal(asked(service, { now }))).toBe('duplicate');
        expect(await refusal(asked(service, { now, tick: scheduled(DUE - 1) }))).toBe('late');
        expect(await refusal(asked(service, { now, tick: scheduled(DUE + 1) }))).toBe('granted');
      });

      it('refuses a second delivery of the running tick as duplicate, another tick and a run by hand as overlap', async () => {
        const service = fresh();
        await granted(asked(service));

        expect(await refusal(asked(service))).toBe('duplicate');
        expect(await refusal(asked(service, { tick: scheduled(DUE - MINUTE) }))).toBe('overlap');
        expect(await refusal(asked(service, { tick: byHand() }))).toBe('overlap');
        expect(await refusal(asked(service, { tick: byHand(true) }))).toBe('overlap');
      });

      it('refuses every scheduled tick during a run by hand as overlap', async () => {
        const service = fresh();
        await granted(asked(service, { tick: byHand() }));

        expect(await refusal(asked(service))).toBe('overlap');
      });

      it('lets a run by hand past backing off and decided ticks, and past halt and pause only with force', async () => {
        const backingOff = fresh();
        const { halt: _halt, ...unhalted } = FULL;
        await written(backingOff, unhalted);
        expect(await refusal(asked(backingOff, { tick: byHand() }))).toBe('granted');

        const halted = fresh();
        await written(halted, FULL);
        expect(await refusal(asked(halted, { tick: byHand() }))).toBe('halted');
        expect(await refusal(asked(halted, { tick: byHand(true) }))).toBe('granted');

        const paused = fresh();
        await store.pause(paused, PAUSE);
        expect(await refusal(asked(paused, { tick: byHand() }))).toBe('paused');
        expect(await refusal(asked(paused, { tick: byHand(true) }))).toBe('granted');
      });

      it('admits a service that another build has halted, and keeps one halted whose build is not known', async () => {
        const halted = fresh();
        const halt = { at: DUE, cause: 'x' };
        await written(halted, { ...NOTHING_KNOWN, halt: { ...halt, build: 'b1' } });
        const later = { tick: scheduled(DUE + MINUTE), now: DUE + MINUTE };
        expect(await refusal(asked(halted, { ...later, build: 'b1' }))).toBe('halted');
        expect(await refusal(asked(halted, { ...later, build: 'b2' }))).toBe('granted');

        const unsigned = fresh();
        await written(unsigned, { ...NOTHING_KNOWN, halt });
        expect(await refusal(asked(unsigned, { ...later, build: 'b2' }))).toBe('halted');
      });

      it('lets one of several at once have the lease', async () => {
        const service = fresh();
        const rivals = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6'];

        const answers = await Promise.all(rivals.map((owner) => refusal(asked(service, { owner }))));

        expect(answers.toSorted()).toEqual([
          'duplicate',
          'duplicate',
          'duplicate',
          'duplicate',
          'duplicate',
          'granted',
        ]);
        expect((await known(service)).fence).toBe(1);
      });
    });

    describe('committing', () => {
      it('writes the whole state, frees the lease and marks the run as booked', async () => {
        const service = fresh();
        await written(service, { ...FULL, fence: 77, done: 66, epoch: 55 });

        expect(await known(service)).toEqual(FULL);
      });

      it('removes what the new state has no more', async () => {
        const service = fresh();
        await written(service, FULL);
        const { claim } = await granted(asked(service, { tick: byHand(true) }));
        await store.commit(claim, NOTHING_KNOWN);

        expect(await known(service)).toEqual({ ...NOTHING_KNOWN, fence: 2, done: 2 });
      });

      it('marks the runs that died before this one as booked too', async () => {
        const service = fresh();
        await granted(asked(service, { leaseUntil: DUE + 400 }));
        await granted(asked(service, { now: DUE + 500, leaseUntil: DUE + 600 }));
        const { claim, state } = await granted(asked(service, { now: DUE + 700 }));
        expect([state.fence, state.done]).toEqual([2, 0]);
        await store.commit(claim, NOTHING_KNOWN);

        expect(await known(service)).toMatchObject({ fence: 3, done: 3 });
      });

      it('is refused for the fence once another run took over, and changes nothing', async () => {
        const service = fresh();
        const slow = await granted(asked(service));
        await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs', leaseUntil: DUE + 2 * MINUTE }));
        const before = await known(service);

        expect(await store.commit(slow.claim, FULL)).toEqual({ written: false, reason: 'fence' });
        expect(await known(service)).toEqual(before);
      });

      it('is refused for the fence also after the other run has ended', async () => {
        const service = fresh();
        const slow = await granted(asked(service));
        const quick = await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs' }));
        await store.commit(quick.claim, { ...NOTHING_KNOWN, lastTick: DUE });

        expect(await store.commit(slow.claim, FULL)).toEqual({ written: false, reason: 'fence' });
        expect(await known(service)).toMatchObject({ fence: 2, done: 2, lastTick: DUE, streak: 0 });
      });

      it('still holds after its lease has ended, if nobody took over', async () => {
        const service = fresh();
        const { claim } = await granted(asked(service, { leaseUntil: DUE + 301 }));

        expect(await store.commit(claim, { ...NOTHING_KNOWN, lastTick: DUE })).toEqual({ written: true });
      });

      it('is refused for the epoch once an operator resumed, with the state and the claim to go on with', async () => {
        const service = fresh();
        await written(service, FULL);
        const { claim } = await granted(asked(service, { tick: byHand(true) }));
        await store.resume(service);

        const refused = await store.commit(claim, FULL);

        const current = await known(service);
        expect(current).toMatchObject({ epoch: 1, fence: 2, done: 1, streak: 0, lastTick: DUE });
        expect(refused).toEqual({
          written: false,
          reason: 'epoch',
          claim: { ...claim, epoch: 1 },
          state: current,
        });
        if (refused.written || refused.reason !== 'epoch') throw new Error('expected a refusal for the epoch');
        expect(await store.commit(refused.claim, { ...current, streak: 1 })).toEqual({ written: true });
        expect(await known(service)).toMatchObject({ epoch: 1, fence: 2, done: 2, streak: 1 });
      });

      it('leaves the pause alone, which an operator may set or lift meanwhile', async () => {
        const service = fresh();
        const first = await granted(asked(service));
        await store.pause(service, PAUSE);
        await store.commit(first.claim, { ...NOTHING_KNOWN, lastTick: DUE });
        expect((await known(service)).pause).toEqual(PAUSE);

        const second = await granted(asked(service, { tick: byHand(true) }));
        await store.commit(second.claim, { ...second.state, pause: { ...PAUSE, reason: 'stale' } });
        expect((await known(service)).pause).toEqual(PAUSE);
      });
    });

    describe('giving the lease back', () => {
      it('frees the lease and marks the run as booked, and changes nothing else', async () => {
        const service = fresh();
        await written(service, FULL);
        const { claim } = await granted(asked(service, { tick: byHand(true) }));
        await store.release(claim);

        expect(await known(service)).toEqual({ ...FULL, fence: 2, done: 2 });
      });

      it('does nothing to the lease of another run', async () => {
        const service = fresh();
        const slow = await granted(asked(service));
        await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs', leaseUntil: DUE + 2 * MINUTE }));
        await store.release(slow.claim);

        expect(await known(service)).toMatchObject({
          fence: 2,
          done: 0,
          lease: { owner: 'theirs', until: DUE + 2 * MINUTE },
        });
      });

      it('does nothing to a state that was committed', async () => {
        const service = fresh();
        const { claim } = await granted(asked(service));
        await store.commit(claim, FULL);
        await store.release(claim);

        expect(await known(service)).toEqual(FULL);
      });

      it('does nothing to a service that is not known', async () => {
        const service = fresh();
        await store.release({ service, owner: 'nobody', fence: 1, epoch: 0 });

        expect(await store.read(service)).toBeUndefined();
      });
    });

    describe('reading', () => {
      it('knows nothing of a service that was never seen', async () => {
        expect(await store.read('never-seen')).toBeUndefined();
      });
    });

    describe('pausing', () => {
      it('can be the first thing that happens to a service', async () => {
        const service = fresh();

        const state = await store.pause(service, PAUSE);

        expect(state).toEqual({ ...NOTHING_KNOWN, pause: PAUSE });
        expect(await known(service)).toEqual(state);
        const answer = await store.acquire(asked(service));
        expect(answer).toEqual({ granted: false, reason: 'paused', state });
      });

      it('ends by itself at its end', async () => {
        const service = fresh();
        await store.pause(service, { ...PAUSE, until: DUE + 1_000 });

        expect(await refusal(asked(service, { now: DUE + 999 }))).toBe('paused');
        expect(await refusal(asked(service, { now: DUE + 1_000 }))).toBe('granted');
      });

      it('replaces a pause that stands, its end included', async () => {
        const service = fresh();
        await written(service, FULL);
        await store.pause(service, { ...PAUSE, until: DUE + 1_000 });
        const state = await store.pause(service, { at: DUE + 5, reason: 'again', by: 'bob' });

        expect(state).toEqual({ ...FULL, pause: { at: DUE + 5, reason: 'again', by: 'bob' } });
        expect(await known(service)).toEqual(state);
      });
    });

    describe('resuming', () => {
      it('starts afresh, keeps marks and history and what is not booked yet, and tells how it was', async () => {
        const service = fresh();
        await written(service, FULL);
        const paused = await store.pause(service, PAUSE);
        await granted(asked(service, { tick: byHand(true), owner: 'theirs' }));

        const before = await store.resume(service);

        const lease = { owner: 'theirs', until: DUE + 55_000 };
        expect(before).toEqual({ ...paused, fence: 2, lease });
        expect(await known(service)).toEqual({
          ...NOTHING_KNOWN,
          fence: 2,
          done: 1,
          epoch: 1,
          failuresSince: 1,
          lease,
          lastTick: DUE,
          lastSuccess: DUE - MINUTE,
          runs: FULL.runs,
          cursor: 'page-7',
        });
      });

      it('raises the epoch each time', async () => {
        const service = fresh();
        await written(service, FULL);
        await store.resume(service);
        await store.resume(service);

        expect((await known(service)).epoch).toBe(2);
        expect((await granted(asked(service, { tick: scheduled(DUE + MINUTE) }))).claim.epoch).toBe(2);
      });

      it('can be the first thing that happens to a service', async () => {
        const service = fresh();

        expect(await store.resume(service)).toEqual(NOTHING_KNOWN);
        expect(await known(service)).toEqual({ ...NOTHING_KNOWN, epoch: 1 });
        expect(await refusal(asked(service))).toBe('granted');
      });
    });

    describe('run records', () => {
      it('gives the runs that did not succeed, newest first', async () => {
        const service = fresh();
        for (const fence of [3, 10, 9]) await store.putRun(recordOf(service, fence));
        await store.putRun(recordOf(service, 11, { manual: true, outcome: 'succeeded' }));
        const range = { after: 0, limit: 10 };

        const records = await store.failedRuns(service, range);

        expect(records).toEqual([10, 9, 3].map((fence) => recordOf(service, fence)));
        expect(await store.failedRuns(`${service}-other`, range)).toEqual([]);
      });

      it('gives only what is above `after`, and at most `limit`', async () => {
        const service = fresh();
        for (const fence of [1, 2, 3, 4, 5]) await store.putRun(recordOf(service, fence));
        const fences = async (after: number, limit: number) =>
          (await store.failedRuns(service, { after, limit })).map((record) => record.fence);

        expect(await fences(3, 10)).toEqual([5, 4]);
        expect(await fences(0, 2)).toEqual([5, 4]);
        expect(await fences(5, 10)).toEqual([]);
      });

      it('finds failures behind many successful runs by hand', async () => {
        const service = fresh();
        await store.putRun(recordOf(service, 1));
        for (let fence = 2; fence < 20; fence++) {
          await store.putRun(recordOf(service, fence, { manual: true, outcome: 'succeeded' }));
        }

        expect(await store.failedRuns(service, { after: 0, limit: 1 })).toEqual([recordOf(service, 1)]);
      });

      it('orders runs of one instant by their number', async () => {
        const service = fresh();
        for (const fence of [8, 9, 10, 11]) await store.putRun(recordOf(service, fence, { at: DUE }));

        const records = await store.failedRuns(service, { after: 0, limit: 3 });

        expect(records.map((record) => record.fence)).toEqual([11, 10, 9]);
      });

      it('changes nothing when a record is written again', async () => {
        const service = fresh();
        await store.putRun(recordOf(service, 1));
        await store.putRun(recordOf(service, 1));

        expect(await store.failedRuns(service, { after: 0, limit: 10 })).toEqual([recordOf(service, 1)]);
      });

      it('gives one record a run, the last that was written of it: a run that wrote its memo and died is a crashed one', async () => {
        const service = fresh();
        const crashed = recordOf(service, 1, { at: DUE + 5 * MINUTE, outcome: 'crashed' });
        await store.putRun(recordOf(service, 1));
        await store.putRun(crashed);

        expect(await store.failedRuns(service, { after: 0, limit: 10 })).toEqual([crashed]);
      });
    });
  });
}
