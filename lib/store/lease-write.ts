import { admit } from '../rules/index.ts';
import { ACQUIRE_LIMIT, isUnreadableState, RELEASE_LIMIT } from '../service/index.ts';
import type { Acquired, AcquireRequest, Refused } from '../tick/index.ts';
import { type Clock, withTimeLimit } from '../time/index.ts';
import { admissionCondition } from './admission-condition.ts';
import { aliases, assignments } from './item/expression.ts';
import { leaseAttributes, stateIn } from './item/state-item.ts';
import type { Item } from './item/validate-item.ts';
import { VERSION } from './item/version.ts';
import { getItem, type ItemAccess, type Update, updateItem } from './item-access.ts';
import { freeLease } from './state-write.ts';

/**
 * A lease that was taken. `item` is the item before the write that took the lease, or after it if `isAfterImage` is
 * true, since the response to the write was lost.
 */
interface Taken {
  readonly granted: true;
  readonly item: Item | undefined;
  readonly isAfterImage: boolean;
}

/**
 * Takes the lease if admission allows it. If DynamoDB refuses the write and the stored item shows no reason, the write
 * is tried once more. If the second try shows no reason either, the answer is `overlap`.
 * @param items if it has a signal, the caller limits the time; otherwise ACQUIRE_LIMIT does
 * @throws UnreadableStateError if the item is damaged or of a newer version; a lease taken on such an item is released
 */
export async function writeLease(items: ItemAccess, clock: Clock, request: AcquireRequest): Promise<Acquired> {
  const { service, owner, now } = request;
  const { signal: given, ...unlimited } = items;
  let answer: Taken | Refused;
  try {
    answer =
      given === undefined
        ? await withTimeLimit(clock, ACQUIRE_LIMIT, (signal) => tryTwice({ ...items, signal }, request))
        : await tryTwice(items, request);
  } catch (error) {
    // The lease may have been taken although no response arrived. The lease is released, since otherwise ticks would be
    // skipped until its end.
    if (!isUnreadableState(error)) await giveUp(unlimited, clock, request);
    throw error;
  }
  if (!answer.granted) return answer;
  const { item, isAfterImage } = answer;
  try {
    const state = stateIn(service, item, now);
    const fence = isAfterImage ? state.fence : state.fence + 1;
    return { granted: true, claim: { service, owner, fence, epoch: state.epoch }, state };
  } catch (error) {
    // The error about the damaged item is thrown even if the lease can't be released.
    await giveUp(unlimited, clock, request, isAfterImage ? undefined : item);
    throw error;
  }
}

/**
 * Tries to release a lease that this request may have taken. Never rejects.
 * @param before the item before the request, whose expired lease is written back. @default no lease is written back
 */
function giveUp(items: ItemAccess, clock: Clock, request: AcquireRequest, before?: Item): Promise<void> {
  return withTimeLimit(clock, RELEASE_LIMIT, (signal) => freeLease({ ...items, signal }, request, before)).catch(
    () => {},
  );
}

async function tryTwice(items: ItemAccess, request: AcquireRequest): Promise<Taken | Refused> {
  const first = await tryLease(items, request);
  if ('granted' in first) return first;
  const second = await tryLease(items, request, first.outlived);
  if ('granted' in second) return second;
  return { granted: false, reason: 'overlap', state: stateIn(request.service, await getItem(items, request.service)) };
}

/** A refused write for which `admit` finds no reason in the stored item. */
interface Unconfirmed {
  /**
   * The stored `notBefore`; `undefined` if there is none. The second try to take the lease ignores this `notBefore`,
   * since by the present policy the backoff is over.
   */
  readonly outlived: number | undefined;
}

async function tryLease(
  items: ItemAccess,
  request: AcquireRequest,
  outlived?: number,
): Promise<Taken | Refused | Unconfirmed> {
  const written = await updateItem(items, request.service, acquireUpdate(request, outlived));
  if (written.ok || isOurs(request, written.item)) {
    return { granted: true, item: written.item, isAfterImage: !written.ok };
  }
  const state = stateIn(request.service, written.item, request.now);
  const reason = admit(state, request);
  if (reason !== undefined) return { granted: false, reason, state };
  // Either the item has changed since the write was refused, or its `notBefore` is later than the present policy
  // allows.
  return { outlived: state.notBefore };
}

/**
 * Whether the lease in the item was taken by this request. If the response to a write was lost, the SDK sends the write
 * again, and DynamoDB refuses the second write because the first has succeeded.
 */
function isOurs({ owner }: AcquireRequest, item: Item | undefined): boolean {
  return item?.['leaseOwner'] === owner;
}

function acquireUpdate({ tick, owner, leaseUntil, ...rest }: AcquireRequest, outlived: number | undefined): Update {
  const alias = aliases();
  const lease = { owner, until: leaseUntil, ...(tick.kind === 'scheduled' ? { tick: tick.scheduledFor } : {}) };
  const [zero, one] = [alias.value(0), alias.value(1)];
  const [fence, done] = [alias.name('fence'), alias.name('done')];
  const counters = [
    `${alias.name('v')} = ${alias.value(VERSION)}`,
    `${fence} = if_not_exists(${fence}, ${zero}) + ${one}`,
    `${done} = if_not_exists(${done}, ${zero})`,
  ];
  return {
    UpdateExpression: assignments(alias, leaseAttributes(lease), counters),
    ConditionExpression: admissionCondition(alias, { tick, ...rest }, outlived),
    ...alias.collected(),
    ReturnValues: 'ALL_OLD',
  };
}
