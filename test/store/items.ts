/** What the store's tests write and read below the store: items as they lie in the table. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { ServiceState } from '../../lib/rules/index.ts';
import { committedAttributes, leaseAttributes, pauseAttributes } from '../../lib/store/item/state-item.ts';
import type { Item } from '../../lib/store/item/validate-item.ts';
import type { Connection } from '../support/dynalite.ts';

/** The item of a state, by the store's own codec. */
export function itemOf(service: string, state: ServiceState): Item {
  const { fence, countedUpTo: done, epoch, lease, pause } = state;
  return {
    pk: service,
    sk: 'STATE',
    v: 1,
    fence,
    done,
    ...(epoch === 0 ? {} : { epoch }),
    ...committedAttributes(state),
    ...(lease === undefined ? {} : leaseAttributes(lease)),
    ...pauseAttributes(pause),
  };
}

/** Puts an item as it is. */
export async function putItem({ documents, table }: Connection, item: Item): Promise<void> {
  await documents.send(new PutCommand({ TableName: table, Item: { ...item } }));
}

/** The item of a service as it lies in the table. */
export async function storedItem({ documents, table }: Connection, service: string): Promise<Item | undefined> {
  const key = { pk: service, sk: 'STATE' };
  return (await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
}

/**
 * The size in bytes of a service's item as stored, by the rules that DynamoDB publishes, from what comes over the wire.
 */
export async function storedSize({ documents, table }: Connection, service: string): Promise<number> {
  const Key = { pk: { S: service }, sk: { S: 'STATE' } };
  const { Item = {} } = await documents.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  let size = 0;
  for (const [name, { S, N, ...others }] of Object.entries(Item)) {
    if (Object.keys(others).length > 0)
      throw new Error(`${name}: expected text or a number, got ${JSON.stringify(others)}`);
    size += Buffer.byteLength(name) + (S === undefined ? sizeOfNumber(N ?? '') : Buffer.byteLength(S));
  }
  return size;
}

/** Two significant digits a byte, one byte more, and one for a minus. */
function sizeOfNumber(written: string): number {
  const significant = written.replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
  return Math.ceil(significant.length / 2) + 1 + (written.startsWith('-') ? 1 : 0);
}
