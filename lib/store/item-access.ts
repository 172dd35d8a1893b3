/** One state item over the wire: read it, or write it under a condition and learn what stood in the way. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { abortable } from '../time/index.ts';
import { stateIn } from './item/state-item.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import { isConditionFailure, isInvalid, itemOf } from './refusal.ts';

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
export interface ItemAccess {
  /** The item, read consistently. */
  read(service: string): Promise<Item | undefined>;
  /**
   * Writes the item under the update's condition. A condition that doesn't hold is a value.
   * @throws UnreadableStateError where DynamoDB could make no sense of the item
   */
  write(service: string, update: Update): Promise<Written>;
  /** The same wire, which gives up once the signal is aborted: what is under way rejects with its reason, and nothing more is sent. */
  until(signal: AbortSignal | undefined): ItemAccess;
}

/** The wire to a table. */
export function itemAccess(documents: DynamoDBDocumentClient, table: string, signal?: AbortSignal): ItemAccess {
  // The client needs the signal to send nothing more; what it does once it has it is not waited for.
  const asked = signal === undefined ? {} : { abortSignal: signal };
  const read = async (service: string) => {
    const wanted = new GetCommand({ TableName: table, Key: stateKey(service), ConsistentRead: true });
    return (await abortable(signal, () => documents.send(wanted, asked))).Item;
  };
  return {
    read,
    until: (other) => itemAccess(documents, table, other),
    async write(service, update) {
      const wanted = new UpdateCommand({
        TableName: table,
        Key: stateKey(service),
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        ...update,
      });
      try {
        return { ok: true, item: (await abortable(signal, () => documents.send(wanted, asked))).Attributes };
      } catch (error) {
        if (isConditionFailure(error)) return { ok: false, item: itemOf(error) ?? (await read(service)) };
        if (isInvalid(error)) stateIn(service, await read(service));
        throw error;
      }
    },
  };
}
