import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { marshalling } from './item/marshalling.ts';
import type { Item } from './item/validate-item.ts';

export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/** Whether DynamoDB refused the request as invalid, as for a stored attribute of a type that the update can't use. */
export function isInvalid(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException';
}

/**
 * The stored item of a write whose condition failed; `undefined` if the endpoint doesn't return it. The document client
 * doesn't convert the item in an error, so this function does it.
 */
export function refusedItem(error: ConditionalCheckFailedException): Item | undefined {
  return error.Item === undefined
    ? undefined
    : unmarshall(error.Item as Record<string, AttributeValue>, marshalling().unmarshallOptions);
}
