/** Converts values to and from DynamoDB. Every document client that the store uses needs these options. */
import { NumberValue } from '@aws-sdk/lib-dynamodb';

/**
 * The options of a document client: undefined attributes are left out, and no stored number makes an item unreadable.
 */
export function marshalling() {
  // The function returns a new object for each call, since a document client changes it.
  return { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { wrapNumbers: readNumber } };
}

/**
 * Converts a stored number. DynamoDB keeps 38 digits: a number that a JavaScript number can't hold becomes a bigint, or
 * a NumberValue if it has a fraction. The SDK's own conversion throws for a long fraction, so that the whole item could
 * not be read.
 */
function readNumber(written: string): number | bigint | NumberValue {
  const value = Number(written);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return /^-?\d+$/.test(written) ? BigInt(written) : NumberValue.from(written);
}
