import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientSettings } from '../service/index.ts';
import { marshalling } from './item/marshalling.ts';

/**
 * Makes the DynamoDB client of the store. The SDK takes endpoint, region and credentials from environment variables.
 */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings()), marshalling());
}
