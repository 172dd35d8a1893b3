import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RECORD_RETENTION_DAYS, type RunRecord } from '../rules/index.ts';
import { type ErrorSummary, withoutUndefined } from '../text/index.ts';
import { DAY, SECOND } from '../time/index.ts';
import { RUN_PREFIX, runKey, TTL_ATTRIBUTE } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import type { ItemAccess } from './item-access.ts';

/**
 * How many records more than `limit` are read in each page of the query in `failedRuns`, since successful manual runs
 * may be among them.
 */
const EXTRA_A_PAGE = 10;
const MOST_PAGES = 5;

/**
 * Writes a run record, which DynamoDB deletes after RECORD_RETENTION_DAYS. Writing the same record again changes
 * nothing.
 */
export async function putRun({ documents, table, signal }: ItemAccess, record: RunRecord): Promise<void> {
  const command = new PutCommand({ TableName: table, Item: { ...runKey(record), ...recordAttributes(record) } });
  await documents.send(command, withoutUndefined({ abortSignal: signal }));
}

/**
 * The run records of failed runs whose fence is above `after`: newest first, at most `limit`. Reading ends at a record
 * with a fence of `after` or below, since fences rise nearly in the order of time.
 */
export async function failedRuns(
  { documents, table, signal }: ItemAccess,
  service: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  let start: Item | undefined;
  for (let page = 0; page < MOST_PAGES && found.length < limit; page++) {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      newestRecords({ table, service }, limit + EXTRA_A_PAGE, start),
      withoutUndefined({ abortSignal: signal }),
    );
    const records = Items.flatMap(recordIn);
    found.push(...records.filter((record) => record.fence > after && record.outcome !== 'succeeded'));
    if (LastEvaluatedKey === undefined || records.some((record) => record.fence <= after)) break;
    start = LastEvaluatedKey;
  }
  return newestOfEachRun(found).slice(0, limit);
}

/**
 * The query for the newest run records of a service.
 * @param start the key after which the query continues; without it, it begins at the newest record
 */
export function newestRecords(
  { table, service }: { readonly table: string; readonly service: string },
  limit: number,
  start?: Item,
): QueryCommand {
  return new QueryCommand({
    TableName: table,
    KeyConditionExpression: '#pk = :service AND begins_with(#sk, :run)',
    ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
    ExpressionAttributeValues: { ':service': service, ':run': RUN_PREFIX },
    ScanIndexForward: false,
    ConsistentRead: true,
    Limit: limit,
    ...withoutUndefined({ ExclusiveStartKey: start }),
  });
}

/**
 * The newest record of each run, newest run first. A run may have several records: its own, and one from each tick that
 * counted it as crashed.
 */
function newestOfEachRun(records: readonly RunRecord[]): RunRecord[] {
  const byFence = new Map<number, RunRecord>();
  for (const record of records) {
    if (!byFence.has(record.fence)) byFence.set(record.fence, record);
  }
  return [...byFence.values()].toSorted((one, other) => other.fence - one.fence);
}

/**
 * The attributes of a run record. The names are listed here and in `recordIn`, so that renaming a property of RunRecord
 * doesn't change a stored name.
 */
function recordAttributes(record: RunRecord): Item {
  const endedAt = record.startedAt + record.durationMs;
  return withoutUndefined({
    fence: record.fence,
    at: record.at,
    manual: record.manual,
    outcome: record.outcome,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    build: record.build,
    verdict: record.verdict,
    failure: record.failure && failureAttributes(record.failure),
    [TTL_ATTRIBUTE]: Math.floor((endedAt + RECORD_RETENTION_DAYS * DAY) / SECOND),
  });
}

function failureAttributes({ at, errorClass, message, text }: ErrorSummary): Item {
  return { at, errorClass, message, text };
}

/** The run record in an item, as a list of one; an empty list if the item can't be read. */
export function recordIn(item: Item): RunRecord[] {
  const { fence, at, manual, outcome, startedAt, durationMs, build, verdict, failure } = item;
  if (![fence, at].every(Number.isSafeInteger) || typeof outcome !== 'string') return [];
  const readable = withoutUndefined({ fence, at, manual, outcome, startedAt, durationMs, build, verdict });
  const summary = withoutUndefined({ failure: isSummary(failure) ? failureAttributes(failure) : failure });
  return [{ ...readable, ...summary, service: String(item['pk']) } as unknown as RunRecord];
}

function isSummary(value: unknown): value is ErrorSummary {
  return typeof value === 'object' && value !== null;
}
