/** What an operator writes: attributes that no commit names, and the epoch that a commit must find unchanged. */

import type { Pause, ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { type Aliases, aliases, assignments } from './item/expression.ts';
import { fittedPause } from './item/item-size.ts';
import { migrateItem } from './item/replace-item.ts';
import { pauseAttributes, stateIn } from './item/state-item.ts';
import { VERSION } from './item/version.ts';
import { getItem, type ItemAccess, updateItem } from './item-access.ts';

/** Sets the pause; one that stands is replaced. Returns the state with it. */
export async function pause(items: ItemAccess, service: string, wanted: Pause): Promise<ServiceState> {
  const alias = aliases();
  await current(items, service);
  const written = await updateItem(items, service, {
    UpdateExpression: assignments(alias, pauseAttributes(fittedPause(wanted)), born(alias)),
    ConditionExpression: versionIsKnown(alias),
    ...alias.collected(),
    ReturnValues: 'ALL_NEW',
  });
  const state = stateIn(service, written.item);
  if (written.ok) return state;
  throw refused(service);
}

const FORGOTTEN = ['record', 'backoffCount', 'streak', 'notBefore', 'haltAt', 'haltUntil', 'haltBuild', 'haltCause'];

/**
 * A fresh start: record, count, streak and failures forgotten, halt, pause and `notBefore` gone; what isn't booked yet will count. The epoch rises, so that a
 * commit under way enters its run into this state and not into the one it saw. Returns the state as it was.
 *
 * The new epoch is written out and the old one is the condition: a resume whose response was lost and which is sent again, or one
 * that came at the same time, has done what was asked.
 */
export async function resume(items: ItemAccess, service: string): Promise<ServiceState> {
  const before = await current(items, service);
  const alias = aliases();
  const gone = { ...Object.fromEntries(FORGOTTEN.map((name) => [name, undefined])), ...pauseAttributes(undefined) };
  const zero = alias.value(0);
  const epoch = alias.name('epoch');
  const fresh = [
    ...born(alias),
    `${epoch} = ${alias.value(before.epoch + 1)}`,
    `${alias.name('failuresSince')} = if_not_exists(${alias.name('done')}, ${zero})`,
  ];
  const written = await updateItem(items, service, {
    UpdateExpression: assignments(alias, gone, fresh),
    ConditionExpression: `(${versionIsKnown(alias)}) AND (attribute_not_exists(${epoch}) OR ${epoch} = ${alias.value(before.epoch)})`,
    ...alias.collected(),
  });
  if (written.ok || stateIn(service, written.item).epoch > before.epoch) return before;
  throw refused(service);
}

/** The state as it is, in today's version. */
async function current(items: ItemAccess, service: string): Promise<ServiceState> {
  const item = await getItem(items, service);
  const state = stateIn(service, item);
  if (item === undefined || item['v'] === VERSION) return state;
  await migrateItem(items, service, item);
  return stateIn(service, await getItem(items, service));
}

/** The attributes that every item has, for an item that an operator is the first to write. */
function born(alias: Aliases): string[] {
  const orZero = (attribute: string) =>
    `${alias.name(attribute)} = if_not_exists(${alias.name(attribute)}, ${alias.value(0)})`;
  return [`${alias.name('v')} = ${alias.value(VERSION)}`, orZero('fence'), orZero('done')];
}

function versionIsKnown(alias: Aliases): string {
  return `attribute_not_exists(${alias.name('pk')}) OR ${alias.name('v')} = ${alias.value(VERSION)}`;
}

/** Only state that can't be read refuses an operator. It is read first, since no condition could tell every damage. */
function refused(service: string): UnreadableStateError {
  return new UnreadableStateError('state-damaged', service, 'its state refused the change');
}
