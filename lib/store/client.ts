/** The DynamoDB client of the store. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CONNECT_TIMEOUT, MOST_ATTEMPTS, REQUEST_TIMEOUT } from '../service/index.ts';
import { marshalling } from './item/marshalling.ts';

/**
 * A document client; endpoint, region and credentials come from the environment, as the SDK reads them. The request's
 * time-out ends with the answer's first byte, so that of the socket ends an answer that stops half-way.
 */
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
