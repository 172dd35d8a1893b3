/** The writes of an operator: the pause, which no commit writes, and the epoch, which a commit must find unchanged. */
import type { Pause, ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { type Aliases, aliases, assignments } from './item/expression.ts';
import { fittedPause } from './item/item-size.ts';
import { pauseAttributes, stateIn } from './item/state-item.ts';
import { VERSION } from './item/version.ts';
import { getItem, type ItemAccess, updateItem } from './item-access.ts';

/** Sets or replaces the pause. Returns the new state. */
export async function pause(items: ItemAccess, service: string, wanted: Pause): Promise<ServiceState> {
  const alias = aliases();
  await current(items, service);
  const written = await updateItem(items, service, {
    UpdateExpression: assignments(alias, pauseAttributes(fittedPause(wanted)), required(alias)),
    ConditionExpression: versionIsKnown(alias),
    ...alias.collected(),
    ReturnValues: 'ALL_NEW',
  });
  const state = stateIn(service, written.item);
  if (written.ok) return state;
  throw refused(service);
}

const CLEARED = [
  ...['record', 'backoffCount', 'streak', 'notBefore', 'notBeforeBuild'],
  ...['haltAt', 'haltUntil', 'haltBuild', 'haltCause'],
];

/**
 * A fresh start: ends halt, pause and backoff, and clears track record, backoff count, streak and failures. Crashed
 * runs that were not counted yet are counted later. The epoch rises, so that a commit under way applies its run to the
 * new state. Returns the state before the resume.
 *
 * The old epoch is the condition, and the new epoch is written as a number. So a resume that the SDK sends again after
 * a lost response is refused, and so is the later of two resumes. In both cases the epoch has risen, and nothing
 * remains to be done.
 */
export async function resume(items: ItemAccess, service: string): Promise<ServiceState> {
  const before = await current(items, service);
  const alias = aliases();
  const cleared = { ...Object.fromEntries(CLEARED.map((name) => [name, undefined])), ...pauseAttributes(undefined) };
  const zero = alias.value(0);
  const epoch = alias.name('epoch');
  const fresh = [
    ...required(alias),
    `${epoch} = ${alias.value(before.epoch + 1)}`,
    `${alias.name('failuresSince')} = if_not_exists(${alias.name('done')}, ${zero})`,
  ];
  const epochIsSame = `attribute_not_exists(${epoch}) OR ${epoch} = ${alias.value(before.epoch)}`;
  const written = await updateItem(items, service, {
    UpdateExpression: assignments(alias, cleared, fresh),
    ConditionExpression: `(${versionIsKnown(alias)}) AND (${epochIsSame})`,
    ...alias.collected(),
  });
  if (written.ok || stateIn(service, written.item).epoch > before.epoch) return before;
  throw refused(service);
}

/** The present state. It is read before each write, since no condition covers every damage. */
async function current(items: ItemAccess, service: string): Promise<ServiceState> {
  return stateIn(service, await getItem(items, service));
}

/** Assigns the attributes that every item has, since this write may create the item. */
function required(alias: Aliases): string[] {
  const orZero = (attribute: string) =>
    `${alias.name(attribute)} = if_not_exists(${alias.name(attribute)}, ${alias.value(0)})`;
  return [`${alias.name('v')} = ${alias.value(VERSION)}`, orZero('fence'), orZero('done')];
}

function versionIsKnown(alias: Aliases): string {
  return `attribute_not_exists(${alias.name('pk')}) OR ${alias.name('v')} = ${alias.value(VERSION)}`;
}

/**
 * The error of a refused write. An operator is refused only if the state can't be read. It is read first, since no
 * condition covers every damage.
 */
function refused(service: string): UnreadableStateError {
  return new UnreadableStateError('state-damaged', service, 'its state refused the change');
}
