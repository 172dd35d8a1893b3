import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ISchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Service } from '../../../lib/service/index.ts';
import { grantReceive } from '../holding-queue.ts';
import { grantStateRead } from '../state-table.ts';
import { grantKey } from './encryption-key.ts';

interface DeployedService {
  readonly service: Service;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly table: ITable;
  readonly undeliverableQueue: IQueue;
  /** The customer's KMS key that encrypts the service's log; `undefined` if an AWS key is used. */
  readonly logKey: IKey | undefined;
  readonly schedule: ISchedule;
}

/** Allows the grantee to invoke the function itself, but not its versions and aliases. */
export function grantInvoke(deployed: Pick<DeployedService, 'function'>, grantee: IGrantable): Grant {
  return grant(grantee, ['lambda:InvokeFunction'], [deployed.function.functionArn]);
}

/**
 * Allows the grantee to invoke the functions of all these services, as the client of a stack does. It needs no other
 * action. A function that several services share is named once.
 */
export function grantClient(deployed: readonly Pick<DeployedService, 'function'>[], grantee: IGrantable): Grant {
  const functions = [...new Set(deployed.map((each) => each.function))];
  return functions.map((each) => grantInvoke({ function: each }, grantee)).reduce((all, one) => all.combine(one));
}

/**
 * Allows the grantee to read everything that alarms and guides refer to, and to change nothing: state, log, schedule,
 * configuration and queue of the service, the outputs of the stack, and the account's alarms, metrics, dashboards and
 * saved queries.
 */
export function grantRead(deployed: DeployedService, grantee: IGrantable): Grant {
  const { service, table, logGroup, undeliverableQueue, schedule } = deployed;
  grantStateRead(table, grantee, service.name);
  grantKey(deployed.logKey, grantee, 'readLog');
  return [
    grant(grantee, LOG, [logGroup.logGroupArn]),
    grantReceive(undeliverableQueue, grantee),
    grant(grantee, ['lambda:GetFunctionConfiguration'], [deployed.function.functionArn]),
    grant(grantee, ['scheduler:GetSchedule'], [schedule.scheduleArn]),
    grant(grantee, STACK, [Stack.of(deployed.function).stackId]),
    grant(grantee, ACCOUNT, ['*']),
  ].reduce((all, one) => all.combine(one));
}

/** Allows the grantee to invoke the function, and everything that {@link grantRead} allows. */
export function grantOperate(deployed: DeployedService, grantee: IGrantable): Grant {
  return grantInvoke(deployed, grantee).combine(grantRead(deployed, grantee));
}

const LOG = ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:StartQuery'];
/** The CloudFormation calls by which a person finds the name of the function. */
const STACK = [
  'cloudformation:DescribeStacks',
  'cloudformation:DescribeStackResource',
  'cloudformation:ListStackResources',
];
/** The calls that are allowed on the whole account, since IAM has no narrower resource for most of them. */
const ACCOUNT = [
  ...['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory', 'cloudwatch:GetMetricData'],
  ...['cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics', 'cloudwatch:GetDashboard'],
  ...['cloudwatch:ListDashboards', 'logs:DescribeQueryDefinitions', 'logs:GetQueryResults', 'logs:StopQuery'],
  ...['logs:DescribeLogGroups', 'lambda:GetAccountSettings'],
];

function grant(grantee: IGrantable, actions: string[], resourceArns: string[]): Grant {
  return Grant.addToPrincipal({ grantee, actions, resourceArns });
}
