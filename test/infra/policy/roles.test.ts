/**
 * Least privilege, judged on what is synthesised: who may invoke and write what, who may be whom, and what is granted
 * to people.
 */
import { Role as IamRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { allowedCalls } from './access-table.ts';
import { type Answer, judge } from './evaluator.ts';
import { listed, type Statement } from './statement.ts';
import { functionRole, idOf, itemsOf, namesOf, serviceOf, withMore } from './subject.ts';
import { ACCOUNT, arnOf, ofType, REGION, type Role, resolve, rolesOf } from './template.ts';

const subject = withMore((stack) => {
  const [service] = stack.services;
  const person = (id: string) => new IamRole(stack, id, { assumedBy: new ServicePrincipal('example.amazonaws.com') });
  service?.grantInvoke(person('Invoker'));
  service?.grantRead(person('Reader'));
  service?.grantOperate(person('Operator'));
});

const service = (name: string) => serviceOf(subject, name);
function role(part: string): Role {
  const found = rolesOf(subject.template).filter(({ id }) => id.includes(part));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} roles have ${part} in their id`);
  return only;
}

const names = () => namesOf(subject);

/** Everything that any role of the stack may do. */
const permissions = (): readonly Statement[] => rolesOf(subject.template).flatMap((each) => each.permissions);

const READING_LOGS = ['logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:DescribeLogStreams', 'logs:StartQuery'];
/** Of these IAM knows no narrower resource, or none that a console could do with. */
const LISTED = [
  ...['cloudwatch:DescribeAlarmHistory', 'cloudwatch:DescribeAlarms', 'cloudwatch:GetDashboard'],
  ...['cloudwatch:GetMetricData', 'cloudwatch:GetMetricStatistics', 'cloudwatch:ListDashboards'],
  ...['cloudwatch:ListMetrics', 'lambda:GetAccountSettings', 'logs:DescribeLogGroups'],
  ...['logs:DescribeQueryDefinitions', 'logs:GetQueryResults', 'logs:StopQuery'],
];
const READ = [
  ...['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource', 'cloudformation:ListStackResources'],
  ...['dynamodb:GetItem', 'dynamodb:Query'],
  ...['lambda:GetFunctionConfiguration', 'scheduler:GetSchedule'],
  ...['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
  ...READING_LOGS,
  ...LISTED,
];

describe('the roles of the stack', () => {
  test('have no managed policy', () => {
    expect(rolesOf(subject.template).flatMap(({ managedPolicies }) => managedPolicies)).toEqual([]);
  });

  test('name every action in full', () => {
    const actions = permissions().flatMap(({ Action }) => listed(Action));

    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('name every resource in full, but for the streams of their own log groups, and what a console lists', () => {
    const starred = permissions().flatMap(({ Action, Resource }) =>
      listed(Resource)
        .filter((resource) => resource.includes('*'))
        .map((resource) => `${listed(Action).join(' ')} on ${resource}`),
    );
    // Writing goes to a stream of the group, and a stream's name is Lambda's to choose.
    const writing = subject.stack.services.map(
      ({ logGroup }) => `logs:CreateLogStream logs:PutLogEvents on ${arnOf(subject.template, idOf(logGroup))}`,
    );
    const [first] = subject.stack.services;
    const log = first === undefined ? '' : arnOf(subject.template, idOf(first.logGroup));
    const reading = [`${READING_LOGS.join(' ')} on ${log}`, `${LISTED.join(' ')} on *`];

    expect(starred.map(inOrder).toSorted()).toEqual([...writing, ...reading, ...reading].map(inOrder).toSorted());
  });

  test("write no log but their service's own", () => {
    for (const writer of subject.stack.services) {
      const written = subject.stack.services.filter(({ logGroup }) => {
        const resource = `${arnOf(subject.template, idOf(logGroup)).slice(0, -1)}log-stream:x`;
        return (
          judge(functionRole(subject, writer).permissions, { action: 'logs:PutLogEvents', resource }) === 'allowed'
        );
      });

      expect(written.map((each) => each.service.name)).toEqual([writer.service.name]);
    }
  });
});

/** Actions come in an order that is CDK's affair. */
function inOrder(line: string): string {
  const [actions = '', resource] = line.split(' on ');
  return `${actions.split(' ').toSorted().join(' ')} on ${resource}`;
}

describe('the role of Scheduler', () => {
  const scheduler = () => role('Scheduler');
  const invokes = (resource: string) => judge(scheduler().permissions, { action: 'lambda:InvokeFunction', resource });

  test('invokes every function of the catalog', () => {
    const functions = ofType(subject.template, 'AWS::Lambda::Function').map(([id]) => arnOf(subject.template, id));

    expect(functions).toHaveLength(names().length);
    expect(functions.map(invokes)).toEqual(functions.map(() => 'allowed'));
  });

  test('invokes no other function', () => {
    const first = arnOf(subject.template, idOf(service('check-endpoints').function));

    expect(invokes(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:Other`)).toBe('not allowed');
    expect(invokes(`${first}2`)).toBe('not allowed');
    expect(invokes(first.replace(ACCOUNT, '999999999999'))).toBe('not allowed');
  });

  test('may besides only put aside what it could not deliver', () => {
    const actions = new Set(scheduler().permissions.flatMap(({ Action }) => listed(Action)));
    const queue = (id: RegExp) =>
      ofType(subject.template, 'AWS::SQS::Queue')
        .filter(([each]) => id.test(each))
        .map(([each]) => arnOf(subject.template, each));
    const sends = (resource: string) => judge(scheduler().permissions, { action: 'sqs:SendMessage', resource });

    expect([...actions].toSorted()).toEqual(['lambda:InvokeFunction', 'sqs:SendMessage']);
    expect(queue(/^Undeliverable/).map(sends)).toEqual(['allowed']);
  });

  test('is the one that every schedule of the stack uses', () => {
    const used = ofType(subject.template, 'AWS::Scheduler::Schedule').map(([, { Properties: { Target } = {} }]) => {
      const { RoleArn } = resolve(subject.template, { RoleArn: (Target as { RoleArn: unknown }).RoleArn }) as {
        RoleArn: string;
      };
      return RoleArn;
    });

    expect(used).toEqual(names().map(() => arnOf(subject.template, scheduler().id)));
  });

  const group = () => {
    const [[id] = ['']] = ofType(subject.template, 'AWS::Scheduler::ScheduleGroup');
    return arnOf(subject.template, id);
  };
  const rows: readonly (readonly [Answer, string, { service?: string; account?: string; arn?: () => string }])[] = [
    ['allowed', 'Scheduler, for the group of this account', {}],
    ['not allowed', 'Scheduler, for another account', { account: '999999999999' }],
    ['not allowed', 'Scheduler, for another group', { arn: () => `${group()}2` }],
    [
      'not allowed',
      'Scheduler, for the default group',
      { arn: () => `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/default` },
    ],
    ['not allowed', 'Lambda', { service: 'lambda.amazonaws.com' }],
  ];
  test.each(rows)(
    'is %s to %s',
    (answer, _who, { service: asking = 'scheduler.amazonaws.com', account = ACCOUNT, arn = group }) => {
      const context = { 'aws:SourceAccount': account, 'aws:SourceArn': arn() };

      expect(judge(scheduler().trust, { action: 'sts:AssumeRole', principal: ['Service', asking], context })).toBe(
        answer,
      );
    },
  );

  test('is refused to a caller that names neither account nor group', () => {
    const principal = ['Service', 'scheduler.amazonaws.com'] as const;

    expect(judge(scheduler().trust, { action: 'sts:AssumeRole', principal })).toBe('not allowed');
  });
});

