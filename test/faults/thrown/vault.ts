/**
 * Where a service's state is kept while it meets a thing: over the wire, or in memory where many are to be met in
 * little time.
 */
import { type AttributeValue, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { memoryStore } from '../../../lib/testing/index.ts';
import type { StateStore } from '../../../lib/tick/index.ts';
import { itemOf } from '../../store/items.ts';
import type { Connection } from '../../support/dynalite.ts';

/** An item as it comes over the wire. */
export type StoredItem = Readonly<Record<string, AttributeValue>>;

/** A store, and what lies in it. */
export interface Vault {
  readonly store: StateStore;
  items(service: string): Promise<{ readonly state: StoredItem; readonly records: readonly StoredItem[] }>;
}

/** The items of a real table. */
export function remoteVault({ documents, store, table }: Connection): Vault {
  return {
    store,
    async items(service) {
      const Key = { pk: { S: service }, sk: { S: 'STATE' } };
      const { Item = {} } = await documents.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
      const { Items = [] } = await documents.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :service AND begins_with(sk, :run)',
          ExpressionAttributeValues: { ':service': { S: service }, ':run': { S: 'RUN#' } },
          ConsistentRead: true,
        }),
      );
      return { state: Item, records: Items };
    },
  };
}

/** States and records in memory, as items that would hold them. */
export function memoryVault(): Vault {
  const store = memoryStore();
  return {
    store,
    async items(service) {
      const state = await store.read(service);
      const records = await store.failedRuns(service, { after: 0, limit: 50 });
      return {
        state: state === undefined ? {} : marshall(itemOf(service, state), { removeUndefinedValues: true }),
        records: records.map((record) => marshall({ ...record }, { removeUndefinedValues: true })),
      };
    },
  };
}
