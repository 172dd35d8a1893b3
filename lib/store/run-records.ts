/** Run records as items of their own, kept until their time to live has passed. */
import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type ErrorSummary, RECORD_RETENTION_DAYS, type RunRecord } from '../rules/index.ts';
import type { StateStore } from '../tick/index.ts';
import { DAY, SECOND } from '../time/index.ts';
import { StoreError } from './errors.ts';
import { RUN_PREFIX, runKey, TTL_ATTRIBUTE } from './item/table.ts';
import type { Item } from './item/validate-item.ts';

/** Successful manual runs lie between failed ones: a page asks for a few more than are wanted, and there are only so many pages. */
const EXTRA_A_PAGE = 10;
const MOST_PAGES = 5;

/** The part of the store that deals with run records. */
export function runRecords(
  documents: DynamoDBDocumentClient,
  table: string,
): Pick<StateStore, 'putRun' | 'failedRuns'> {
  return {
    async putRun(record) {
      try {
        await documents.send(new PutCommand({ TableName: table, Item: { ...runKey(record), ...written(record) } }));
      } catch (error) {
        throw new StoreError(record.service, 'writing a run down', 'its memo will be missing', error);
      }
    },
    async failedRuns(service, range) {
      try {
        return await failedRuns(documents, { table, service, ...range });
      } catch (error) {
        throw new StoreError(service, 'reading the failed runs', 'they are not told', error);
      }
    },
  };
}

interface Wanted {
  readonly table: string;
  readonly service: string;
  readonly after: number;
  readonly limit: number;
}

/** Newest first. Keys are in order of time and fences nearly so: a page that has reached `after` is the last. */
async function failedRuns(
  documents: DynamoDBDocumentClient,
  { table, service, after, limit }: Wanted,
): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  let start: Item | undefined;
  for (let page = 0; page < MOST_PAGES && found.length < limit; page++) {
    const { Items = [], LastEvaluatedKey } = await documents.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#pk = :service AND begins_with(#sk, :run)',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':service': service, ':run': RUN_PREFIX },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit + EXTRA_A_PAGE,
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    const records = Items.flatMap(recordIn);
    found.push(...records.filter((record) => record.fence > after && record.outcome !== 'succeeded'));
    if (LastEvaluatedKey === undefined || records.some((record) => record.fence <= after)) break;
    start = LastEvaluatedKey;
  }
  return newestOfEachRun(found).slice(0, limit);
}

/** A run that died after it wrote its memo is written down again when it is booked, and again by each booking that dies: the last counts. */
function newestOfEachRun(records: readonly RunRecord[]): RunRecord[] {
  const byFence = new Map<number, RunRecord>();
  for (const record of records) {
    if (!byFence.has(record.fence)) byFence.set(record.fence, record);
  }
  return [...byFence.values()].toSorted((one, other) => other.fence - one.fence);
}

/** Every attribute is named here, and again where it is read: what stands in the table keeps its name, whatever the code calls it. */
function written(record: RunRecord): Item {
  const { verdict, failure } = record;
  const endedAt = record.startedAt + record.durationMs;
  return {
    fence: record.fence,
    at: record.at,
    manual: record.manual,
    outcome: record.outcome,
    startedAt: record.startedAt,
    durationMs: record.durationMs,
    build: record.build,
    ...(verdict === undefined ? {} : { verdict }),
    ...(failure === undefined ? {} : { failure: writtenFailure(failure) }),
    [TTL_ATTRIBUTE]: Math.floor((endedAt + RECORD_RETENTION_DAYS * DAY) / SECOND),
  };
}

function writtenFailure({ at, errorClass, message, text }: ErrorSummary): Item {
  return { at, errorClass, message, text };
}

/** Records are for telling: one that can't be read is left out, and fails nothing. */
function recordIn(item: Item): RunRecord[] {
  const { fence, at, manual, outcome, startedAt, durationMs, build, verdict, failure } = item;
  const readable = [fence, at].every(Number.isSafeInteger) && typeof outcome === 'string';
  if (!readable) return [];
  const record = {
    fence,
    at,
    manual,
    outcome,
    startedAt,
    durationMs,
    build,
    ...(verdict === undefined ? {} : { verdict }),
    ...(failure === undefined ? {} : { failure: failureIn(failure) }),
    service: String(item['pk']),
  };
  return [record as RunRecord];
}

/** What is no memo stays what it is. */
function failureIn(written: unknown): unknown {
  if (typeof written !== 'object' || written === null) return written;
  const { at, errorClass, message, text } = written as Item;
  return { at, errorClass, message, text };
}
