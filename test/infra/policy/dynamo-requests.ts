/**
 * The calls to DynamoDB that a role is tried with, and what DynamoDB tells IAM of each: the action and the leading
 * keys.
 */
import type { Request } from './evaluator.ts';

/** The items that a call names. IAM is told their partition keys and the attributes, never the sort key. */
export interface Items {
  readonly keys: readonly string[];
  readonly attributes: readonly string[];
}

/** A call by its name, as the request that IAM judges. */
export interface DynamoCall {
  readonly call: string;
  readonly request: (items: Items) => Omit<Request, 'resource'>;
}

function keyed(call: string, action: string): DynamoCall {
  return {
    call,
    request: ({ keys, attributes }) => ({
      action: `dynamodb:${action}`,
      context: { 'dynamodb:LeadingKeys': keys, 'dynamodb:Attributes': attributes },
    }),
  };
}

/** A call that names no partition key: IAM is told none. */
function keyless(call: string, action: string): DynamoCall {
  return { call, request: () => ({ action: `dynamodb:${action}` }) };
}

/** What the engine does on its way through a tick. */
export const ENGINE_CALLS: readonly DynamoCall[] = [
  keyed('GetItem', 'GetItem'),
  keyed('PutItem', 'PutItem'),
  keyed('UpdateItem', 'UpdateItem'),
  keyed('Query', 'Query'),
];

/** Whatever else could be asked of items. A transaction is judged by the actions it is made of, PartiQL by its own. */
export const OTHER_CALLS: readonly DynamoCall[] = [
  keyed('DeleteItem', 'DeleteItem'),
  keyed('BatchGetItem', 'BatchGetItem'),
  keyed('BatchWriteItem', 'BatchWriteItem'),
  keyed('TransactWriteItems delete', 'DeleteItem'),
  keyed('TransactWriteItems check', 'ConditionCheckItem'),
  keyless('Scan', 'Scan'),
  keyed('PartiQL select by key', 'PartiQLSelect'),
  keyless('PartiQL select of all', 'PartiQLSelect'),
  keyed('PartiQL insert', 'PartiQLInsert'),
  keyed('PartiQL update', 'PartiQLUpdate'),
  keyed('PartiQL delete', 'PartiQLDelete'),
];

/** Calls about the table itself, of which none names a key. */
export const TABLE_CALLS: readonly DynamoCall[] = [
  keyless('DescribeTable', 'DescribeTable'),
  keyless('UpdateTable', 'UpdateTable'),
  keyless('DeleteTable', 'DeleteTable'),
  keyless('ExportTableToPointInTime', 'ExportTableToPointInTime'),
  keyless('GetRecords', 'GetRecords'),
  keyless('CreateBackup', 'CreateBackup'),
];

/** All of them. Transactions of the engine's four actions are judged like those. */
export const DYNAMO_CALLS: readonly DynamoCall[] = [...ENGINE_CALLS, ...OTHER_CALLS, ...TABLE_CALLS];
