/** AWS's own rules for solutions find nothing in the stack that is not acknowledged, each with a reason. */
import { Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, describe, expect, test } from 'vitest';
import type { TickoverStack } from '../../infra/tickover-stack.ts';
import { newApp, newStack, removeOutputs, settingsOf } from '../support/stack-kit.ts';

afterAll(removeOutputs);

/** The stack of a stage, with everything switched on that the context knows. */
function fullStack(stage: string): TickoverStack {
  const everything = { alarms: 'full', detailedMetrics: true, interval: '10s' };
  const services = { 'check-endpoints': everything, 'mark-late-runs': everything, 'watch-services': everything };
  return newStack(newApp(), { settings: settingsOf({ stage, alarmEmail: 'someone@example.com', services }) });
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

  test('find what is wrong', () => {
    const stack = newStack();
    new Queue(stack, 'Bare');

    expect(findingsIn(stack)).toEqual([
      'AwsSolutions-SQS3 at Tickover-prod/Bare/Resource',
      'AwsSolutions-SQS4 at Tickover-prod/Bare/Resource',
    ]);
  });
});

test('the stack acknowledges one rule at two queues, with the reason', () => {
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
    { path: 'Tickover-prod/Failed/Queue', 'Annotation::AwsSolutions-SQS3': reason },
  ]);
});
