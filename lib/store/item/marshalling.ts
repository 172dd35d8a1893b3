/** How values are written to DynamoDB and read from it. Every document client of the store needs it. */
import { NumberValue } from '@aws-sdk/lib-dynamodb';

/** The options of the document client: undefined attributes are left out, and no number makes an item unreadable. */
export function marshalling() {
  // A new object for each call, since the document client writes into it.
  return { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { wrapNumbers: readNumber } };
}

/**
 * Reads a stored number. DynamoDB keeps 38 digits: a number that JavaScript can't hold is read as a bigint, or as a
 * NumberValue if it has a fraction. The SDK's own reader throws for a long fraction, which makes the whole item
 * unreadable.
 */
function readNumber(written: string): number | bigint | NumberValue {
  const value = Number(written);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return /^-?\d+$/.test(written) ? BigInt(written) : NumberValue.from(written);
}
