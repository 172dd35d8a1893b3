/** The DynamoDB client that the store is used with. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SECOND } from '../time/index.ts';
import { marshalling } from './item/marshalling.ts';

/**
 * A request that hangs must fail while there still is time to try it again: three attempts fit into what an acquire may take.
 * The request's own time-out ends with the answer's first byte; an answer that stops half-way ends by the socket's.
 */
const CONNECT_TIMEOUT = 0.5 * SECOND;
const REQUEST_TIMEOUT = 0.9 * SECOND;
const MOST_ATTEMPTS = 3;

/** A document client; endpoint, region and credentials come from the environment, as the SDK reads them. */
export function documentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: MOST_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      socketTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, marshalling());
}
