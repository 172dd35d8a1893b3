/** Writing a run's end: a commit of the new state, or the lease given back without one. Both hold only under the run's own fence. */
import type { Claim, Committed } from '../runner/index.ts';
import type { ServiceState } from '../tick/index.ts';
import { aliases, assignments } from './expression.ts';
import { committedAttributes, stateIn } from './item.ts';
import { fitted } from './item-size.ts';
import type { Wire } from './wire.ts';

const NO_LEASE = { leaseOwner: undefined, leaseUntil: undefined, leaseTick: undefined };

/** Writes the state, frees the lease and marks every run up to this one as booked, if the fence and the epoch are still the claim's. */
export async function commit(wire: Wire, claim: Claim, state: ServiceState): Promise<Committed> {
  const alias = aliases();
  const epoch = alias.name('epoch');
  const epochHolds = claim.epoch === 0 ? `attribute_not_exists(${epoch})` : `${epoch} = ${alias.value(claim.epoch)}`;
  const written = await wire.write(claim.service, {
    UpdateExpression: assignments(alias, {
      ...committedAttributes(fitted(claim.service, state)),
      ...NO_LEASE,
      done: claim.fence,
    }),
    ConditionExpression: `${alias.name('fence')} = ${alias.value(claim.fence)} AND ${epochHolds}`,
    ...alias.collected(),
  });
  // Our own fence in `done` behind a refusal: the response was lost, the write was not.
  if (written.ok || written.item?.['done'] === claim.fence) return { written: true };
  const current = stateIn(claim.service, written.item);
  if (current.fence !== claim.fence) return { written: false, reason: 'fence' };
  return { written: false, reason: 'epoch', claim: { ...claim, epoch: current.epoch }, state: current };
}

/**
 * Frees the lease and marks the run as booked; changes nothing if the lease isn't this run's any more. An owner is one acquire's
 * alone: while it holds the lease, the fence is its run's. So it is not asked for, and may be beyond what can be read.
 */
export async function release(wire: Wire, { service, owner }: Pick<Claim, 'service' | 'owner'>): Promise<void> {
  const alias = aliases();
  await wire.write(service, {
    UpdateExpression: assignments(alias, NO_LEASE, [`${alias.name('done')} = ${alias.name('fence')}`]),
    ConditionExpression: `${alias.name('leaseOwner')} = ${alias.value(owner)}`,
    ...alias.collected(),
  });
}
