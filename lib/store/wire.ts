/** One state item over the wire: read it, or write it under a condition and learn what stood in the way. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { stateIn } from './item.ts';
import { isInvalid, isRefused, itemOf } from './refusal.ts';
import type { Item } from './soundness.ts';
import { stateKey } from './table.ts';

/** What is sent besides key and table. */
export type Update = Pick<
  UpdateCommandInput,
  'UpdateExpression' | 'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues' | 'ReturnValues'
>;

/** A write's fate: what the write returned, or the item that stood in its way (as a read found it, where the endpoint does not return it). */
export interface Written {
  readonly ok: boolean;
  readonly item: Item | undefined;
}

/** Access to the state items of one table. */
export interface Wire {
  /** The item, read consistently. */
  read(service: string): Promise<Item | undefined>;
  /**
   * Writes the item under the update's condition. A condition that doesn't hold is a value.
   * @throws UnreadableStateError where DynamoDB could make no sense of the item
   */
  write(service: string, update: Update): Promise<Written>;
}

/** The wire to a table. */
export function wireTo(documents: DynamoDBDocumentClient, table: string): Wire {
  const read = async (service: string) =>
    (await documents.send(new GetCommand({ TableName: table, Key: stateKey(service), ConsistentRead: true }))).Item;
  return {
    read,
    async write(service, update) {
      const asked = {
        TableName: table,
        Key: stateKey(service),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...update,
      } as const;
      try {
        return { ok: true, item: (await documents.send(new UpdateCommand(asked))).Attributes };
      } catch (error) {
        if (isRefused(error)) return { ok: false, item: itemOf(error) ?? (await read(service)) };
        if (isInvalid(error)) stateIn(service, await read(service));
        throw error;
      }
    },
  };
}
