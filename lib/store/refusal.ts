/** What DynamoDB says of a write that it refused. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { marshalling } from './item/marshalling.ts';
import type { Item } from './item/validate-item.ts';

/** Whether the write's condition did not hold. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** Whether DynamoDB could not make sense of the write, as it does when an attribute has the wrong type. */
export function isInvalid(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException';
}

/** The item that made the condition fail, where the endpoint returns it. Even the document client hands it over unconverted. */
export function itemOf(error: ConditionalCheckFailedException): Item | undefined {
  return error.Item === undefined
    ? undefined
    : unmarshall(error.Item as Record<string, AttributeValue>, marshalling().unmarshallOptions);
}
