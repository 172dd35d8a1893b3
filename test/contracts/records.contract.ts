/** The contract of a state store: run records. */
import { describe, expect, it } from 'vitest';
import { type ContractKit, DUE, MINUTE, recordOf } from './contract-kit.ts';

export function recordsContract(kit: ContractKit): void {
  const { fresh } = kit;

  describe('run records', () => {
    it('gives the runs that did not succeed, newest first', async () => {
      const service = fresh();
      for (const fence of [3, 10, 9]) await kit.store.putRun(recordOf(service, fence));
      await kit.store.putRun(recordOf(service, 11, { manual: true, outcome: 'succeeded' }));
      const range = { after: 0, limit: 10 };

      const records = await kit.store.failedRuns(service, range);

      expect(records).toEqual([10, 9, 3].map((fence) => recordOf(service, fence)));
      expect(await kit.store.failedRuns(`${service}-other`, range)).toEqual([]);
    });

    it('gives only what is above `after`, and at most `limit`', async () => {
      const service = fresh();
      for (const fence of [1, 2, 3, 4, 5]) await kit.store.putRun(recordOf(service, fence));
      const fences = async (after: number, limit: number) =>
        (await kit.store.failedRuns(service, { after, limit })).map((record) => record.fence);

      expect(await fences(3, 10)).toEqual([5, 4]);
      expect(await fences(0, 2)).toEqual([5, 4]);
      expect(await fences(5, 10)).toEqual([]);
    });

    it('finds failures behind many successful runs by hand', async () => {
      const service = fresh();
      await kit.store.putRun(recordOf(service, 1));
      for (let fence = 2; fence < 20; fence++) {
        await kit.store.putRun(recordOf(service, fence, { manual: true, outcome: 'succeeded' }));
      }

      expect(await kit.store.failedRuns(service, { after: 0, limit: 1 })).toEqual([recordOf(service, 1)]);
    });

    it('orders runs of one instant by their number', async () => {
      const service = fresh();
      for (const fence of [8, 9, 10, 11]) await kit.store.putRun(recordOf(service, fence, { at: DUE }));

      const records = await kit.store.failedRuns(service, { after: 0, limit: 3 });

      expect(records.map((record) => record.fence)).toEqual([11, 10, 9]);
    });

    it('changes nothing when a record is written again', async () => {
      const service = fresh();
      await kit.store.putRun(recordOf(service, 1));
      await kit.store.putRun(recordOf(service, 1));

      expect(await kit.store.failedRuns(service, { after: 0, limit: 10 })).toEqual([recordOf(service, 1)]);
    });

    it('gives one record a run, the last that was written of it: a run that wrote its memo and died is a crashed one', async () => {
      const service = fresh();
      const crashed = recordOf(service, 1, { at: DUE + 5 * MINUTE, outcome: 'crashed' });
      await kit.store.putRun(recordOf(service, 1));
      await kit.store.putRun(crashed);

      expect(await kit.store.failedRuns(service, { after: 0, limit: 10 })).toEqual([crashed]);
    });
  });
}
