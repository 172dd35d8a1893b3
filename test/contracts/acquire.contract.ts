/** The contract of a state store: taking the lease. */
import { describe, expect, it } from 'vitest';
import { byHand, type ContractKit, DUE, FULL, MINUTE, NOTHING_KNOWN, PAUSE, scheduled } from './contract-kit.ts';

export function acquireContract(kit: ContractKit): void {
  const { fresh, asked, granted, refusal, written, known } = kit;

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
      await kit.store.release(first.claim);
      const second = await granted(asked(service));
      await kit.store.commit(second.claim, { ...NOTHING_KNOWN, lastTick: DUE });
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
      await kit.store.pause(service, { ...PAUSE, until: DUE + 3 * MINUTE });
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

    it('gives with a refusal the state that refused it, and leaves that as it is', async () => {
      const service = fresh();
      await written(service, FULL);

      const answer = await kit.store.acquire(asked(service));

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
      await kit.store.pause(paused, PAUSE);
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

    it('lifts the backoff of another build; one whose build is not known, or that the other side asked for, it keeps', async () => {
      const { halt: _halt, notBeforeBuild: _build, ...unhalted } = FULL;
      const next = { tick: scheduled(DUE + MINUTE), now: DUE + MINUTE };
      const byBuild = { b1: ['backoff', 'granted'], '*': ['backoff', 'backoff'], unknown: ['backoff', 'backoff'] };

      for (const [build, expected] of Object.entries(byBuild)) {
        const service = fresh();
        await written(service, { ...unhalted, ...(build === 'unknown' ? {} : { notBeforeBuild: build }) });
        const same = await refusal(asked(service, next));
        expect([same, await refusal(asked(service, { ...next, build: 'b2' }))]).toEqual(expected);
      }
    });

    it('brings a backoff forward that is longer than the rules allow by now, in one acquire, by any build', async () => {
      const { halt: _halt, notBeforeBuild: _build, ...unhalted } = FULL;
      const state = { ...unhalted, backoffCount: 2, notBefore: DUE + 365 * 24 * 60 * MINUTE };
      const every = (interval: number, maxInterval?: number) => ({
        rules: {
          policy: maxInterval === undefined ? { interval } : { interval, maxInterval },
          schedule: { interval },
        },
      });
      const at = (ticks: number) => ({ tick: scheduled(DUE + ticks * MINUTE), now: DUE + ticks * MINUTE });
      for (const build of [undefined, 'b1']) {
        const service = fresh();
        const stored = { ...state, ...(build === undefined ? {} : { notBeforeBuild: build }) };
        await written(service, stored);

        expect(await refusal(asked(service, at(4)))).toBe('backoff');
        expect(await refusal(asked(service, { ...at(3), ...every(MINUTE) }))).toBe('backoff');
        expect(await refusal(asked(service, { ...at(7), ...every(60 * MINUTE, 8 * MINUTE) }))).toBe('backoff');
        const { state: found } = await granted(asked(service, { ...at(4), ...every(MINUTE) }));
        expect(found).toEqual(stored);
      }
      const asking = fresh();
      await written(asking, { ...state, notBeforeBuild: '*' });
      expect(await refusal(asked(asking, { ...at(4), ...every(MINUTE) }))).toBe('backoff');
    });

    it('lets one of several at once have the lease', async () => {
      const service = fresh();
      const rivals = ['o1', 'o2', 'o3', 'o4', 'o5', 'o6'];

      const answers = await Promise.all(rivals.map((owner) => refusal(asked(service, { owner }))));

      expect(answers.toSorted()).toEqual(['duplicate', 'duplicate', 'duplicate', 'duplicate', 'duplicate', 'granted']);
      expect((await known(service)).fence).toBe(1);
    });
  });
}
