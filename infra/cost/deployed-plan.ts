/** Counts the billed quantities of a stack (its plan) from the constructs in the stack. */
import { CfnResource, Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnCompositeAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { WATCHDOG } from '../alarms/index.ts';
import { DeployedService } from '../constructs/deployed-service.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { paceOf } from './ticks.ts';

/**
 * How many metrics a service with `metrics: 'detailed'` sends at every tick. Metrics that the service sends only after
 * something went wrong are not counted.
 */
const DETAILED_METRICS = 5;
/** How many metrics the watchdog sends at every scheduled check: `Watched` and `UnhealthyServices`. */
const WATCHDOG_METRICS = 2;
/** The memory, in MB, that Lambda gives to a function for which the template sets none. */
const LEAST_MEMORY = 128;
/** How many days of storage the estimate counts for a log that is kept for ever: ten years. */
const FOR_EVER_DAYS = 3_653;

/**
 * Returns the billed quantities of the stack: of its services, its watchdog and its shared parts such as the dashboard.
 */
export function planOf(stack: Stack): Plan {
  const all = inside(stack);
  const plans = all.filter(DeployedService.isDeployedService).map(servicePlan);
  const services = plans.filter(({ name }) => name !== WATCHDOG);
  const watchdog = plans.find(({ name }) => name === WATCHDOG);
  const total = { ...countsOf(all), resources: all.filter(isResource).length };
  const besides = (counted: keyof typeof total, known: readonly ServicePlan[]) =>
    known.reduce((left, plan) => left - plan[counted], total[counted]);
  return {
    services,
    ...(watchdog === undefined ? {} : { watchdog }),
    shared: {
      alarms: besides('alarms', plans),
      compositeAlarms: besides('compositeAlarms', plans),
      resources: besides('resources', services),
      dashboards: all.filter((node) => node instanceof CfnDashboard).length,
      hasBus: all.some((node) => DeployedService.isDeployedService(node) && 'TICKOVER_EVENT_BUS' in variablesOf(node)),
    },
  };
}

function servicePlan(deployed: DeployedService): ServicePlan {
  const { service } = deployed;
  const nodes = inside(deployed);
  const log = deployed.logGroup.node.defaultChild;
  const { TICKOVER_METRICS: metrics } = variablesOf(deployed);
  return {
    name: service.name,
    pace: paceOf(service.schedule),
    ...(service.policy.kind === 'critical' ? { consecutive: service.policy.consecutive } : {}),
    memoryMb: functionOf(deployed)?.memorySize ?? LEAST_MEMORY,
    metrics: (metrics === 'detailed' ? DETAILED_METRICS : 0) + (service.name === WATCHDOG ? WATCHDOG_METRICS : 0),
    ...countsOf(nodes),
    logRetentionDays: (log instanceof CfnLogGroup ? log.retentionInDays : undefined) ?? FOR_EVER_DAYS,
    keepsLambdaLines: keepsLambdaLines(deployed),
    resources: nodes.filter(isResource).length,
  };
}

function keepsLambdaLines(deployed: DeployedService): boolean {
  const logging = Stack.of(deployed).resolve(functionOf(deployed)?.loggingConfig) as
    | { readonly systemLogLevel?: string }
    | undefined;
  return logging?.systemLogLevel !== 'WARN';
}

/**
 * Returns the environment variables of the service's function. A value that refers to another resource is an object;
 * any other value is text.
 */
function variablesOf(deployed: DeployedService): Readonly<Record<string, unknown>> {
  const environment = Stack.of(deployed).resolve(functionOf(deployed)?.environment) as
    | { readonly variables?: Readonly<Record<string, unknown>> }
    | undefined;
  return environment?.variables ?? {};
}

function functionOf(deployed: DeployedService): CfnFunction | undefined {
  const { defaultChild } = deployed.function.node;
  return defaultChild instanceof CfnFunction ? defaultChild : undefined;
}

function countsOf(nodes: readonly IConstruct[]): { alarms: number; compositeAlarms: number } {
  return {
    alarms: nodes.filter((node) => node instanceof CfnAlarm).reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    compositeAlarms: nodes.filter((node) => node instanceof CfnCompositeAlarm).length,
  };
}

/** Returns how many metrics the alarm evaluates. CloudWatch bills each metric as one alarm. */
function metricsOf({ metrics }: CfnAlarm): number {
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((query) => 'metricStat' in query && query.metricStat !== undefined).length;
}

function isResource(node: IConstruct): boolean {
  return node instanceof CfnResource;
}

function inside(scope: IConstruct): readonly IConstruct[] {
  const stack = Stack.of(scope);
  return scope.node.findAll().filter((node) => Stack.of(node) === stack);
}
