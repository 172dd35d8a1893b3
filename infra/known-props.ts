/**
 * Checks the props that users give to constructs. An unknown name is refused, and so is a value of the wrong type. CDK
 * itself ignores props that it doesn't know.
 */
import type { StackProps } from 'aws-cdk-lib';
import type { NodejsFunctionProps } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
import { InvalidOptionsError } from '../lib/rules/index.ts';
import { type Shape, shapeFaults } from '../lib/service/index.ts';
import { isRecord, readProperty } from '../lib/text/index.ts';

/** The expected type of each prop of a construct, such as 'text'. The compiler refuses a list that lacks a prop. */
export type Shapes<Props> = { readonly [Name in keyof Required<Props>]: Shape };

/**
 * Returns a fault for each prop with an unknown name or a value of the wrong type.
 * @param prefix the text before each name in a fault, such as `functionProps.`
 */
export function propsFaults(props: unknown, shapes: Readonly<Record<string, Shape>>, prefix = ''): string[] {
  return shapeFaults(isRecord(props) ? shownAs(props) : props, shapes, prefix);
}

/**
 * Refuses props with unknown names, and values of the wrong type.
 * @param made the construct that got the props; the message names it
 * @throws InvalidOptionsError which names each such prop
 */
export function refuseUnknownProps<Props>(made: Construct, props: unknown, shapes: Shapes<Props>): void {
  const faults = propsFaults(props, shapes);
  if (faults.length > 0) throw new InvalidOptionsError(`${made.constructor.name} '${made.node.path}'`, faults);
}

/** Returns the props with each construct replaced by its path, since a construct is too large for a message. */
function shownAs(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = (value: unknown) => {
    const path = readProperty(readProperty(value, 'node'), 'path');
    return typeof path === 'string' ? { construct: path } : value;
  };
  return Object.fromEntries(Object.entries(props).map(([name, value]) => [name, shown(value)]));
}

/** The names of all props in CDK's `StackProps`. `any` means that CDK itself checks the value. */
export const STACK_PROPS = {
  ...{ description: 'any', env: 'any', stackName: 'any', tags: 'any', notificationArns: 'any', synthesizer: 'any' },
  ...{ terminationProtection: 'any', analyticsReporting: 'any', crossRegionReferences: 'any' },
  ...{ permissionsBoundary: 'any', suppressTemplateIndentation: 'any', propertyInjectors: 'any' },
} as const satisfies Shapes<StackProps>;

/** The names of all props in CDK's `NodejsFunctionProps`. `any` means that other code checks the value. */
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
