/** Writes and reads run records. Each is an item that DynamoDB deletes when its time to live ends. */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { RECORD_RETENTION_DAYS, type RunRecord } from '../rules/index.ts';
import { type ErrorSummary, withoutUndefined } from '../text/index.ts';
import { DAY, SECOND } from '../time/index.ts';
import { RUN_PREFIX, runKey, TTL_ATTRIBUTE } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import type { ItemAccess } from './item-access.ts';

/**
 * How many records beyond the limit each page of the query in `failedRuns` may have. Records of successful manual runs,
 * which are left out of the result, may be among them.
 */
const EXTRA_A_PAGE = 10;
const MOST_PAGES = 5;

/** Writes a run record. Writing the same record again changes nothing. */
export async function putRun({ documents, table, signal }: ItemAccess, record: RunRecord): Promise<void> {
  const command = new PutCommand({ TableName: table, Item: { ...runKey(record), ...recordAttributes(record) } });
  await documents.send(command, withoutUndefined({ abortSignal: signal }));
}

/**
 * The run records of failed runs whose fence is above `after`: newest first, at most `limit`. Records are sorted by
 * time, and their fences have nearly the same order, so no page is read after one that contains a fence of `after` or
 * below.
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

/** The query for the newest run records of a service. `start` is the key behind which it continues. */
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
 * The newest record of each run, newest run first. A run can have several records: one that it wrote itself, one by the
 * tick that counted it as crashed, and one by each tick that died while it counted the run.
 */
function newestOfEachRun(records: readonly RunRecord[]): RunRecord[] {
  const byFence = new Map<number, RunRecord>();
  for (const record of records) {
    if (!byFence.has(record.fence)) byFence.set(record.fence, record);
  }
  return [...byFence.values()].toSorted((one, other) => other.fence - one.fence);
}

/**
 * The attributes of a run record. Their names are listed here and in `recordIn`, so that stored names stay the same if
 * a property of RunRecord is renamed.
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

/**
 * The run record in an item, as a list of one. The list is empty if the item is unreadable, since records are used only
 * for reports.
 */
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
