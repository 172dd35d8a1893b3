/** A person's rights on a deployed service. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Service } from '../../lib/service/index.ts';
import { grantStateRead } from './state-table.ts';

/** A deployed service, as far as rights go. */
interface DeployedService {
  readonly service: Service;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly table: ITable;
  readonly undeliverableQueue: IQueue;
  readonly failedQueue: IQueue;
}

/** Invoking the function as it is: neither its versions nor its aliases. */
export function grantInvoke({ function: target }: Pick<DeployedService, 'function'>, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['lambda:InvokeFunction'],
    resourceArns: [target.functionArn],
  });
}

/**
 * Invoking, and reading the service's log, its state, both queues and the function's configuration: what the alarms'
 * commands take.
 */
export function grantOperate(deployed: DeployedService, grantee: IGrantable): Grant {
  const { table, service, function: target, logGroup, undeliverableQueue, failedQueue } = deployed;
  grantStateRead(table, grantee, service.name);
  const logs = Grant.addToPrincipal({
    grantee,
    actions: ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'],
    resourceArns: [logGroup.logGroupArn],
  });
  const queues = Grant.addToPrincipal({
    grantee,
    actions: ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    resourceArns: [undeliverableQueue.queueArn, failedQueue.queueArn],
  });
  const configuration = Grant.addToPrincipal({
    grantee,
    actions: ['lambda:GetFunctionConfiguration'],
    resourceArns: [target.functionArn],
  });
  return grantInvoke(deployed, grantee).combine(logs).combine(queues).combine(configuration);
}
