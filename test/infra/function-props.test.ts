/** CDK's own props of a service's function: what they change, and which of them are refused. */
import { Duration, Size, type Stack } from 'aws-cdk-lib';
import { type IVpc, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  LayerVersion,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { type NodejsFunctionProps, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, describe, expect, test } from 'vitest';
import { BUNDLING_KEYS, overOurs } from '../../infra/constructs/code/function-props.ts';
import { ScheduledService, type ScheduledServiceProps } from '../../infra/constructs/scheduled-service.ts';
import { COMMONJS } from '../../lib/service/index.ts';
import {
  ENTRY,
  emptyStack,
  idle,
  newApp,
  newStack,
  removeOutputs,
  resourceLike,
  resourcesOf,
  rightsOf,
  settingsOf,
  templateOf,
} from '../support/stack-kit.ts';

afterAll(removeOutputs);

type MakeProps = (stack: Stack) => NodejsFunctionProps;

function deployed(functionProps: MakeProps, props: Partial<ScheduledServiceProps> = {}) {
  const stack = emptyStack();
  const service = idle();
  const made = new ScheduledService(stack, 'Idle', {
    service,
    entry: ENTRY,
    ...props,
    functionProps: functionProps(stack),
  });
  const template = templateOf(stack);
  const { Properties } = resourceLike(template, 'AWS::Lambda::Function', 'IdleFunction');
  return { made, template, Properties };
}

const actionsOf = (template: ReturnType<typeof templateOf>, part: string) =>
  [
    ...resourcesOf(template, 'AWS::IAM::Policy').filter(({ id }) => id.includes(part)),
    ...resourcesOf(template, 'AWS::IAM::Role')
      .filter(({ id }) => id.includes(part))
      .flatMap(({ Properties }) => (Properties['Policies'] ?? []) as { PolicyDocument: unknown }[])
      .map((Properties) => ({ Properties })),
  ]
    .flatMap(
      ({ Properties }) =>
        (Properties as unknown as { PolicyDocument: { Statement: { Action: string | string[] }[] } }).PolicyDocument
          .Statement,
    )
    .flatMap(({ Action }) => Action);

describe("CDK's own props of a function", () => {
  test('put it into a VPC, with layers and tracing, and its role may do there what Lambda does in its name', () => {
    const { Properties, template } = deployed((stack) => {
      const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 }) as IVpc;
      return {
        vpc,
        securityGroups: [new SecurityGroup(stack, 'Group', { vpc })],
        layers: [
          LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-central-1:111122223333:layer:L:1'),
        ],
        tracing: Tracing.ACTIVE,
      };
    });

    expect(Properties).toMatchObject({
      VpcConfig: { SubnetIds: [expect.anything(), expect.anything()], SecurityGroupIds: [expect.anything()] },
      Layers: ['arn:aws:lambda:eu-central-1:111122223333:layer:L:1'],
      TracingConfig: { Mode: 'Active' },
      Timeout: 50,
      MemorySize: 256,
    });
    expect(actionsOf(template, 'IdleFunctionRole')).toEqual(
      expect.arrayContaining([
        ...['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface'],
        ...['ec2:DescribeSubnets', 'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
        ...['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        ...['logs:CreateLogStream', 'logs:PutLogEvents', 'dynamodb:UpdateItem'],
      ]),
    );
    expect(resourceLike(template, 'AWS::IAM::Role', 'IdleFunctionRole').Properties).not.toHaveProperty(
      'ManagedPolicyArns',
    );
  });

  test('leave out the rights of a VPC where there is none', () => {
    expect(actionsOf(deployed(() => ({})).template, 'IdleFunctionRole').join()).not.toMatch(/ec2|xray/);
  });

  test('are the size, the concurrency, the runtime, the architecture and the name', () => {
    const { Properties } = deployed(() => ({
      memorySize: 1_024,
      ephemeralStorageSize: Size.gibibytes(2),
      reservedConcurrentExecutions: 1,
      runtime: Runtime.NODEJS_22_X,
      architecture: Architecture.X86_64,
      functionName: 'mine',
      description: 'Mine.',
    }));

    expect(Properties).toMatchObject({
      MemorySize: 1_024,
      EphemeralStorage: { Size: 2_048 },
      ReservedConcurrentExecutions: 1,
      Runtime: 'nodejs22.x',
      Architectures: ['x86_64'],
      FunctionName: 'mine',
      Description: 'Mine.',
    });
  });

  test('that are undefined leave ours as they are', () => {
    const undefinedProps = { memorySize: undefined, runtime: undefined, bundling: { minify: undefined } } as object;

    expect(deployed(() => undefinedProps).Properties).toMatchObject({ MemorySize: 256, Runtime: 'nodejs24.x' });
  });

  test('add variables beside ours', () => {
    const { Properties } = deployed(() => ({ environment: { MY_URL: 'x', OTHER: 'theirs' } }), {
      environment: { OTHER: 'ours', THIRD: 'y' },
    });

    expect(Properties['Environment']).toMatchObject({
      Variables: { MY_URL: 'x', OTHER: 'theirs', THIRD: 'y', TICKOVER_TABLE: expect.anything() },
    });
  });

  test('are a role that exists, which is given the same rights', () => {
    const { template, Properties } = deployed((stack) => ({
      role: new Role(stack, 'Mine', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }),
    }));
    const { template: ours } = deployed(() => ({}));

    expect(JSON.stringify(Properties['Role'])).toContain('Mine');
    expect(resourcesOf(template, 'AWS::IAM::Role').map(({ id }) => id)).toEqual([
      expect.stringMatching(/^IdleScheduler/),
      expect.stringMatching(/^Mine/),
    ]);
    expect(actionsOf(template, 'Mine')).toEqual(actionsOf(ours, 'IdleFunctionRole'));
  });

  test('are a role of another stack or account, by its ARN', () => {
    const { template } = deployed((stack) => ({
      role: Role.fromRoleArn(stack, 'Mine', 'arn:aws:iam::111122223333:role/Mine'),
    }));

    expect(actionsOf(template, 'Mine')).toContain('dynamodb:UpdateItem');
  });

  test('are a log group that exists, which is written, read and queried instead of one of its own', () => {
    const { made, template } = deployed((stack) => ({ logGroup: LogGroup.fromLogGroupName(stack, 'Logs', 'shared') }));

    expect(resourcesOf(template, 'AWS::Logs::LogGroup')).toEqual([]);
    expect(made.logGroup.logGroupName).toBe('shared');
    expect(JSON.stringify(rightsOf(template, 'IdleFunctionRole'))).toContain(':log-group:shared:*');
  });

  test('may repeat what we promise', () => {
    const { Properties } = deployed(() => ({
      retryAttempts: 0,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      bundling: { format: OutputFormat.ESM, banner: `/* mine */ ${COMMONJS.banner}` },
    }));

    expect(Properties['LoggingConfig']).toMatchObject({ LogFormat: 'JSON', SystemLogLevel: 'WARN' });
  });
});

