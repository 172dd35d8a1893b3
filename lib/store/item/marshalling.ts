import { NumberValue } from '@aws-sdk/lib-dynamodb';

/** The options of a DynamoDB document client: undefined attributes are left out, and any stored number can be read. */
export function marshalling() {
  // A new object for each call, since a document client changes its options.
  return { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { wrapNumbers: readNumber } };
}

/**
 * Converts a stored number, which may have 38 digits. A number that JavaScript can't hold becomes a bigint, or a
 * NumberValue if it has a fraction. The SDK alone would throw for such a fraction.
 */
function readNumber(written: string): number | bigint | NumberValue {
  const value = Number(written);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return /^-?\d+$/.test(written) ? BigInt(written) : NumberValue.from(written);
}
