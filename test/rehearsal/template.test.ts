/** Templates, read: what references become, who refers to whom, and what differs. */
import { describe, expect, test } from 'vitest';
import { differences, referencesIn, resolve, type World } from './template.ts';

const world: World = {
  ref: (name) => ({ Table: 'stack-table-1', 'AWS::Region': 'eu-central-1' })[name] ?? `no ${name}`,
  arn: (id) => `arn:aws:sqs:eu-central-1:000000000000:${id}-1`,
};

describe('a reference', () => {
  test('becomes what the resource is called, wherever in the value it stands', () => {
    const properties = {
      Environment: { Variables: { TABLE: { Ref: 'Table' }, SIMPLE: 'as it is' } },
      Queues: [{ Ref: 'Table' }],
    };

    expect(resolve(properties, world)).toEqual({
      Environment: { Variables: { TABLE: 'stack-table-1', SIMPLE: 'as it is' } },
      Queues: ['stack-table-1'],
    });
  });

  test('a reference by attribute becomes the ARN, or the name at its end', () => {
    expect(resolve({ 'Fn::GetAtt': ['Queue', 'Arn'] }, world)).toBe('arn:aws:sqs:eu-central-1:000000000000:Queue-1');
    expect(resolve({ 'Fn::GetAtt': ['Queue', 'QueueName'] }, world)).toBe('Queue-1');
  });

  test('a reference within a text becomes part of it', () => {
    const joined = { 'Fn::Join': ['', ['ALARM("', { 'Fn::GetAtt': ['A', 'Arn'] }, '") in ', { Ref: 'AWS::Region' }]] };

    expect(resolve(joined, world)).toBe('ALARM("arn:aws:sqs:eu-central-1:000000000000:A-1") in eu-central-1');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is CloudFormation's.
    expect(resolve({ 'Fn::Sub': 'assets-${AWS::Region}' }, world)).toBe('assets-eu-central-1');
  });

  test('a reference of a kind that is not known is refused, never passed over', () => {
    expect(() => resolve({ 'Fn::If': ['Condition', 1, 2] }, world)).toThrow(/expected Ref, .*got Fn::If/);
  });
});

test('referrers are found in properties, attributes and DependsOn', () => {
  const resource = {
    Type: 'A',
    Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Name: { 'Fn::Join': ['', [{ Ref: 'Table' }]] } },
    DependsOn: ['Policy', 'Role'],
  };

  expect(referencesIn(resource).toSorted()).toEqual(['Policy', 'Role', 'Role', 'Table']);
});

describe('differences', () => {
  test('are named by their path; what only the second has is none', () => {
    const expected = { Timeout: 50, Environment: { Variables: { A: '1', B: '2' } } };
    const got = { Timeout: 50, Environment: { Variables: { A: '1', B: '3', C: '4' } }, State: 'Active' };

    expect(differences(expected, got, 'F')).toEqual(['F.Environment.Variables.B: expected "2", got "3"']);
  });

  test('cover what is missing, and lists as a whole', () => {
    expect(differences({ A: 1 }, {}, 'F')).toEqual(['F.A: expected 1, got nothing']);
    expect(differences({ A: [1, 2] }, { A: [2, 1] }, 'F')).toEqual(['F.A: expected [1,2], got [2,1]']);
  });
});