describe('the bundling', () => {
  const ours = { runtime: Runtime.NODEJS_24_X, bundling: { minify: true, banner: COMMONJS.banner } };

  test('is ours, for the runtime that is chosen, but for the keys that are given', () => {
    expect(overOurs(ours).bundling).toEqual({ minify: true, banner: COMMONJS.banner, target: 'node24' });
    expect(overOurs(ours, { runtime: Runtime.NODEJS_22_X, bundling: { minify: false } }).bundling).toEqual({
      minify: false,
      banner: COMMONJS.banner,
      target: 'node22',
    });
    expect(overOurs(ours, { bundling: { target: 'es2022', define: { A: '1' } } }).bundling).toMatchObject({
      target: 'es2022',
      define: { A: '1' },
    });
  });

  test('takes keys that are listed', () => {
    expect(() =>
      deployed(() => ({ bundling: { minify: false, sourceMap: false, define: {}, loader: {} } })),
    ).not.toThrow();
  });
});

describe('refused is', () => {
  const rows: readonly (readonly [string, MakeProps, string])[] = [
    [
      'a retry',
      () => ({ retryAttempts: 2 }),
      'retryAttempts: expected 0, since a tick that ran is not run again, got 2',
    ],
    [
      'an age of events',
      () => ({ maxEventAge: Duration.hours(1) }),
      "maxEventAge: expected none, since it follows from the service's schedule, got 3600 s",
    ],
    [
      'a timeout',
      () => ({ timeout: Duration.millis(1_500) }),
      "timeout: expected none, since it follows from the service's own `timeout`, got 1.5 s",
    ],
    [
      'a handler',
      () => ({ handler: 'run' }),
      "handler: expected none, since the entry exports it as `handler`, got 'run'",
    ],
    [
      'an entry',
      () => ({ entry: ENTRY }),
      `entry: expected none, since the service's own \`entry\` is bundled, got '${ENTRY}'`,
    ],
    [
      'code',
      () => ({ code: Code.fromInline('x') }),
      "code: expected none, since the service's own `entry` is bundled, got one",
    ],
    [
      'a destination of failures',
      (stack) => ({ onFailure: new SqsDestination(new Queue(stack, 'Mine')) }),
      "onFailure: expected none, since the service's state and the watchdog show what failed, got one",
    ],
    [
      'another source of events',
      () => ({ events: [] }),
      'events: expected none, since a service is fired by its schedule, got one',
    ],
    ['lines of text', () => ({ loggingFormat: LoggingFormat.TEXT }), "loggingFormat: expected JSON, got 'Text'"],
    [
      'a format of the log',
      () => ({ logFormat: 'JSON' }),
      "logFormat: expected none, since lines are JSON, got 'JSON'",
    ],
    [
      'a retention',
      () => ({ logRetention: RetentionDays.ONE_DAY }),
      "logRetention: expected none, since the service's own `logRetention` says it, got 1",
    ],
    [
      'a level that drops metrics',
      () => ({ applicationLogLevelV2: ApplicationLogLevel.WARN }),
      "applicationLogLevelV2: expected TRACE, DEBUG, INFO, since Lambda would drop metrics and the lines of ticks, got 'WARN'",
    ],
    [
      'a level that drops metrics, by the old name',
      () => ({ applicationLogLevel: 'ERROR' }),
      "applicationLogLevel: expected TRACE, DEBUG, INFO, since Lambda would drop metrics and the lines of ticks, got 'ERROR'",
    ],
    [
      'no concurrency',
      () => ({ reservedConcurrentExecutions: 0 }),
      'reservedConcurrentExecutions: expected 1 or more, since 0 stops the service unseen, got 0',
    ],
    [
      'another runtime',
      () => ({ runtime: Runtime.PYTHON_3_13 }),
      "runtime: expected nodejs20.x or newer, got 'python3.13'",
    ],
    [
      'an old runtime',
      () => ({ runtime: Runtime.NODEJS_18_X }),
      "runtime: expected nodejs20.x or newer, got 'nodejs18.x'",
    ],
    ['CommonJS', () => ({ bundling: { format: OutputFormat.CJS } }), 'bundling.format: expected esm, got cjs'],
    [
      'a bundle without our banner',
      () => ({ bundling: { banner: '/* mine */' } }),
      "bundling.banner: expected text with COMMONJS.banner in it, which CommonJS packages need, got '/* mine */'",
    ],
    [
      'a key of the bundling that is not listed',
      () => ({ bundling: { keepNames: false, assetHash: 'x' } }),
      `bundling: expected only ${BUNDLING_KEYS.join(', ')}, got keepNames, assetHash`,
    ],
  ];
  test.each(rows)('%s', (_what, functionProps, message) => {
    expect(() => deployed(functionProps)).toThrow(`service 'idle': functionProps.${message}`);
  });

  test.each([
    ['TICKOVER_TABLE', 'x', "a variable of the service's own, got one that is set for it"],
    ['TICKOVER_BUILD', 'x', "a variable of the service's own, got one that is set for it"],
    ['NODE_OPTIONS', 'x', "a variable of the service's own, got one that is set for it"],
    [
      'POWERTOOLS_LOG_LEVEL',
      'DEBUG',
      "the option `logLevel` instead, since Lambda's own level goes before it, got 'DEBUG'",
    ],
  ])('the variable %s', (name, value, expected) => {
    expect(() => deployed(() => ({ environment: { [name]: value } }))).toThrow(
      `service 'idle': environment.${name}: expected ${expected}`,
    );
  });

  test('a size that Lambda does not have', () => {
    expect(() => deployed(() => ({ memorySize: 64 }))).toThrow(
      "service 'idle': memorySize: expected whole megabytes from 128 to 10240, got 64",
    );
  });
});

