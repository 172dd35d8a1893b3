import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IRole, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  type Function as LambdaFunction,
  LoggingFormat,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, type NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { entryFor, fileOf, type HandlerSource, type OptionalPart } from '../../lib/bundling/index.ts';
import { LIMITS } from '../../lib/rules/index.ts';
import { buildId, invocationTimeout, type Service } from '../../lib/service/index.ts';
import { withoutUndefined } from '../../lib/text/index.ts';
import { type GivenRetention, ourRetention } from '../durations.ts';
import { refuseUnknownProps, type Shapes } from '../known-props.ts';
import { eventAge } from '../schedule-expression.ts';
import type { LogLevel } from '../settings.ts';
import { functionCode, HANDLER } from './code/function-code.ts';
import { nameFunction } from './code/function-name.ts';
import { overOurs, RUNTIME } from './code/function-props.ts';
import { allow, roleHere } from './rights/allow.ts';
import { grantKey, keyOf, letLogsUse } from './rights/encryption-key.ts';
import { grantStateOfGroup } from './rights/many-items.ts';
import { OwnRole } from './rights/own-role.ts';
import { grantSecrets } from './rights/secrets.ts';
import { grantState } from './state-table.ts';

/** The options of a service's Lambda function. */
export interface ServiceFunctionOptions {
  /** The environment variables that the user gives the service. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** The memory of the function, in megabytes. Lambda gives processor time in proportion to it. @default 256 */
  readonly memorySize?: number;
  /** How long CloudWatch keeps the log. @default 30 days */
  readonly logRetention?: GivenRetention;
  /**
   * Which log lines Lambda keeps. With 'info' Lambda drops debug lines, and its own lines about invocations that
   * succeeded.
   * @default 'info'
   */
  readonly logLevel?: LogLevel;
  /**
   * CDK's own props for the function, such as network, layers, tracing or role. Props that would break a promise of
   * Tickover, such as retries, are refused.
   * @default none
   */
  readonly functionProps?: NodejsFunctionProps;
  /**
   * The customer's KMS key that encrypts what is made for the service, such as its log and environment variables.
   * @default AWS's own keys
   */
  readonly encryptionKey?: IKey;
  /**
   * The customer's KMS keys that encrypt the parameters and secrets in the option `secrets` of a service.
   * @default AWS's own keys, for which the function needs no right
   */
  readonly secretKeys?: readonly IKey[];
}

export interface ServiceFunctionProps extends ServiceFunctionOptions {
  /** The services that the function runs: one service, or a group of services. */
  readonly services: readonly Service[];
  /** The name of the group, if the function runs a group of services. @default the function runs one service */
  readonly groupName?: string;
  /** Where the handler comes from. */
  readonly source: HandlerSource;
  /** The parts of Tickover that the handler needs. */
  readonly parts: readonly OptionalPart[];
  /** The state table of the services. */
  readonly table: ITable;
}

export const FUNCTION_SHAPES = {
  ...{ environment: 'object', memorySize: 'any', logRetention: 'any', logLevel: 'text', functionProps: 'object' },
  ...{ encryptionKey: 'object', secretKeys: 'list' },
} as const satisfies Shapes<ServiceFunctionOptions>;

