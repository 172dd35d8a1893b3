import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { withoutUndefined } from '../text/index.ts';
import { SECOND } from '../time/index.ts';
import { TTL_ATTRIBUTE } from './item/table.ts';
import type { Item } from './item/validate-item.ts';

/** The condition for an expired item. An item whose TTL attribute is not a number never expires, as on AWS. */
const EXPIRED = {
  ExpressionAttributeNames: { '#expires': TTL_ATTRIBUTE },
  condition: '#expires <= :now AND attribute_type(#expires, :number)',
};

/**
 * Deletes every expired item of the embedded DynamoDB, which has no time to live. An item that is written again
 * meanwhile with a later expiry stays.
 * @returns the number of deleted items
 */
export async function sweepExpired(documents: DynamoDBDocumentClient, table: string, now: number): Promise<number> {
  const values = { ':now': Math.floor(now / SECOND), ':number': 'N' };
  let deleted = 0;
  let start: Item | undefined;
  do {
    const page = await documents.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: EXPIRED.condition,
        ProjectionExpression: 'pk, sk',
        ExpressionAttributeNames: EXPIRED.ExpressionAttributeNames,
        ExpressionAttributeValues: values,
        ...withoutUndefined({ ExclusiveStartKey: start }),
      }),
    );
    for (const { pk, sk } of page.Items ?? [])
      deleted += await deleteExpired(documents, { table, key: { pk, sk }, values });
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return deleted;
}

interface Expired {
  readonly table: string;
  readonly key: Item;
  readonly values: Item;
}

async function deleteExpired(documents: DynamoDBDocumentClient, { table, key, values }: Expired): Promise<0 | 1> {
  try {
    await documents.send(
      new DeleteCommand({
        TableName: table,
        Key: key,
        ConditionExpression: EXPIRED.condition,
        ExpressionAttributeNames: EXPIRED.ExpressionAttributeNames,
        ExpressionAttributeValues: values,
      }),
    );
    return 1;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 0;
    throw error;
  }
}
