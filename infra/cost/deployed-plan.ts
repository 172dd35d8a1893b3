/** The plan of a stack, counted on its constructs, so that there is no list to keep in step with it. */
import { Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnCompositeAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { WATCHED_VARIABLE } from '../../lib/watchdog/index.ts';
import { ScheduledService } from '../constructs/scheduled-service.ts';
import type { Plan, ServicePlan } from './plan.ts';
import { paceOf } from './ticks.ts';

/** `FailureStreak` and `Halted`. */
const METRICS = 2;
/**
 * `Duration` and `Lateness`. The others are charged only for the hours in which something went wrong, and aren't
 * counted.
 */
const DETAILED_METRICS = 2;
/** `Overdue`, by the watchdog. */
const WATCHED_METRICS = 1;
/** Lambda's own default, in MB. */
const LEAST_MEMORY = 128;
/** A log group without retention keeps its lines for ever; ten years are counted. */
const FOR_EVER_DAYS = 3_653;

/** The plan of the stack's services and of the rest of it. */
export function planOf(stack: Stack): Plan {
  const all = inside(stack);
  const deployed = all.filter((node) => node instanceof ScheduledService);
  const watched = deployed.flatMap(watchedBy);
  const services = deployed.map((service) => servicePlan(service, watched.includes(service.service.name)));
  const total = countsOf(all);
  const rest = (counted: 'alarms' | 'compositeAlarms') =>
    services.reduce((left, service) => left - service[counted], total[counted]);
  return {
    services,
    shared: {
      alarms: rest('alarms'),
      compositeAlarms: rest('compositeAlarms'),
      dashboards: all.filter((node) => node instanceof CfnDashboard).length,
    },
  };
}

function servicePlan(deployed: ScheduledService, isWatched: boolean): ServicePlan {
  const { service } = deployed;
  const nodes = inside(deployed);
  const log = nodes.find((node) => node instanceof CfnLogGroup);
  const { TICKOVER_DETAILED_METRICS: detailed } = variablesOf(deployed);
  return {
    name: service.name,
    pace: paceOf(service.schedule),
    ...(service.policy.kind === 'critical' ? { consecutive: service.policy.consecutive } : {}),
    memoryMb: functionOf(deployed)?.memorySize ?? LEAST_MEMORY,
    metrics: METRICS + (detailed === 'true' ? DETAILED_METRICS : 0) + (isWatched ? WATCHED_METRICS : 0),
    ...countsOf(nodes),
    logRetentionDays: log?.retentionInDays ?? FOR_EVER_DAYS,
  };
}

/** The names of the services for which this one sends a metric. */
function watchedBy(deployed: ScheduledService): string[] {
  const { [WATCHED_VARIABLE]: list } = variablesOf(deployed);
  return typeof list === 'string' ? Object.keys(JSON.parse(list)) : [];
}

/** The environment of its function. A value that refers to another resource is an object, others are text. */
function variablesOf(deployed: ScheduledService): Readonly<Record<string, unknown>> {
  const environment = Stack.of(deployed).resolve(functionOf(deployed)?.environment) as
    | { readonly variables?: Readonly<Record<string, unknown>> }
    | undefined;
  return environment?.variables ?? {};
}

function functionOf(deployed: ScheduledService): CfnFunction | undefined {
  return inside(deployed).find((node) => node instanceof CfnFunction);
}

function countsOf(nodes: readonly IConstruct[]): { alarms: number; compositeAlarms: number } {
  return {
    alarms: nodes.filter((node) => node instanceof CfnAlarm).reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    compositeAlarms: nodes.filter((node) => node instanceof CfnCompositeAlarm).length,
  };
}

/** An alarm is charged for each of its metrics. */
function metricsOf({ metrics }: CfnAlarm): number {
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((query) => 'metricStat' in query && query.metricStat !== undefined).length;
}

function inside(scope: IConstruct): readonly IConstruct[] {
  const stack = Stack.of(scope);
  return scope.node.findAll().filter((node) => Stack.of(node) === stack);
}
