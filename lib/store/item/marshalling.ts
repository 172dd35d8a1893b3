/** How values are written to DynamoDB and read from it. A document client of the store must be made with this. */
import { NumberValue } from '@aws-sdk/lib-dynamodb';

/** What the document client is made with: absent attributes are left out, and no number that DynamoDB can hold makes an item unreadable. */
export function marshalling() {
  // A new one each time: the document client writes into what it is given.
  return { marshallOptions: { removeUndefinedValues: true }, unmarshallOptions: { wrapNumbers: readNumber } };
}

/**
 * A stored number. DynamoDB keeps 38 digits: what a number can't hold is a bigint, or a NumberValue where it has a fraction too. The
 * SDK's own reader throws on the latter, whatever attribute it stands in.
 */
function readNumber(written: string): number | bigint | NumberValue {
  const value = Number(written);
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  return /^-?\d+$/.test(written) ? BigInt(written) : NumberValue.from(written);
}
