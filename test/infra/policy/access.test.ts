/** Least privilege, judged on what is synthesised: who may do what with whose items, who may invoke what, and who may be whom. */
import { Role as IamRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, test } from 'vitest';
import { accessLines, allowedCalls } from './access-table.ts';
import { type Answer, judge } from './evaluator.ts';
import { listed, type Statement } from './statement.ts';
import { askings, functionRole, idOf, itemsOf, type Subject, synthesise } from './subject.ts';
import { ACCOUNT, arnOf, ofType, REGION, type Role, resolve, rolesOf } from './template.ts';

const WATCHDOG = 'watch-services';
const ENGINE = ['GetItem', 'PutItem', 'UpdateItem', 'Query'];

/** Synthesising takes seconds, and more of them on a busy machine. */
const LONG = 120_000;

let subject: Subject;
beforeAll(async () => {
  subject = await synthesise((stack) => {
    const [service] = stack.services;
    for (const id of ['Invoker', 'Operator']) {
      const role = new IamRole(stack, id, { assumedBy: new ServicePrincipal('example.amazonaws.com') });
      if (id === 'Invoker') service?.grantInvoke(role);
      else service?.grantOperate(role);
    }
  });
}, LONG);

function service(name: string) {
  const found = subject.stack.services.find((each) => each.service.name === name);
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
}

function role(part: string): Role {
  const found = rolesOf(subject.template).filter(({ id }) => id.includes(part));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} roles have ${part} in their id`);
  return only;
}

const names = () => subject.stack.services.map((each) => each.service.name);
const others = (name: string) => names().filter((other) => other !== name);

/** Everything that any role of the stack may do. */
const permissions = (): readonly Statement[] => rolesOf(subject.template).flatMap((each) => each.permissions);

describe('what a function may do with items of the state table', () => {
  test('is printed as a table', () => {
    const lines = accessLines(askings(subject));
    console.log(lines.join('\n'));

    expect(lines).toHaveLength(1 + names().length ** 2 * 3);
  });

  test('is, with its own, what the engine does and nothing else', () => {
    const own = names().flatMap((name) =>
      itemsOf(subject, 'its own', name).map((target) => [
        name,
        allowedCalls(functionRole(subject, service(name)), target),
      ]),
    );

    expect(own).toHaveLength(names().length * 3);
    for (const [name, allowed] of own) {
      const expected = name === WATCHDOG ? [expect.toBeOneOf([ENGINE, [...ENGINE, 'BatchGetItem']])] : [ENGINE];
      expect([allowed]).toEqual(expected);
    }
  });

  test("is, with another's, nothing; the watchdog reads them by BatchGetItem", () => {
    const strange = names().flatMap((name) =>
      others(name).flatMap((other) =>
        itemsOf(subject, other, other).map((target) => ({
          name,
          allowed: allowedCalls(functionRole(subject, service(name)), target),
        })),
      ),
    );

    expect(strange.length).toBeGreaterThan(0);
    for (const { name, allowed } of strange) expect(allowed).toEqual(name === WATCHDOG ? ['BatchGetItem'] : []);
  });

  test.each(['check-endpoints', 'mark-late-runs', WATCHDOG])(
    "of %s is nothing when a stranger's item is among its own",
    (name) => {
      for (const target of itemsOf(subject, 'mixed', name, 'stranger')) {
        expect(allowedCalls(functionRole(subject, service(name)), target)).toEqual([]);
      }
    },
  );

  test.each(['check-endpoints-2', 'check-endpoint', 'CHECK-ENDPOINTS', '*', ''])(
    'is nothing with the items of %o, which only looks like its own name',
    (lookalike) => {
      for (const target of itemsOf(subject, lookalike, lookalike)) {
        expect(allowedCalls(functionRole(subject, service('check-endpoints')), target)).toEqual([]);
      }
    },
  );

  test('is nothing where a call names no item at all', () => {
    const resource = arnOf(subject.template, idOf(subject.stack.table));
    const granted = names().flatMap((name) => {
      const { permissions: all } = functionRole(subject, service(name));
      const actions = all.flatMap(({ Action }) => listed(Action)).filter((action) => action.startsWith('dynamodb:'));
      return actions.map((action) => judge(all, { action, resource }));
    });

    expect(granted.length).toBeGreaterThanOrEqual(4 * names().length);
    expect(granted.filter((answer) => answer !== 'not allowed')).toEqual([]);
  });

  test('would be told: without the Null check a Scan slips through', () => {
    const careful = functionRole(subject, service('check-endpoints'));
    const careless = {
      ...careful,
      permissions: careful.permissions.map(({ Condition, ...rest }) => {
        const { Null: _null, ...conditions } = Condition ?? {};
        return { ...rest, Action: [...listed(rest.Action), 'dynamodb:Scan'], Condition: conditions };
      }),
    };
    const [state] = itemsOf(subject, 'its own', 'check-endpoints');

    expect(state && allowedCalls(careless, state)).toContain('Scan');
  });
});

describe('what a function may do with flow runs', () => {
  const flowRuns = () => {
    const [id = ''] = ofType(subject.template, 'AWS::DynamoDB::Table')
      .map(([each]) => each)
      .filter((each) => each !== idOf(subject.stack.table));
    return arnOf(subject.template, id);
  };
  const anyRun = { what: 'flow runs', keys: ['a'], attributes: ['id'] };

  test('is, for mark-late-runs, to read and update a run, and to query the index', () => {
    const marking = functionRole(subject, service('mark-late-runs'));

    expect(allowedCalls(marking, { ...anyRun, resource: flowRuns() })).toEqual(['GetItem', 'UpdateItem']);
    expect(allowedCalls(marking, { ...anyRun, resource: `${flowRuns()}/index/waiting` })).toEqual(['Query']);
  });

  test('is nothing for every other', () => {
    for (const other of others('mark-late-runs')) {
      for (const resource of [flowRuns(), `${flowRuns()}/index/waiting`]) {
        expect(allowedCalls(functionRole(subject, service(other)), { ...anyRun, resource })).toEqual([]);
      }
    }
  });
});

describe('the roles of the stack', () => {
  test('have no managed policy', () => {
    expect(rolesOf(subject.template).flatMap(({ managedPolicies }) => managedPolicies)).toEqual([]);
  });

  test('name every action in full', () => {
    const actions = permissions().flatMap(({ Action }) => listed(Action));

    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('name every resource in full, but for the streams of their own log groups', () => {
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
    const reading =
      first &&
      `logs:FilterLogEvents logs:GetLogEvents logs:DescribeLogStreams on ${arnOf(subject.template, idOf(first.logGroup))}`;

    expect(starred.map(inOrder).toSorted()).toEqual([...writing, reading ?? ''].map(inOrder).toSorted());
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
    expect(queue(/^Failed/).map(sends)).toEqual(['not allowed']);
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

  test('grantOperate reads besides, and writes nothing', () => {
    expect(actionsOf('Operator')).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'lambda:InvokeFunction',
      'logs:DescribeLogStreams',
      'logs:FilterLogEvents',
      'logs:GetLogEvents',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
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
