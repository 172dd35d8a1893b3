/** The reasons for which DynamoDB refuses a write. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { marshalling } from './item/marshalling.ts';
import type { Item } from './item/validate-item.ts';

/** Whether the condition of the write did not hold. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** Whether DynamoDB rejects the write as invalid. It does so if a stored attribute has the wrong type. */
export function isInvalid(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException';
}

/**
 * The item for which the condition failed, if the endpoint returns it. The document client doesn't convert it, so this
 * function does.
 */
export function refusedItem(error: ConditionalCheckFailedException): Item | undefined {
  return error.Item === undefined
    ? undefined
    : unmarshall(error.Item as Record<string, AttributeValue>, marshalling().unmarshallOptions);
}
