/**
 * The names of the props that constructs take, and the shapes of their values. A prop with an unknown name is refused,
 * and the message suggests the nearest known name. CDK itself ignores props that it doesn't know.
 */
import type { StackProps } from 'aws-cdk-lib';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../lib/rules/index.ts';
import { type Shape, shapeFaults } from '../lib/service/index.ts';
import { isRecord, readProperty } from '../lib/text/index.ts';

/** The shape of each prop of a construct. A prop without a shape doesn't compile. */
export type Shapes<Props> = { readonly [Name in keyof Required<Props>]: Shape };

/**
 * Returns the faults of props: unknown names, and values of another shape.
 * @param prefix the text before each name in a fault, such as `functionProps.`
 */
export function propsFaults(props: unknown, shapes: Readonly<Record<string, Shape>>, prefix = ''): string[] {
  return shapeFaults(isRecord(props) ? shownAs(props) : props, shapes, prefix);
}

/**
 * Refuses props that the construct `made` doesn't have.
 * @throws InvalidOptionsError which names every prop that is unknown or of another shape
 */
export function refuseUnknownProps<Props>(made: Construct, props: unknown, shapes: Shapes<Props>): void {
  const faults = propsFaults(props, shapes);
  if (faults.length > 0) throw new InvalidOptionsError(`${made.constructor.name} '${made.node.path}'`, faults);
}

/** Returns the props with each construct replaced by its path: a construct is too large to be shown in a message. */
function shownAs(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = (value: unknown) => {
    const path = readProperty(readProperty(value, 'node'), 'path');
    return typeof path === 'string' ? { construct: path } : value;
  };
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [name, shown(value)]));
}

/**
 * All names of CDK's `StackProps`. CDK itself checks the values. The names follow the type in the installed
 * aws-cdk-lib.
 */
export const STACK_PROPS = {
  ...{ description: 'any', env: 'any', stackName: 'any', tags: 'any', notificationArns: 'any', synthesizer: 'any' },
  ...{ terminationProtection: 'any', analyticsReporting: 'any', crossRegionReferences: 'any' },
  ...{ permissionsBoundary: 'any', suppressTemplateIndentation: 'any', propertyInjectors: 'any' },
} as const satisfies Shapes<StackProps>;

/** All names of CDK's `NodejsFunctionProps`. They follow the type in the installed aws-cdk-lib. */
export const FUNCTION_PROPS = {
  ...{ entry: 'any', handler: 'any', runtime: 'any', awsSdkConnectionReuse: 'any', depsLockFilePath: 'any' },
  ...{ bundling: 'object', projectRoot: 'any', code: 'any', description: 'any', timeout: 'any', environment: 'object' },
  ...{ functionName: 'any', memorySize: 'any', ephemeralStorageSize: 'any', initialPolicy: 'any', role: 'any' },
  ...{ vpc: 'any', ipv6AllowedForDualStack: 'any', vpcSubnets: 'any', securityGroups: 'any', allowAllOutbound: 'any' },
  ...{ allowAllIpv6Outbound: 'any', deadLetterQueueEnabled: 'any', deadLetterQueue: 'any', deadLetterTopic: 'any' },
  ...{ tracing: 'any', snapStart: 'any', profiling: 'any', profilingGroup: 'any', insightsVersion: 'any' },
  ...{ adotInstrumentation: 'any', paramsAndSecrets: 'any', layers: 'any', reservedConcurrentExecutions: 'any' },
  ...{ events: 'any', logRetention: 'any', logRemovalPolicy: 'any', logRetentionRole: 'any' },
  ...{ logRetentionRetryOptions: 'any', currentVersionOptions: 'any', filesystem: 'any', allowPublicSubnet: 'any' },
  ...{ environmentEncryption: 'any', codeSigningConfig: 'any', architecture: 'any', runtimeManagementMode: 'any' },
  ...{ tenancyConfig: 'any', durableConfig: 'any', logGroup: 'any', logFormat: 'any', loggingFormat: 'any' },
  ...{ recursiveLoop: 'any', applicationLogLevel: 'any', applicationLogLevelV2: 'any', systemLogLevel: 'any' },
  ...{ systemLogLevelV2: 'any', onFailure: 'any', onSuccess: 'any', maxEventAge: 'any', retryAttempts: 'any' },
} as const satisfies Shapes<NodejsFunctionProps>;