describe("the project's stack", () => {
  const made = () => {
    const app = newApp();
    const stack = newStack(app, {
      functionProps: { memorySize: 512, environment: { ALL: '1', BOTH: 'all' }, bundling: { minify: false } },
      functionPropsOf: { 'check-endpoints': { environment: { BOTH: 'one' }, tracing: Tracing.ACTIVE } },
    });
    const template = templateOf(stack);
    return (part: string) => resourceLike(template, 'AWS::Lambda::Function', part).Properties;
  };

  test('gives them to every function, and to single ones over those', () => {
    const functionOf = made();

    expect(functionOf('checkendpoints')).toMatchObject({
      MemorySize: 512,
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { ALL: '1', BOTH: 'one' } },
    });
    expect(functionOf('watchservices')).toMatchObject({
      MemorySize: 512,
      Environment: { Variables: { ALL: '1', BOTH: 'all' } },
    });
    expect(functionOf('watchservices')).not.toHaveProperty('TracingConfig');
  });

  test('refuses those of a service that it does not have', () => {
    expect(() => newStack(newApp(), { functionPropsOf: { other: {} } })).toThrow(
      "stack: functionPropsOf: expected only check-endpoints, mark-late-runs, watch-services, got 'other'",
    );
  });

  test('refuses a variable that it sets for the service', () => {
    const functionPropsOf = { 'mark-late-runs': { environment: { TICKOVER_FLOW_RUNS_TABLE: 'x' } } };

    expect(() => newStack(newApp(), { functionPropsOf })).toThrow(
      "service 'mark-late-runs': environment.TICKOVER_FLOW_RUNS_TABLE: expected a variable of the service's own",
    );
  });
});

