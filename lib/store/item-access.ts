import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { abortable } from '../time/index.ts';
import { readItem } from './item/state-item.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import { isConditionFailure, isInvalid, refusedItem } from './refusal.ts';

export type Update = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValues'
>;

/**
 * The result of a conditional write. If `ok`, `item` has the attributes that DynamoDB returned. Otherwise the condition
 * failed, and `item` is the stored item.
 */
export interface Written {
  readonly ok: boolean;
  readonly item: Item | undefined;
}

export interface ItemAccess {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** When the signal is aborted, requests are rejected with its reason, and no more requests are sent. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads the state item of a service with strong consistency. Returns `undefined` if there is none. */
export async function getItem({ documents, table, signal }: ItemAccess, service: string): Promise<Item | undefined> {
  const wanted = new GetCommand({ TableName: table, Key: stateKey(service), ConsistentRead: true });
  return (await abortable(signal, () => documents.send(wanted, signal === undefined ? {} : { abortSignal: signal })))
    .Item;
}

/**
 * Writes the state item of a service under the condition in `update`. If the condition fails, `ok` in the result is
 * false, and nothing is thrown.
 * @throws UnreadableStateError if the stored item is damaged, so that DynamoDB rejects the update as invalid
 */
export async function updateItem(items: ItemAccess, service: string, update: Update): Promise<Written> {
  const { documents, table, signal } = items;
  const wanted = new UpdateCommand({
    TableName: table,
    Key: stateKey(service),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ...update,
  });
  try {
    // `abortable` rejects as soon as the signal is aborted; the SDK's client alone would reject later.
    const answer = await abortable(signal, () =>
      documents.send(wanted, signal === undefined ? {} : { abortSignal: signal }),
    );
    return { ok: true, item: answer.Attributes };
  } catch (error) {
    if (isConditionFailure(error)) return { ok: false, item: refusedItem(error) ?? (await getItem(items, service)) };
    if (isInvalid(error)) refuseDamaged(service, await getItem(items, service));
    throw error;
  }
}

/**
 * Throws the error of a damaged item whose update DynamoDB has rejected as invalid. Does nothing if the item is valid.
 */
function refuseDamaged(service: string, item: Item | undefined): void {
  if (item !== undefined) readItem(service, item);
}
