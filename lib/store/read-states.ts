/** Reads the states of many services at once, for the watchdog: BatchGetItem over their names, never a scan. */
import { BatchGetCommand, type BatchGetCommandOutput, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ServiceState } from '../rules/index.ts';
import { UnreadableStateError } from '../service/index.ts';
import { abortable, type Clock, type Random } from '../time/index.ts';
import { StoreError } from './errors.ts';
import { readItem } from './item/state-item.ts';
import { stateKey } from './item/table.ts';
import type { Item } from './item/validate-item.ts';

/** The means to wait between attempts. */
interface Waits {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** A state, the error of an unreadable state, or undefined if nothing is stored. */
type Found = ServiceState | UnreadableStateError | undefined;

/** The largest number of keys that DynamoDB accepts in one request. */
const MOST_KEYS = 100;
/** How often keys that DynamoDB leaves unprocessed are requested. */
const READ_TRIES = 5;
const FIRST_WAIT_MS = 100;

/**
 * A reader of states. Reads are eventually consistent, which costs half as much.
 * @param reader the name of the service that reads, for errors
 */
export function dynamoStatesReader(documents: DynamoDBDocumentClient, table: string, reader: string) {
  return {
    /**
     * The state of each service. The map lacks services whose keys DynamoDB leaves unprocessed at every attempt.
     * @throws StoreError if a request fails
     */
    async read(services: readonly string[], waits: Waits): Promise<ReadonlyMap<string, Found>> {
      const found = new Map<string, Found>();
      try {
        for (let first = 0; first < services.length; first += MOST_KEYS) {
          const chunk = services.slice(first, first + MOST_KEYS);
          for (const [service, state] of await readChunk({ documents, table, waits }, chunk)) found.set(service, state);
        }
      } catch (error) {
        throw new StoreError(reader, 'reading the states', 'no service was checked', error);
      }
      return found;
    },
  };
}

interface Source {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly waits: Waits;
}

async function readChunk(
  { documents, table, waits }: Source,
  services: readonly string[],
): Promise<Map<string, Found>> {
  const { clock, random, signal } = waits;
  const found = new Map<string, Found>();
  let left = services;
  for (let attempt = 0; attempt < READ_TRIES && left.length > 0; attempt++) {
    if (attempt > 0) await clock.sleep(random.draw() * FIRST_WAIT_MS * 2 ** attempt, signal);
    const request = new BatchGetCommand({ RequestItems: { [table]: { Keys: left.map(stateKey) } } });
    // `abortable` doesn't wait for the client to notice: between two attempts it waits as long as the server asks.
    const answer = await abortable(signal, () => documents.send(request, { abortSignal: signal }));
    const unprocessed = unprocessedOf(answer, table);
    const items = new Map((answer.Responses?.[table] ?? []).map((item) => [String(item['pk']), item]));
    for (const service of left) {
      if (!unprocessed.includes(service)) found.set(service, tryReadItem(service, items.get(service), clock.now()));
    }
    left = unprocessed;
  }
  return found;
}

function unprocessedOf({ UnprocessedKeys }: BatchGetCommandOutput, table: string): string[] {
  return (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => String(key['pk']));
}

/** The state in an item, or the error that makes it unreadable: a damaged state doesn't affect the other services. */
function tryReadItem(service: string, item: Item | undefined, now: number): Found {
  try {
    return item === undefined ? undefined : readItem(service, item, now);
  } catch (error) {
    if (error instanceof UnreadableStateError) return error;
    throw error;
  }
}
