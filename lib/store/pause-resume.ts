/**
 * Writes the changes of an operator: pause and resume. No commit changes a pause, and a resume raises the epoch, so
 * that a commit under way is refused.
 */
import type { Pause, ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { type Aliases, aliases, assignments } from './item/expression.ts';
import { fittedPause } from './item/item-size.ts';
import { pauseAttributes, stateIn } from './item/state-item.ts';
import { VERSION } from './item/version.ts';
import { getItem, type ItemAccess, updateItem } from './item-access.ts';

/** Pauses a service; a stored pause is replaced. Returns the new state. */
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
 * Resumes a service: ends halt, pause and backoff, and clears track record, streak and failures. The epoch rises by
 * one, so that a commit under way is refused and applies its run to the new state. Returns the state before the resume.
 *
 * If the epoch has risen between read and write, another operator has resumed the service, or the SDK has sent this
 * write twice. The service is resumed then, so no error is thrown.
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

/**
 * Reads the state before a pause or a resume is written, since the condition of that write can't detect every damage.
 * @throws UnreadableStateError if the item is damaged or of a newer version
 */
async function current(items: ItemAccess, service: string): Promise<ServiceState> {
  return stateIn(service, await getItem(items, service));
}

/**
 * The assignments for the attributes that every state item must have, since a pause or a resume may create the item.
 */
function required(alias: Aliases): string[] {
  const orZero = (attribute: string) =>
    `${alias.name(attribute)} = if_not_exists(${alias.name(attribute)}, ${alias.value(0)})`;
  return [`${alias.name('v')} = ${alias.value(VERSION)}`, orZero('fence'), orZero('done')];
}

function versionIsKnown(alias: Aliases): string {
  return `attribute_not_exists(${alias.name('pk')}) OR ${alias.name('v')} = ${alias.value(VERSION)}`;
}

/**
 * The error of a pause or a resume whose write was refused although the stored item can be read. This happens only if
 * the item was damaged at the moment of the write.
 */
function refused(service: string): UnreadableStateError {
  return new UnreadableStateError('state-damaged', service, 'its state refused the change');
}