describe('debug lines', () => {
  const levelOf = (own: Record<string, unknown>) => {
    const template = templateOf(newStack(newApp(), { settings: settingsOf({ services: { 'check-endpoints': own } }) }));
    return resourceLike(template, 'AWS::Lambda::Function', 'checkendpoints').Properties['LoggingConfig'];
  };

  test('are kept where the context says so for the service', () => {
    expect(levelOf({ logLevel: 'debug' })).toMatchObject({ ApplicationLogLevel: 'DEBUG', LogFormat: 'JSON' });
    expect(levelOf({})).not.toHaveProperty('ApplicationLogLevel');
  });

  test('are kept by the option of a construct, and by the prop of CDK over it', () => {
    expect(deployed(() => ({}), { logLevel: 'debug' }).Properties['LoggingConfig']).toMatchObject({
      ApplicationLogLevel: 'DEBUG',
    });
    for (const trace of [{ applicationLogLevelV2: ApplicationLogLevel.TRACE }, { applicationLogLevel: 'TRACE' }])
      expect(deployed(() => trace, { logLevel: 'info' }).Properties['LoggingConfig']).toMatchObject({
        ApplicationLogLevel: 'TRACE',
      });
  });

  test("are Lambda's own lines only where an invocation failed, unless debug lines are asked for", () => {
    const systemLevel = (props: Partial<ScheduledServiceProps>, functionProps: NodejsFunctionProps = {}) =>
      (deployed(() => functionProps, props).Properties['LoggingConfig'] as Record<string, unknown>)['SystemLogLevel'];

    expect(systemLevel({})).toBe('WARN');
    expect(systemLevel({ logLevel: 'info' })).toBe('WARN');
    expect(systemLevel({ logLevel: 'debug' })).toBe('INFO');
    expect(systemLevel({}, { systemLogLevelV2: SystemLogLevel.DEBUG })).toBe('DEBUG');
    expect(systemLevel({ logLevel: 'debug' }, { systemLogLevel: 'DEBUG' })).toBe('DEBUG');
  });

  test('are refused of a level that drops the lines of ticks', () => {
    expect(() => levelOf({ logLevel: 'error' })).toThrow(
      "services.check-endpoints.logLevel: expected 'info' or 'debug', got 'error'",
    );
  });
});
