/** A DynamoDB for a test file: dynalite in memory on 127.0.0.1, with the state table, and clients whose calls are counted. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import type { StateStore } from '../../lib/runner/index.ts';
import { dynamoStateStore, stateTable, translation } from '../../lib/store/index.ts';

/** The state table's name in tests. */
export const TABLE = 'tickover-test';

/** A client of its own, the store on it, and what it sent. */
export interface Connection {
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

/** Starts dynalite, or takes the endpoint that is named, and makes a table. */
export async function testDatabase(named?: string, table = TABLE): Promise<TestDatabase> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const endpoint = named ?? (await listening(server));
  const clients: DynamoDBClient[] = [];
  const connect = (address = endpoint) => {
    const client = clientOf(address);
    clients.push(client);
    return connection(client, table);
  };
  await connect().documents.send(new CreateTableCommand(stateTable(table)));
  return {
    endpoint,
    connect,
    async close() {
      for (const client of clients) client.destroy();
      if (!server.listening) return;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 3,
  });
}

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
  const documents = DynamoDBDocumentClient.from(client, translation());
  return { documents, store: dynamoStateStore(documents, table), calls, attempts };
}
