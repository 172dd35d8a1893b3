/** A service's function: its bundle, its log, and a role that reaches no further than the service. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging, Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type IDestination,
  type Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { LIMITS } from '../../lib/rules/index.ts';
import { buildId, COMMONJS, invocationTimeout, type Service } from '../../lib/service/index.ts';
import { eventAge } from '../schedule-expression.ts';
import { allow } from './allow.ts';
import { grantState } from './state-table.ts';

/** Options of a function. */
export interface ServiceFunctionOptions {
  /** Environment variables of the service's own. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Megabytes; processor time comes in proportion. @default 256 */
  readonly memorySize?: number;
  /** How long log lines are kept. @default 30 days */
  readonly logRetention?: RetentionDays;
}

/** A function to make. */
export interface ServiceFunctionProps extends ServiceFunctionOptions {
  readonly service: Service;
  /** The file that exports the handler. */
  readonly entry: string;
  /** The table of the service's state. */
  readonly table: ITable;
  /** Gets the events that threw, crashed or expired. */
  readonly failedQueue: IQueue;
}

/**
 * A function that runs one service. A firing that was run is never run again by Lambda: no retries. Its role has no
 * managed policy: it writes its own log group, works with its own service's items, and sends its failed events away.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  /** The value of `TICKOVER_BUILD`. */
  readonly build: string;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.function = this.#makeFunction(props, this.#makeRole(props));
    this.build = buildId(bundledCode(this.function), props.service);
    this.function.addEnvironment('TICKOVER_BUILD', this.build);
    grantState(props.table, this.function, props.service.name);
  }

  #makeRole({ failedQueue }: ServiceFunctionProps): Role {
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    allow(role, ['sqs:SendMessage'], [failedQueue.queueArn]);
    return role;
  }

  #makeFunction(props: ServiceFunctionProps, role: Role): NodejsFunction {
    const { service, failedQueue } = props;
    return new NodejsFunction(this, 'Function', {
      entry: props.entry,
      handler: 'handler',
      description: `Tickover: runs the service ${service.name}.`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize ?? LIMITS.memorySize.default,
      timeout: Duration.seconds(Math.ceil(Duration.millis(invocationTimeout(service)).toSeconds({ integral: false }))),
      role,
      logGroup: this.logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        ...props.environment,
        TICKOVER_TABLE: props.table.tableName,
        NODE_OPTIONS: '--enable-source-maps',
      },
      retryAttempts: 0,
      maxEventAge: Duration.millis(eventAge(service.schedule)),
      onFailure: destinationAt(failedQueue),
      awsSdkConnectionReuse: false,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        mainFields: ['module', 'main'],
        bundleAwsSDK: true,
        minify: true,
        keepNames: true,
        sourceMap: true,
        sourcesContent: false,
        banner: COMMONJS.banner,
        define: COMMONJS.define,
      },
    });
  }
}

/** CDK's own destination would grant two reads of the queue besides. */
function destinationAt(queue: IQueue): IDestination {
  return { bind: () => ({ destination: queue.queueArn }) };
}

/** The bundle that CDK made; empty where bundling is off, as in a command that deploys nothing. */
function bundledCode(made: LambdaFunction): string {
  const staging = made.node.findAll().find((child) => child instanceof AssetStaging);
  const file = join(staging?.absoluteStagedPath ?? '', 'index.mjs');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
