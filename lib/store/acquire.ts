/** Taking the lease: one conditional write, and what its refusal means. */

import { admit } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import type { Acquired, AcquireRequest, Claim } from '../tick/index.ts';
import { type Clock, SECOND, withTimeLimit } from '../time/index.ts';
import { admissionCondition } from './admission-condition.ts';
import { release } from './commit.ts';
import { aliases, assignments } from './item/expression.ts';
import { migrateItem } from './item/replace-item.ts';
import { leaseAttributes, stateIn } from './item/state-item.ts';
import type { Item } from './item/validate-item.ts';
import { VERSION } from './item/version.ts';
import type { ItemAccess, Update } from './item-access.ts';

/** The item as it was before the lease was taken, or, behind a lost response, our own after-image of it. */
interface Taken {
  readonly granted: true;
  readonly item: Item | undefined;
  readonly isAfterImage: boolean;
}

type Refused = Extract<Acquired, { granted: false }>;

/**
 * What an outage may cost a tick: 4 s, whatever is away and in whatever way, every attempt of the client, every pause between them and
 * all else that a tick does included. The client's three attempts fit into what there is to take the lease; one fits into what there is
 * to give back what may have been taken without an answer.
 */
const TAKING = 2.9 * SECOND;
const GIVING_BACK = 0.9 * SECOND;

/**
 * Takes the lease if admission allows. What is read after a refusal may no longer explain it: then the write is tried once more, and
 * after that somebody else keeps getting in between, which is an overlap.
 * @throws UnreadableStateError if the item is damaged or newer; a lease taken on such an item is given back
 */
export async function acquire(items: ItemAccess, clock: Clock, request: AcquireRequest): Promise<Acquired> {
  const giveBack = (asItWas?: Item) =>
    withTimeLimit(clock, GIVING_BACK, (signal) => release(items.until(signal), request, asItWas)).catch(() => {});
  const answer = await withTimeLimit(clock, TAKING, (signal) => take(items.until(signal), request)).catch(
    async (error) => {
      // No answer came, but the lease may have been taken: left alone it would keep ticks out and be booked as a crash.
      if (!(error instanceof UnreadableStateError)) await giveBack();
      throw error;
    },
  );
  if (!answer.granted) return answer;
  try {
    return grant(request, answer);
  } catch (error) {
    // The damage is what must be told, also where the lease can't be given back; it stays to be seen.
    await giveBack(answer.isAfterImage ? undefined : answer.item);
    throw error;
  }
}

async function take(items: ItemAccess, request: AcquireRequest): Promise<Taken | Refused> {
  const answer = (await tryOnce(items, request)) ?? (await tryOnce(items, request));
  if (answer !== undefined) return answer;
  return { granted: false, reason: 'overlap', state: stateIn(request.service, await items.read(request.service)) };
}

async function tryOnce(items: ItemAccess, request: AcquireRequest): Promise<Taken | Refused | undefined> {
  const written = await items.write(request.service, acquireUpdate(request));
  if (written.ok || isOurs(request, written.item)) {
    return { granted: true, item: written.item, isAfterImage: !written.ok };
  }
  const state = stateIn(request.service, written.item, request.now);
  const reason = admit(state, request);
  if (reason !== undefined) return { granted: false, reason, state };
  // Admitted, and yet refused: what stands there is of an older version, or no longer what stood in the way.
  await migrateItem(items, request.service, written.item);
  return undefined;
}

/** A write whose response was lost is sent again by the SDK, and refused because it had succeeded. */
function isOurs({ owner }: AcquireRequest, item: Item | undefined): boolean {
  return item?.['leaseOwner'] === owner;
}

function grant({ service, owner, now }: AcquireRequest, { item, isAfterImage }: Taken): Acquired {
  const state = stateIn(service, item, now);
  const fence = isAfterImage ? state.fence : state.fence + 1;
  const claim: Claim = { service, owner, fence, epoch: state.epoch };
  return { granted: true, claim, state };
}

function acquireUpdate({ tick, owner, leaseUntil, ...rest }: AcquireRequest): Update {
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
    ConditionExpression: admissionCondition(alias, { tick, ...rest }),
    ...alias.collected(),
    ReturnValues: 'ALL_OLD',
  };
}
