/** The DynamoDB client that the store is used with. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SECOND } from '../time/index.ts';
import { translation } from './translation.ts';

/** A request that hangs must fail while the reserve of a run still lets it be tried again. */
const CONNECT_TIMEOUT = SECOND;
const REQUEST_TIMEOUT = 1.5 * SECOND;
const MOST_ATTEMPTS = 3;

/** A document client; endpoint, region and credentials come from the environment, as the SDK reads them. */
export function documentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, translation());
}