/**
 * The Lambda function of one service or of a group of services, with its log group. Lambda never retries an invocation.
 * The function may write only to this log group, and use only the items of these services.
 */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    refuseUnknownProps<ServiceFunctionProps>(this, props, {
      ...FUNCTION_SHAPES,
      ...{ services: 'list', groupName: 'text', source: 'object', parts: 'list', table: 'object' },
    });
    // `#ourProps` has already used the user's `role` and `logGroup`.
    const { role: _role, logGroup: _logGroup, ...rest } = props.functionProps ?? {};
    const { executed, ...made } = this.#make(props, overOurs(this.#ourProps(props), rest));
    this.function = made.function;
    this.logGroup = this.function.logGroup;
    if (rest.functionName === undefined) nameFunction(this.function, props.services);
    const [service] = props.services;
    if (service !== undefined && props.groupName === undefined)
      this.function.addEnvironment('TICKOVER_BUILD', buildId(executed, service));
    this.#grantRights(props);
  }

  #make(
    { source, parts, services, groupName }: ServiceFunctionProps,
    { bundling = {}, projectRoot, depsLockFilePath, ...props }: NodejsFunctionProps,
  ) {
    const subject = groupName === undefined ? `service '${services[0]?.name}'` : `group '${groupName}'`;
    const { code, executed, discard } = functionCode(
      this,
      { subject, contents: entryFor(source), parts, file: fileOf(source) },
      withoutUndefined({ bundling, projectRoot, depsLockFilePath }),
    );
    try {
      return { function: new NodejsFunction(this, 'Function', { ...props, code, handler: HANDLER }), executed };
    } finally {
      discard();
    }
  }

  #ourProps(props: ServiceFunctionProps): NodejsFunctionProps {
    const { services, functionProps = {}, logLevel, encryptionKey } = props;
    return {
      ...RUNTIME,
      description: `Tickover: runs the ${titleOf(props)}.`,
      memorySize: props.memorySize ?? LIMITS.memorySize.default,
      timeout: Duration.seconds(Math.ceil(Duration.millis(longestInvocation(services)).toSeconds({ integral: false }))),
      role: this.#roleOf(functionProps),
      logGroup: functionProps.logGroup ?? this.#makeLogGroup(props),
      loggingFormat: LoggingFormat.JSON,
      ...(logLevel === undefined ? {} : { applicationLogLevelV2: LEVELS[logLevel] }),
      // Lambda's own lines about a successful invocation repeat what the log line of its tick contains.
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

  #grantRights({
    table,
    services,
    groupName,
    encryptionKey,
    secretKeys,
    functionProps = {},
  }: ServiceFunctionProps): void {
    allow(this.function, ['logs:CreateLogStream', 'logs:PutLogEvents'], [this.logGroup.logGroupArn]);
    const names = services.map(({ name }) => name);
    const holder = { role: this.function.role, scope: this };
    if (groupName === undefined) grantState(table, this.function, names);
    else grantStateOfGroup(table, holder, { groupName, names });
    grantSecrets(this.function, services, secretKeys);
    const environmentKey = functionProps.environmentEncryption ?? encryptionKey;
    if (environmentKey !== undefined)
      grantKey(keyOf(this, 'EnvironmentKey', environmentKey), this.function, 'environment');
    const { vpc, tracing } = functionProps;
    if (vpc !== undefined) grantNetwork(this.function);
    if (vpc !== undefined || tracing !== undefined) this.#acknowledgeStar();
  }
}

function titleOf({ services, groupName }: ServiceFunctionProps): string {
  return groupName === undefined
    ? `service ${services[0]?.name}`
    : `${services.length} services of the group ${groupName}`;
}

/** Returns the longest time that one invocation of any of the services may take, in milliseconds. */
export function longestInvocation(services: readonly Service[]): number {
  return Math.max(...services.map((service) => invocationTimeout(service)));
}

/** The reason, for the check by cdk-nag, why some rights hold for all resources. */
const STAR_REASON = 'EC2 and X-Ray have no narrower resource for what Lambda does in the name of its role.';

const LEVELS: Readonly<Record<LogLevel, ApplicationLogLevel>> = {
  info: ApplicationLogLevel.INFO,
  debug: ApplicationLogLevel.DEBUG,
};

/**
 * The EC2 calls that Lambda makes in the name of the role for a function in a VPC. IAM has no narrower resource for
 * most of them.
 */
const NETWORK = [
  ...['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
  ...['ec2:DescribeSubnets', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
];

/** Allows the role the EC2 calls for a function in a VPC. CDK itself allows them only to a role that CDK makes. */
function grantNetwork(grantee: LambdaFunction): void {
  allow(grantee, NETWORK, ['*']);
}
