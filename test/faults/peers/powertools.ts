/** Powertools' Idempotency, from npm, in a folder of its own: its record protocol on DynamoDB. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { clientConfig, documentsAt } from './documents.ts';
import { type Peer, type Process, startedOrRefused } from './peer.ts';

const VERSION = '2.35.0';
const TABLE = 'idempotency';
const run = promisify(execFile);

/** As much of the package as is used here. */
interface Idempotency {
  makeIdempotent<Result>(
    work: (event: unknown) => Promise<Result>,
    options: { persistenceStore: unknown; config: unknown },
  ): (event: unknown) => Promise<Result>;
  readonly IdempotencyConfig: new (options: object) => { registerLambdaContext(context: unknown): void };
}
interface Persistence {
  readonly DynamoDBPersistenceLayer: new (options: { tableName: string; clientConfig: unknown }) => unknown;
}

/**
 * Powertools' Idempotency, installed in `folder` where it is missing.
 * @throws where npm can't have it
 */
export async function powertoolsIdempotency(folder: string): Promise<Peer> {
  const home = join(folder, `powertools-${VERSION}`);
  if (!existsSync(join(home, 'node_modules'))) {
    await mkdir(home, { recursive: true });
    await writeFile(join(home, 'package.json'), '{ "private": true }');
    const wanted = [
      `@aws-lambda-powertools/idempotency@${VERSION}`,
      '@aws-sdk/client-dynamodb@3',
      '@aws-sdk/lib-dynamodb@3',
    ];
    await run('npm', ['install', '--no-audit', '--no-fund', ...wanted], { cwd: home });
  }
  const load = createRequire(join(home, 'package.json'));
  const library: Idempotency & Persistence = {
    ...load('@aws-lambda-powertools/idempotency'),
    ...load('@aws-lambda-powertools/idempotency/dynamodb'),
  };
  return {
    name: `Powertools Idempotency ${VERSION}`,
    takesBy: 'PutItem',
    async prepare(endpoint) {
      await documentsAt(endpoint).send(
        new CreateTableCommand({
          TableName: TABLE,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        }),
      );
    },
    start: async (endpoint) => processOf(library, endpoint),
    async stored(endpoint) {
      const { Items: [item] = [] } = await documentsAt(endpoint).send(new ScanCommand({ TableName: TABLE }));
      return String(item?.['data'] ?? 'nothing');
    },
  };
}

function processOf(library: Idempotency & Persistence, endpoint: string): Process {
  const persistenceStore = new library.DynamoDBPersistenceLayer({
    tableName: TABLE,
    clientConfig: clientConfig(endpoint),
  });
  return {
    begin(atMostMs) {
      const config = new library.IdempotencyConfig({});
      config.registerLambdaContext({ getRemainingTimeInMillis: () => atMostMs });
      return startedOrRefused({
        make: (work) => library.makeIdempotent(work, { persistenceStore, config })({ duty: 'duty' }),
        refusal: (answer) => `given ${answer}'s result`,
      });
    },
    close: async () => {},
  };
}
