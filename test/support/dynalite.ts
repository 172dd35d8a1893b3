/**
 * A DynamoDB for a test file, with the state table, and clients whose calls are counted: dynalite in memory on
 * 127.0.0.1, or whatever `TICKOVER_TEST_ENDPOINT` names (with keys and region of the environment, if it has any).
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { dynamoStateStore, marshalling, stateTable } from '../../lib/store/index.ts';
import type { StateStore } from '../../lib/tick/index.ts';
import { type Clock, systemClock } from '../../lib/time/index.ts';

/** Another DynamoDB than dynalite, to run tests on. */
export const NAMED_ENDPOINT = process.env['TICKOVER_TEST_ENDPOINT'];

/** The state table's name in tests; where there may be others, it is this file's own. */
export const TABLE = NAMED_ENDPOINT === undefined ? 'tickover-test' : `tickover-test-${randomUUID()}`;

const LONGEST_WAIT_SECONDS = 60;

/** A client of its own, the store on it, and what it sent. */
export interface Connection {
  /** The state table's name there. */
  readonly table: string;
  readonly documents: DynamoDBDocumentClient;
  readonly store: StateStore;
  /** The operations that were called, in order. */
  readonly calls: string[];
  /** The same as they went over the wire, every retry included. */
  readonly attempts: string[];
}

/** A database that is up. */
export interface TestDatabase {
  readonly endpoint: string;
  /** Another client; by way of `endpoint` where one is named. */
  connect(endpoint?: string): Connection;
  close(): Promise<void>;
}

/**
 * A table at an endpoint. Where none is given, it is on the one that is named, and goes when it is closed, or else on a
 * dynalite of its own.
 */
export async function testDatabase(endpoint?: string, table?: string): Promise<TestDatabase> {
  if (endpoint !== undefined) return databaseAt(endpoint, { table });
  if (NAMED_ENDPOINT === undefined) return dynaliteDatabase();
  const { connect, close, ...rest } = await databaseAt(NAMED_ENDPOINT, { access: accessInEnvironment() });
  return {
    ...rest,
    connect,
    async close() {
      await connect().documents.send(new DeleteTableCommand({ TableName: TABLE }));
      await close();
    },
  };
}

/** A dynalite of its own with the table, whatever is named. */
export async function dynaliteDatabase(): Promise<TestDatabase> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const { close, ...rest } = await databaseAt(await listening(server));
  return {
    ...rest,
    async close() {
      await close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a client is let in by. */
type Access = Pick<DynamoDBClientConfig, 'region' | 'credentials'>;

interface Place {
  readonly table?: string | undefined;
  readonly access?: Access;
}

const ANYBODY: Access = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };

/** Left to the SDK, where the environment has what it looks for. */
function accessInEnvironment(): Access {
  return ['AWS_ACCESS_KEY_ID', 'AWS_REGION'].every((name) => name in process.env) ? {} : ANYBODY;
}

async function databaseAt(endpoint: string, { table = TABLE, access = ANYBODY }: Place = {}): Promise<TestDatabase> {
  const clients: DynamoDBClient[] = [];
  const connect = (address = endpoint) => {
    const client = new DynamoDBClient({ endpoint: address, maxAttempts: 3, ...access });
    clients.push(client);
    return connection(client, table);
  };
  const { documents } = connect();
  await documents.send(new CreateTableCommand(stateTable(table)));
  await waitUntilTableExists({ client: documents, maxWaitTime: LONGEST_WAIT_SECONDS }, { TableName: table });
  return {
    endpoint,
    connect,
    async close() {
      for (const client of clients) client.destroy();
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A clock on which no time is ever up: how long a busy machine takes is no matter of these tests. */
const PATIENT: Clock = {
  now: () => systemClock.now(),
  sleep: (_ms, signal) => new Promise((wake) => signal?.addEventListener('abort', () => wake(), { once: true })),
};

function connection(client: DynamoDBClient, table: string): Connection {
  const calls: string[] = [];
  const attempts: string[] = [];
  const counted = (kept: string[]) => (next: (args: never) => unknown, context: { commandName?: string }) => {
    return (args: never) => {
      kept.push(String(context.commandName).replace(/Command$/, ''));
      return next(args);
    };
  };
  client.middlewareStack.add(counted(calls) as never, { step: 'initialize', name: 'callsCounted' });
  client.middlewareStack.add(counted(attempts) as never, {
    step: 'finalizeRequest',
    priority: 'low',
    name: 'attemptsCounted',
  });
  const documents = DynamoDBDocumentClient.from(client, marshalling());
  return { table, documents, store: dynamoStateStore(documents, table, PATIENT), calls, attempts };
}
