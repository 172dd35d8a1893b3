/** The contract of a state store: writing a run’s end. */
import { describe, expect, it } from 'vitest';
import { byHand, type ContractKit, DUE, FULL, MINUTE, NOTHING_KNOWN, PAUSE, scheduled } from './contract-kit.ts';

const RAN = { outcome: 'succeeded', durationMs: 12, manual: false } as const;

export function commitContract(kit: ContractKit): void {
  const { fresh, asked, granted, written, known } = kit;

  describe('committing', () => {
    it('writes the whole state, frees the lease and marks the run as counted', async () => {
      const service = fresh();
      await written(service, { ...FULL, fence: 77, countedUpTo: 66, epoch: 55 });

      expect(await known(service)).toEqual(FULL);
    });

    it('leaves the lease as it stands if the claim keeps it: others are kept out until it ends, and nothing is counted then', async () => {
      const service = fresh();
      const { claim } = await granted(asked(service, { owner: 'deaf', leaseUntil: DUE + 400 }));
      const mine = { ...NOTHING_KNOWN, lastTick: DUE, runs: [{ ...RAN, at: DUE }] };
      expect(await kit.store.commit({ ...claim, keepsLease: true }, mine)).toEqual({ written: true });
      expect(await kit.store.commit({ ...claim, keepsLease: true }, mine)).toEqual({ written: true });

      expect(await known(service)).toMatchObject({
        countedUpTo: 1,
        lease: { owner: 'deaf', until: DUE + 400, tick: DUE },
      });
      const next = { tick: scheduled(DUE + MINUTE) };
      expect(await kit.refusal(asked(service, { ...next, now: DUE + 399 }))).toBe('overlap');
      const { state } = await granted(asked(service, { ...next, now: DUE + 400 }));
      expect([state.fence, state.countedUpTo]).toEqual([1, 1]);
    });

    it('removes what the new state has no more', async () => {
      const service = fresh();
      await written(service, FULL);
      const { claim } = await granted(asked(service, { tick: byHand(true) }));
      await kit.store.commit(claim, NOTHING_KNOWN);

      expect(await known(service)).toEqual({ ...NOTHING_KNOWN, fence: 2, countedUpTo: 2 });
    });

    it('marks the runs that died before this one as counted too', async () => {
      const service = fresh();
      await granted(asked(service, { leaseUntil: DUE + 400 }));
      await granted(asked(service, { now: DUE + 500, leaseUntil: DUE + 600 }));
      const { claim, state } = await granted(asked(service, { now: DUE + 700 }));
      expect([state.fence, state.countedUpTo]).toEqual([2, 0]);
      await kit.store.commit(claim, NOTHING_KNOWN);

      expect(await known(service)).toMatchObject({ fence: 3, countedUpTo: 3 });
    });

    it('is refused for the fence once another run took over, and changes nothing', async () => {
      const service = fresh();
      const slow = await granted(asked(service));
      await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs', leaseUntil: DUE + 2 * MINUTE }));
      const before = await known(service);

      expect(await kit.store.commit(slow.claim, FULL)).toEqual({ written: false, reason: 'fence' });
      expect(await known(service)).toEqual(before);
    });

    it('is refused for the fence also after the other run has ended', async () => {
      const service = fresh();
      const slow = await granted(asked(service));
      const quick = await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs' }));
      await kit.store.commit(quick.claim, { ...NOTHING_KNOWN, lastTick: DUE });

      expect(await kit.store.commit(slow.claim, FULL)).toEqual({ written: false, reason: 'fence' });
      expect(await known(service)).toMatchObject({ fence: 2, countedUpTo: 2, lastTick: DUE, streak: 0 });
    });

    it('still holds after its lease has ended, if nobody took over', async () => {
      const service = fresh();
      const { claim } = await granted(asked(service, { leaseUntil: DUE + 301 }));

      expect(await kit.store.commit(claim, { ...NOTHING_KNOWN, lastTick: DUE })).toEqual({ written: true });
    });

    it('is refused for the epoch once an operator resumed, with the state and the claim to go on with', async () => {
      const service = fresh();
      await written(service, FULL);
      const { claim } = await granted(asked(service, { tick: byHand(true) }));
      await kit.store.resume(service);

      const refused = await kit.store.commit(claim, FULL);

      const current = await known(service);
      expect(current).toMatchObject({ epoch: 1, fence: 2, countedUpTo: 1, streak: 0, lastTick: DUE });
      expect(refused).toEqual({
        written: false,
        reason: 'epoch',
        claim: { ...claim, epoch: 1 },
        state: current,
      });
      if (refused.written || refused.reason !== 'epoch') throw new Error('expected a refusal for the epoch');
      expect(await kit.store.commit(refused.claim, { ...current, streak: 1 })).toEqual({ written: true });
      expect(await known(service)).toMatchObject({ epoch: 1, fence: 2, countedUpTo: 2, streak: 1 });
    });

    it('is answered as written when it is sent again: at once, after the next run began, and after that has ended', async () => {
      const service = fresh();
      const first = await granted(asked(service));
      const mine = { ...NOTHING_KNOWN, lastTick: DUE, runs: [{ ...RAN, at: DUE }] };
      await kit.store.commit(first.claim, mine);
      expect(await kit.store.commit(first.claim, mine)).toEqual({ written: true });

      const tick = scheduled(DUE + MINUTE);
      const next = await granted(asked(service, { tick, now: DUE + MINUTE, leaseUntil: DUE + 2 * MINUTE }));
      expect(await kit.store.commit(first.claim, mine)).toEqual({ written: true });

      const theirs = { ...mine, lastTick: DUE + MINUTE, runs: [...mine.runs, { ...RAN, at: DUE + MINUTE }] };
      await kit.store.commit(next.claim, theirs);
      expect(await kit.store.commit(first.claim, mine)).toEqual({ written: true });

      expect(await known(service)).toEqual({ ...theirs, fence: 2, countedUpTo: 2 });
    });

    it('is refused where the run that took over counted this one as crashed and ran its tick to the very same end', async () => {
      const service = fresh();
      const slow = await granted(asked(service, { leaseUntil: DUE + 400 }));
      const quick = await granted(asked(service, { now: DUE + 500 }));
      const crashed = { ...RAN, outcome: 'crashed', at: DUE + 500, durationMs: 0 } as const;
      await kit.store.commit(quick.claim, { ...NOTHING_KNOWN, lastTick: DUE, runs: [crashed, { ...RAN, at: DUE }] });

      const mine = { ...NOTHING_KNOWN, lastTick: DUE, runs: [{ ...RAN, at: DUE }] };
      expect(await kit.store.commit(slow.claim, mine)).toEqual({ written: false, reason: 'fence' });
    });

    it('is refused where a run that took over has given its lease back', async () => {
      const service = fresh();
      const slow = await granted(asked(service, { leaseUntil: DUE + 400 }));
      const quick = await granted(asked(service, { now: DUE + 500 }));
      await kit.store.release(quick.claim);
      expect(await known(service)).toMatchObject({ fence: 2, countedUpTo: 1 });

      const mine = { ...NOTHING_KNOWN, lastTick: DUE, runs: [{ ...RAN, at: DUE }] };
      expect(await kit.store.commit(slow.claim, mine)).toEqual({ written: false, reason: 'fence' });
    });

    it('is known by its marks where it had no room for any run', async () => {
      const service = fresh();
      const written = await granted(asked(service));
      const mine = { ...NOTHING_KNOWN, lastTick: DUE, lastSuccess: DUE + 5 };
      await kit.store.commit(written.claim, mine);
      await kit.store.resume(service);
      expect(await kit.store.commit(written.claim, mine)).toEqual({ written: true });

      const slow = await granted(asked(service, { tick: scheduled(DUE + MINUTE), leaseUntil: DUE + 400 }));
      const quick = await granted(asked(service, { tick: scheduled(DUE + MINUTE), now: DUE + 500 }));
      await kit.store.release(quick.claim);
      const late = { ...mine, lastTick: DUE + MINUTE };
      expect(await kit.store.commit(slow.claim, late)).toEqual({ written: false, reason: 'fence' });
    });

    it('leaves the pause alone, which an operator may set or lift meanwhile', async () => {
      const service = fresh();
      const first = await granted(asked(service));
      await kit.store.pause(service, PAUSE);
      await kit.store.commit(first.claim, { ...NOTHING_KNOWN, lastTick: DUE });
      expect((await known(service)).pause).toEqual(PAUSE);

      const second = await granted(asked(service, { tick: byHand(true) }));
      await kit.store.commit(second.claim, { ...second.state, pause: { ...PAUSE, reason: 'stale' } });
      expect((await known(service)).pause).toEqual(PAUSE);
    });
  });

  describe('giving the lease back', () => {
    it('frees the lease and marks the run as counted, and changes nothing else', async () => {
      const service = fresh();
      await written(service, FULL);
      const { claim } = await granted(asked(service, { tick: byHand(true) }));
      await kit.store.release(claim);

      expect(await known(service)).toEqual({ ...FULL, fence: 2, countedUpTo: 2 });
    });

    it('does nothing to the lease of another run', async () => {
      const service = fresh();
      const slow = await granted(asked(service));
      await granted(asked(service, { now: DUE + MINUTE, owner: 'theirs', leaseUntil: DUE + 2 * MINUTE }));
      await kit.store.release(slow.claim);

      expect(await known(service)).toMatchObject({
        fence: 2,
        countedUpTo: 0,
        lease: { owner: 'theirs', until: DUE + 2 * MINUTE },
      });
    });

    it('does nothing to a state that was committed', async () => {
      const service = fresh();
      const { claim } = await granted(asked(service));
      await kit.store.commit(claim, FULL);
      await kit.store.release(claim);

      expect(await known(service)).toEqual(FULL);
    });

    it('does nothing to a service that is not known', async () => {
      const service = fresh();
      await kit.store.release({ service, owner: 'nobody', fence: 1, epoch: 0 });

      expect(await kit.store.read(service)).toBeUndefined();
    });
  });
}
