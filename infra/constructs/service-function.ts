/**
 * The Lambda function of a service: its bundle, its log, and a role whose rights reach only the items and the log of
 * this service.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetStaging, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { LIMITS } from '../../lib/rules/index.ts';
import { buildId, COMMONJS, invocationTimeout, type Service } from '../../lib/service/index.ts';
import { withoutUndefined } from '../../lib/text/index.ts';
import { type GivenRetention, ourRetention } from '../durations.ts';
import { refuseUnknownProps, type Shapes } from '../known-props.ts';
import { eventAge } from '../schedule-expression.ts';
import type { LogLevel } from '../settings.ts';
import { overOurs } from './function-props.ts';
import { allow, roleHere } from './rights/allow.ts';
import { grantKey, keyOf, letLogsUse } from './rights/encryption-key.ts';
import { grantStateOfGroup } from './rights/many-items.ts';
import { OwnRole } from './rights/own-role.ts';
import { grantState } from './state-table.ts';

/** The options of the function of a service. */
export interface ServiceFunctionOptions {
  /** The environment variables that the user gives the service. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The memory of the function, in megabytes. Lambda gives processor time in proportion to it. @default 256 */
  readonly memorySize?: number;
  /** How long log lines are kept. @default 30 days */
  readonly logRetention?: GivenRetention;
  /**
   * Which lines are kept; Lambda drops the others before they cost anything. The lines that Lambda itself writes about
   * an invocation are kept only if the invocation failed or timed out; 'debug' keeps them all.
   * @default 'info'
   */
  readonly logLevel?: LogLevel;
  /**
   * CDK's own props for the function, laid over Tickover's: a network, layers, tracing, concurrency, a role. Props that
   * would break a promise of Tickover, such as retries or a timeout, are refused.
   * @default none
   */
  readonly functionProps?: NodejsFunctionProps;
  /**
   * The customer's KMS key that encrypts what is made for the service, such as its log and environment variables.
   * @default AWS's own keys
   */
  readonly encryptionKey?: IKey;
}

/** The properties of a ServiceFunction. */
export interface ServiceFunctionProps extends ServiceFunctionOptions {
  /** The services that it runs; one, but for a group. */
  readonly services: readonly Service[];
  /** The name of the group of the services, whose build ids stand in the entry. @default one service, and no group */
  readonly groupName?: string;
  /** The file that exports the handler. */
  readonly entry: string;
  /** The table with the state of the service. */
  readonly table: ITable;
}

/** The shapes of the options of a function. */
export const FUNCTION_SHAPES = {
  ...{ environment: 'object', memorySize: 'any', logRetention: 'any', logLevel: 'text', functionProps: 'object' },
  encryptionKey: 'object',
} as const satisfies Shapes<ServiceFunctionOptions>;

