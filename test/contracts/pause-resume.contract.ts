/** The contract of a state store: what an operator does and reads. */
import { describe, expect, it } from 'vitest';
import { byHand, type ContractKit, DUE, FULL, MINUTE, NOTHING_KNOWN, PAUSE, scheduled } from './contract-kit.ts';

export function operatorContract(kit: ContractKit): void {
  const { fresh, asked, granted, refusal, written, known } = kit;

  describe('reading', () => {
    it('knows nothing of a service that was never seen', async () => {
      expect(await kit.store.read('never-seen')).toBeUndefined();
    });
  });

  describe('pausing', () => {
    it('can be the first thing that happens to a service', async () => {
      const service = fresh();

      const state = await kit.store.pause(service, PAUSE);

      expect(state).toEqual({ ...NOTHING_KNOWN, pause: PAUSE });
      expect(await known(service)).toEqual(state);
      const answer = await kit.store.acquire(asked(service));
      expect(answer).toEqual({ granted: false, reason: 'paused', state });
    });

    it('ends by itself at its end', async () => {
      const service = fresh();
      await kit.store.pause(service, { ...PAUSE, until: DUE + 1_000 });

      expect(await refusal(asked(service, { now: DUE + 999 }))).toBe('paused');
      expect(await refusal(asked(service, { now: DUE + 1_000 }))).toBe('granted');
    });

    it('replaces a pause that stands, its end included', async () => {
      const service = fresh();
      await written(service, FULL);
      await kit.store.pause(service, { ...PAUSE, until: DUE + 1_000 });
      const state = await kit.store.pause(service, { at: DUE + 5, reason: 'again', by: 'bob' });

      expect(state).toEqual({ ...FULL, pause: { at: DUE + 5, reason: 'again', by: 'bob' } });
      expect(await known(service)).toEqual(state);
    });
  });

  describe('resuming', () => {
    it('starts afresh, keeps marks and history and what is not counted yet, and returns how it was', async () => {
      const service = fresh();
      await written(service, FULL);
      const paused = await kit.store.pause(service, PAUSE);
      await granted(asked(service, { tick: byHand(true), owner: 'theirs' }));

      const before = await kit.store.resume(service);

      const lease = { owner: 'theirs', until: DUE + 55_000 };
      expect(before).toEqual({ ...paused, fence: 2, lease });
      expect(await known(service)).toEqual({
        ...NOTHING_KNOWN,
        fence: 2,
        countedUpTo: 1,
        epoch: 1,
        failuresAfter: 1,
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
      await kit.store.resume(service);
      await kit.store.resume(service);

      expect((await known(service)).epoch).toBe(2);
      expect((await granted(asked(service, { tick: scheduled(DUE + MINUTE) }))).claim.epoch).toBe(2);
    });

    it('can be the first thing that happens to a service', async () => {
      const service = fresh();

      expect(await kit.store.resume(service)).toEqual(NOTHING_KNOWN);
      expect(await known(service)).toEqual({ ...NOTHING_KNOWN, epoch: 1 });
      expect(await refusal(asked(service))).toBe('granted');
    });
  });
}
