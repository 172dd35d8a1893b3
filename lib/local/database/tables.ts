/** Makes tables on one machine, where no stack makes them. */
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type Clock, systemClock } from '../../time/index.ts';
import { DatabaseError } from './database-error.ts';

const LONGEST_WAIT_MS = 20_000;
const STEP_MS = 50;

/**
 * Makes the table if it is missing, and waits until it can be used.
 * @returns whether this call made it; another process may make it at the same time
 * @throws DatabaseError `table-not-active` after 20 s; the SDK's errors otherwise
 */
export async function ensureTable(
  client: DynamoDBClient,
  table: CreateTableCommandInput,
  clock: Clock = systemClock,
): Promise<boolean> {
  const name = String(table.TableName);
  if ((await statusOf(client, name)) === 'ACTIVE') return false;
  const created = await createIfMissing(client, table);
  const until = clock.now() + LONGEST_WAIT_MS;
  do {
    if ((await statusOf(client, name)) === 'ACTIVE') return created;
    await clock.sleep(STEP_MS);
  } while (clock.now() < until);
  throw new DatabaseError('table-not-active', `table ${name}: still not active after 20 s; try again, or delete it`);
}

async function createIfMissing(client: DynamoDBClient, table: CreateTableCommandInput): Promise<boolean> {
  try {
    await client.send(new CreateTableCommand(table));
    return true;
  } catch (error) {
    if (error instanceof ResourceInUseException) return false;
    throw error;
  }
}

async function statusOf(client: DynamoDBClient, name: string): Promise<string | undefined> {
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    return Table?.TableStatus;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
