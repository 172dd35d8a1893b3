import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock, withTimeLimit } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';

const LONGEST_WAIT_MS = 20_000;
const STEP_MS = 50;

/**
 * Makes the table if it is missing, and waits until it is active.
 * @returns whether this call made the table
 * @throws DatabaseError `table-not-active` if the table is not active after 20 s; otherwise the errors of the AWS SDK
 */
export async function ensureTable(
  client: DynamoDBClient,
  table: CreateTableCommandInput,
  clock: Clock = systemClock,
): Promise<boolean> {
  const name = String(table.TableName);
  const work = (signal: AbortSignal) => ensureWithin({ client, clock, signal }, table);
  return withTimeLimit(clock, LONGEST_WAIT_MS, work).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'time-up') throw error;
    throw new DatabaseError('table-not-active', `table ${name}: still not active after 20 s; try again, or delete it`, {
      cause: error,
    });
  });
}

interface Waiting {
  readonly client: DynamoDBClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

async function ensureWithin({ client, clock, signal }: Waiting, table: CreateTableCommandInput): Promise<boolean> {
  const name = String(table.TableName);
  if ((await statusOf(client, name, signal)) === 'ACTIVE') return false;
  const created = await createIfMissing(client, table, signal);
  while (!signal.aborted && (await statusOf(client, name, signal)) !== 'ACTIVE') await clock.sleep(STEP_MS, signal);
  return created;
}

async function createIfMissing(
  client: DynamoDBClient,
  table: CreateTableCommandInput,
  abortSignal: AbortSignal,
): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(table), { abortSignal });
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
}

async function statusOf(client: DynamoDBClient, name: string, abortSignal: AbortSignal): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }), { abortSignal });
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
