/** Writing a run's end: a commit of the new state, or the lease given back without one. Both hold only under the run's own fence. */

import { containsCommit, type ServiceState } from '../rules/index.ts';
import type { Claim, CommitAnswer } from '../tick/index.ts';
import { aliases, assignments } from './item/expression.ts';
import { fitted } from './item/item-size.ts';
import { committedAttributes, stateIn } from './item/state-item.ts';
import type { Item } from './item/validate-item.ts';
import { getItem, type ItemAccess, updateItem } from './item-access.ts';

const NO_LEASE = { leaseOwner: undefined, leaseUntil: undefined, leaseTick: undefined };

/** Writes the state, frees the lease unless the claim keeps it, and marks every run up to this one as booked, if the fence and the epoch are still the claim's. */
export async function commit(items: ItemAccess, claim: Claim, state: ServiceState): Promise<CommitAnswer> {
  try {
    return await tryOnce(items, claim, state);
  } catch (error) {
    // Every answer may have been lost, the write was perhaps not: the item tells, if it can be had.
    const item = await getItem(items, claim.service).catch(() => undefined);
    if (item !== undefined && isWritten(item, claim, state)) return { written: true };
    throw error;
  }
}

async function tryOnce(items: ItemAccess, claim: Claim, state: ServiceState): Promise<CommitAnswer> {
  const alias = aliases();
  const epoch = alias.name('epoch');
  const isTheClaims = `${epoch} = ${alias.value(claim.epoch)}`;
  const epochHolds = claim.epoch === 0 ? `(attribute_not_exists(${epoch}) OR ${isTheClaims})` : isTheClaims;
  const written = await updateItem(items, claim.service, {
    UpdateExpression: assignments(alias, {
      ...committedAttributes(fitted(claim.service, state)),
      ...(claim.keepsLease ? {} : NO_LEASE),
      done: claim.fence,
    }),
    ConditionExpression: `${alias.name('fence')} = ${alias.value(claim.fence)} AND ${epochHolds}`,
    ...alias.collected(),
  });
  if (written.ok) return { written: true };
  // Refused, and there all the same: the response was lost, the write was not.
  if (written.item !== undefined && isWritten(written.item, claim, state)) return { written: true };
  const current = stateIn(claim.service, written.item);
  if (current.fence !== claim.fence) return { written: false, reason: 'fence' };
  return { written: false, reason: 'epoch', claim: { ...claim, epoch: current.epoch }, state: current };
}

/** The lease attributes of an item, whatever they are. */
function leaseIn(item: Item): Item {
  return Object.fromEntries(Object.keys(NO_LEASE).map((name) => [name, item[name]]));
}

function isWritten(item: Item, { service, fence }: Claim, state: ServiceState): boolean {
  return containsCommit(stateIn(service, item), fence, fitted(service, state));
}

/**
 * Frees the lease and takes the run off those to be booked; changes nothing if the lease isn't this run's any more. An owner is
 * one acquire's alone: while it holds the lease, the newest fence is its run's. So `done` rises by one, which leaves runs that died
 * before it to be booked, and a second delivery of this write is refused.
 * @param before an item whose lease, one that had ended, is put back as it stood there
 */
export async function release(
  items: ItemAccess,
  { service, owner }: Pick<Claim, 'service' | 'owner'>,
  before: Item = {},
): Promise<void> {
  const alias = aliases();
  const done = alias.name('done');
  await updateItem(items, service, {
    UpdateExpression: assignments(alias, leaseIn(before), [`${done} = ${done} + ${alias.value(1)}`]),
    ConditionExpression: `${alias.name('leaseOwner')} = ${alias.value(owner)}`,
    ...alias.collected(),
  });
}
