/** The names of functions: known before the deploy, so that a client finds them with one IAM action. */
import { readFileSync } from 'node:fs';
import { NestedStack, type Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { afterAll, describe, expect, test } from 'vitest';
import { ServiceGroup } from '../../infra/constructs/group/service-group.ts';
import { ScheduledService } from '../../infra/constructs/scheduled-service.ts';
import { StateTable } from '../../infra/constructs/state-table.ts';
import { Watchdog } from '../../infra/constructs/watchdog.ts';
import { functionNameOf, watchdogFunctionName } from '../../lib/client/index.ts';
import {
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourcesOf,
  templateOf,
} from '../support/stack-kit.ts';
import { judge } from './policy/evaluator.ts';
import { arnOf, rolesOf, type Template } from './policy/template.ts';

afterAll(removeOutputs);

const namesIn = (stack: Stack): Record<string, unknown> =>
  Object.fromEntries(
    resourcesOf(templateOf(stack), 'AWS::Lambda::Function').map(({ id, Properties }) => [
      id,
      Properties['FunctionName'],
    ]),
  );

function twoServices(stack: Stack) {
  const { table } = new StateTable(stack, 'State');
  const one = new ScheduledService(stack, 'One', { service: idle({ name: 'one' }), entry: ENTRY, table });
  const group = new ServiceGroup(stack, 'Small', {
    services: [{ service: idle({ name: 'two' }), entry: ENTRY }],
    table,
  });
  const watchdog = new Watchdog(stack, 'Mine', { services: [one, ...group.services] });
  return { one, group, watchdog };
}

describe('the name of a function', () => {
  test('is that of the stack and the logical id; the watchdog is named by the stack alone', () => {
    const stack = emptyStack();
    twoServices(stack);

    const names = namesIn(stack);

    expect(Object.entries(names)).toHaveLength(3);
    for (const [id, name] of Object.entries(names))
      expect(name).toBe(id.startsWith('Mine') ? 'Theirs-watch-services' : `Theirs-${id}`);
  });

  test('is left to CloudFormation in a nested stack', () => {
    const nested = new NestedStack(emptyStack(), 'Nested');
    twoServices(nested);

    expect(Object.values(namesIn(nested))).toEqual([undefined, undefined, undefined]);
  });

  test('is the one that the user gives, in the list of the watchdog too', () => {
    const stack = emptyStack();
    const { table } = new StateTable(stack, 'State');
    const functionProps = { functionName: 'mine' };
    const one = new ScheduledService(stack, 'One', {
      service: idle({ name: 'one' }),
      entry: ENTRY,
      table,
      functionProps,
    });
    const { entry } = new Watchdog(stack, 'Watchdog', { services: [one] });

    expect(Object.values(namesIn(stack))).toContain('mine');
    expect(readFileSync(entry, 'utf8')).toContain(String.raw`\"function\":\"mine\"`);
  });

  test.each([
    ['Prod', 'OneFunction1A2B', 'Prod-OneFunction1A2B'],
    ['s'.repeat(49), 'watch-services', `${'s'.repeat(49)}-watch-services`],
    ['s'.repeat(50), 'watch-services', /^s{50}-watc-[0-9a-f]{8}$/],
    ['s'.repeat(128), 'watch-services', /^s{55}-[0-9a-f]{8}$/],
  ])('of stack %s and %s has at most 64 characters', (stack, part, expected) => {
    const name = functionNameOf(stack, part);

    expect(name.length).toBeLessThanOrEqual(64);
    if (typeof expected === 'string') expect(name).toBe(expected);
    else expect(name).toMatch(expected);
  });

  test('that is cut differs from that of another stack with the same beginning', () => {
    const [one, other] = ['a', 'b'].map((end) => watchdogFunctionName(`${'s'.repeat(100)}${end}`));

    expect(one).not.toBe(other);
  });
});

describe('the list of the watchdog', () => {
  test('has the name of each function, and the group', () => {
    const { one, group, watchdog } = twoServices(emptyStack());
    const [, text = ''] = /JSON\.parse\((".*")\)/.exec(readFileSync(watchdog.entry, 'utf8')) ?? [];

    expect(JSON.parse(JSON.parse(text) as string)).toMatchObject([
      { name: 'one', deployed: { function: expect.stringMatching(/^Theirs-OneFunction/) } },
      { name: 'two', deployed: { function: expect.stringMatching(/^Theirs-SmallFunction/), group: 'Small' } },
    ]);
    expect([one.service.name, group.services.length]).toEqual(['one', 1]);
  });
});

describe('grantClient', () => {
  test('allows to invoke the functions of the watchdog and of its services, and nothing else', () => {
    const stack = emptyStack();
    const { watchdog, one } = twoServices(stack);
    const stranger = new ScheduledService(stack, 'Other', {
      service: idle({ name: 'other' }),
      entry: ENTRY,
      table: one.table,
    });
    const role = new Role(stack, 'Person', { assumedBy: new ServicePrincipal('example.amazonaws.com') });
    watchdog.grantClient(role);

    const template = templateOf(stack).toJSON() as Template;
    const person = rolesOf(template).find(({ id }) => id.startsWith('Person'));
    const ids = Object.keys(namesIn(stack));
    const permissions = person?.permissions ?? [];
    const allowed = ids.filter(
      (id) => judge(permissions, { action: 'lambda:InvokeFunction', resource: arnOf(template, id) }) === 'allowed',
    );

    const strangers = stack.getLogicalId(stranger.function.node.defaultChild as never);
    expect(ids).toHaveLength(4);
    expect(allowed.toSorted()).toEqual(ids.filter((id) => id !== strangers).toSorted());
    expect(permissions.flatMap(({ Action }) => Action)).toEqual(['lambda:InvokeFunction']);
  });

  test('is of use in the whole stack of the catalog', () => {
    const stack = newStack(newApp());

    expect(Object.values(namesIn(stack)).map(String).toSorted()).toEqual([
      expect.stringMatching(/^.+-checkendpointsFunction/),
      expect.stringMatching(/^.+-marklaterunsFunction/),
      `${stack.stackName}-watch-services`,
    ]);
  });
});
