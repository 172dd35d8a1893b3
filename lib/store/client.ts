import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientSettings } from '../service/index.ts';
import { marshalling } from './item/marshalling.ts';

/**
 * Makes the DynamoDB client of the store. The SDK takes endpoint, region and credentials from environment variables.
 * @param database the value of `TICKOVER_DATABASE`; see {@link databaseSettings}
 */
export function documentClient(database?: string): DynamoDBDocumentClient {
  const settings = { ...clientSettings(), ...databaseSettings(database) };
  return DynamoDBDocumentClient.from(new DynamoDBClient(settings), marshalling());
}

/**
 * The settings of a client for Tickover's own tables. `TICKOVER_DATABASE` is the endpoint of an embedded DynamoDB. Its
 * requests are signed with placeholders, so that no program at that address gets a valid signature. Without the
 * variable the settings are empty.
 */
export function databaseSettings(database: string | undefined): DynamoDBClientConfig {
  if (database === undefined) return {};
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint: database, region: 'us-east-1', credentials };
}
