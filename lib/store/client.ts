/** Makes the DynamoDB client that the store uses. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientSettings } from '../service/index.ts';
import { marshalling } from './item/marshalling.ts';

/** Makes a document client. The SDK takes endpoint, region and credentials from the environment variables. */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings()), marshalling());
}
