/**
 * The keys of the state table. `pk` is the name of the service. `sk` is
 *
 *   STATE                 for the state item
 *   RUN#<time>#<fence>    for a run record
 *   REPAIR#<time>         for the copy of a damaged item
 *   WATCH#<number>        for a part of the memory of the watchdog
 */
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { toIso } from '../../time/index.ts';

/** The attribute with the instant, in epoch seconds, from which DynamoDB may delete an item. */
export const TTL_ATTRIBUTE = 'expiresAtSeconds';

/**
 * The request that creates the state table. The caller enables time to live for {@link TTL_ATTRIBUTE} by another
 * request.
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

export function stateKey(service: string) {
  return { pk: service, sk: 'STATE' };
}

export const WATCHDOG_PREFIX = 'WATCH#';

export function watchdogKey(service: string, number: number) {
  return { pk: service, sk: `${WATCHDOG_PREFIX}${number}` };
}

export const RUN_PREFIX = 'RUN#';

/**
 * The key of a run record. `at` comes first in `sk`, so that the records of a service are sorted by time, newest last.
 */
export function runKey({ service, at, fence }: { service: string; at: number; fence: number }) {
  return { pk: service, sk: `${RUN_PREFIX}${toIso(at)}#${fence}` };
}