/**
 * A function that runs one service, or a group of them. Lambda never retries an invocation, and keeps no event of one
 * that failed: the service's state, its log and Lambda's count of errors show it. The role may write to its own log
 * group, and use the items of its own services.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    refuseUnknownProps<ServiceFunctionProps>(this, props, {
      ...FUNCTION_SHAPES,
      ...{ services: 'list', groupName: 'text', entry: 'text', table: 'object' },
    });
    // The user's `role` and `logGroup` are left out here, since `#ourProps` has used them already.
    const { role: _role, logGroup: _logGroup, ...rest } = props.functionProps ?? {};
    this.function = new NodejsFunction(this, 'Function', overOurs(this.#ourProps(props), rest));
    this.logGroup = this.function.logGroup;
    const [service] = props.services;
    if (service !== undefined && props.groupName === undefined)
      this.function.addEnvironment('TICKOVER_BUILD', buildId(bundledCode(this.function), service));
    this.#grantRights(props);
  }

  #ourProps(props: ServiceFunctionProps): NodejsFunctionProps {
    const { services, functionProps = {}, logLevel, encryptionKey } = props;
    return {
      ...bundleOf(props.entry),
      description: `Tickover: runs the ${titleOf(props)}.`,
      memorySize: props.memorySize ?? LIMITS.memorySize.default,
      timeout: Duration.seconds(Math.ceil(Duration.millis(longestInvocation(services)).toSeconds({ integral: false }))),
      role: this.#roleOf(functionProps),
      logGroup: functionProps.logGroup ?? this.#makeLogGroup(props),
      loggingFormat: LoggingFormat.JSON,
      ...(logLevel === undefined ? {} : { applicationLogLevelV2: LEVELS[logLevel] }),
      // For an invocation that succeeded, Lambda's own start and report lines only repeat what the log line of its tick
      // contains.
      systemLogLevelV2: logLevel === 'debug' ? SystemLogLevel.INFO : SystemLogLevel.WARN,
      ...(encryptionKey === undefined ? {} : { environmentEncryption: encryptionKey }),
      environment: {
        ...props.environment,
        ...functionProps.environment,
        TICKOVER_TABLE: props.table.tableName,
        NODE_OPTIONS: '--enable-source-maps',
      },
      retryAttempts: 0,
      maxEventAge: Duration.millis(Math.max(...services.map(({ schedule }) => eventAge(schedule)))),
    };
  }

  #acknowledgeStar(): void {
    Validations.of(this).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason: STAR_REASON });
  }

  #roleOf({ role }: NodejsFunctionProps): IRole {
    return role === undefined
      ? new OwnRole(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
      : roleHere(this, 'GivenRole', role);
  }

  #makeLogGroup({ logRetention, encryptionKey }: ServiceFunctionProps): LogGroup {
    letLogsUse(encryptionKey);
    return new LogGroup(this, 'Log', {
      retention: ourRetention(logRetention),
      removalPolicy: RemovalPolicy.DESTROY,
      ...withoutUndefined({ encryptionKey }),
    });
  }

  #grantRights({ table, services, groupName, encryptionKey, functionProps = {} }: ServiceFunctionProps): void {
    allow(this.function, ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    const names = services.map(({ name }) => name);
    const holder = { role: this.function.role, scope: this };
    if (groupName === undefined) grantState(table, this.function, names);
    else grantStateOfGroup(table, holder, { groupName, names });
    const environmentKey = functionProps.environmentEncryption ?? encryptionKey;
    if (environmentKey !== undefined)
      grantKey(keyOf(this, 'EnvironmentKey', environmentKey), this.function, 'environment');
    const { vpc, tracing } = functionProps;
    if (vpc !== undefined) grantNetwork(this.function);
    if (vpc !== undefined || tracing !== undefined) this.#acknowledgeStar();
  }
}

/** The props by which an entry is bundled. */
export function bundleOf(entry: string): NodejsFunctionProps {
  return {
    entry,
    handler: 'handler',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    awsSdkConnectionReuse: false,
    bundling: {
      format: OutputFormat.ESM,
      mainFields: ['module', 'main'],
      bundleAwsSDK: true,
      minify: true,
      keepNames: true,
      sourceMap: true,
      sourcesContent: false,
      banner: COMMONJS.banner,
      define: COMMONJS.define,
    },
  };
}

function titleOf({ services, groupName }: ServiceFunctionProps): string {
  return groupName === undefined
    ? `service ${services[0]?.name}`
    : `${services.length} services of the group ${groupName}`;
}

/** The longest time that an invocation of any of the services may take, in milliseconds. */
export function longestInvocation(services: readonly Service[]): number {
  return Math.max(...services.map((service) => invocationTimeout(service)));
}

/** Why some rights name no resource. */
const STAR_REASON = 'EC2 and X-Ray have no narrower resource for what Lambda does in the name of its role.';

const LEVELS: Readonly<Record<LogLevel, ApplicationLogLevel>> = {
  info: ApplicationLogLevel.INFO,
  debug: ApplicationLogLevel.DEBUG,
};

/**
 * The calls that Lambda makes in the name of the role for a function in a VPC. EC2 has no narrower resource for most of
 * them.
 */
const NETWORK = [
  ...['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
  ...['ec2:DescribeSubnets', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
];

/**
 * Allows the function's role the calls that Lambda makes for a function in a VPC. CDK allows them only to a role that
 * CDK makes, by a managed policy that also allows writing to every log.
 */
function grantNetwork(grantee: LambdaFunction): void {
  allow(grantee, NETWORK, ['*']);
}

/** The bundle that CDK made; empty if bundling is off, as in a command that deploys nothing. */
export function bundledCode(made: LambdaFunction): string {
  const staging = made.node.findAll().find((child) => child instanceof AssetStaging);
  const file = join(staging?.absoluteStagedPath ?? '', 'index.mjs');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
