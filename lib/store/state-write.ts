/** Writes the end of a run: a commit writes the new state, and a release only frees the lease. */
import { containsCommit, type ServiceState } from '../rules/index.ts';
import type { Claim, CommitAnswer } from '../tick/index.ts';
import { aliases, assignments } from './item/expression.ts';
import { type FittedState, fitState } from './item/item-size.ts';
import { stateIn } from './item/state-item.ts';
import type { Item } from './item/validate-item.ts';
import { getItem, type ItemAccess, updateItem } from './item-access.ts';

const NO_LEASE = { leaseOwner: undefined, leaseUntil: undefined, leaseTick: undefined };

/**
 * Writes the state, sets `done` to the claim's fence, and frees the lease unless the claim has `keepsLease`. The write
 * is refused if the item has another fence or epoch than the claim.
 */
export async function writeState(items: ItemAccess, claim: Claim, state: ServiceState): Promise<CommitAnswer> {
  const fitted = fitState(claim.service, state);
  try {
    return await tryState(items, claim, fitted);
  } catch (error) {
    // The write may have succeeded although no response arrived. The stored item shows this.
    const item = await getItem(items, claim.service).catch(() => undefined);
    if (item !== undefined && isWritten(item, claim, fitted)) return { written: true };
    throw error;
  }
}

async function tryState(items: ItemAccess, claim: Claim, fitted: FittedState): Promise<CommitAnswer> {
  const alias = aliases();
  const epoch = alias.name('epoch');
  const isTheClaims = `${epoch} = ${alias.value(claim.epoch)}`;
  const epochHolds = claim.epoch === 0 ? `(attribute_not_exists(${epoch}) OR ${isTheClaims})` : isTheClaims;
  const written = await updateItem(items, claim.service, {
    UpdateExpression: assignments(alias, {
      ...fitted.attributes,
      ...(claim.keepsLease ? {} : NO_LEASE),
      done: claim.fence,
    }),
    ConditionExpression: `${alias.name('fence')} = ${alias.value(claim.fence)} AND ${epochHolds}`,
    ...alias.collected(),
  });
  if (written.ok) return { written: true };
  // If the response to the write was lost, the SDK sends the write again, and the condition of the second write fails.
  // The item then contains the result of the first write.
  if (written.item !== undefined && isWritten(written.item, claim, fitted)) return { written: true };
  const current = stateIn(claim.service, written.item);
  if (current.fence !== claim.fence) return { written: false, reason: 'fence' };
  return { written: false, reason: 'epoch', claim: { ...claim, epoch: current.epoch }, state: current };
}

function isWritten(item: Item, { service, fence }: Claim, { state }: FittedState): boolean {
  return containsCommit(stateIn(service, item), fence, state);
}

/**
 * Frees the lease of a run and raises `done` by one, so that the run doesn't count as crashed. Does nothing if another
 * owner holds the lease. `done` is not set to the fence, so that earlier crashed runs are still counted.
 * @param before the item before this lease was taken, whose expired lease is written back
 * @default no lease is written back
 */
export async function freeLease(
  items: ItemAccess,
  { service, owner }: Pick<Claim, 'service' | 'owner'>,
  before: Item = {},
): Promise<void> {
  const alias = aliases();
  const done = alias.name('done');
  const lease = Object.fromEntries(Object.keys(NO_LEASE).map((name) => [name, before[name]]));
  await updateItem(items, service, {
    UpdateExpression: assignments(alias, lease, [`${done} = ${done} + ${alias.value(1)}`]),
    ConditionExpression: `${alias.name('leaseOwner')} = ${alias.value(owner)}`,
    ...alias.collected(),
  });
}
