/** The rights of a person on a deployed service. */
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Service } from '../../lib/service/index.ts';
import { grantStateRead } from './state-table.ts';

/** The parts of a deployed service to which rights refer. */
interface DeployedService {
  readonly service: Service;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
  readonly table: ITable;
  readonly undeliverableQueue: IQueue;
  readonly failedQueue: IQueue;
}

/** Allows the grantee to invoke the function itself, but not its versions and aliases. */
export function grantInvoke(deployed: Pick<DeployedService, 'function'>, grantee: IGrantable): Grant {
  return grant(grantee, ['lambda:InvokeFunction'], [deployed.function.functionArn]);
}

/**
 * Allows the grantee to run the commands that alarms name: invoke the function, and read its configuration, its log,
 * the state of the service and both queues.
 */
export function grantOperate(deployed: DeployedService, grantee: IGrantable): Grant {
  grantStateRead(deployed.table, grantee, deployed.service.name);
  const logs = grant(
    grantee,
    ['logs:DescribeLogStreams', 'logs:FilterLogEvents', 'logs:GetLogEvents'],
    [deployed.logGroup.logGroupArn],
  );
  const queues = grant(
    grantee,
    ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'],
    [deployed.undeliverableQueue.queueArn, deployed.failedQueue.queueArn],
  );
  const configuration = grant(grantee, ['lambda:GetFunctionConfiguration'], [deployed.function.functionArn]);
  return grantInvoke(deployed, grantee).combine(logs).combine(queues).combine(configuration);
}

function grant(grantee: IGrantable, actions: string[], resourceArns: string[]): Grant {
  return Grant.addToPrincipal({ grantee, actions, resourceArns });
}
