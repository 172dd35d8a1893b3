/** Finds the reason for which DynamoDB refused a write. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { marshalling } from './item/marshalling.ts';
import type { Item } from './item/validate-item.ts';

/** Whether DynamoDB refused the write because its condition did not hold. */
export function isConditionFailure(error: unknown): error is ConditionalCheckFailedException {
  return error instanceof ConditionalCheckFailedException;
}

/**
 * Whether DynamoDB refused the request as invalid. It does so if a stored attribute has a type that the update can't
 * use.
 */
export function isInvalid(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationException';
}

/**
 * The item for which the condition failed; `undefined` if the endpoint doesn't return it. The document client doesn't
 * convert the item in an error, so this function does.
 */
export function refusedItem(error: ConditionalCheckFailedException): Item | undefined {
  return error.Item === undefined
    ? undefined
    : unmarshall(error.Item as Record<string, AttributeValue>, marshalling().unmarshallOptions);
}
