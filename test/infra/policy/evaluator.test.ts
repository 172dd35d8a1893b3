/** The evaluator held against requests whose answers are known from IAM's documentation. */
import { describe, expect, test } from 'vitest';
import { type Answer, judge, type Request } from './evaluator.ts';
import { readStatement, type Statement } from './statement.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/State';
const KEYS = 'dynamodb:LeadingKeys';

function allow(more: Partial<Statement> = {}): Statement {
  return { Effect: 'Allow', Action: 'dynamodb:*', Resource: TABLE, ...more };
}

function ask(action: string, context?: Request['context']): Request {
  return { action: `dynamodb:${action}`, resource: TABLE, ...(context === undefined ? {} : { context }) };
}

const onlyA = { 'ForAllValues:StringEquals': { [KEYS]: 'a' } };
const onlyAGiven = { ...onlyA, Null: { [KEYS]: 'false' } };
const trusted = {
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'scheduler.amazonaws.com' },
  Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
} as const;
const assume = (service: string, account?: string): Request => ({
  action: 'sts:AssumeRole',
  principal: ['Service', service],
  ...(account === undefined ? {} : { context: { 'aws:SourceAccount': account } }),
});

const rows: readonly (readonly [Answer, string, readonly Statement[], Request])[] = [
  ['not allowed', 'no statement', [], ask('GetItem')],
  ['allowed', 'an action by its name', [allow({ Action: 'dynamodb:GetItem' })], ask('GetItem')],
  ['allowed', 'an action in other letters', [allow({ Action: 'DynamoDB:getitem' })], ask('GetItem')],
  ['not allowed', 'another action', [allow({ Action: ['dynamodb:GetItem', 'dynamodb:Query'] })], ask('PutItem')],
  ['allowed', 'an action by a wildcard', [allow({ Action: 'dynamodb:Batch*Item' })], ask('BatchGetItem')],
  ['not allowed', 'a wildcard that ends elsewhere', [allow({ Action: 'dynamodb:Batch*Item' })], ask('BatchGet')],
  ['allowed', 'a single unknown letter', [allow({ Action: 'dynamodb:?utItem' })], ask('PutItem')],
  ['not allowed', 'another resource', [allow({ Resource: `${TABLE}s` })], ask('GetItem')],
  ['not allowed', 'only the indexes', [allow({ Resource: `${TABLE}/index/*` })], ask('GetItem')],
  ['allowed', 'a resource by a wildcard', [allow({ Resource: 'arn:aws:dynamodb:*:*:table/St*' })], ask('GetItem')],
  ['denied', 'a Deny beside an Allow', [allow(), allow({ Effect: 'Deny' })], ask('GetItem')],
  ['denied', 'a Deny before an Allow', [allow({ Effect: 'Deny' }), allow()], ask('GetItem')],
  ['allowed', 'a Deny of something else', [allow(), allow({ Effect: 'Deny', Action: 'dynamodb:Scan' })], ask('Query')],
  ['allowed', 'keys that all fit', [allow({ Condition: onlyA })], ask('BatchGetItem', { [KEYS]: ['a', 'a'] })],
  ['not allowed', 'one key that does not', [allow({ Condition: onlyA })], ask('BatchGetItem', { [KEYS]: ['a', 'b'] })],
  ['allowed', 'ForAllValues and no key at all: a Scan slips through', [allow({ Condition: onlyA })], ask('Scan')],
  ['allowed', 'ForAllValues and an empty list', [allow({ Condition: onlyA })], ask('Scan', { [KEYS]: [] })],
  ['not allowed', 'the Null check holds the Scan back', [allow({ Condition: onlyAGiven })], ask('Scan')],
  ['not allowed', 'so it does with an empty list', [allow({ Condition: onlyAGiven })], ask('Scan', { [KEYS]: [] })],
  ['allowed', 'the Null check lets a key by', [allow({ Condition: onlyAGiven })], ask('GetItem', { [KEYS]: ['a'] })],
  [
    'allowed',
    'Null true wants the key absent',
    [allow({ Condition: { Null: { [KEYS]: 'true' } } })],
    ask('DescribeTable'),
  ],
  [
    'not allowed',
    'ForAnyValue and no key',
    [allow({ Condition: { 'ForAnyValue:StringEquals': { [KEYS]: 'a' } } })],
    ask('Scan'),
  ],
  [
    'allowed',
    'ForAnyValue lets a stranger by beside a known one',
    [allow({ Condition: { 'ForAnyValue:StringEquals': { [KEYS]: 'a' } } })],
    ask('BatchGetItem', { [KEYS]: ['a', 'b'] }),
  ],
  [
    'not allowed',
    'StringLike that matches no name that only begins so',
    [allow({ Condition: { 'ForAllValues:StringLike': { [KEYS]: 'a' } } })],
    ask('GetItem', { [KEYS]: ['ab'] }),
  ],
  [
    'allowed',
    'StringLike with a star takes in every name that begins so',
    [allow({ Condition: { 'ForAllValues:StringLike': { [KEYS]: 'a*' } } })],
    ask('GetItem', { [KEYS]: ['ab'] }),
  ],
  [
    'not allowed',
    'StringEquals takes a star for a star',
    [allow({ Condition: { 'ForAllValues:StringEquals': { [KEYS]: 'a*' } } })],
    ask('GetItem', { [KEYS]: ['ab'] }),
  ],
  [
    'denied',
    'a Deny unless the transport is safe',
    [allow(), allow({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
    ask('GetItem', { 'aws:SecureTransport': 'false' }),
  ],
  [
    'allowed',
    'IfExists and no key',
    [allow({ Condition: { StringEqualsIfExists: { 'aws:SourceAccount': '1' } } })],
    ask('GetItem'),
  ],
  [
    'allowed',
    'a negated operator and no key',
    [allow({ Condition: { StringNotEquals: { 'aws:SourceAccount': '1' } } })],
    ask('GetItem'),
  ],
  ['allowed', 'a service that is trusted', [trusted], assume('scheduler.amazonaws.com', '111122223333')],
  ['not allowed', 'another service', [trusted], assume('lambda.amazonaws.com', '111122223333')],
  ['not allowed', 'the service for another account', [trusted], assume('scheduler.amazonaws.com', '999999999999')],
  ['not allowed', 'the service for nobody', [trusted], assume('scheduler.amazonaws.com')],
  [
    'not allowed',
    'an ARN whose star would have to reach into the next part',
    [{ ...trusted, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:schedule/group/*' } } }],
    { ...assume('scheduler.amazonaws.com'), context: { 'aws:SourceArn': 'arn:aws:scheduler:r:1:schedule/group/s' } },
  ],
  [
    'allowed',
    'an ARN of the group',
    [{ ...trusted, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:r:1:schedule/group/*' } } }],
    { ...assume('scheduler.amazonaws.com'), context: { 'aws:SourceArn': 'arn:aws:scheduler:r:1:schedule/group/s' } },
  ],
];

describe('the evaluator', () => {
  test.each(rows)('answers %s to %s', (answer, _what, statements, request) => {
    expect(judge(statements, request)).toBe(answer);
  });

  test('refuses an operator that it does not know', () => {
    const statement = allow({ Condition: { NumericLessThan: { 'dynamodb:Limit': '1' } } });

    expect(() => judge([statement], ask('Query', { 'dynamodb:Limit': '1' }))).toThrow(
      "condition: the evaluator can't judge NumericLessThan",
    );
  });

  test('refuses an operator for one value on a key that has several', () => {
    const statement = allow({ Condition: { StringEquals: { [KEYS]: 'a' } } });

    expect(() => judge([statement], ask('BatchGetItem', { [KEYS]: ['a', 'b'] }))).toThrow(
      "condition: StringEquals can't judge a key with several values",
    );
  });

  test('refuses a statement that speaks by exclusion', () => {
    const statement = { Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: TABLE };

    expect(() => readStatement(statement)).toThrow("statement: the evaluator can't judge NotAction");
  });
});
