/**
 * The keys of the state table. `pk` is the name of the service. `sk` is `STATE` for its state item,
 * `RUN#<time>#<fence>` for a run record, and `REPAIR#<time>` for the copy of a damaged item. The watchdog also has
 * `WATCH#<number>`, the parts of its memory.
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { toIso } from '../../time/index.ts';

/**
 * The attribute that contains the instant from which DynamoDB may delete an item, in epoch seconds as DynamoDB
 * requires.
 */
export const TTL_ATTRIBUTE = 'expiresAtSeconds';

/**
 * The request that creates the state table. Time to live is enabled by another request, for the attribute {@link
 * TTL_ATTRIBUTE}.
 */
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

/** The key of the state item of a service. */
export function stateKey(service: string) {
  return { pk: service, sk: 'STATE' };
}

export const WATCHDOG_PREFIX = 'WATCH#';

/** The key of one part of the watchdog's memory, which `watchdog-memory.ts` keeps in numbered parts. */
export function watchdogKey(service: string, number: number) {
  return { pk: service, sk: `${WATCHDOG_PREFIX}${number}` };
}

export const RUN_PREFIX = 'RUN#';

/** The key of a run record. The table sorts the records of a service by `at` (see RunRecord), the newest last. */
export function runKey({ service, at, fence }: { service: string; at: number; fence: number }) {
  return { pk: service, sk: `${RUN_PREFIX}${toIso(at)}#${fence}` };
}
