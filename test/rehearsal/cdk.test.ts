/** Why CDK refused, in a line. */
import { expect, test } from 'vitest';
import { lastWords } from './cdk.ts';

test('a deploy that fails names the resource that could not be made, and why', () => {
  const output = [
    'S | 35/4 | 6:29:45 AM | UPDATE_IN_PROGRESS | AWS::CloudWatch::Alarm | a/Alarms/halted (aAlarmshalted15)',
    'S | 35/4 | 6:29:45 AM | UPDATE_FAILED      | AWS::Lambda::Function  | a/Function (aFunction29) Lambda function not found: B',
    '❌  S failed to deploy',
    '   CloudTrail delivery can lag up to 15 minutes behind the failure.',
    '',
  ].join('\n');

  expect(lastWords({ output })).toBe('a/Function (aFunction29) Lambda function not found: B');
});

test('any other failure is shown by its last words, stack traces left out', () => {
  expect(lastWords({ output: 'Bundling...\nTemplate format error: bad\n    at x (y.ts:1:2)\n\n' })).toBe(
    'Template format error: bad',
  );
  expect(lastWords({ output: '\n' })).toBe('it said nothing');
});
