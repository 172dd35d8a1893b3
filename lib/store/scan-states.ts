/**
 * Reads every state of a table by a scan, for one machine and for a person. A scan reads the whole table, run records
 * included, and needs the right to read all of it: no function of a stack does that.
 */
import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { ServiceState } from '../rules/index.ts';
import { isUnreadableState, type UnreadableStateError } from '../service/index.ts';
import { withoutUndefined } from '../text/index.ts';
import { readItem } from './item/state-item.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';

/** Returns what is stored of each service, by name: its state, or the error that makes the state unreadable. */
export async function scanStates(
  documents: DynamoDBDocumentClient,
  table: string,
  now: number,
): Promise<ReadonlyMap<string, ServiceState | UnreadableStateError>> {
  const found = new Map<string, ServiceState | UnreadableStateError>();
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: '#sk = :state',
        ExpressionAttributeNames: { '#sk': 'sk' },
        ExpressionAttributeValues: { ':state': stateKey('').sk },
        ConsistentRead: true,
        ...withoutUndefined({ ExclusiveStartKey: start }),
      }),
    );
    for (const item of Items) found.set(String(item['pk']), stateOf(item, now));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}

function stateOf(item: Item, now: number): ServiceState | UnreadableStateError {
  try {
    return readItem(String(item['pk']), item, now);
  } catch (error) {
    if (isUnreadableState(error)) return error;
    throw error;
  }
}
