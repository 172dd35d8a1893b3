/** What a request on the wire is for, read from the request itself. */
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** The calls of a tick, an operator's, and whatever only reads. */
export type Call = 'acquire' | 'commit' | 'release' | 'operate' | 'putRun' | 'read';

type Json = Readonly<Record<string, unknown>>;
/** Attributes as they go over the wire. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Which call of the store a request belongs to. */
export function callOf(operation: string, request: Json): Call {
  if (operation === 'PutItem') return 'putRun';
  if (operation !== 'UpdateItem') return 'read';
  const [update, condition] = [String(request['UpdateExpression']), String(request['ConditionExpression'])];
  if (/#leaseOwner = /.test(update)) return 'acquire';
  if (/#done = #done \+/.test(update)) return 'release';
  return /#fence = /.test(condition) ? 'commit' : 'operate';
}

/** The service that a request is about. */
export function serviceOf(request: Json): string {
  const { pk } = unmarshalled((request['Key'] ?? request['Item'] ?? {}) as Attributes);
  return String(pk);
}

/** Attributes as values. */
export function unmarshalled(attributes: Attributes): Readonly<Record<string, unknown>> {
  return unmarshall(attributes as never);
}

/** Bytes of an item, by the rules that DynamoDB publishes; numbers, text and maps of them are all there is. */
export function sizeOf(attributes: Attributes): number {
  return Object.entries(attributes).reduce(
    (size, [name, value]) => size + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

function sizeOfValue(value: unknown): number {
  const { S, N, M } = value as { S?: string; N?: string; M?: Attributes };
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return Math.ceil(N.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length / 2) + 1;
  return M === undefined ? 1 : 3 + Object.keys(M).length + sizeOf(M);
}
