/** Repairing a service's state where it is stored, in two steps: what would change is shown, and written only then. */
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RECORD_RETENTION_DAYS } from '../../rules/index.ts';
import { UnreadableStateError } from '../../service/index.ts';
import { DAY, SECOND, toIso } from '../../time/index.ts';
import { replaceItem } from '../item/replace-item.ts';
import { versionOf } from '../item/state-item.ts';
import { RUN_PREFIX, TTL_ATTRIBUTE } from '../item/table.ts';
import type { Item } from '../item/validate-item.ts';
import { getItem } from '../item-access.ts';
import { type Change, changesFor, type Evidence } from './changes.ts';

/** Repairs states. Whatever the SDK throws is thrown. */
export interface StateRepairs {
  /**
   * The changes that would make the service's state sound, none if it is; `undefined` if nothing is stored of it.
   * @throws UnreadableStateError if the state is of a newer version, which only newer code can judge
   */
  examine(service: string, now: number): Promise<readonly Change[] | undefined>;
  /**
   * Makes the changes that were shown. The item as it was is kept first, as `REPAIR#<time>`, for as long as the record of a run.
   * @returns whether it was done; not if by now other attributes would change than those shown
   */
  repair(service: string, shown: readonly Change[], now: number): Promise<boolean>;
}

const MOST_TRIES = 5;
/** Records lie in order of time and fences nearly so. */
const RECORDS_LOOKED_AT = 25;

/** The repairs on a table of the shape that `stateTable` tells. They take the rights to get, query, put and update its items. */
export function stateRepairs(documents: DynamoDBDocumentClient, table: string): StateRepairs {
  const items = { documents, table };

  async function look(service: string, now: number) {
    const item = await getItem(items, service);
    if (item === undefined) return undefined;
    refuseNewer(service, item);
    const evidence: Evidence = { now, highestRecorded: await highestRecorded(documents, table, service) };
    return { item, changes: changesFor(item, evidence) };
  }

  return {
    examine: async (service, now) => (await look(service, now))?.changes,
    async repair(service, shown, now) {
      // Ticks that are refused raise the counters: the item is read again, and what is written holds against that.
      for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
        const found = await look(service, now);
        if (found === undefined || !isSame(found.changes, shown)) return false;
        await documents.send(new PutCommand({ TableName: table, Item: kept(service, found.item, now) }));
        const values = Object.fromEntries(found.changes.map(({ attribute, to }) => [attribute, to]));
        if (await replaceItem(items, service, found.item, values)) return true;
      }
      return false;
    },
  };
}

/** An item of no version that can be read is for a repair; one of a newer version is not. */
function refuseNewer(service: string, item: Item): void {
  try {
    versionOf(service, item);
  } catch (error) {
    if (!(error instanceof UnreadableStateError) || error.code === 'state-newer') throw error;
  }
}

function isSame(changes: readonly Change[], shown: readonly Change[]): boolean {
  const names = (some: readonly Change[]) => some.map(({ attribute }) => attribute).join(' ');
  return names(changes) === names(shown);
}

/** The item as it was, whatever stands in it, inside an item of its own. */
function kept(service: string, item: Item, now: number): Item {
  const expires = Math.floor((now + RECORD_RETENTION_DAYS * DAY) / SECOND);
  return { pk: service, sk: `REPAIR#${toIso(now)}`, item, [TTL_ATTRIBUTE]: expires };
}

async function highestRecorded(documents: DynamoDBDocumentClient, table: string, service: string): Promise<number> {
  const { Items = [] } = await documents.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#pk = :service AND begins_with(#sk, :run)',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':service': service, ':run': RUN_PREFIX },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: RECORDS_LOOKED_AT,
    }),
  );
  return Math.max(0, ...Items.map((record) => record['fence']).filter((fence) => Number.isSafeInteger(fence)));
}
