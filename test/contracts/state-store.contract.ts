/** What every StateStore must do, whatever it stands on. Run against each of them. */
import { beforeAll, describe } from 'vitest';
import type { StateStore } from '../../lib/tick/index.ts';
import { acquireContract } from './acquire.contract.ts';
import { assertOwnedContract } from './assert-owned.contract.ts';
import { commitContract } from './commit.contract.ts';
import { contractKit } from './contract-kit.ts';
import { operatorContract } from './pause-resume.contract.ts';
import { recordsContract } from './records.contract.ts';

/** The contract, as a suite. `makeStore` gives a store in which no service is known yet. */
export function stateStoreContract(name: string, makeStore: () => Promise<StateStore>): void {
  describe(`${name} keeps the contract of a state store`, () => {
    let store: StateStore;
    beforeAll(async () => {
      store = await makeStore();
    });
    const kit = contractKit(() => store);

    acquireContract(kit);
    assertOwnedContract(kit);
    commitContract(kit);
    operatorContract(kit);
    recordsContract(kit);
  });
}
