import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { abortable } from '../time/index.ts';
import { StoreError } from './errors.ts';
import { WATCHDOG_PREFIX, watchdogKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';

/** One part of the watchdog's memory, stored as one item with the sort key `WATCH#<number>`. */
interface Part {
  readonly number: number;
  /** How often the part was written; 0 if it is not stored yet. */
  readonly revision: number;
  readonly entries: Readonly<Record<string, unknown>>;
}

interface Ended {
  readonly signal: AbortSignal;
}

/**
 * Makes the store of the watchdog's memory.
 * @param service the name of the watchdog, under which the items are stored
 */
export function dynamoWatchdogMemory(documents: DynamoDBDocumentClient, table: string, service: string) {
  return {
    /**
     * Every stored part, ordered by number; an empty list if nothing is stored. The read is strongly consistent.
     * @throws StoreError if a request fails
     */
    async load(ended: Ended): Promise<readonly Part[]> {
      try {
        return (await readParts({ documents, table, service }, ended)).toSorted(
          (one, other) => one.number - other.number,
        );
      } catch (error) {
        throw new StoreError(service, 'reading its memory', 'nothing is reported', error);
      }
    },
    /**
     * Writes the parts, and returns them with their new revisions.
     * @throws StoreError if a request fails, or if another check by the watchdog has written one of the parts meanwhile
     */
    async save(parts: readonly Part[], { signal }: Ended): Promise<readonly Part[]> {
      const saved: Part[] = [];
      for (const { number, revision, entries } of parts) {
        const next = Math.max(0, revision) + 1;
        const put = new PutCommand({
          TableName: table,
          Item: { ...watchdogKey(service, number), revision: next, entries },
          ...conditionOf(revision),
        });
        try {
          await abortable(signal, () => documents.send(put, { abortSignal: signal }));
        } catch (error) {
          throw new StoreError(
            service,
            'writing its memory',
            'the next check compares with the memory as it was',
            error,
          );
        }
        saved.push({ number, revision: next, entries });
      }
      return saved;
    },
  };
}

/**
 * The condition of the write of a part: the stored part still has `revision`, or no part is stored if `revision` is 0.
 */
function conditionOf(revision: number) {
  if (revision === DAMAGED) return {};
  return revision === 0
    ? { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } }
    : {
        ConditionExpression: '#revision = :seen',
        ExpressionAttributeNames: { '#revision': 'revision' },
        ExpressionAttributeValues: { ':seen': revision },
      };
}

interface Source {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly service: string;
}

async function readParts({ documents, table, service }: Source, { signal }: Ended): Promise<Part[]> {
  const parts: Part[] = [];
  let start: Item | undefined;
  do {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: '#pk = :service AND begins_with(#sk, :watch)',
      ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
      ExpressionAttributeValues: { ':service': service, ':watch': WATCHDOG_PREFIX },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    const { Items = [], LastEvaluatedKey } = await abortable(signal, () =>
      documents.send(query, { abortSignal: signal }),
    );
    parts.push(...Items.flatMap(partIn));
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return parts;
}

/** The revision of a part whose stored revision can't be read. Such a part is written without a condition. */
const DAMAGED = -1;

/**
 * The part in an item, as a list of one; an empty list if its number is invalid. Damaged entries become an empty map,
 * so that the watchdog reports the same troubles again.
 */
function partIn({ sk, revision, entries }: Item): Part[] {
  const number = Number(String(sk).slice(WATCHDOG_PREFIX.length));
  if (!Number.isSafeInteger(number) || number < 0) return [];
  const isRevision = typeof revision === 'number' && Number.isSafeInteger(revision) && revision >= 0;
  const isMap = typeof entries === 'object' && entries !== null && !Array.isArray(entries);
  return [{ number, revision: isRevision ? revision : DAMAGED, entries: isMap ? (entries as Part['entries']) : {} }];
}
