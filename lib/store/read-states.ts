/**
 * Reads the states of many services at once, for the watchdog. BatchGetItem reads them by their keys; there is no scan.
 */
import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ServiceState } from '../rules/index.ts';
import { isUnreadableState, type UnreadableStateError } from '../service/index.ts';
import type { ErrorSummary } from '../text/index.ts';
import { abortable, type Clock, type Random } from '../time/index.ts';
import { StoreError } from './errors.ts';
import { readItem } from './item/state-item.ts';
import { runKey, stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';
import { recordIn } from './record-items.ts';

interface Waits {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

type Found = ServiceState | UnreadableStateError | undefined;

/**
 * How many services are read in one request. DynamoDB accepts 100 keys, but IAM requires that one statement of a policy
 * allows all keys of a request, and a statement has room for 80 of the longest names.
 */
export const READ_TOGETHER = 80;
/** How often a list of keys is requested, at most. Each retry asks only for the keys that DynamoDB left unprocessed. */
const READ_TRIES = 5;
const FIRST_WAIT_MS = 100;

/**
 * Makes the reader of states for the watchdog. Its reads are strongly consistent, since from an older state the
 * watchdog could report a recovery although the trouble goes on.
 * @param reader the name of the service that reads, for the messages of errors
 */
export function dynamoStatesReader(documents: DynamoDBDocumentClient, table: string, reader: string) {
  const sourceOf = (waits: Waits): Source => ({ documents, table, waits });
  return {
    /**
     * Reads the states of services. The map has no entry for a service whose key DynamoDB left unprocessed at every
     * attempt.
     * @throws StoreError if a request fails
     */
    async read(services: readonly string[], waits: Waits): Promise<ReadonlyMap<string, Found>> {
      try {
        const { items, left } = await readItems(sourceOf(waits), services.map(stateKey));
        const read = services.filter((service) => !left.has(service));
        return new Map(read.map((service) => [service, stateOf(service, items.get(service), waits.clock.now())]));
      } catch (error) {
        throw new StoreError(reader, 'reading the states', 'no service was checked', error);
      }
    },
    /**
     * Reads the failures of runs, at most one run of each service, as a map from the service to `class: message`. A run
     * without a stored failure has no entry.
     * @throws StoreError if a request fails
     */
    async failures(runs: readonly Run[], waits: Waits): Promise<ReadonlyMap<string, string>> {
      try {
        // One request for each run, since IAM refuses a request whose keys aren't all allowed by one statement of a
        // policy.
        const read = await Promise.all(runs.map((run) => readItems(sourceOf(waits), [runKey(run)])));
        const records = read.flatMap(({ items }) => [...items.values()].flatMap(recordIn));
        return new Map(records.flatMap(({ service, failure }) => (failure ? [[service, headline(failure)]] : [])));
      } catch (error) {
        throw new StoreError(reader, 'reading the failures', 'notices name no cause', error);
      }
    },
  };
}

function headline({ errorClass, message }: ErrorSummary): string {
  return `${errorClass}: ${message}`;
}

type Run = Parameters<typeof runKey>[0];
type Key = ReturnType<typeof stateKey>;

interface Source {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly waits: Waits;
}

interface Read {
  readonly items: ReadonlyMap<string, Item>;
  readonly left: ReadonlySet<string>;
}

/** Reads the items with these keys, at most one key for each service. */
async function readItems(source: Source, keys: readonly Key[]): Promise<Read> {
  const items = new Map<string, Item>();
  const left = new Set<string>();
  for (let first = 0; first < keys.length; first += READ_TOGETHER) {
    const read = await readChunk(source, keys.slice(first, first + READ_TOGETHER));
    for (const [service, item] of read.items) items.set(service, item);
    for (const service of read.left) left.add(service);
  }
  return { items, left };
}

async function readChunk({ documents, table, waits }: Source, keys: readonly Key[]): Promise<Read> {
  const { clock, random, signal } = waits;
  const items = new Map<string, Item>();
  let left = keys;
  for (let attempt = 0; attempt < READ_TRIES && left.length > 0; attempt++) {
    if (attempt > 0) await clock.sleep(random.draw() * FIRST_WAIT_MS * 2 ** attempt, signal);
    const request = new BatchGetCommand({ RequestItems: { [table]: { Keys: [...left], ConsistentRead: true } } });
    // `abortable` rejects as soon as the signal is aborted; the SDK's client alone would reject later, after its wait
    // between two attempts.
    const answer = await abortable(signal, () => documents.send(request, { abortSignal: signal }));
    for (const item of answer.Responses?.[table] ?? []) items.set(String(item['pk']), item);
    left = (answer.UnprocessedKeys?.[table]?.Keys ?? []) as Key[];
  }
  return { items, left: new Set(left.map(({ pk }) => pk)) };
}

/**
 * The state in an item, or `undefined` without an item. The error of an unreadable state is returned, not thrown, so
 * that one damaged item doesn't affect the other services.
 */
function stateOf(service: string, item: Item | undefined, now: number): Found {
  try {
    return item === undefined ? undefined : readItem(service, item, now);
  } catch (error) {
    if (isUnreadableState(error)) return error;
    throw error;
  }
}
