/** The rights that a person can get on a deployed service. */
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

/** The parts of a deployed service to which these rights refer. */
interface DeployedService {
  readonly service: Service;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly table: ITable;
  readonly undeliverableQueue: IQueue;
  /** The customer's key that encrypts the service's log; `undefined` if there is none. */
  readonly logKey: IKey | undefined;
  readonly schedule: ISchedule;
}

/** Allows the grantee to invoke the function itself, but not its versions and aliases. */
export function grantInvoke(deployed: Pick<DeployedService, 'function'>, grantee: IGrantable): Grant {
  return grant(grantee, ['lambda:InvokeFunction'], [deployed.function.functionArn]);
}

/**
 * Lets the grantee look at everything that the texts of alarms and the guides name, and change nothing: the service's
 * state, log, schedule and configuration, the queue of undeliverable firings, the stack's outputs, and alarms, metrics,
 * dashboards and saved queries.
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

/** Lets the grantee run the commands that messages and alarms name: {@link grantRead}, and invoke the function. */
export function grantOperate(deployed: DeployedService, grantee: IGrantable): Grant {
  return grantInvoke(deployed, grantee).combine(grantRead(deployed, grantee));
}

const LOG = ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:StartQuery'];
/** The calls by which a person finds the name of the function, as the guides and the watchdog's messages say. */
const STACK = [
  'cloudformation:DescribeStacks',
  'cloudformation:DescribeStackResource',
  'cloudformation:ListStackResources',
];
/**
 * The calls that are allowed on the whole account. IAM has no narrower resource for most of them, for composite alarms,
 * and for the lists that a console shows.
 */
const ACCOUNT = [
  ...['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory', 'cloudwatch:GetMetricData'],
  ...['cloudwatch:GetMetricStatistics', 'cloudwatch:ListMetrics', 'cloudwatch:GetDashboard'],
  ...['cloudwatch:ListDashboards', 'logs:DescribeQueryDefinitions', 'logs:GetQueryResults', 'logs:StopQuery'],
  ...['logs:DescribeLogGroups', 'lambda:GetAccountSettings'],
];

function grant(grantee: IGrantable, actions: string[], resourceArns: string[]): Grant {
  return Grant.addToPrincipal({ grantee, actions, resourceArns });
}
