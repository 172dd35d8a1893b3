/** Who may invoke a service, and so run, pause or resume it by hand: judged on what is synthesised. */
import { FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { readEvent } from '../../../lib/lambda/event.ts';
import { judge } from './evaluator.ts';
import type { Statement } from './statement.ts';
import { asDeployed, functionRole, type Subject, withMore } from './subject.ts';
import { arnOf, ofType, rolesOf } from './template.ts';

const INVOKING = ['lambda:InvokeFunction', 'lambda:InvokeAsync', 'lambda:InvokeFunctionUrl'];
/** By which somebody would give himself what he wasn't given. */
const WIDENING = [
  ...['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration', 'lambda:AddPermission'],
  ...['lambda:CreateFunctionUrlConfig', 'lambda:CreateEventSourceMapping'],
];

const subject = asDeployed();

const functions = ({ template }: Subject) =>
  ofType(template, 'AWS::Lambda::Function').map(([id]) => arnOf(template, id));

/** The ids of the roles of the stack that may do one of these to one of the functions. */
function rolesThatMay(actions: readonly string[], asked = subject): string[] {
  const may = (permissions: readonly Statement[]) =>
    actions.some((action) =>
      functions(asked).some((resource) => judge(permissions, { action, resource }) === 'allowed'),
    );
  return rolesOf(asked.template)
    .filter(({ permissions }) => may(permissions))
    .map(({ id }) => id);
}

/** The types of what could let somebody in. */
function doorsOf({ template }: Subject): string[] {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  const doors = types.filter((type) => /^AWS::(Lambda|ApiGateway|ApiGatewayV2|Events|ElasticLoadBalancing)/.test(type));
  return [...new Set(doors)].toSorted();
}

describe('nobody but whom IAM lets', () => {
  test('invokes a function: no URL, no permission at the function, no source of events opens it', () => {
    expect(functions(subject)).toHaveLength(subject.stack.services.length);
    expect(doorsOf(subject)).toEqual(['AWS::Lambda::EventInvokeConfig', 'AWS::Lambda::Function']);
  });

  test("does so in the stack: Scheduler's role may invoke, and no service another, nor itself", () => {
    const [only = ''] = rolesThatMay(INVOKING);

    expect(rolesThatMay(INVOKING)).toHaveLength(1);
    expect(only).toMatch(/^Scheduler/);
    expect(subject.stack.services.map((service) => functionRole(subject, service).id)).not.toContain(only);
  });

  test('would be noticed: a URL that anybody may ask, and a service that may invoke another', async () => {
    const open = withMore(({ services: [first, second] }) => {
      first?.function.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
      if (second !== undefined) first?.grantInvoke(second.function);
    });

    expect(doorsOf(open)).toEqual(expect.arrayContaining(['AWS::Lambda::Permission', 'AWS::Lambda::Url']));
    expect(rolesThatMay(INVOKING, open)).toHaveLength(2);
  });

  test('may change what a function is, or who may invoke it: no role of the stack', () => {
    expect(rolesThatMay(WIDENING)).toEqual([]);
  });

  test('takes a role of the stack: Lambda takes those of the functions, Scheduler its own', () => {
    const takers = rolesOf(subject.template).map(({ id, trust }) =>
      trust.map(({ Effect, Principal }) => [/^Scheduler/.test(id) ? 'Scheduler' : 'function', Effect, Principal]),
    );

    expect(takers).toHaveLength(1 + subject.stack.services.length);
    for (const taker of takers) {
      expect(taker).toEqual([
        expect.toBeOneOf([
          ['Scheduler', 'Allow', { Service: 'scheduler.amazonaws.com' }],
          ['function', 'Allow', { Service: 'lambda.amazonaws.com' }],
        ]),
      ]);
    }
  });
});

describe('what Scheduler sends', () => {
  test('is fixed, holds what Scheduler itself fills in, and is a firing: no action comes that way', () => {
    const inputs = ofType(subject.template, 'AWS::Scheduler::Schedule').map(([, { Properties: { Target } = {} }]) =>
      JSON.parse((Target as { Input: string }).Input),
    );

    expect(inputs).toEqual(
      subject.stack.services.map(() => ({
        scheduledFor: '<aws.scheduler.scheduled-time>',
        executionId: '<aws.scheduler.execution-id>',
        attempt: '<aws.scheduler.attempt-number>',
      })),
    );
    expect(inputs.map((input) => readEvent('any', input, 0).kind)).toEqual(inputs.map(() => 'firing'));
  });
});
