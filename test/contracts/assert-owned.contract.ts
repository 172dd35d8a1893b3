/** The contract of a state store: whether a run still owns its service can be read from it. */
import { describe, expect, it } from 'vitest';
import { assertOwned } from '../../lib/tick/assert-owned.ts';
import type { Claim } from '../../lib/tick/index.ts';
import { byHand, type ContractKit, DUE, MINUTE, NOTHING_KNOWN, PAUSE, scheduled } from './contract-kit.ts';

const LEASE_END = DUE + 55_000;

export function assertOwnedContract(kit: ContractKit): void {
  const { fresh, asked, granted } = kit;
  const owned = (claim: Claim, now: number) =>
    assertOwned({ store: kit.store, clock: { now: () => now } as never }, claim).then(
      () => 'owned',
      (error: Error & { code: string }) => [error.code, error.message.replace(claim.service, 'svc')],
    );

  describe('asking whether a run still owns its service', () => {
    it('holds until the instant at which the lease ends', async () => {
      const { claim } = await granted(asked(fresh()));

      expect(await owned(claim, DUE + 300)).toBe('owned');
      expect(await owned(claim, LEASE_END - 1)).toBe('owned');
      expect(await owned(claim, LEASE_END)).toEqual([
        'lease-lost',
        'svc: run 1 outlived its lease, which ended at 2025-10-09T09:00:55.000Z; let it write nothing more, ' +
          'since another run may start',
      ]);
    });

    it('holds for a run by hand, and while an operator pauses and resumes the service', async () => {
      const { claim } = await granted(asked(fresh(), { tick: byHand() }));
      await kit.store.pause(claim.service, PAUSE);
      expect(await owned(claim, DUE + 300)).toBe('owned');
      await kit.store.resume(claim.service);
      expect(await owned(claim, DUE + 300)).toBe('owned');
    });

    it('fails once another run has taken over, and holds for that one', async () => {
      const service = fresh();
      const old = await granted(asked(service));
      const now = DUE + MINUTE;
      const next = await granted(asked(service, { tick: scheduled(now), now, leaseUntil: now + 55_000 }));

      // By a clock that is behind, too.
      expect(await owned(old.claim, DUE + 300)).toEqual([
        'lease-lost',
        'svc: run 1 lost its lease, since run 2 has started; let it write nothing more',
      ]);
      expect(await owned(next.claim, now)).toBe('owned');
    });

    it('fails for another owner of the same fence', async () => {
      const { claim } = await granted(asked(fresh()));

      expect(await owned({ ...claim, owner: 'theirs' }, DUE + 300)).toHaveProperty('0', 'lease-lost');
    });

    it.each(['release', 'commit'] as const)('fails after the %s of the run', async (end) => {
      const { claim } = await granted(asked(fresh()));
      if (end === 'release') await kit.store.release(claim);
      else await kit.store.commit(claim, NOTHING_KNOWN);

      expect(await owned(claim, DUE + 300)).toEqual([
        'lease-lost',
        'svc: run 1 no longer holds its lease, which was freed; let it write nothing more',
      ]);
    });

    it('fails if the state is gone', async () => {
      const claim = { service: fresh(), owner: 'ours', fence: 1, epoch: 0 };

      expect(await owned(claim, DUE)).toEqual([
        'lease-lost',
        'svc: run 1 lost its lease, since the state of the service was deleted; let it write nothing more',
      ]);
    });
  });
}
