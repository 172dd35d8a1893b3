/** The plan of a stack as it stands: counted on its constructs, so that no list has to be kept in step with it. */
import { Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnCompositeAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { ScheduledService } from '../constructs/scheduled-service.ts';
import type { Settings } from '../settings.ts';
import type { Plan, ServicePlan } from './plan.ts';

/** `FailureStreak` and `Halted`. */
const METRICS = ['FailureStreak', 'Halted'];
/** Duration, lateness, and skips by each of their six reasons. */
const DETAILED_METRICS = 8;
/** Lambda's own default, in MB. */
const LEAST_MEMORY = 128;
/** A log group without retention keeps its lines for ever; ten years are counted. */
const FOR_EVER_DAYS = 3_653;

/** What the stack's services and the rest of it use. `settings` tells which services have detailed metrics. */
export function planOf(stack: Stack, { services: settings }: Pick<Settings, 'services'>): Plan {
  const all = inside(stack);
  const services = all.filter((node) => node instanceof ScheduledService);
  const plans = services.map((service) =>
    servicePlan(service, settings[service.service.name]?.detailedMetrics === true),
  );
  const total = countsOf(all);
  const rest = (counted: 'alarms' | 'compositeAlarms') =>
    plans.reduce((left, plan) => left - plan[counted], total[counted]);
  return {
    services: plans,
    shared: {
      metrics: 0,
      alarms: rest('alarms'),
      compositeAlarms: rest('compositeAlarms'),
      dashboards: all.filter((node) => node instanceof CfnDashboard).length,
    },
  };
}

function servicePlan(deployed: ScheduledService, isDetailed: boolean): ServicePlan {
  const { service } = deployed;
  const nodes = inside(deployed);
  const lambda = nodes.find((node) => node instanceof CfnFunction);
  const log = nodes.find((node) => node instanceof CfnLogGroup);
  return {
    name: service.name,
    schedule: service.schedule,
    ...(service.policy.kind === 'critical' ? { consecutive: service.policy.consecutive } : {}),
    memoryMb: lambda?.memorySize ?? LEAST_MEMORY,
    metrics: METRICS.length + (isDetailed ? DETAILED_METRICS : 0) + otherMetrics(deployed, nodes),
    ...countsOf(nodes),
    logRetentionDays: log?.retentionInDays ?? FOR_EVER_DAYS,
  };
}

/** Metrics of our namespace that somebody else fills for the service, such as the watchdog: told by the alarms on them. */
function otherMetrics({ namespace }: ScheduledService, nodes: readonly IConstruct[]): number {
  const names = nodes
    .filter((node) => node instanceof CfnAlarm)
    .flatMap((alarm) => (alarm.namespace === namespace && alarm.metricName !== undefined ? [alarm.metricName] : []));
  return new Set(names.filter((name) => !METRICS.includes(name))).size;
}

function countsOf(nodes: readonly IConstruct[]): { alarms: number; compositeAlarms: number } {
  return {
    alarms: nodes.filter((node) => node instanceof CfnAlarm).reduce((sum, alarm) => sum + metricsOf(alarm), 0),
    compositeAlarms: nodes.filter((node) => node instanceof CfnCompositeAlarm).length,
  };
}

/** An alarm is charged for each metric that it looks at. */
function metricsOf({ metrics }: CfnAlarm): number {
  if (!Array.isArray(metrics)) return 1;
  return metrics.filter((query) => 'metricStat' in query && query.metricStat !== undefined).length;
}

function inside(scope: IConstruct): readonly IConstruct[] {
  const stack = Stack.of(scope);
  return scope.node.findAll().filter((node) => Stack.of(node) === stack);
}
