/** The policies that stand at queues and topics: who gets in, and that nobody does without TLS. */
import { describe, expect, test } from 'vitest';
import { type Answer, judge } from './evaluator.ts';
import type { Statement } from './statement.ts';
import { asDeployed } from './subject.ts';
import { ACCOUNT, arnOf, ofType, resolve, statementsIn } from './template.ts';

const subject = asDeployed();

/** What the policies of a type say, of the resource with the ARN. */
function statementsFor(type: string, property: 'Topics' | 'Queues', id: string): Statement[] {
  const { template } = subject;
  return ofType(template, type).flatMap(([, { Properties = {} }]) => {
    const named = JSON.stringify(Properties[property] ?? []);
    return named.includes(`"${id}"`) ? statementsIn(template, Properties['PolicyDocument']) : [];
  });
}

describe('the topic of the pager', () => {
  const topic = () => {
    const [[id] = ['']] = ofType(subject.template, 'AWS::SNS::Topic');
    return { id, arn: arnOf(subject.template, id) };
  };
  const rows: readonly (readonly [Answer, string, string, Record<string, string>])[] = [
    [
      'allowed',
      'CloudWatch, for an alarm of this account',
      'cloudwatch.amazonaws.com',
      { 'aws:SourceAccount': ACCOUNT },
    ],
    [
      'not allowed',
      'CloudWatch, for another account',
      'cloudwatch.amazonaws.com',
      { 'aws:SourceAccount': '999999999999' },
    ],
    ['not allowed', 'CloudWatch, for nobody', 'cloudwatch.amazonaws.com', {}],
    ['not allowed', 'another service', 'events.amazonaws.com', { 'aws:SourceAccount': ACCOUNT }],
  ];
  test.each(rows)('is %s to %s', (answer, _who, service, context) => {
    const { id, arn } = topic();
    const asking = { action: 'sns:Publish', resource: arn, principal: ['Service', service] as const };
    const statements = statementsFor('AWS::SNS::TopicPolicy', 'Topics', id);

    expect(judge(statements, { ...asking, context: { ...context, 'aws:SecureTransport': 'true' } })).toBe(answer);
    expect(judge(statements, { ...asking, context: { ...context, 'aws:SecureTransport': 'false' } })).toBe('denied');
  });
});

describe('every queue', () => {
  test('is closed to whoever comes without TLS', () => {
    const queues = ofType(subject.template, 'AWS::SQS::Queue').map(([id]) => id);
    const answers = queues.map((id) =>
      judge(statementsFor('AWS::SQS::QueuePolicy', 'Queues', id), {
        action: 'sqs:SendMessage',
        resource: arnOf(subject.template, id),
        principal: ['AWS', `arn:aws:iam::${ACCOUNT}:role/Anybody`],
        context: { 'aws:SecureTransport': 'false' },
      }),
    );

    expect(queues).toHaveLength(1);
    expect(answers).toEqual(['denied']);
  });

  test('is opened to nobody by a policy of its own', () => {
    const allowing = ofType(subject.template, 'AWS::SQS::QueuePolicy').flatMap(([, { Properties = {} }]) =>
      statementsIn(subject.template, resolve(subject.template, Properties['PolicyDocument'])),
    );

    expect(allowing.filter(({ Effect }) => Effect === 'Allow')).toEqual([]);
  });
});
