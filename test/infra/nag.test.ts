/** AWS's own rules for solutions find nothing in the stack that is not acknowledged, each with a reason. */
import { Stack, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Tracing } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import type { TickoverStack, TickoverStackProps } from '../../infra/tickover-stack.ts';
import { newApp, newStack, removeOutputs, settingsOf } from '../support/stack-kit.ts';

afterAll(removeOutputs);

/** The stack of a stage, with everything switched on that the context knows. */
function fullStack(stage: string, props: Partial<TickoverStackProps> = {}, more: object = {}): TickoverStack {
  const everything = { alarms: 'full', metrics: 'detailed', interval: '10s', logLevel: 'debug' };
  const own = { ...everything, ...more };
  const services = { 'check-endpoints': own, 'mark-late-runs': own, 'watch-services': everything };
  const encryptionKeyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const context = { stage, alarmEmail: 'someone@example.com', services, encryptionKeyArn };
  return newStack(newApp(), { settings: settingsOf(context), ...props });
}

const findingsIn = (stack: TickoverStack): string[] =>
  new AwsSolutionsChecks(stack)
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
    );

describe('the rules', () => {
  test.each(['dev', 'prod'])('find nothing in stage %s, with everything switched on', (stage) => {
    expect(findingsIn(fullStack(stage))).toEqual([]);
  });

  test('find nothing where services share a function', () => {
    expect(findingsIn(fullStack('prod', {}, { group: 'small' }))).toEqual([]);
  });

  test('find nothing in a VPC, with tracing', () => {
    const vpc = Vpc.fromVpcAttributes(new Stack(newApp(), 'Theirs'), 'Vpc', {
      ...{ vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'] },
    });

    expect(findingsIn(fullStack('prod', { functionProps: { vpc, tracing: Tracing.ACTIVE } }))).toEqual([]);
  });

  test('find what is wrong', () => {
    const stack = newStack();
    new Queue(stack, 'Bare');

    expect(findingsIn(stack)).toEqual([
      'AwsSolutions-SQS3 at Tickover-prod/Bare/Resource',
      'AwsSolutions-SQS4 at Tickover-prod/Bare/Resource',
    ]);
  });
});

test('the stack acknowledges one rule at its queue, with the reason', () => {
  const stack = newStack();
  const key = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;
  const acknowledged = stack.node
    .findAll()
    .flatMap(({ node }) =>
      node.metadata.filter(({ type }) => type === key).map(({ data }) => ({ path: node.path, ...data })),
    );

  const reason = 'It is a dead-letter queue itself: nothing consumes it, so nothing can fail to.';
  expect(acknowledged).toEqual([
    { path: 'Tickover-prod/Undeliverable/Queue', 'Annotation::AwsSolutions-SQS3': reason },
  ]);
});
