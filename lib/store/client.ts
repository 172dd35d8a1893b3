/** The DynamoDB client of the store. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CONNECT_TIMEOUT, REQUEST_TIMEOUT, REQUEST_TRIES } from '../service/index.ts';
import { marshalling } from './item/marshalling.ts';

/**
 * A document client. The SDK takes endpoint, region and credentials from the environment. Two time-outs are needed:
 * that of the request covers only the time to the first byte of an answer, that of the socket also ends an answer that
 * stops half-way.
 */
export function documentClient(): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: REQUEST_TRIES,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: REQUEST_TIMEOUT,
      socketTimeout: REQUEST_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, marshalling());
}
