/**
 * Lays the props that the user gives for CDK's function over those that Tickover sets, and refuses props that would
 * break a promise of Tickover. Pure.
 */
import { Architecture, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { type NodejsFunctionProps, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { BundlingChoices } from '../../../lib/bundling/index.ts';
import { optionFault } from '../../../lib/rules/index.ts';
import { COMMONJS } from '../../../lib/service/index.ts';
import { showValue, withoutUndefined } from '../../../lib/text/index.ts';
import { isCdkDuration, showDuration } from '../../durations.ts';

type Prop = keyof NodejsFunctionProps;
type BundlingProps = NonNullable<NodejsFunctionProps['bundling']>;

/**
 * The props that are refused whatever their value is, since they would break a promise of Tickover. Each has the text
 * that follows `expected` in the error message.
 */
const REFUSED: Readonly<Partial<Record<Prop, string>>> = {
  entry: "none, since the service's own `entry` is bundled",
  code: "none, since the service's own `entry` is bundled",
  handler: 'none, since the entry exports it as `handler`',
  timeout: "none, since it follows from the service's own `timeout`",
  maxEventAge: "none, since it follows from the service's schedule",
  onFailure: "none, since the service's state and the watchdog show what failed",
  events: 'none, since a service is fired by its schedule',
  logFormat: 'none, since lines are JSON',
  logRetention: "none, since the service's own `logRetention` says it",
  logRetentionRole: 'none, since no function sets the retention',
  logRetentionRetryOptions: 'none, since no function sets the retention',
  logRemovalPolicy: 'none, since the log group has its own',
  durableConfig: 'none, since a durable function is not invoked by Scheduler',
  tenancyConfig: 'none, since Scheduler names no tenant',
};

/** The options of CDK's bundling that the user may set. Other options are refused. */
export const BUNDLING_KEYS = [
  ...['banner', 'charset', 'commandHooks', 'define', 'externalModules', 'footer', 'format', 'inject', 'loader'],
  ...['logLevel', 'mainFields', 'metafile', 'minify', 'nodeModules', 'sourceMap', 'sourceMapMode', 'sourcesContent'],
  ...['target', 'tsconfig'],
] as const;

/** The log levels at which Lambda keeps the metrics and the log line of each tick, which have level INFO. */
const LEVELS: readonly string[] = ['TRACE', 'DEBUG', 'INFO'];
const OLDEST_NODE = 20;

/**
 * Returns a fault for each of the user's props that would break a promise, as
 * `functionProps.option: expected ..., got ...`.
 */
export function functionPropsFaults(given: NodejsFunctionProps): string[] {
  const props = withoutUndefined(given) as NodejsFunctionProps;
  const { retryAttempts = 0, loggingFormat = 'JSON', reservedConcurrentExecutions = 1, bundling = {} } = props;
  const level = props.applicationLogLevelV2 ?? props.applicationLogLevel ?? 'INFO';
  const judged = (holds: boolean, option: string, expected: string, got: unknown) =>
    optionFault(holds, `functionProps.${option}`, expected, shown(got));
  return [
    ...Object.entries(REFUSED).flatMap(([prop, expected]) =>
      judged(!(prop in props), prop, expected, props[prop as Prop]),
    ),
    ...judged(retryAttempts === 0, 'retryAttempts', '0, since a tick that ran is not run again', retryAttempts),
    ...judged(loggingFormat === 'JSON', 'loggingFormat', 'JSON', loggingFormat),
    ...judged(
      LEVELS.includes(level),
      props.applicationLogLevelV2 === undefined ? 'applicationLogLevel' : 'applicationLogLevelV2',
      `${LEVELS.join(', ')}, since Lambda would drop metrics and the lines of ticks`,
      level,
    ),
    ...judged(
      reservedConcurrentExecutions > 0,
      'reservedConcurrentExecutions',
      '1 or more, since 0 stops the service unseen',
      reservedConcurrentExecutions,
    ),
    ...judged(isKnownRuntime(props), 'runtime', `nodejs${OLDEST_NODE}.x or newer`, props.runtime?.name),
    ...bundlingFaults(bundling),
  ];
}

function bundlingFaults(bundling: BundlingProps): string[] {
  const known: readonly string[] = BUNDLING_KEYS;
  const { banner = COMMONJS.banner, format = OutputFormat.ESM } = bundling;
  const others = Object.keys(bundling).filter((key) => !known.includes(key));
  return [
    ...optionFault(
      others.length === 0,
      'functionProps.bundling',
      `only ${BUNDLING_KEYS.join(', ')}`,
      others.join(', '),
    ),
    ...optionFault(format === OutputFormat.ESM, 'functionProps.bundling.format', 'esm', format),
    ...optionFault(
      banner.includes(COMMONJS.banner),
      'functionProps.bundling.banner',
      'text with COMMONJS.banner in it, which CommonJS packages need',
      showValue(banner),
    ),
  ];
}

function isKnownRuntime({ runtime }: NodejsFunctionProps): boolean {
  return runtime === undefined || (runtime.family === RuntimeFamily.NODEJS && nodeVersion(runtime.name) >= OLDEST_NODE);
}

function nodeVersion(runtime: string): number {
  return Number(/^nodejs(\d+)\.x$/.exec(runtime)?.[1] ?? Number.NaN);
}

/** Returns a value as text for a message. An object of CDK is too large for a message, so it becomes the word `one`. */
function shown(value: unknown): string {
  if (isCdkDuration(value)) return showDuration(value);
  return typeof value === 'object' && value !== null ? 'one' : showValue(value);
}

/**
 * Returns the props of `first`, overridden by those of `second`. Within `environment` and `bundling`, variables and
 * options are overridden one by one.
 */
export function mergeFunctionProps(first: NodejsFunctionProps, second: NodejsFunctionProps = {}): NodejsFunctionProps {
  const props = { ...first, ...withoutUndefined(second) };
  return {
    ...props,
    environment: { ...first.environment, ...second.environment },
    bundling: { ...first.bundling, ...withoutUndefined(second.bundling ?? {}) },
  };
}

/**
 * Returns the user's props (`theirs`) laid over Tickover's (`ours`). The user's props must have no {@link
 * functionPropsFaults}. Environment variables of Tickover win over the user's. The bundle is made for the runtime that
 * the result names.
 */
export function overOurs(ours: NodejsFunctionProps, theirs: NodejsFunctionProps = {}): NodejsFunctionProps {
  const { environment, ...merged } = mergeFunctionProps(ours, theirs);
  const { target = `node${nodeVersion(merged.runtime?.name ?? '')}`, ...bundling } = merged.bundling ?? {};
  const { applicationLogLevelV2, systemLogLevelV2, ...rest } = merged;
  const isOldLevel = theirs.applicationLogLevelV2 === undefined && theirs.applicationLogLevel !== undefined;
  const isOldSystemLevel = theirs.systemLogLevelV2 === undefined && theirs.systemLogLevel !== undefined;
  return {
    ...rest,
    ...(isOldLevel || applicationLogLevelV2 === undefined ? {} : { applicationLogLevelV2 }),
    ...(isOldSystemLevel || systemLogLevelV2 === undefined ? {} : { systemLogLevelV2 }),
    environment: { ...environment, ...ours.environment },
    bundling: { ...bundling, target },
  };
}

/** The runtime of every function, and what follows from it. */
export const RUNTIME = {
  runtime: Runtime.NODEJS_24_X,
  architecture: Architecture.ARM_64,
  awsSdkConnectionReuse: false,
} as const satisfies NodejsFunctionProps;

/** Returns CDK's options of a bundle as those of Tickover's own bundling. Paths are relative to the project. */
export function choicesOf(bundling: BundlingProps): BundlingChoices {
  const { minify, sourcesContent, target, define, externalModules, nodeModules = [], loader, inject } = bundling;
  const { banner, footer, mainFields, charset, tsconfig, sourceMap, sourceMapMode: mode } = bundling;
  return withoutUndefined({
    ...{ minify, sourcesContent, target, define, inject, banner, footer, mainFields, charset, tsconfig },
    sourceMap: mode === undefined || mode === SourceMapMode.DEFAULT ? sourceMap : mode,
    external: [...(externalModules ?? []), ...nodeModules],
    loader: loader as BundlingChoices['loader'],
  });
}
