/** The shape of the one table: `pk` is the service, `sk` is `STATE` or `RUN#<time>#<fence>`. */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { toIso } from '../../time/index.ts';

/** The attribute whose passing lets DynamoDB remove a run's record. Epoch seconds, as DynamoDB wants it. */
export const TTL_ATTRIBUTE = 'expiresAtSeconds';

/** What creates the table. Time to live is switched on apart, on {@link TTL_ATTRIBUTE}. */
export function stateTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  };
}

/** The key of a service's state. */
export function stateKey(service: string) {
  return { pk: service, sk: 'STATE' };
}

export const RUN_PREFIX = 'RUN#';

/** The key of a run's record: the newest sort last. */
export function runKey({ service, at, fence }: { service: string; at: number; fence: number }) {
  return { pk: service, sk: `${RUN_PREFIX}${toIso(at)}#${fence}` };
}
