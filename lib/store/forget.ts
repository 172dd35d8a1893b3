/**
 * Deletes everything that the table contains of one service: its state, its run records and the copies of repaired
 * items. The state goes first, under the condition that no run has begun since it was read. If the process ends
 * half-way, a second call deletes the rest.
 */
import { DeleteCommand, type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { withoutUndefined } from '../text/index.ts';
import { aliases } from './item/expression.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import { getItem } from './item-access.ts';
import { isConditionFailure } from './refusal.ts';

/** What became of the request to forget a service. */
export type Forgotten =
  | { readonly forgotten: true; readonly deleted: number }
  /** A run may be under way; nothing was deleted. `until` is the end of its lease, in epoch milliseconds. */
  | { readonly forgotten: false; readonly reason: 'leased'; readonly until: number }
  /** A run began while the state was about to be deleted; nothing was deleted. */
  | { readonly forgotten: false; readonly reason: 'changed' };

/** How many items are deleted at once. */
const TOGETHER = 25;

interface Source {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
}

/**
 * Deletes the items of a service. The caller needs the rights GetItem, Query and DeleteItem on the table.
 * @throws the error of the SDK if a request fails
 */
export async function forgetService(source: Source, service: string, now: number): Promise<Forgotten> {
  const item = await getItem(source, service);
  const until = Number(item?.['leaseUntil'] ?? 0);
  if (until > now) return { forgotten: false, reason: 'leased', until };
  if (item !== undefined && !(await deleteState(source, service, item))) return { forgotten: false, reason: 'changed' };
  const records = await deleteRecords(source, service);
  return { forgotten: true, deleted: records + (item === undefined ? 0 : 1) };
}

/** An acquire changes fence and lease, so the state is still as it was read if both are. */
async function deleteState({ documents, table }: Source, service: string, item: Item): Promise<boolean> {
  const alias = aliases();
  const same = ['fence', 'leaseUntil'].map((attribute) => {
    const value: unknown = item[attribute];
    const name = alias.name(attribute);
    return value === undefined ? `attribute_not_exists(${name})` : `${name} = ${alias.value(value)}`;
  });
  const condition = { ConditionExpression: same.join(' AND '), ...alias.collected() };
  try {
    await documents.send(new DeleteCommand({ TableName: table, Key: stateKey(service), ...condition }));
    return true;
  } catch (error) {
    if (isConditionFailure(error)) return false;
    throw error;
  }
}

async function deleteRecords({ documents, table }: Source, service: string): Promise<number> {
  let deleted = 0;
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#pk = :service',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':service': service },
        ProjectionExpression: '#pk, #sk',
        ConsistentRead: true,
        ...withoutUndefined({ ExclusiveStartKey: start }),
      }),
    );
    // A tick of a service that is deployed after all may have made a new state meanwhile. It stays.
    const keys = Items.filter(({ sk }) => sk !== stateKey(service).sk);
    for (let first = 0; first < keys.length; first += TOGETHER) {
      const some = keys.slice(first, first + TOGETHER);
      await Promise.all(
        some.map(({ pk, sk }) => documents.send(new DeleteCommand({ TableName: table, Key: { pk, sk } }))),
      );
    }
    deleted += keys.length;
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}
