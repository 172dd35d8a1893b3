/** Access to one state item in the table: a consistent read, and a write under a condition. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { abortable } from '../time/index.ts';
import { readItem } from './item/state-item.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import { isConditionFailure, isInvalid, refusedItem } from './refusal.ts';

/** An update without key and table. */
export type Update = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValues'
>;

/**
 * The result of a write: the attributes that it returned, or the item for which its condition failed. If the endpoint
 * doesn't return that item, a consistent read fetches it.
 */
export interface Written {
  readonly ok: boolean;
  readonly item: Item | undefined;
}

/** Access to the state items of one table. */
export interface ItemAccess {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** If it is aborted, requests reject with its reason and nothing more is sent. */
  readonly signal?: AbortSignal | undefined;
}

/** The item, read consistently. */
export async function getItem({ documents, table, signal }: ItemAccess, service: string): Promise<Item | undefined> {
  const wanted = new GetCommand({ TableName: table, Key: stateKey(service), ConsistentRead: true });
  return (await abortable(signal, () => documents.send(wanted, signal === undefined ? {} : { abortSignal: signal })))
    .Item;
}

/**
 * Writes the item under the condition of the update. A condition that fails is a value, not an error.
 * @throws UnreadableStateError if the damage of the item makes the update invalid for DynamoDB
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
    // The aborted signal stops the client from sending more. `abortable` rejects at once, without waiting for the
    // client.
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

/** @throws UnreadableStateError if the item can't be read */
function refuseDamaged(service: string, item: Item | undefined): void {
  if (item !== undefined) readItem(service, item);
}