describe('what is granted to people', () => {
  const actionsOf = (id: string) =>
    role(id)
      .permissions.flatMap(({ Action }) => listed(Action))
      .toSorted();
  const first = () => service(names()[0] ?? '');

  test('grantInvoke is to invoke that one function', () => {
    const { permissions: granted } = role('Invoker');
    const invoke = (name: string) =>
      judge(granted, {
        action: 'lambda:InvokeFunction',
        resource: arnOf(subject.template, idOf(service(name).function)),
      });

    expect(actionsOf('Invoker')).toEqual(['lambda:InvokeFunction']);
    expect(names().map(invoke)).toEqual([
      'allowed',
      ...names()
        .slice(1)
        .map(() => 'not allowed'),
    ]);
  });

  test('grantRead is to look, and neither to invoke nor to change anything', () => {
    expect(actionsOf('Reader')).toEqual(READ.toSorted());
  });

  test('grantOperate is that, and to invoke', () => {
    expect(actionsOf('Operator')).toEqual([...READ, 'lambda:InvokeFunction'].toSorted());
  });

  test('the log, the schedule and the stack that are read are those of the service', () => {
    const { permissions: granted } = role('Reader');
    const may = (action: string, resource: string) => judge(granted, { action, resource }) === 'allowed';
    const own = (property: 'logGroup' | 'schedule') =>
      subject.stack.services.map((each) => arnOf(subject.template, idOf(each[property])));
    const onlyFirst = (_service: unknown, index: number) => index === 0;

    expect(own('logGroup').map((arn) => may('logs:StartQuery', arn))).toEqual(names().map(onlyFirst));
    expect(own('schedule').map((arn) => may('scheduler:GetSchedule', arn))).toEqual(names().map(onlyFirst));
    expect(may('cloudformation:DescribeStacks', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Stack/1`)).toBe(
      true,
    );
    expect(may('cloudformation:DescribeStacks', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Other/1`)).toBe(
      false,
    );
  });

  test('an operator may run the commands of messages and alarms, and ask where the function logs', () => {
    const { permissions: granted } = role('Operator');
    const may = (action: string, id: string) =>
      judge(granted, { action, resource: arnOf(subject.template, id) }) === 'allowed';
    const queues = ofType(subject.template, 'AWS::SQS::Queue').map(([id]) => id);

    expect(queues.map((id) => [may('sqs:GetQueueUrl', id), may('sqs:ReceiveMessage', id)])).toEqual([[true, true]]);
    const stack = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/Stack/1`;
    expect(judge(granted, { action: 'cloudformation:DescribeStackResource', resource: stack })).toBe('allowed');
    expect(names().map((name) => may('lambda:GetFunctionConfiguration', idOf(service(name).function)))).toEqual([
      true,
      ...names()
        .slice(1)
        .map(() => false),
    ]);
  });

  test("an operator of one service reads its items and nobody else's", () => {
    const operator = role('Operator');
    const read = names().map((name) => itemsOf(subject, name, name).map((target) => allowedCalls(operator, target)));

    expect(first().service.name).toBe('check-endpoints');
    expect(read[0]).toEqual([
      ['GetItem', 'Query'],
      ['GetItem', 'Query'],
      ['GetItem', 'Query'],
    ]);
    expect(read.slice(1).flat(2)).toEqual([]);
  });
});
